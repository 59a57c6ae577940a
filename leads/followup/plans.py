"""The plans in force, cached in the process under their revision number."""

from agency import revisions
from leads.followup.facts import PlanFacts, StepFacts
from leads.models import Plan

_cached: tuple[int, tuple[PlanFacts, ...]] | None = None


def plans(number: int | None = None) -> tuple[PlanFacts, ...]:
    """All active plans in the agency's order; no query when `number` (default: read now) is the one they were cached under."""
    global _cached  # noqa: PLW0603  # one per process, replaced as a whole
    number = revisions.current()[revisions.PLANS] if number is None else number
    if _cached is None or _cached[0] != number:
        _cached = (number, _read())
    return _cached[1]


def _read() -> tuple[PlanFacts, ...]:
    return tuple(
        PlanFacts(
            id=plan.pk,
            key=plan.key,
            starts=plan.starts,
            when=plan.when,
            repeats=plan.repeats,
            steps=tuple(
                StepFacts(id=step.pk, position=step.position, after=step.after, channel=step.channel, label=step.label)
                for step in plan.steps.all()
            ),
        )
        for plan in Plan.objects.filter(active=True).prefetch_related("steps")
    )
