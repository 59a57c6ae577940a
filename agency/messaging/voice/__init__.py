"""Calls placed by the system: alerts that are said, and calls that connect a person of ours with a lead."""

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from django.conf import settings

from agency.messaging.console import ConsoleProvider
from agency.messaging.voice.twilio import TwilioProvider
from agency.phones import e164

if TYPE_CHECKING:
    from agency.models import User

setting = "VOICE_URL"
providers = {"": ConsoleProvider, "console": ConsoleProvider, "twilio": TwilioProvider}
SILENT: Final = ("", "console")


def address_of(user: "User") -> str:
    """The person's number, or empty."""
    return e164(user.phone)


def is_on() -> bool:
    """Whether calls are really placed."""
    return urlsplit(settings.VOICE_URL).scheme not in SILENT


def warm_up() -> None:
    """Where calls are on, what placing one takes is loaded."""
    if is_on():
        import twilio.rest.api.v2010.account.call  # noqa: F401, PLC0415  # a fifth of a second, or several on a busy machine
