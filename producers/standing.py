"""How everyone stands right now: what they hold, how much room they have, whether they are there, how they do."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Aggregate, DurationField, ExpressionWrapper, F, QuerySet

from agency.calendar import is_open
from producers.facts import LoadFacts, ProducerFacts, Roster
from producers.models import CapPeriod, Presence, Producer, Role
from producers.performance import WINDOW_DAYS
from producers.reading import caps_of
from producers.roster import local_day, roster


class Median(Aggregate):
    """The middle of the values that are not null; between the two middle ones when they are even in number."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True, slots=True)
class Standing:
    """One person as lists show them."""

    key: str
    name: str
    role: str
    active: bool
    level: str
    weight: Decimal
    teams: tuple[str, ...]
    lines: tuple[str, ...]
    languages: tuple[str, ...]
    backup: str | None
    caps: dict[str, Any]
    """`open`, `day`, `week`, `month` → the most leads; `only`: a list of the same beside a `family`, a `tier`, or both."""
    availability: str
    """What they say of themselves."""
    available: bool
    """Active, says available, not on time off, and on shift."""
    open_leads: int
    other_load: int
    """Other work, in leads' worth."""
    capacity_remaining: int | None
    """Leads until the first cap on all leads is reached; None without one."""
    close_rate: float | None
    """Bound of received over the trailing window; None without history."""
    median_response_seconds: int | None
    """From assignment to first attempt, over the trailing window; None without history."""


def people(keys: Collection[str] | None = None) -> QuerySet[Producer]:
    """Everyone who may own leads, and those who might again, by key; with `keys` only these."""
    found = Producer.objects.exclude(role=Role.MARKETING).select_related("user", "backup")
    found = found.prefetch_related("teams", "lines", "caps").order_by("key")
    return found if keys is None else found.filter(key__in=keys)


def standings(now: datetime, producers: QuerySet[Producer]) -> list[Standing]:
    """These people at `now`; eight queries however many they are."""
    current = roster(now)
    rows = list(producers)
    medians = _medians(now, [row.pk for row in rows])
    return [_standing(row, current, medians.get(row.pk), now) for row in rows]


def _standing(row: Producer, current: Roster, median: timedelta | None, now: datetime) -> Standing:
    facts = current.producers.get(row.key)
    load = current.loads.get(row.key, LoadFacts())
    caps = caps_of(row)
    plain = {period: limit for period, limit in caps.items() if period != "only"}
    return Standing(
        key=row.key,
        name=row.name,
        role=row.role,
        active=row.active,
        level=row.level,
        weight=row.weight,
        teams=tuple(sorted(team.key for team in row.teams.all())),
        lines=tuple(sorted(line.key for line in row.lines.all())),
        languages=tuple(row.languages),
        backup=row.backup.key if row.backup else None,
        caps=caps,
        availability=load.presence,
        available=facts is not None and is_available(facts, load, current, now),
        open_leads=load.open,
        other_load=load.other,
        capacity_remaining=room(plain, load),
        close_rate=load.bound_90d / load.received_90d if load.received_90d else None,
        median_response_seconds=None if median is None else max(round(median.total_seconds()), 0),
    )


def is_available(person: ProducerFacts, load: LoadFacts, current: Roster, now: datetime) -> bool:
    """Whether they are there at `now`: they say so, are not on time off, and it is within their hours or the agency's."""
    day: date = local_day(now, current.timezone)
    if load.presence != Presence.AVAILABLE or any(start <= day <= end for start, end in person.time_off):
        return False
    return is_open(current.hours if person.hours is None else person.hours, current.timezone, current.closed, now)


def room(caps: dict[str, int], load: LoadFacts) -> int | None:
    """How many leads more fit under every cap on all leads; None without one. Other work counts as open leads."""
    counts = {
        CapPeriod.OPEN: load.open + load.other,
        CapPeriod.DAY: load.day,
        CapPeriod.WEEK: load.week,
        CapPeriod.MONTH: load.month,
    }
    return max(min(limit - counts[CapPeriod(period)] for period, limit in caps.items()), 0) if caps else None


def _medians(now: datetime, pks: list[int]) -> dict[int, Any]:
    since = now - timedelta(days=WINDOW_DAYS)
    taken = ExpressionWrapper(F("assignments__first_attempt_at") - F("assignments__started_at"), output_field=DurationField())
    answered = Producer.objects.filter(
        pk__in=pks,
        assignments__started_at__gte=since,
        assignments__started_at__lte=now,
        assignments__first_attempt_at__isnull=False,
    )
    return dict(answered.values("pk").annotate(median=Median(taken)).values_list("pk", "median"))
