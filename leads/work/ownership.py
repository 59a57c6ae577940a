"""Taking a lead, handing it back, and giving it to somebody else."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.utils import timezone

from agency.models import User
from agency.roles import is_manager
from leads.history import note_status
from leads.models import Lead
from leads.work.desk import MANAGERS_ONLY, NOT_YOURS, WorkError, at_work, owns
from producers.models import Producer
from routing.assignment import assign, give, stamp
from routing.engine.facts import Decision
from routing.models import DeclineReason, EndReason

DECLINE_REASONS: Final[Mapping[str, str]] = {key: str(label) for key, label in DeclineReason.choices}
NO_REASON: Final = "Say why, choosing one of the reasons."
NO_REASON_GIVEN: Final = "Say why."
NOT_OPEN: Final = "This lead is not open."
NOBODY_OWNS_IT: Final = "Nobody owns this lead at the moment."
LAST_RESORT: Final = "Nobody else could take this lead: give it to somebody by hand."
ALREADY_THEIRS: Final = "{name} has this lead already."


def accept(lead: Lead, *, by: User | None, now: datetime | None = None) -> None:
    """The owner has taken the lead up; a second press changes nothing."""
    now = timezone.now() if now is None else now
    with at_work(lead, by, now) as locked:
        _check_owned(locked)
        stamp(locked, now=now, accepted=True)


def decline(lead: Lead, *, by: User, reason: str, now: datetime | None = None) -> Decision:
    """The lead is with somebody else, or with the owner of last resort; whoever declined it once is not asked again."""
    now = timezone.now() if now is None else now
    if reason not in DECLINE_REASONS:
        raise WorkError(NO_REASON)
    with at_work(lead, by, now) as locked:
        _check_owned(locked)
        if not owns(locked, by):
            raise WorkError(NOT_YOURS)
        if locked.unplaced:
            raise WorkError(LAST_RESORT)
        before = locked.status
        decision = assign(
            locked,
            reason="decline",
            now=now,
            exclude={_owner(locked).key},
            by=by,
            end_reason=EndReason.DECLINED,
            end_note=reason,
        )
        note_status(locked, before, by=by, now=now, reason=f"Declined: {DECLINE_REASONS[reason].lower()}")
    return decision


def reassign(lead: Lead, *, by: User, producer: Producer | None = None, reason: str, now: datetime | None = None) -> Decision:
    """The lead is with `producer`, if they may have it; without one, with whoever the rules choose apart from its owner."""
    now = timezone.now() if now is None else now
    if not reason.strip():
        raise WorkError(NO_REASON_GIVEN)
    if not is_manager(by):
        raise WorkError(MANAGERS_ONLY)
    with at_work(lead, by, now) as locked:
        if locked.closed_at is not None:
            raise WorkError(NOT_OPEN)
        if producer is not None and locked.owner_id == producer.pk:
            raise WorkError(ALREADY_THEIRS.format(name=producer.name))
        before = locked.status
        decision = _hand_over(locked, by, producer, reason.strip()[:300], now)
        note_status(locked, before, by=by, now=now, reason=reason)
    return decision


def _hand_over(lead: Lead, by: User, producer: Producer | None, reason: str, now: datetime) -> Decision:
    if producer is not None:
        return give(lead, producer, by=by, reason=reason, now=now)
    exclude = set() if lead.owner is None else {lead.owner.key}
    return assign(lead, reason="manual", now=now, exclude=exclude, by=by, end_reason=EndReason.REASSIGNED, end_note=reason)


def _check_owned(lead: Lead) -> None:
    if not lead.is_open:
        raise WorkError(NOT_OPEN)
    _owner(lead)


def _owner(lead: Lead) -> Producer:
    if lead.owner is None:
        raise WorkError(NOBODY_OWNS_IT)
    return lead.owner
