"""The manager's live list: the day's figures, and for each of its leads the rule that placed it and the clock that runs."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from leads import current
from leads.inbox import late_from
from leads.models import Lead, Status
from leads.today import TodayFigures, today
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
    late: bool


@dataclass(frozen=True, slots=True)
class Wall:
    """The figures and the list; `version` differs whenever what is shown does."""

    figures: TodayFigures
    rows: list[WallRow]
    version: str


def wall(now: datetime) -> Wall:
    """The wall at `now`; a constant number of queries."""
    figures = today(now)
    rules = dict(
        RoutingDecision.objects.filter(lead__in=[lead.pk for lead in figures.leads])
        .order_by("lead", "-at", "-pk")
        .distinct("lead")
        .values_list("lead", "rule")
    )
    late_at = late_from(figures.leads, timedelta(seconds=figures.target_seconds))
    lines = current.configuration().roster.lines
    rows = []
    for lead in figures.leads:
        line = lines.get(lead.line)
        since = lead.owned_since if lead.status == Status.NEW and lead.first_attempt_at is None else None
        late = since is not None and late_at[lead.pk] <= now
        rows.append(WallRow(lead, line.name if line else lead.line, rules.get(lead.pk, ""), since, late))
    return Wall(figures, rows, _version(figures, rows))


def _version(figures: TodayFigures, rows: list[WallRow]) -> str:
    shown: list[object] = [
        [getattr(figures, name) for name in FIGURES],
        *figures.producers,
        *figures.alerts,
        *((row.lead.pk, row.lead.updated_at, row.lead.score, row.lead.owner_id, row.rule, row.late) for row in rows),
    ]
    return hashlib.blake2s(repr(shown).encode(), digest_size=8).hexdigest()
