"""The roster as plain facts, which the routing engine reads. No Django, no clock, no I/O.

The static part (`Roster` without its loads) is what a `RosterVersion` stores; the moving part (`Load`) is read per decision.
Days are those of the agency's timezone; instants are aware.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time


@dataclass(frozen=True, slots=True)
class LineFacts:
    """A line of business: its family and the sets of authorities of which any one suffices."""

    key: str
    name: str
    family: str
    requires: tuple[frozenset[str], ...]
    certifications: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LicenseFacts:
    """A license: `effective` and `expires` both count."""

    state: str
    number: str
    authority: frozenset[str]
    effective: date
    expires: date
    resident: bool | None = None
    source: str = ""
    """Where the record was taken from."""
    verified_on: date | None = None
    """When it was last held against that source."""


@dataclass(frozen=True, slots=True)
class AppointmentFacts:
    """A carrier's permission to sell for it in a state: both ends count; no end means it does not expire."""

    carrier: str
    state: str
    effective: date
    expires: date | None = None


@dataclass(frozen=True, slots=True)
class CertificationFacts:
    """A certification: both ends count; no end means it does not expire."""

    name: str
    effective: date
    expires: date | None = None


@dataclass(frozen=True, slots=True)
class CapFacts:
    """A cap that counts only leads of one family, of one tier, or of both; an empty one does not matter."""

    period: str
    limit: int
    family: str = ""
    tier: str = ""


@dataclass(frozen=True, slots=True)
class ProducerFacts:
    """One person, without what moves. `hours` maps weekday (Monday 0) to stretches; None: the agency's."""

    key: str
    name: str
    role: str
    teams: frozenset[str] = frozenset()
    lines: frozenset[str] = frozenset()
    level: str = ""
    languages: tuple[str, ...] = ()
    weight: int = 1_000_000
    """Share in weighted rotation, in millionths."""
    backup: str | None = None
    licenses: tuple[LicenseFacts, ...] = ()
    certifications: tuple[CertificationFacts, ...] = ()
    appointments: tuple[AppointmentFacts, ...] = ()
    caps: Mapping[str, int] = field(default_factory=dict)
    """`open`, `day`, `week`, `month` → the most leads."""
    limited_caps: tuple[CapFacts, ...] = ()
    hours: Mapping[int, tuple[tuple[time, time], ...]] | None = None
    time_off: tuple[tuple[date, date], ...] = ()
    npn: str = ""
    """National producer number."""


@dataclass(frozen=True, slots=True)
class TerritoryFacts:
    """An area; `zips` are inclusive ranges of five-digit strings."""

    key: str
    name: str
    team: str | None = None
    backup: str | None = None
    zips: tuple[tuple[str, str], ...] = ()
    counties: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CountFacts:
    """How many leads of one family and tier someone holds, and got in the current day, week and month."""

    family: str
    tier: str
    open: int = 0
    day: int = 0
    week: int = 0
    month: int = 0


@dataclass(frozen=True, slots=True)
class LoadFacts:
    """The moving part of one person at one instant; period counts are those of the current day, week and month."""

    open: int = 0
    day: int = 0
    week: int = 0
    month: int = 0
    last_assigned_at: datetime | None = None
    presence: str = "available"
    received_90d: int = 0
    bound_90d: int = 0
    responses_90d: int = 0
    response_seconds_90d: int = 0
    other: int = 0
    """Other work (renewals, service), in leads' worth: room for new leads shrinks by it."""
    kind_received_90d: int = 0
    """Of leads of the same family and tier as the one in question."""
    kind_bound_90d: int = 0
    counts: tuple[CountFacts, ...] = ()
    """By family and tier; only of those who have a cap that asks."""


@dataclass(frozen=True, slots=True)
class Roster:
    """Everyone who may own leads, in the version `number`, with the agency's calendar and each one's load."""

    number: int
    timezone: str
    hours: Mapping[int, tuple[tuple[time, time], ...]]
    holidays: str
    """Calendar of the `holidays` library; the shell resolves it into `closed`."""
    fallback: str | None
    producers: Mapping[str, ProducerFacts]
    territories: tuple[TerritoryFacts, ...]
    lines: Mapping[str, LineFacts]
    loads: Mapping[str, LoadFacts] = field(default_factory=dict)
    without_leads: frozenset[str] = frozenset()
    """Keys of those who work here in a role that receives no leads."""
    closed: frozenset[date] = frozenset()
    """Days on which the agency's holidays close everyone."""
