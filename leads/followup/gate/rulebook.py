"""The rules in force, cached in the process under their revision numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from agency import revisions
from agency.hours import parse_day, parse_week
from agency.models import Agency
from leads.followup.windows import Cap, WindowFacts
from leads.models import ContactWindow, DoNotCallList, EmergencyStop
from leads.models.contact import FEDERAL, UNKNOWN


@dataclass(frozen=True, slots=True)
class Stop:
    """An emergency stop of a state, or of one county of it, from `since` to before `until`."""

    state: str
    county: str
    since: datetime
    until: datetime | None

    def holds(self, at: datetime) -> bool:
        """Whether it is in force at `at`."""
        return self.since <= at and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Everything the agency holds contacts against that is not about one person."""

    windows: Mapping[str, tuple[WindowFacts, ...]] = field(default_factory=dict)
    """Place → its rules."""
    stops: tuple[Stop, ...] = ()
    cap: Cap | None = None
    """The agency's own, which holds everywhere."""
    scrubs: Mapping[str, date] = field(default_factory=dict)
    """Area code → when its newest do-not-call list was downloaded."""
    as_of: date | None = None
    """The day on which the row that was looked at longest ago was held against the law."""

    def rules(self, states: tuple[str, ...], unknown: bool) -> tuple[WindowFacts, ...]:
        """Those of the states, then the federal ones; those for unknown whereabouts too, when so."""
        keys = (*states, *((UNKNOWN,) if unknown else ()), FEDERAL)
        return tuple(rule for key in keys for rule in self.windows.get(key, ()))

    @property
    def longest(self) -> int:
        """The hours of the widest window in which attempts are counted."""
        caps = [rule.cap for rules in self.windows.values() for rule in rules]
        return max((cap.hours for cap in (self.cap, *caps) if cap), default=0)


_cached: tuple[tuple[int, int], Rulebook] | None = None


def rulebook(numbers: Mapping[str, int] | None = None) -> Rulebook:
    """The rules as they stand; one query while nothing changed, none when `numbers` are given."""
    global _cached  # noqa: PLW0603  # one per process, replaced as a whole
    numbers = revisions.current() if numbers is None else numbers
    stamp = (numbers.get(revisions.CONTACT, 0), numbers.get(revisions.AGENCY, 0))
    found = _cached
    if found is None or found[0] != stamp:
        found = _cached = (stamp, _read())
    return found[1]


def _read() -> Rulebook:
    rows = list(ContactWindow.objects.filter(superseded_at__isnull=True).order_by("place", "key"))
    windows: dict[str, tuple[WindowFacts, ...]] = {}
    for row in rows:
        windows[row.place] = (*windows.get(row.place, ()), facts(row))
    agency = Agency.objects.first() or Agency()
    return Rulebook(
        windows=windows,
        stops=tuple(Stop(one.state, one.county, one.since, one.until) for one in EmergencyStop.objects.order_by("since", "pk")),
        cap=Cap(agency.contact_cap, agency.contact_cap_hours) if agency.contact_cap else None,
        scrubs=_scrubs(),
        as_of=min((row.as_of for row in rows), default=None),
    )


def facts(row: ContactWindow) -> WindowFacts:
    """A row as the pure rules see it; what counsel has not switched on lifts nothing."""
    return WindowFacts(
        key=row.key,
        place=row.place,
        version=row.version,
        week=parse_week(row.hours),
        holidays=row.holidays,
        holiday_hours=parse_day(row.holiday_hours),
        holiday_list=row.holiday_list,
        timezone=row.timezone,
        kind=row.kind,
        texts=row.texts,
        cap=Cap(row.cap_attempts, row.cap_hours) if row.cap_attempts is not None and row.cap_hours else None,
        cap_unless=row.cap_unless if row.cap_unless_on else "",
        relax=row.relax if row.relax_on else "",
        since=row.effective_from,
        until=row.effective_until,
    )


def _scrubs() -> dict[str, date]:
    found: dict[str, date] = {}
    for areas, day in DoNotCallList.objects.order_by("scrubbed_on").values_list("area_codes", "scrubbed_on"):
        found |= dict.fromkeys(areas, day)
    return found
