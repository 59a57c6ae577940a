"""A call-back that was booked, changed or called off: whatever counts from it is moved."""

from datetime import datetime

from leads import followup
from leads.models import Lead
from routing import escalation


def move_timers(lead: Lead, *, before: datetime | None, now: datetime, agreed: bool) -> None:
    """The follow-up and the ladder fit the lead's call-back, if it differs from `before`. The caller holds the saved lead.

    `agreed`: the person or a manager set it, and not whoever is to call.
    """
    if lead.callback_at == before:
        return
    followup.rebook(lead, now=now)
    escalation.recount(lead, now=now, agreed=agreed)
