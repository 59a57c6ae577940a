"""Plans as plain facts, and when their steps fall. No Django, no clock, no I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

CALL = "call"
CALL_BACK = "Call back, as agreed"
"""What a call-back is called that no plan's call stands for."""


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
    plan_id: int | None
    step_id: int | None
    position: int
    cycle: int
    started_at: datetime
    due_at: datetime
    channel: str
    label: str
    moved_from: datetime | None = None
    agreed: bool = False

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


# --- A call-back at an agreed time ---


def around(planned: Sequence[tuple[datetime, str]], at: datetime) -> list[datetime]:
    """Instants for touches (planned instant, channel) in order: the first call is at `at`, and what follows it waits as long.

    An earlier call-back leaves what follows where it is. What comes before the first call does, too.
    """
    first = next((number for number, (_, channel) in enumerate(planned) if channel == CALL), None)
    if first is None:
        return [instant for instant, _ in planned]
    wait = max(at - planned[first][0], timedelta(0))
    before = [instant for instant, _ in planned[:first]]
    return [*before, at, *(instant + wait for instant, _ in planned[first + 1 :])]


def with_call_back(rows: Sequence[StepRow], lead_id: int, at: datetime, now: datetime) -> list[StepRow]:
    """New touches around a call-back agreed for `at`: the first call is it, or, where there is none, a call of its own."""
    rows = sorted(rows, key=lambda row: (row.due_at, row.position))
    instants = around([(row.due_at, row.channel) for row in rows], at)
    moved = [_moved(row, instant) for row, instant in zip(rows, instants, strict=True)]
    first = next((number for number, row in enumerate(moved) if row.channel == CALL), None)
    if first is None:
        return [*moved, call_back(lead_id, at, now)]
    moved[first] = replace(moved[first], agreed=True)
    return moved


def call_back(lead_id: int, at: datetime, now: datetime) -> StepRow:
    """A call at the agreed time that is no plan's."""
    return StepRow(
        lead_id=lead_id,
        plan_id=None,
        step_id=None,
        position=0,
        cycle=0,
        started_at=now,
        due_at=at,
        channel=CALL,
        label=CALL_BACK,
        agreed=True,
    )


def _moved(row: StepRow, instant: datetime) -> StepRow:
    return row if instant == row.due_at else replace(row, due_at=instant, moved_from=row.due_at)
