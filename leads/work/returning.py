"""Bringing a lead back from nurture or from its end."""

from datetime import datetime
from typing import Final

from agency.models import User
from leads.models import Lead, Status
from producers.models import Producer
from routing.assignment import AssignmentError, give, reopen

BACK: Final = "it is worked on again"


def bring_back(lead: Lead, *, by: User | None, now: datetime) -> None:
    """The lead is open again and somebody's: a closed one whose it was, a nurtured one whose hands it is in, else as rules say.

    The caller's transaction holds the lead. The rules may put a nurtured lead back into nurture.
    """
    if lead.status == Status.NURTURE:
        for person in _at_hand(lead, by):
            try:
                give(lead, person, by=by, reason=BACK, now=now)
            except AssignmentError:
                continue  # may not have it: the next one may
            return
    reopen(lead, now=now)


def _at_hand(lead: Lead, by: User | None) -> list[Producer]:
    """Whoever is speaking with the person now, then the steward."""
    speaking = None if by is None else Producer.objects.filter(user=by).first()
    return [person for person in (speaking, lead.steward) if person is not None]
