"""When the rules let somebody be called or texted, as pure functions of rules, timezones and an instant.

A rule holds in each zone in which the person may be, unless its law names one zone itself. Something is allowed when every rule
is open in every such zone at once. A rule's day begins and ends on the local clock; its closing minute is no longer allowed.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from agency.calendar import END_OF_DAY, Week, stretches_on
from leads.followup.legal_days import is_holiday

ALL_DAY = ((time(0), END_OF_DAY),)
PERSONAL = "call"
"""The channel of a person who dials; everything else is the system's."""
TEXT = "sms"
_ONE_DAY = timedelta(days=1)
_HORIZON = 366
_ROUNDS = 1000


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `attempts` in any `hours` hours."""

    attempts: int
    hours: int


@dataclass(frozen=True, slots=True)
class WindowFacts:
    """One rule of one place, in one version."""

    key: str
    place: str
    version: int
    week: Week
    holidays: str = "allowed"
    holiday_hours: tuple[tuple[time, time], ...] = ()
    holiday_list: str = ""
    timezone: str = ""
    kind: str = "all"
    texts: bool = True
    cap: Cap | None = None
    cap_unless: str = ""
    """What lifts the cap; empty when nothing does, or nobody switched it on."""
    relax: str = ""
    """What lifts the hours; empty when nothing does, or nobody switched it on."""
    since: date | None = None
    until: date | None = None

    def named(self, what: str) -> str:
        """The rule with its version, such as `FL hours v2`."""
        return f"{self.key} {what} v{self.version}"

    def covers(self, channel: str) -> bool:
        """Whether the rule speaks of this way of contact."""
        if channel == TEXT:
            return self.texts
        return channel != PERSONAL or self.kind == "all"

    def in_force(self, day: date) -> bool:
        """Whether it holds on that day where the person is."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)

    def hours(self, day: date) -> tuple[tuple[time, time], ...]:
        """The local stretches in which it allows contact on a day; the whole day when it is not in force."""
        if not self.in_force(day):
            return ALL_DAY
        if self.holidays != "allowed" and is_holiday(self.holiday_list, day):
            return self.holiday_hours if self.holidays == "own" else ()
        return self.week.get(day.weekday(), ())


Place = tuple[WindowFacts, str]
"""A rule, and a zone in which it holds."""


def places(rules: Iterable[WindowFacts], zones: Sequence[str]) -> list[Place]:
    """Each rule with each zone in which it must be open: its own, else all of `zones`."""
    return [(rule, zone) for rule in rules for zone in ((rule.timezone,) if rule.timezone else zones)]


def closed(where: Iterable[Place], instant: datetime) -> list[Place]:
    """Which rules do not allow it at `instant`, and in which zone; each rule once."""
    found: dict[str, Place] = {}
    for rule, zone in where:
        if rule.key not in found and next_open(rule, zone, instant) != instant:
            found[rule.key] = (rule, zone)
    return list(found.values())


def next_allowed(
    where: Sequence[Place], instant: datetime, pause: Callable[[datetime], datetime | None] = lambda instant: instant
) -> datetime | None:
    """The first instant from `instant` on at which everything is open: itself when it is; None when that never comes.

    `pause` is asked too: given an instant it says from when on nothing else stands against it (None: never).
    """
    at: datetime | None = instant
    for _ in range(_ROUNDS):
        if at is None:
            return None
        later = pause(at)
        for rule, zone in where:
            later = later and next_open(rule, zone, later)
        if later == at:
            return at
        at = later
    return None


def next_open(rule: WindowFacts, zone: str, instant: datetime) -> datetime | None:
    """The first instant from `instant` on at which the rule is open in the zone; None when there is none within a year."""
    day = instant.astimezone(ZoneInfo(zone)).date()
    for _ in range(_HORIZON):
        for opens, closes in stretches_on({day.weekday(): rule.hours(day)}, zone, (), day):
            if instant < closes:
                return max(opens, instant)
        day += _ONE_DAY
    return None
