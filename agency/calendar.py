"""Business hours as pure functions of a weekly schedule, a timezone, the closed days and an instant.

A stretch of the week runs from the first time the local clock shows its opening to the last time it shows its closing: an hour
that a clock change skips is not open, an hour that it repeats is open both times. A stretch that closes at `END_OF_DAY` runs to
midnight and joins the next day's without a gap. Instants in and out are aware.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

Week = Mapping[int, tuple[tuple[time, time], ...]]
"""Weekday (Monday 0) → stretches of local time, in order and apart."""

END_OF_DAY = time.max
"""The closing time that means midnight at the day's end (written 24:00)."""

NEVER_OPEN = "Never open within 366 days of {}."
BACKWARDS = "Open time cannot be counted backwards."
NAIVE = "An instant needs a timezone: {}."
_ONE_DAY = timedelta(days=1)
_HORIZON = 366


def is_open(week: Week, tz: str, closed_days: Collection[date], instant: datetime) -> bool:
    """Whether the schedule is open at `instant`; a stretch includes its opening and not its closing."""
    instant = _utc(instant)
    day = instant.astimezone(ZoneInfo(tz)).date()
    return any(opens <= instant < closes for opens, closes in stretches_on(week, tz, closed_days, day))


def next_open(week: Week, tz: str, closed_days: Collection[date], instant: datetime) -> datetime:
    """The first open instant from `instant` on: itself when open. ValueError when there is none within 366 days."""
    opens, _ = next(_from(week, tz, closed_days, _utc(instant)))
    return instant if opens <= _utc(instant) else opens


def add_open_time(week: Week, tz: str, closed_days: Collection[date], start: datetime, delta: timedelta) -> datetime:
    """The first instant by which `delta` of open time has passed since `start`; for no time at all, the next open instant.

    ValueError for a negative `delta`, and when the schedule stays closed for 366 days on the way.
    """
    if delta < timedelta(0):
        raise ValueError(BACKWARDS)
    start, left = _utc(start), delta
    for opens, closes in _from(week, tz, closed_days, start):
        begin = max(opens, start)
        if begin + left <= closes and (left or begin < closes):
            return begin + left
        left -= closes - begin
    raise AssertionError("unreachable: the stretches do not end")


def open_time_between(week: Week, tz: str, closed_days: Collection[date], start: datetime, end: datetime) -> timedelta:
    """How much open time lies from `start` to `end`; none when `end` is not after `start`."""
    start, end, zone, total = _utc(start), _utc(end), ZoneInfo(tz), timedelta(0)
    day, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    while day <= last:
        for opens, closes in stretches_on(week, tz, closed_days, day):
            total += max(min(closes, end) - max(opens, start), timedelta(0))
        day += _ONE_DAY
    return total


def _utc(instant: datetime) -> datetime:
    """The same instant in UTC: sums and comparisons within a zone that changes its clocks are of the wall clock."""
    if instant.tzinfo is None:
        raise ValueError(NAIVE.format(instant))
    return instant.astimezone(UTC)


def _from(week: Week, tz: str, closed_days: Collection[date], instant: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The stretches that end after `instant`, in order, without end. ValueError after 366 days without one."""
    day = instant.astimezone(ZoneInfo(tz)).date()
    idle = 0
    while idle <= _HORIZON:
        idle += 1
        for opens, closes in stretches_on(week, tz, closed_days, day):
            if closes > instant:
                idle = 0
                yield opens, closes
        day += _ONE_DAY
    raise ValueError(NEVER_OPEN.format(instant.isoformat()))


def stretches_on(week: Week, tz: str, closed_days: Collection[date], day: date) -> list[tuple[datetime, datetime]]:
    """The stretches of one local day as instants, in order; none on a closed day."""
    if day in closed_days:
        return []
    stretches = (_edges(tz, day, opens, closes) for opens, closes in week.get(day.weekday(), ()))
    return [(opens, closes) for opens, closes in stretches if opens < closes]


@lru_cache(maxsize=8192)
def _edges(tz: str, day: date, opens: time, closes: time) -> tuple[datetime, datetime]:
    """When the local clock first shows `opens` and last shows `closes` on that day, in UTC."""
    begin = _instant(tz, datetime.combine(day, opens), fold=0)
    if closes == END_OF_DAY:
        return begin, _instant(tz, datetime.combine(day + _ONE_DAY, time.min), fold=0)
    return begin, _instant(tz, datetime.combine(day, closes), fold=1)


def _instant(tz: str, local: datetime, fold: int) -> datetime:
    """The instant of a local time, in UTC; for a time that a clock change skips, the instant of the change."""
    zone = ZoneInfo(tz)
    instant = local.replace(tzinfo=zone, fold=fold).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == local:
        return instant
    # In a gap, fold 1 reads the new offset and lands before the change, fold 0 the old one and lands after it.
    before, after = (local.replace(tzinfo=zone, fold=side).astimezone(UTC) for side in (1, 0))
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        before, after = (middle, after) if middle.astimezone(zone).utcoffset() == offset else (before, middle)
    return after.replace(microsecond=0)
