"""A call-back agreed with a lead: the next call is at that time, and the plan's later touches wait for it."""

from collections.abc import Sequence
from datetime import datetime

from agency.due import DueState, record
from leads.followup.facts import CALL, around, call_back
from leads.followup.rows import PENDING, write
from leads.models import FollowUpStep, Lead

AGREED = "The time agreed with them for a call."
WAITS = "Waits for the call-back agreed with them."
CALLED_OFF = "The call-back was called off."
NO_LONGER_WAITS = "Moved with the call-back that was called off."
TAKEN_OVER = "The next call of the plan is the call-back now."
FIELDS = ("state", "due_at", "moved_from", "agreed", "outcome", "finished_at")


def rebook(lead: Lead, *, now: datetime) -> None:
    """What is to come fits the lead's call-back as it now is: set, changed or called off. The caller holds the saved lead.

    The next call is at the agreed time and what follows keeps its distance to it. Called off, the next call is where its plan
    has it, or now if that has passed. A lead whose plans have no call gets one of its own.
    """
    at = lead.callback_at if lead.callback_at and lead.callback_at > now else None
    pending = FollowUpStep.objects.filter(lead=lead, state__in=PENDING).order_by("due_at", "position", "pk")
    steps = sorted(pending, key=lambda step: (step.planned_at, step.position, step.pk))
    if at is None and not any(step.agreed for step in steps):
        return
    if any(step.agreed for step in steps):
        pending.filter(agreed=True).update(agreed=False)  # first: there is one at most, also between two rows of a statement
    mine = [step for step in steps if step.plan_id is not None]
    own = [step for step in steps if step.plan_id is None]
    calls = any(step.channel == CALL for step in mine)
    for step in own:
        _keep(step, None if calls else at, CALLED_OFF if at is None else TAKEN_OVER, now)
    record(FollowUpStep, own, FIELDS)
    _place(mine, at, now)
    if at is not None and not calls and not own:
        write([call_back(lead.pk, at, now)])


def _keep(step: FollowUpStep, at: datetime | None, why_not: str, now: datetime) -> None:
    """A call that is no plan's is at the agreed time, or given up."""
    if at is not None:
        step.state, step.due_at, step.agreed = DueState.DUE, at, True
    else:
        step.state, step.outcome, step.finished_at = DueState.SKIPPED, why_not, now


def _place(steps: Sequence[FollowUpStep], at: datetime | None, now: datetime) -> None:
    """The plan's touches, in the plan's order, are around the call-back, or as planned where there is none any more."""
    first = next((step for step in steps if step.channel == CALL), None)
    if first is None:
        return
    instants = around([(step.planned_at, step.channel) for step in steps], at or max(first.planned_at, now))
    for step, instant in zip(steps, instants, strict=True):
        planned = step.planned_at
        step.moved_from = None if instant == planned else planned
        step.due_at, step.agreed = instant, at is not None and step is first
        words = NO_LONGER_WAITS if at is None else AGREED if step is first else WAITS
        step.outcome = "" if instant == planned else words
    first.state = DueState.DUE
    record(FollowUpStep, steps, FIELDS)
