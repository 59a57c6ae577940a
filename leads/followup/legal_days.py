"""Holidays as contact rules mean them: pure functions of a list's name and a year.

A holiday on a Saturday also closes the Friday before it, one on a Sunday the Monday after it (5 U.S.C. 6103(b)); where a state's
own list says nothing of that, the day is closed all the same.
"""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import lru_cache

MONDAY, TUESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = 0, 1, 3, 4, 5, 6
_DAY = timedelta(days=1)


@lru_cache(maxsize=256)
def days(name: str, year: int) -> frozenset[date]:
    """The holidays of a list in a year, with the weekdays on which those of a weekend are kept. KeyError: no such list."""
    found = {kept for near in (year - 1, year, year + 1) for one in LISTS[name](near) for kept in (one, _kept(one))}
    return frozenset(one for one in found if one.year == year)


def is_holiday(name: str, day: date) -> bool:
    """Whether the day is on the list; never on one without a name."""
    return bool(name) and day in days(name, day.year)


def easter(year: int) -> date:
    """Easter Sunday in the Gregorian calendar (the anonymous algorithm, Meeus 1991)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def _kept(day: date) -> date:
    return {SATURDAY: day - _DAY, SUNDAY: day + _DAY}.get(day.weekday(), day)


def _nth(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _last(year: int, month: int, weekday: int) -> date:
    last = date(year + month // 12, month % 12 + 1, 1) - _DAY
    return last - timedelta(days=(last.weekday() - weekday) % 7)


def _election(year: int) -> date:
    """The Tuesday after the first Monday of November."""
    return _nth(year, 11, MONDAY, 1) + _DAY


def _common(year: int) -> list[date]:
    return [
        date(year, 1, 1),
        _nth(year, 1, MONDAY, 3),  # Martin Luther King
        _nth(year, 2, MONDAY, 3),  # Presidents
        _last(year, 5, MONDAY),  # Memorial
        date(year, 7, 4),
        _nth(year, 9, MONDAY, 1),  # Labor
        _nth(year, 10, MONDAY, 2),  # Columbus
        date(year, 11, 11),  # Veterans
        _nth(year, 11, THURSDAY, 4),  # Thanksgiving
        date(year, 12, 25),
    ]


def _federal(year: int) -> list[date]:
    return [*_common(year), date(year, 6, 19)]


def _biennial(year: int) -> list[date]:
    return [_election(year)] if year % 2 == 0 else []


def _alabama(year: int) -> list[date]:
    confederate, davis, mardi_gras = _nth(year, 4, MONDAY, 4), _nth(year, 6, MONDAY, 1), easter(year) - timedelta(days=47)
    return [*_federal(year), confederate, davis, mardi_gras]


def _louisiana(year: int) -> list[date]:
    return [*_federal(year), easter(year) - timedelta(days=47), easter(year) - timedelta(days=2), *_biennial(year)]


def _nebraska(year: int) -> list[date]:
    return [*_federal(year), _last(year, 4, FRIDAY), _nth(year, 11, THURSDAY, 4) + _DAY]  # Arbor Day; after Thanksgiving


def _pennsylvania(year: int) -> list[date]:
    """The list that goes with 73 P.S. 2245: Flag Day and Election Day are on it, Juneteenth is not."""
    return [*_common(year), easter(year) - timedelta(days=2), date(year, 6, 14), _election(year)]


def _rhode_island(year: int) -> list[date]:
    return [*_federal(year), _nth(year, 8, MONDAY, 2), *_biennial(year)]  # Victory Day


def _utah(year: int) -> list[date]:
    return [*_federal(year), date(year, 7, 24)]  # Pioneer Day


LISTS: dict[str, Callable[[int], Iterable[date]]] = {
    "US": _federal,
    "AL": _alabama,
    "LA": _louisiana,
    "NE": _nebraska,
    "PA": _pennsylvania,
    "RI": _rhode_island,
    "UT": _utah,
}
"""Name → the holidays of a year. A state's list is the federal one and the state's own, where the rule names no other."""
