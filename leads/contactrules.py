"""Writing contact rules: every change is a new version, and the one before stays as it was."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import yaml
from django.apps import apps as live_apps
from django.db import transaction
from django.utils import timezone

from agency.hours import WEEKDAYS
from agency.models import User
from agency.revisions import CONTACT, bump
from leads.models import ContactWindow

SHIPPED_FILE: Final = Path(__file__).parent / "data" / "contact_rules.yaml"
FIELDS: Final = (
    "place",
    "hours",
    "holidays",
    "holiday_hours",
    "holiday_list",
    "timezone",
    "kind",
    "texts",
    "cap_attempts",
    "cap_hours",
    "cap_scope",
    "cap_unless",
    "cap_unless_on",
    "emergency_ban",
    "relax",
    "relax_words",
    "relax_on",
    "effective_from",
    "effective_until",
    "cite",
    "confidence",
    "counsel",
    "note",
    "as_of",
)
"""What a version says; the rest says whose it is and since when."""
SUPERSEDED: Final = "This version was replaced meanwhile: look at the newest."
NOT_SHIPPED: Final = "No such row is shipped with the program."


class ContactRuleError(ValueError):
    """The rule cannot be changed like this; the message is for people."""


@transaction.atomic
def revise(
    row: ContactWindow, values: Mapping[str, Any], *, by: User | None, now: datetime, as_shipped: bool = False
) -> ContactWindow:
    """The rule has a new version with these values in place of the old ones, and is returned; the old version is over.

    Nothing is written when nothing differs. ContactRuleError when the version given is not the newest any more.
    """
    current = ContactWindow.objects.select_for_update().get(pk=row.pk)
    if current.superseded_at is not None:
        raise ContactRuleError(SUPERSEDED)
    after = {**said(current), **values}
    if after == said(current) and (current.shipped or not as_shipped):
        return current
    current.superseded_at = now
    current.save(update_fields=["superseded_at"])
    version = current.version + 1
    return ContactWindow.objects.create(**after, key=current.key, version=version, created_at=now, by=by, shipped=as_shipped)


def take_shipped(row: ContactWindow, *, by: User, now: datetime) -> ContactWindow:
    """The rule is as this release ships it, in a new version; later releases may renew it again."""
    values = shipped().get(row.key)
    if values is None:
        raise ContactRuleError(NOT_SHIPPED)
    return revise(row, values, by=by, now=now, as_shipped=True)


def said(row: ContactWindow) -> dict[str, Any]:
    """What the version says, by field."""
    return {name: getattr(row, name) for name in FIELDS}


def changes(before: ContactWindow | None, after: ContactWindow) -> list[tuple[str, Any, Any]]:
    """Field by field, what a version says otherwise than the one before it."""
    if before is None:
        return []
    old, new = said(before), said(after)
    return [(name, old[name], new[name]) for name in FIELDS if old[name] != new[name]]


def hours_in_words(hours: Mapping[str, str]) -> str:
    """Days of the same hours together, such as `mon-sat 08:00-20:00; no sun`."""
    stretches: list[list[str]] = []
    for day in WEEKDAYS:
        said_of = hours.get(day, "")
        if stretches and stretches[-1][2] == said_of:
            stretches[-1][1] = day
        else:
            stretches.append([day, day, said_of])
    spans = [(first if first == last else f"{first}-{last}", what) for first, last, what in stretches]
    return "; ".join(f"{days.replace('mon-sun', 'daily')} {what}" if what else f"none {days}" for days, what in spans)


def differs_from_shipped(row: ContactWindow) -> bool:
    """Whether this release ships the rule otherwise than it stands."""
    values = shipped().get(row.key)
    return values is not None and any(values[name] != value for name, value in said(row).items())


@lru_cache(maxsize=1)
def shipped() -> Mapping[str, Mapping[str, Any]]:
    """The rows of this release: key → what each says."""
    data = yaml.safe_load(SHIPPED_FILE.read_text(encoding="utf-8"))
    return {key: _values(key, row, data["as_of"]) for key, row in data["rows"].items()}


def _values(key: str, row: Mapping[str, Any], as_of: date) -> dict[str, Any]:
    cap = row.get("cap", {})
    given = {name: row[name] for name in FIELDS if name in row}
    defaults = {field.name: field.get_default() for field in ContactWindow._meta.fields if field.name in FIELDS}
    return {
        **defaults,
        "place": key,
        "as_of": as_of,
        **given,
        "hours": dict(_by_day(row["hours"])),
        "cap_attempts": cap.get("attempts"),
        "cap_hours": cap.get("hours"),
        "cap_scope": cap.get("scope", ""),
    }


def _by_day(hours: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for days, stretch in hours.items():
        first, _, last = ("mon-sun" if days == "daily" else days).partition("-")
        for day in WEEKDAYS[WEEKDAYS.index(first) : WEEKDAYS.index(last or first) + 1]:
            yield day, stretch


def ship(*, apps: Any = live_apps, **_: Any) -> None:
    """After a migration every shipped row is there, as this release has it unless a manager changed it; for `post_migrate`."""
    try:
        apps.get_model("leads", "ContactWindow")
    except LookupError:
        return  # migrated back to before there were any
    current: dict[str, ContactWindow] = {row.key: row for row in ContactWindow.objects.filter(superseded_at__isnull=True)}
    now = timezone.now()
    new = [
        ContactWindow(**values, key=key, created_at=now, shipped=True) for key, values in shipped().items() if key not in current
    ]
    if new:
        ContactWindow.objects.bulk_create(new)
        bump(CONTACT)
    for row in current.values():
        if row.shipped and differs_from_shipped(row):
            revise(row, shipped()[row.key], by=None, now=now, as_shipped=True)
