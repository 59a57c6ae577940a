"""The manager's live list: the day's figures, and for each of its leads the rule that placed it and the clock that runs."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from leads import stuck
from leads.clocks import people, waits
from leads.models import Lead, Status
from leads.today import ProducerToday, TodayFigures, today
from producers.facts import Roster
from routing.fairness import drifts
from routing.models import RoutingDecision

FIGURES = (
    "received", "contacted", "nurtured", "unplaced", "untouched", "average_response_seconds", "quoted_pending", "follow_ups_due",
    "binds_this_week", "premium_this_week",
)  # fmt: skip
"""What of the day's figures is shown above the list."""


@dataclass(frozen=True, slots=True)
class WallRow:
    """One of today's leads."""

    lead: Lead
    line: str
    rule: str
    since: datetime | None
    """When the clock started that still runs."""
    starts_at: datetime | None
    """When it will start, of an owner who is not at work yet."""
    late: bool


@dataclass(frozen=True, slots=True)
class WallPerson:
    """One person's day with what bounds it."""

    day: ProducerToday
    cap: int | None
    """The most open leads."""
    drift: float | None
    """What turns owe them (positive) or gave them ahead, in leads, where it is most; None for who takes no turns."""


@dataclass(frozen=True, slots=True)
class Wall:
    """The figures and the list; `version` differs whenever what is shown does."""

    figures: TodayFigures
    people: list[WallPerson]
    rows: list[WallRow]
    stuck: int
    """How much came to nothing by itself and waits for a person."""
    version: str


def wall(now: datetime) -> Wall:
    """The wall at `now`; a constant number of queries."""
    figures, working = today(now), people(now)
    rules = dict(
        RoutingDecision.objects.filter(lead__in=[lead.pk for lead in figures.leads])
        .order_by("lead", "-at", "-pk")
        .distinct("lead")
        .values_list("lead", "rule")
    )
    running = waits(figures.leads, working=working, target=timedelta(seconds=figures.target_seconds))
    rows = []
    for lead in figures.leads:
        line = working.lines.get(lead.line)
        clock = running.get(lead.pk) if lead.status == Status.NEW and lead.first_attempt_at is None else None
        since = clock.starts_at if clock and clock.starts_at <= now else None
        starts_at = clock.starts_at if clock and clock.starts_at > now else None
        late = clock is not None and clock.late_at <= now
        rows.append(WallRow(lead, line.name if line else lead.line, rules.get(lead.pk, ""), since, starts_at, late))
    persons = _people(figures, working)
    given_up = stuck.count()
    return Wall(figures, persons, rows, given_up, _version(figures, persons, rows, given_up))


def _people(figures: TodayFigures, working: Roster) -> list[WallPerson]:
    owed = drifts()
    caps = {key: person.caps.get("open") for key, person in working.producers.items()}
    return [WallPerson(one, caps.get(one.key), owed.get(one.key)) for one in figures.producers]


def _version(figures: TodayFigures, persons: list[WallPerson], rows: list[WallRow], given_up: int) -> str:
    shown: list[object] = [
        [getattr(figures, name) for name in FIGURES],
        *persons,
        *figures.alerts,
        given_up,
        *(
            (row.lead.pk, row.lead.updated_at, row.lead.score, row.lead.owner_id, row.rule, row.late, row.starts_at)
            for row in rows
        ),
    ]
    return hashlib.blake2s(repr(shown).encode(), digest_size=8).hexdigest()
