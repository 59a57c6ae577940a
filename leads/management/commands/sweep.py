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
        now = timezone.now()
        done = some = sweep(now)
        while any(some.values()):  # a sweep ends after a few seconds, whatever is left
            some = sweep(now)
            done = {name: count + some[name] for name, count in done.items()}
        for name, count in done.items():
            self.stdout.write(f"{name.replace('_', ' ')}: {count}")
        self.stdout.write(f"replays: {runs.run_due(timezone.now())}")
