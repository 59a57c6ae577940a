"""E-mail: by SMTP, by the API of a provider, or as files in a folder while nothing is set."""

from typing import TYPE_CHECKING

from agency.messaging.email.esp import ESPS, EspProvider
from agency.messaging.email.files import FileProvider
from agency.messaging.email.smtp import SmtpProvider

if TYPE_CHECKING:
    from agency.models import User

setting = "EMAIL_URL"
providers = {
    "": FileProvider,
    "smtp": SmtpProvider,
    "smtps": SmtpProvider,
    "smtp+tls": SmtpProvider,
    "smtp+ssl": SmtpProvider,
    **dict.fromkeys(ESPS, EspProvider),
}


def address_of(user: "User") -> str:
    """The person's address, or empty."""
    return user.email
