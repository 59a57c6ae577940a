"""What the agency file says of a person, as plain values with defaults filled in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from agency.calendar import Week


@dataclass(frozen=True, slots=True)
class LicenseEntry:
    """A license as the file has it."""

    state: str
    number: str
    authority: tuple[str, ...]
    effective: date
    expires: date
    resident: bool | None
    source: str = ""
    verified_on: date | None = None


@dataclass(frozen=True, slots=True)
class AppointmentEntry:
    """A carrier appointment as the file has it."""

    carrier: str
    state: str
    effective: date
    expires: date | None


@dataclass(frozen=True, slots=True)
class CertificationEntry:
    """A certification as the file has it."""

    name: str
    effective: date
    expires: date | None


@dataclass(frozen=True, slots=True)
class AbsenceEntry:
    """Days off as the file has them."""

    starts_on: date
    ends_on: date
    note: str


@dataclass(frozen=True, slots=True)
class CapEntry:
    """A cap on leads of one family, of one tier, or of both; an empty one does not matter."""

    period: str
    limit: int
    family: str
    tier: str


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """A person as the file has them; `hours` None: the agency's."""

    key: str
    name: str
    email: str
    phone: str
    role: str
    teams: tuple[str, ...]
    lines: tuple[str, ...]
    level: str
    languages: tuple[str, ...]
    weight: Decimal
    backup: str | None
    resident_state: str
    npn: str
    notify: Mapping[str, tuple[str, ...]]
    licenses: tuple[LicenseEntry, ...]
    certifications: tuple[CertificationEntry, ...]
    appointments: tuple[AppointmentEntry, ...]
    caps: Mapping[str, int]
    limited_caps: tuple[CapEntry, ...]
    hours: Week | None
    time_off: tuple[AbsenceEntry, ...]
