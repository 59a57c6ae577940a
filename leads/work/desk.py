"""What every deed begins with: the locked lead, and whether this person may touch it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from agency.models import User
from agency.roles import is_manager
from leads.locks import locked
from leads.models import Lead, Status
from producers.standins import works_for
from routing.assignment import AssignmentError

NOT_YOURS: Final = "This lead is not yours (any more)."
MANAGERS_ONLY: Final = "Only a manager can do this."
DOUBLE_PRESS: Final = timedelta(seconds=5)
"""The same words by the same person within this time are one press that came twice."""


class WorkError(Exception):
    """What was asked cannot be done; the message is for people."""


@contextmanager
def at_work(lead: Lead, by: User | None, now: datetime) -> Iterator[Lead]:
    """The lead's row, locked and read afresh, in a transaction of its own; afterwards `lead` shows what became of it.

    Raises `WorkError` unless `by` owns the lead, is its steward, stands in for its owner, is a manager, or is the system (None).
    """
    with transaction.atomic():
        held = locked(lead.pk)
        if by is not None and not may_work(held, by, now):
            raise WorkError(NOT_YOURS)
        try:
            yield held
        except AssignmentError as error:
            raise WorkError(str(error)) from error
    lead.refresh_from_db()


def may_work(lead: Lead, by: User, now: datetime) -> bool:
    """Whether the lead is this person's to work: its owner, the steward of a nurtured one, who stands in, or a manager."""
    if owns(lead, by) or is_manager(by):
        return True
    if lead.status == Status.NURTURE:
        return lead.steward is not None and lead.steward.user_id == by.pk
    return stands_in(lead, by, now)


def stands_in(lead: Lead, by: User, now: datetime) -> bool:
    """Whether this person works the open lead while its owner is on leave."""
    if lead.owner is None or not lead.is_open:
        return False
    who = works_for(lead.owner, now)
    return who is not None and who.user_id == by.pk


def owns(lead: Lead, by: User) -> bool:
    """Whether the lead is with this person."""
    return lead.owner is not None and lead.owner.user_id == by.pk
