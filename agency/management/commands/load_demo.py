"""The demo agency, for a first look."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from agency.agencyfile.demo import PASSWORD, load_demo
from agency.roles import GROUPS, role_of

LOG_INS = "Demo log-ins, all with the password {}:"


class Command(BaseCommand):
    """Loads the demo into a database without an agency; prints the log-ins that have the demo's password."""

    help = "Load the demo agency, if the database has no agency, and print its log-ins."

    def handle(self, *_: Any, **__: Any) -> None:
        """Load and print; nothing is printed where there is no demo."""
        users = load_demo(now=timezone.now())
        if users:
            self.stdout.write(LOG_INS.format(PASSWORD))
        for user in users:
            self.stdout.write(f"  {user.username:<8} {GROUPS.get(role_of(user), '')}")
