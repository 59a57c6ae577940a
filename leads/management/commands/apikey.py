"""Make an API key: `manage.py apikey --source website`, `manage.py apikey --person sarah`."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from agency.models import User
from leads.keys import issue
from leads.models import Source


class Command(BaseCommand):
    """Prints the new key alone on the last line; it is shown this once."""

    help = "Make an API key of a source or a person and print it, once, on the last line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """A holder, and optionally a name and an end."""
        holder = parser.add_mutually_exclusive_group(required=True)
        holder.add_argument("--source", metavar="KEY", help="the source it posts for, such as website")
        holder.add_argument("--person", metavar="KEY", help="the person it speaks for, such as sarah")
        parser.add_argument("--name", default="", help="what it is for")
        parser.add_argument("--days", type=int, help="days until it expires; without it, never")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the key and print it."""
        now = timezone.now()
        days = options["days"]
        if days is not None and days < 1:
            raise CommandError("--days must be at least 1.")
        source = user = None
        if options["source"]:
            source = Source.objects.filter(key=options["source"], active=True).first()
        else:
            user = User.objects.filter(username=options["person"], is_active=True).first()
        if source is None and user is None:
            raise CommandError(f"There is no active source or person with the key {options['source'] or options['person']}.")
        key, plain = issue(
            source=source, user=user, name=options["name"], now=now, expires_at=now + timedelta(days=days) if days else None
        )
        until = f"until {key.expires_at:%Y-%m-%d %H:%M} UTC" if key.expires_at else "until it is revoked"
        self.stdout.write(f"Key of {source or user}, good {until}. It is not shown again.")
        self.stdout.write(plain)
