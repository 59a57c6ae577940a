"""What owners are told about the leads they have."""

from datetime import datetime
from typing import Final

from agency import revisions
from agency.messaging import send_all, staff_drafts
from agency.messaging.models import Channel, Severity
from leads.models import Lead
from producers.standins import works_for
from routing import current
from routing.escalation import managers_of
from routing.notices import ASSIGNED, page_of

AWAY: Final = "{owner} is on leave."
NORMAL: Final = Severity.NORMAL
URGENT: Final = Severity.URGENT


def tell_owner(
    lead: Lead, kind: str, *, subject: str, body: str = "", now: datetime, severity: str = NORMAL, brief: str = ""
) -> None:
    """Whoever works the lead has a notice that leads to it: in the app and, of what is urgent, as they hear of a new lead.

    That is its owner, or who stands in for them; the managers, where nobody does. `brief` is what a locked screen may show of it.
    In the caller's transaction.
    """
    if lead.owner is None:
        return
    who = works_for(lead.owner, now)
    if who != lead.owner:
        body = f"{body} {AWAY.format(owner=lead.owner.name)}".strip()
    config = current.configuration(revisions.current())
    drafts = [
        draft
        for one in ([who] if who else managers_of(lead.owner))
        for draft in staff_drafts(
            kind,
            user=one.user,
            channels=config.channels(one.key, ASSIGNED) if severity == URGENT else (Channel.IN_APP,),
            subject=subject,
            body=body,
            path=page_of(lead.pk),
            lead_id=lead.pk,
            severity=severity,
            brief=brief,
            known=config.alerts,
        )
    ]
    send_all(drafts, now)
