"""What owners are told about the leads they have."""

from datetime import datetime
from typing import Final

from agency.messaging import send_all, staff_drafts
from agency.messaging.models import Channel
from leads.models import Lead
from producers.standins import works_for
from routing.escalation import managers_of

AWAY: Final = "{owner} is on leave."
NORMAL: Final = "normal"
URGENT: Final = "urgent"
CHANNELS: Final = {NORMAL: [Channel.IN_APP], URGENT: [Channel.IN_APP, Channel.PUSH, Channel.EMAIL]}


def tell_owner(lead: Lead, kind: str, *, subject: str, body: str = "", now: datetime, severity: str = NORMAL) -> None:
    """Whoever works the lead has a notice that leads to it, in the app and, of what is urgent, wherever they are reached.

    That is its owner, or who stands in for them; the managers, where nobody does. In the caller's transaction.
    """
    if lead.owner is None:
        return
    who = works_for(lead.owner, now)
    if who != lead.owner:
        body = f"{body} {AWAY.format(owner=lead.owner.name)}".strip()
    drafts = [
        draft
        for one in ([who] if who else managers_of(lead.owner))
        for draft in staff_drafts(
            kind,
            user=one.user,
            channels=CHANNELS[severity],
            subject=subject,
            body=body,
            path=f"/leads/{lead.pk}/",
            lead_id=lead.pk,
        )
    ]
    send_all(drafts, now)
