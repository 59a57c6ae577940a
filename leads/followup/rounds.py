"""What follows a round of a plan that repeats."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Max

from agency.due import DueState
from leads.followup.facts import StepRow, next_round
from leads.followup.outcome import moot
from leads.followup.plans import plans
from leads.models import FollowUpStep


def further_rounds(steps: Sequence[FollowUpStep], now: datetime) -> list[StepRow]:
    """The next round of each repeating plan whose round ends with one of these steps."""
    ended = [step for step in steps if step.plan and step.plan.repeats and step.state != DueState.DUE and not moot(step)]
    if not ended:
        return []
    known = {plan.id: plan for plan in plans()}
    last = dict(
        FollowUpStep.objects.filter(lead__in={step.lead_id for step in ended}, plan__in={step.plan_id for step in ended})
        .values_list("plan")
        .annotate(Max("position"))
    )
    return [
        row
        for step in ended
        if step.position == last[step.plan_id] and step.plan_id in known
        for row in next_round(known[step.plan_id], step.lead_id, step.started_at, step.cycle, now)
    ]
