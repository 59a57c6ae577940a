"""What people do to a lead's follow-up by hand: pause it, let it go on, leave out a step."""

from datetime import datetime
from typing import Final

from django.utils import timezone

from agency.due import OUTCOME_LENGTH, DueState
from agency.models import User
from leads.followup import pauses
from leads.followup.rounds import further_rounds
from leads.followup.rows import PENDING, write
from leads.followup.withdrawal import take_back
from leads.models import FollowUpPause, FollowUpStep, Lead
from leads.work.desk import WorkError, at_work

ALREADY_PAUSED: Final = "The follow-up is paused already."
NOT_PAUSED: Final = "The follow-up is not paused."
ENDS_TOO_SOON: Final = "A pause must end in the future."
NOTHING_LEFT: Final = "There is nothing left to pause."
NOT_TO_COME: Final = "This step is not to come (any more)."
PAUSED: Final = "Taken back: the follow-up was paused."
SKIPPED: Final = "Left out by {name}"
THE_SYSTEM: Final = "the system"


def pause(lead: Lead, *, by: User | None, until: datetime | None = None, now: datetime | None = None) -> FollowUpPause:
    """Nothing automatic happens to the lead until it is resumed, or until `until`; a call-back agreed with them stays.

    What has not left the outbox yet is taken back. Raises `WorkError`.
    """
    now = timezone.now() if now is None else now
    if until is not None and until <= now:
        raise WorkError(ENDS_TOO_SOON)
    with at_work(lead, by, now) as held:
        if FollowUpPause.objects.filter(lead=held, ended_at__isnull=True).exists():
            raise WorkError(ALREADY_PAUSED)
        take_back(held.pk, why=PAUSED, now=now)
        if not FollowUpStep.objects.filter(lead=held, state__in=PENDING).exists():
            raise WorkError(NOTHING_LEFT)
        return FollowUpPause.objects.create(lead=held, since=now, until=until, by=by)


def resume(lead: Lead, *, by: User | None, now: datetime | None = None) -> int:
    """What was to come goes on, later by as long as it rested, so that nobody gets several touches at once; returns how many.

    Raises `WorkError`.
    """
    now = timezone.now() if now is None else now
    with at_work(lead, by, now) as held:
        found = FollowUpPause.objects.filter(lead=held, ended_at__isnull=True).first()
        if found is None:
            raise WorkError(NOT_PAUSED)
        return pauses.end(found, by=by, now=now)


def skip_step(lead: Lead, step: int, *, by: User | None, reason: str = "", now: datetime | None = None) -> FollowUpStep:
    """The lead's step is left out, and says by whom and why; what comes after it stays. Raises `WorkError`."""
    now = timezone.now() if now is None else now
    with at_work(lead, by, now) as held:
        found = FollowUpStep.objects.select_related("plan", "lead").filter(pk=step, lead=held, state__in=PENDING).first()
        if found is None:
            raise WorkError(NOT_TO_COME)
        words = SKIPPED.format(name=by.name if by else THE_SYSTEM)
        found.state, found.finished_at = DueState.SKIPPED, now
        found.outcome = ": ".join(filter(None, (words, reason.strip())))[:OUTCOME_LENGTH]
        found.save(update_fields=["state", "finished_at", "outcome"])
        write(further_rounds([found], now))
    return found
