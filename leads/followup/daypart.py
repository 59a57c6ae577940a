"""Another part of the day than the ones in which nobody answered. No Django, no clock, no I/O."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from agency.calendar import Week, next_open

PARTS = (
    ("morning", time(8), time(11)),
    ("midday", time(11), time(14)),
    ("afternoon", time(14), time(17)),
    ("early evening", time(17), time(20)),
)
"""Of the day where the person is; each includes its first minute and not its last."""
HORIZON = timedelta(days=4)
"""How far a call is moved at most: over a long weekend."""
UNANSWERED = "Another time of day: nobody answered in the {parts}."

Opens = Callable[[datetime], datetime | None]
"""The first instant from a given one on at which the call may be made, itself when it may; None when it never may."""


@dataclass(frozen=True, slots=True)
class Shift:
    """When the call is to be made, and why not when it was planned; no reason where it stays."""

    at: datetime
    reason: str = ""


def part_of(instant: datetime, zone: str) -> str:
    """The part of the day it is there; empty at night."""
    local = instant.astimezone(ZoneInfo(zone)).time()
    return next((name for name, begins, ends in PARTS if begins <= local < ends), "")


def another_part(planned: datetime, zone: str, failed: Sequence[datetime], opens: Opens, before: datetime | None = None) -> Shift:
    """The planned instant, or the first later one in a part of the day in which fewest of the failed calls were made.

    Not moved where nothing failed, no part is open within `HORIZON`, or only from `before` on, when the next call is due.
    """
    if not failed:
        return Shift(planned)
    tried = Counter(part_of(instant, zone) for instant in failed)
    latest = min(planned + HORIZON, before) if before else planned + HORIZON
    found = [(tried[name], at) for name, at in _openings(planned, zone, opens, latest)]
    if not found:
        return Shift(planned)
    _, at = min(found)
    names = [name for name, _, _ in PARTS if tried[name]]
    return Shift(at, UNANSWERED.format(parts=" and the ".join(names))) if at != planned and names else Shift(planned)


def _openings(planned: datetime, zone: str, opens: Opens, latest: datetime) -> list[tuple[str, datetime]]:
    """The first moment of each part in which the call may be made, of those that have one before `latest`."""
    firsts = ((name, _first(planned, zone, _daily(begins, ends), opens, latest)) for name, begins, ends in PARTS)
    return [(name, at) for name, at in firsts if at is not None]


def _first(planned: datetime, zone: str, week: Week, opens: Opens, latest: datetime) -> datetime | None:
    at: datetime | None = planned
    while at is not None and at < latest:
        in_part = next_open(week, zone, (), at)
        at = opens(in_part)
        if at == in_part:
            return at if at < latest else None
    return None


def _daily(begins: time, ends: time) -> Week:
    return dict.fromkeys(range(7), ((begins, ends),))
