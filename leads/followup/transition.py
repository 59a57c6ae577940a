"""The last step of a plan: a lead that nobody ever reached goes to nurture."""

from datetime import datetime

from agency.due import DueState, record
from leads.followup import sequence
from leads.followup.outcome import STEP_REMOVED, moot
from leads.models import FollowUpStep, Status, StatusChange
from routing import assignment

REACHED = "The lead was reached."
NEVER_REACHED = "Never reached: {plan}."


def begin_nurture(step: FollowUpStep, now: datetime) -> None:
    """The lead is in nurture under the plan the step names, or the step says why not. The caller's transaction holds both."""
    lead, plan = step.lead, step.step.start if step.step else None
    step.state, step.finished_at = DueState.SKIPPED, now
    if plan is None:
        step.outcome = STEP_REMOVED
    elif lead.status != Status.NEW or lead.contacted_at is not None:
        step.outcome = moot(step) or REACHED
    else:
        step.state, step.outcome = DueState.DONE, ""
        before, lead.steward = lead.status, plan.steward
        assignment.close(lead, now=now, why="nurture")
        why = NEVER_REACHED.format(plan=step.plan.name)
        StatusChange.objects.create(lead=lead, before=before, after=lead.status, at=now, reason=why)
        record(FollowUpStep, [step], ("state", "finished_at", "outcome"))  # before all that is still pending is ended
        sequence.start(lead, trigger=sequence.TRIGGER_NURTURE, now=now, plan_key=plan.key)
