"""What owners are told about the leads they have."""

from datetime import datetime

from agency.messaging import send_all, staff_drafts
from agency.messaging.models import Channel
from leads.models import Lead


def tell_owner(lead: Lead, kind: str, *, subject: str, body: str = "", now: datetime) -> None:
    """Whoever owns the lead has a notice in the app that leads to it. In the caller's transaction."""
    if lead.owner is None:
        return
    path = f"/leads/{lead.pk}/"
    drafts = staff_drafts(
        kind, user=lead.owner.user, channels=[Channel.IN_APP], subject=subject, body=body, path=path, lead_id=lead.pk
    )
    send_all(drafts, now)
