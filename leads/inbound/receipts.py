"""What providers say of our messages to people, as far as somebody has to hear it."""

from datetime import datetime
from typing import Final

from agency.messaging.models import Audience, Message, Receipt
from leads.models import Lead
from leads.notices import tell_owner
from leads.selectors import with_names

KIND: Final = "not_delivered"
LOST: Final = (Receipt.UNDELIVERED, Receipt.FAILED, Receipt.BOUNCED)
NOT_DELIVERED: Final = "The {channel} to {name} did not arrive{why}"


def tell_receipt(message: Message, now: datetime) -> None:
    """Whoever owns the lead of a message that did not arrive knows it. In the caller's transaction, if there is one."""
    if message.receipt not in LOST or message.audience != Audience.CONSUMER or message.lead_id is None:
        return
    lead = with_names(Lead.objects.all()).get(pk=message.lead_id)
    why = f": {message.receipt_error}" if message.receipt_error else ""
    subject = NOT_DELIVERED.format(channel=message.get_channel_display().lower(), name=lead.name, why=why)
    tell_owner(lead, KIND, subject=subject, now=now)
