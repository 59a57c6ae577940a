"""Plans as plain facts, and when their steps fall. No Django, no clock, no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class StepFacts:
    """One touch of a plan, so long after its start."""

    id: int
    position: int
    after: timedelta
    channel: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """A plan with its steps in order."""

    id: int
    key: str
    starts: str
    when: Mapping[str, Any] = field(default_factory=dict)
    repeats: timedelta | None = None
    steps: tuple[StepFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class StepRow:
    """A touch promised to one lead: one row of `FollowUpStep`, not yet written."""

    lead_id: int
    plan_id: int
    step_id: int
    position: int
    cycle: int
    started_at: datetime
    due_at: datetime
    channel: str
    label: str

    def to_row(self) -> dict[str, Any]:
        """The row's columns; a new row is due and was not attempted."""
        return {name: getattr(self, name) for name in self.__slots__} | {"state": "due", "attempts": 0, "outcome": ""}


def step_rows(plan: PlanFacts, lead_id: int, started_at: datetime, cycle: int = 0) -> list[StepRow]:
    """Every touch of one round of a plan that began at `started_at`; round 0 is the first."""
    begins = started_at + cycle * (plan.repeats or timedelta(0))
    return [
        StepRow(
            lead_id=lead_id,
            plan_id=plan.id,
            step_id=step.id,
            position=step.position,
            cycle=cycle,
            started_at=started_at,
            due_at=begins + step.after,
            channel=step.channel,
            label=step.label,
        )
        for step in plan.steps
    ]


def next_round(plan: PlanFacts, lead_id: int, started_at: datetime, cycle: int, now: datetime) -> list[StepRow]:
    """The touches of the first round after `cycle` that is still ahead at `now`; none when the plan does not repeat.

    Rounds that passed while nothing ran are left out, so that nobody gets several at once.
    """
    if not plan.repeats or not plan.steps:
        return []
    passed = (now - started_at) // plan.repeats
    return step_rows(plan, lead_id, started_at, max(cycle, passed) + 1)
