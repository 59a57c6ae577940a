"""Taking back what was agreed to: rows of the consent ledger."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from leads.models import Consent

UNSUBSCRIBE: Final = "unsubscribe"
"""The event by which a person leaves our mailings."""


def withdrawal(channels: Sequence[str], *, at: datetime, via: str, phone: str = "", email: str = "", text: str = "") -> Consent:
    """An unsaved row: these channels to this number and address are closed from `at` on."""
    return Consent(phone=phone, email=email, channels=list(channels), granted=False, text=text, at=at, via=via)
