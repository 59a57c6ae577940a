"""The roster as facts: a static part in immutable versions, cached by number, and the moving part read per decision."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays
from django.db import connection
from django.utils import timezone as clock

from agency import revisions
from producers.facts import LoadFacts, Roster
from producers.models import Load, RosterVersion
from producers.reading import read_roster
from producers.rosterdata import from_data, to_data

__all__ = ["closed_days", "from_data", "load_facts", "loads", "local_day", "monday", "roster", "static", "to_data"]

LOAD_FIELDS = (
    "open_leads",
    "day",
    "day_count",
    "week",
    "week_count",
    "month",
    "month_count",
    "last_assigned_at",
    "presence",
    "received_90d",
    "bound_90d",
    "responses_90d",
    "response_seconds_90d",
    "other_load",
)
"""The columns of `Load` that `load_facts` reads."""

_CACHED_VERSIONS = 16
_cache: dict[int, Roster] = {}


def roster(now: datetime) -> Roster:
    """Everyone who may own leads, with their loads at `now` and the days on which holidays close everyone; two queries."""
    fixed = static()
    return replace(fixed, loads=loads(now, fixed.timezone), closed=closed_days(fixed.holidays, local_day(now, fixed.timezone)))


def static(number: int | None = None) -> Roster:
    """The roster without loads and closed days: the current one, or the one that was current under `number`.

    One query while nothing changed, none for a number this process knows. A number that nothing was ever decided under gives
    the current roster.
    """
    if number is None:
        number = revisions.current()[revisions.ROSTER]
    return _cache.get(number) or _remember(_stored(number) or _build())


def loads(now: datetime, timezone: str) -> dict[str, LoadFacts]:
    """Key → load at `now` of everyone who has one; one query."""
    today = local_day(now, timezone)
    return {row["producer__key"]: load_facts(row, today) for row in Load.objects.values("producer__key", *LOAD_FIELDS)}


def load_facts(row: Mapping[str, Any], today: date) -> LoadFacts:
    """One row of loads as it counts on the agency's day `today`: a count of an earlier day, week or month is none."""
    return LoadFacts(
        open=row["open_leads"],
        day=row["day_count"] if row["day"] == today else 0,
        week=row["week_count"] if row["week"] == monday(today) else 0,
        month=row["month_count"] if row["month"] == today.replace(day=1) else 0,
        last_assigned_at=row["last_assigned_at"],
        presence=row["presence"],
        received_90d=row["received_90d"],
        bound_90d=row["bound_90d"],
        responses_90d=row["responses_90d"],
        response_seconds_90d=row["response_seconds_90d"],
        other=row["other_load"],
    )


def local_day(now: datetime, timezone: str) -> date:
    """The agency's calendar day at `now`."""
    return now.astimezone(ZoneInfo(timezone)).date()


def monday(day: date) -> date:
    """The Monday of that day's week."""
    return day - timedelta(days=day.weekday())


def closed_days(calendar: str, today: date) -> frozenset[date]:
    """The holidays of a calendar such as US or US-NY, from the year before `today` to two years after; none without one."""
    return _holidays(calendar, today.year) if calendar else frozenset()


@lru_cache(maxsize=64)
def _holidays(calendar: str, year: int) -> frozenset[date]:
    country, _, subdivision = calendar.partition("-")
    return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=range(year - 1, year + 3)))


def _stored(number: int) -> Roster | None:
    data = RosterVersion.objects.filter(pk=number).values_list("data", flat=True).first()
    return None if data is None else from_data(data)


def _remember(version: Roster) -> Roster:
    while len(_cache) >= _CACHED_VERSIONS:
        _cache.pop(next(iter(_cache)), None)
    _cache[version.number] = version
    return version


def _build() -> Roster:
    """The current roster, read from the tables and stored under its number."""
    number = revisions.fresh()[revisions.ROSTER]
    while True:
        built = read_roster(number)
        again = revisions.fresh()[revisions.ROSTER]
        if again == number:  # nothing was committed while we read
            _store(built)
            return built
        number = again


def _store(version: Roster) -> None:
    """The version's row is there and committed, whatever becomes of the caller's transaction.

    On a connection of its own: within the callers' transactions two intakes could wait for each other under the routing lock, and
    a rollback would take away a row that this process counts on.
    """
    own = connection.copy()
    try:
        with own.cursor() as cursor:
            cursor.execute(
                "INSERT INTO producers_rosterversion (number, data, created_at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
                [version.number, json.dumps(to_data(version)), clock.now()],
            )
    finally:
        own.close()
