"""`manage.py try_channel email you@example.com`: does what the settings say reach anybody?"""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from agency.messaging import channels
from agency.messaging.models import Audience, Channel, Message

SUBJECT = "A test from Leadline"
BODY = "If you read this, messages of this kind leave. Nothing was written down about it."
TAKEN = "{provider} has taken it: {number}"
NAMES = [Channel.EMAIL.value, Channel.SMS.value]


class Command(BaseCommand):
    """Hands one test message to the provider that the settings choose; nothing goes through the outbox."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The channel and the address or number."""
        parser.add_argument("channel", choices=NAMES)
        parser.add_argument("to", help="an address, or a number such as +12125550100")

    def handle(self, *args: Any, channel: str, to: str, **options: Any) -> None:
        """Prints the provider's own number for the message, or what went wrong and exits 1."""
        now = timezone.now()
        message = Message(
            pk=0,
            channel=channel,
            audience=Audience.STAFF,
            kind="try",
            to=to,
            subject=SUBJECT,
            body=BODY,
            created_at=now,
            due_at=now,
        )
        try:
            provider = channels.provider(channel)
            try:
                number = provider.deliver(message)
            finally:
                provider.close()
        except (ImproperlyConfigured, channels.RefusedError, channels.UnavailableError) as error:
            raise CommandError(str(error)) from error
        except Exception as error:
            # Nothing of the error's own words, which may hold a password.
            raise CommandError(f"Nobody knows whether it was sent: {type(error).__name__}") from error
        self.stdout.write(TAKEN.format(provider=type(provider).__name__, number=number))
