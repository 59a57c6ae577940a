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
    lead, plan = step.lead, step.step.start if step.step else None
    step.finished_at = now
    if plan is None or (why_not := _why_not(step, plan)):
        step.state, step.outcome = DueState.SKIPPED, STEP_REMOVED if plan is None else why_not
        return
    step.state, step.outcome = DueState.DONE, ""
    before, lead.steward = lead.status, plan.steward
    assignment.close(lead, now=now, why="nurture")
    note_status(lead, before, by=None, now=now, reason=NEVER_REACHED.format(plan=step.plan.name))
    record(FollowUpStep, [step], ("state", "finished_at", "outcome"))  # before all that is still pending is ended
    sequence.start(lead, trigger=sequence.TRIGGER_NURTURE, now=now, plan_key=plan.key)


def _why_not(step: FollowUpStep, plan: Plan) -> str:
    """Why the lead stays where it is; empty when it goes to nurture."""
    if why := moot(step):
        return why
    if step.lead.status != Status.NEW or step.lead.contacted_at is not None:
        return REACHED
    return "" if plan.active else NOTHING_FOLLOWS.format(plan=plan.name)
