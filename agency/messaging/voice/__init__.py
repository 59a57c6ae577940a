"""Calls placed by the system."""

from typing import TYPE_CHECKING

from agency.messaging.console import ConsoleProvider

if TYPE_CHECKING:
    from agency.models import User

setting = "VOICE_URL"
providers = {"": ConsoleProvider, "console": ConsoleProvider}


def address_of(user: "User") -> str:
    """The person's number, or empty."""
    return str(user.phone or "")
