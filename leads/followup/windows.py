"""When the law lets somebody be called or texted, as pure functions of their timezones and an instant.

Federal: 8 a.m. to 9 p.m. where the person is (47 CFR 64.1200(c)(1)).
"""

from collections.abc import Collection
from datetime import datetime, time

from agency.calendar import Week, next_open

FEDERAL: Week = {weekday: ((time(8), time(21)),) for weekday in range(7)}
ANYWHERE = ("America/New_York", "Pacific/Honolulu")
"""Where somebody of unknown whereabouts may be: open in both means open in all states between them."""


def zones_of(timezone: str) -> tuple[str, ...]:
    """The zones that must all be within the window."""
    return (timezone,) if timezone else ANYWHERE


def next_allowed(zones: Collection[str], instant: datetime) -> datetime:
    """The first instant from `instant` on at which the window is open in every zone: itself when it is."""
    earliest = max(next_open(FEDERAL, zone, (), instant) for zone in zones)
    while (later := max(next_open(FEDERAL, zone, (), earliest) for zone in zones)) != earliest:
        earliest = later
    return earliest
