"""Runs everything due now, once, without a broker."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from leads.sweep import sweep
from routing.simulation import runs


class Command(BaseCommand):
    """`manage.py sweep`."""

    help = "Run everything that is due now, once: the escalation ladder, follow-up steps, messages, and replays that wait."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line for each kind of work and how much of it was done."""
        for name, count in sweep(timezone.now()).items():
            self.stdout.write(f"{name.replace('_', ' ')}: {count}")
        self.stdout.write(f"replays: {runs.run_due(timezone.now())}")
