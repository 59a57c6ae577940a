"""What owners are told about the leads they have."""

from datetime import datetime
from typing import Final

from agency.messaging import send_all, staff_drafts
from agency.messaging.models import Channel
from leads.models import Lead

NORMAL: Final = "normal"
URGENT: Final = "urgent"
CHANNELS: Final = {NORMAL: [Channel.IN_APP], URGENT: [Channel.IN_APP, Channel.PUSH, Channel.EMAIL]}


def tell_owner(lead: Lead, kind: str, *, subject: str, body: str = "", now: datetime, severity: str = NORMAL) -> None:
    """Whoever owns the lead has a notice that leads to it, in the app and, of what is urgent, wherever they are reached.

    In the caller's transaction.
    """
    if lead.owner is None:
        return
    path = f"/leads/{lead.pk}/"
    drafts = staff_drafts(
        kind, user=lead.owner.user, channels=CHANNELS[severity], subject=subject, body=body, path=path, lead_id=lead.pk
    )
    send_all(drafts, now)
