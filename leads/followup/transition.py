"""The last step of a plan: a lead that nobody ever reached goes to nurture."""

from datetime import datetime

from agency.due import DueState, record
from leads.followup import sequence
from leads.followup.outcome import STEP_REMOVED, moot
from leads.history import note_status
from leads.models import FollowUpStep, Plan, Status
from routing import assignment

REACHED = "The lead was reached."
NOTHING_FOLLOWS = "{plan} is switched off, so the lead stays where it is."
NEVER_REACHED = "Never reached: {plan}."


def begin_nurture(step: FollowUpStep, now: datetime) -> None:
    """The lead is in nurture under the plan the step names, or the step says why not. The caller's transaction holds both."""
    lead, step.finished_at = step.lead, now
    if why := why_not(step):
        step.state, step.outcome = DueState.SKIPPED, why
        return
    plan = _follows(step)
    step.state, step.outcome = DueState.DONE, ""
    before, lead.steward = lead.status, plan.steward if plan else None
    assignment.close(lead, now=now, why="nurture")
    note_status(lead, before, by=None, now=now, reason=NEVER_REACHED.format(plan=step.plan))
    record(FollowUpStep, [step], ("state", "finished_at", "outcome"))  # before all that is still pending is ended
    sequence.start(lead, trigger=sequence.TRIGGER_NURTURE, now=now, plan_key=plan.key if plan else None)


def why_not(step: FollowUpStep) -> str:
    """Why the lead stays where it is; empty when the step takes it to nurture."""
    plan = _follows(step)
    if plan is None:
        return STEP_REMOVED
    if why := moot(step):
        return why
    if step.lead.status != Status.NEW or step.lead.contacted_at is not None:
        return REACHED
    return "" if plan.active else NOTHING_FOLLOWS.format(plan=plan.name)


def _follows(step: FollowUpStep) -> Plan | None:
    return step.step.start if step.step else None
