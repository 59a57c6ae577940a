"""Calls placed by the system."""

from typing import TYPE_CHECKING

from agency.messaging.console import ConsoleProvider
from agency.phones import e164

if TYPE_CHECKING:
    from agency.models import User

setting = "VOICE_URL"
providers = {"": ConsoleProvider, "console": ConsoleProvider}


def address_of(user: "User") -> str:
    """The person's number, or empty."""
    return e164(user.phone)
