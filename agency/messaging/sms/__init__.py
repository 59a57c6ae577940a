"""Text messages: by Twilio, or recorded and not sent while no provider is set."""

from typing import TYPE_CHECKING

from agency.messaging.console import ConsoleProvider
from agency.phones import e164

if TYPE_CHECKING:
    from agency.messaging.channels import Provider
    from agency.models import User

setting = "SMS_URL"


def _twilio(url: str) -> "Provider":
    from agency.messaging.sms.twilio import TwilioProvider  # noqa: PLC0415  # its library is for those who have an account

    return TwilioProvider(url)


providers = {"": ConsoleProvider, "console": ConsoleProvider, "twilio": _twilio}


def address_of(user: "User") -> str:
    """The person's number, or empty."""
    return e164(user.phone)
