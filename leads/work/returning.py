"""Bringing a lead back from nurture or from its end."""

from datetime import datetime
from typing import Final

from agency.models import User
from leads.models import Lead, Status
from producers.models import Producer
from routing.assignment import AssignmentError, give, reopen

BACK: Final = "the person is back"


def bring_back(lead: Lead, *, by: User | None, now: datetime) -> None:
    """The lead is open again and somebody's: a closed one whose it was, a nurtured one with whoever brings it back.

    Where that may not be, the rules choose. The caller's transaction holds the lead.
    """
    speaking = None if by is None or lead.status != Status.NURTURE else Producer.objects.filter(user=by).first()
    if speaking is not None:
        try:
            give(lead, speaking, by=by, reason=BACK, now=now)
        except AssignmentError:
            pass  # a license or a cap forbids it
        else:
            return
    reopen(lead, now=now)
