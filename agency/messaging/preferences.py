"""What people chose for their alerts and which devices they have, cached in the process under its revision number."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.apps import apps

from agency import revisions
from agency.messaging.devices import AlertPreference, PushDevice
from agency.messaging.models import Severity
from agency.messaging.quiet import QuietHours

_READ_FROM = (revisions.ALERTS, revisions.AGENCY)


@dataclass(frozen=True, slots=True)
class Preference:
    """One person's choice; None is the agency's."""

    urgent: tuple[str, ...] | None = None
    normal: tuple[str, ...] | None = None
    quiet: QuietHours | None = None
    urgent_in_quiet: bool = True
    names_on_push: bool = False

    def channels(self, severity: str) -> tuple[str, ...] | None:
        """Beside the app, for alerts of this severity; None: the agency's."""
        return self.urgent if severity == Severity.URGENT else self.normal

    def waits(self, severity: str) -> QuietHours | None:
        """The hours in which such alerts wait outside the app."""
        return None if severity == Severity.URGENT and self.urgent_in_quiet else self.quiet


@dataclass(frozen=True, slots=True)
class Device:
    """A browser that takes pushes, or failed to take the last one."""

    pk: int
    label: str
    sound: bool

    @property
    def address(self) -> str:
        """What a message for it carries: readable, and its number is in it."""
        return f"{self.label} #{self.pk}"


@dataclass(frozen=True, slots=True)
class Book:
    """Everyone's preferences and devices as of one moment, by the number of their log-in; read-only."""

    stamp: tuple[int, ...]
    preferences: Mapping[int, Preference]
    devices: Mapping[int, tuple[Device, ...]]

    def of(self, user_id: int) -> Preference:
        """The person's preference; that of the agency when they have none."""
        return self.preferences.get(user_id, AS_THE_AGENCY)


AS_THE_AGENCY = Preference()
_cached: Book | None = None


def book(numbers: Mapping[str, int] | None = None) -> Book:
    """What holds under these revision numbers, or under those of now, which are read; no further query while nothing changed."""
    global _cached  # noqa: PLW0603  # one per process, replaced as a whole
    numbers = revisions.current() if numbers is None else numbers
    stamp = tuple(numbers.get(name, 0) for name in _READ_FROM)
    found = _cached
    if found is None or found.stamp != stamp:
        found = _cached = _read(stamp)
    return found


def device_number(address: str) -> int:
    """The device that an address of `Device.address` names; 0 for any other address."""
    number = address.rpartition("#")[2]
    return int(number) if number.isascii() and number.isdigit() else 0


def _read(stamp: tuple[int, ...]) -> Book:
    # By name: `agency.models` imports this package's models, so this package cannot import them back.
    zone = apps.get_model("agency", "Agency")._default_manager.values_list("timezone", flat=True).first() or "America/New_York"
    devices: defaultdict[int, list[Device]] = defaultdict(list)
    for pk, user_id, label, failure in PushDevice.objects.values_list("pk", "user_id", "label", "failure"):
        devices[user_id].append(Device(pk, label, sound=not failure))
    return Book(
        stamp=stamp,
        preferences={one.user_id: _preference(one, zone) for one in AlertPreference.objects.all()},
        devices={user_id: tuple(those) for user_id, those in devices.items()},
    )


def _preference(row: AlertPreference, zone: str) -> Preference:
    quiet = None
    if row.quiet_from is not None and row.quiet_until is not None:
        quiet = QuietHours(row.quiet_from, row.quiet_until, row.timezone or zone)
    return Preference(
        urgent=None if row.urgent is None else tuple(row.urgent),
        normal=None if row.normal is None else tuple(row.normal),
        quiet=quiet,
        urgent_in_quiet=row.urgent_in_quiet,
        names_on_push=row.names_on_push,
    )
