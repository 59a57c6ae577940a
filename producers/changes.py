"""Changes to people, territories and licenses that arrive as plain values, in force from the next lead on.

A territory or a license that is no longer listed is switched off, never deleted: decisions of the past refer to it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from agency.models import User
from producers import leaving
from producers.models import CapacityCap, CapPeriod, License, LineOfBusiness, Producer, Team, Territory
from producers.services import set_other_load, set_presence, why_not_leave

UNKNOWN: Final = "There is no {what} with the key {key}."
OWN_BACKUP: Final = "Nobody is their own backup."
TWICE: Final = "{key} is listed twice."
_PLAIN: Final = ("level", "weight", "languages", "active")


class ChangeError(ValueError):
    """A change that cannot be made; `errors` says of each field what is wrong."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.errors = {field: [message]}


@transaction.atomic
def change_producer(producer: Producer, *, changes: Mapping[str, Any], now: datetime, by: User | None = None) -> None:
    """The person is as `changes` says: level, weight, languages, active, teams, lines, backup, caps, availability, other load.

    Lists and caps replace what was there; whoever becomes inactive holds nothing any more. Raises `ChangeError`; then nothing has
    changed.
    """
    # No key is changed: an assignment, which refers to the person, need not wait, and we may wait for it.
    producer = Producer.objects.select_for_update(of=("self",), no_key=True).select_related("user").get(pk=producer.pk)
    for name in _PLAIN:
        if name in changes:
            setattr(producer, name, changes[name])
    if "backup" in changes:
        producer.backup = _backup(producer, changes["backup"])
    if why := why_not_leave(producer):
        raise ChangeError("active", why)
    if set(changes) & {*_PLAIN, "backup"}:
        producer.save(update_fields=[*_PLAIN, "backup"])
    if producer.user.is_active != producer.active:
        producer.user.is_active = producer.active
        producer.user.save(update_fields=["is_active"])
    if leaving.has_left(producer):
        _release(producer, by, now)
    if "teams" in changes:
        producer.teams.set(_named(Team, changes["teams"], "teams", "team"))
    if "lines" in changes:
        producer.lines.set(_named(LineOfBusiness, changes["lines"], "lines", "line"))
    if "caps" in changes:
        _set_caps(producer, changes["caps"])
    _set_moving(producer, changes, now)


@transaction.atomic
def put_territory(values: Mapping[str, Any], *, position: int | None = None) -> Territory:
    """The territory with this key is as `values` says, new or changed. Raises `ChangeError`."""
    team = _named(Team, [values["team"]], "team", "team")[0] if values.get("team") else None
    backup = _named(Producer, [values["backup"]], "backup", "person")[0] if values.get("backup") else None
    known = Territory.objects.filter(key=values["key"]).values_list("position", flat=True).first()
    last = Territory.objects.order_by("-position").values_list("position", flat=True).first()
    place = position if position is not None else known if known is not None else (last or 0) + 1
    fields = {name: values.get(name, []) for name in ("zips", "counties", "states")}
    territory, _ = Territory.objects.update_or_create(
        key=values["key"],
        defaults={
            **fields,
            "name": values["name"],
            "team": team,
            "backup": backup,
            "active": values.get("active", True),
            "position": place,
        },
    )
    return territory


@transaction.atomic
def put_territories(rows: Sequence[Mapping[str, Any]]) -> None:
    """The territories are these, in this order; others are switched off. Raises `ChangeError`; then nothing has changed."""
    _once(row["key"] for row in rows)
    for position, row in enumerate(rows):
        put_territory(row, position=position)
    for gone in Territory.objects.filter(active=True).exclude(key__in=[row["key"] for row in rows]):
        gone.active = False
        gone.save(update_fields=["active"])


@transaction.atomic
def put_licenses(rows: Sequence[Mapping[str, Any]], *, only_these: bool = True) -> None:
    """The people named hold these licenses, known by state and number; with `only_these` no others. Nobody else is touched.

    Raises `ChangeError`; then nothing has changed.
    """
    _once(f"{row['person']} {row['state']} {row.get('number', '')}" for row in rows)
    keys = sorted({row["person"] for row in rows})
    holders = {one.key: one for one in _named(Producer, keys, "person", "person")}
    kept = []
    for row in rows:
        license_, _ = License.objects.update_or_create(
            producer=holders[row["person"]],
            state=row["state"],
            number=row.get("number", ""),
            defaults={
                "authority": row["authority"],
                "effective": row["effective"],
                "expires": row["expires"],
                "resident": row.get("resident"),
                "active": row.get("active", True),
                **{name: row[name] for name in ("source", "verified_on") if name in row},
            },
        )
        kept.append(license_.pk)
    if not only_these:
        return
    for gone in License.objects.filter(producer__in=holders.values(), active=True).exclude(pk__in=kept):
        gone.active = False
        gone.save(update_fields=["active"])


def _release(producer: Producer, by: User | None, now: datetime) -> None:
    try:
        leaving.release(producer, by=by, now=now)
    except leaving.LeavingError as error:
        raise ChangeError("active", str(error)) from error


def _set_moving(producer: Producer, changes: Mapping[str, Any], now: datetime) -> None:
    """Presence, for good or `until`, and other load are as `changes` says."""
    if "availability" in changes:
        try:
            set_presence(producer, presence=changes["availability"], now=now, until=changes.get("until"))
        except ValueError as error:
            raise ChangeError("until", str(error)) from error
    if "other_load" in changes:
        set_other_load(producer, amount=changes["other_load"])


def _backup(producer: Producer, key: str | None) -> Producer | None:
    if not key:
        return None
    if key == producer.key:
        raise ChangeError("backup", OWN_BACKUP)
    backup: Producer = _named(Producer, [key], "backup", "person")[0]
    return backup


def _set_caps(producer: Producer, caps: Mapping[str, Any]) -> None:
    """The person has these caps and no others; `only` holds those on a family, a tier, or both."""
    kinds = [{"family": "", "tier": "", **caps}, *caps.get("only", ())]
    wanted: dict[tuple[str, str, str], int] = {}
    for kind in kinds:
        for period in CapPeriod.values:
            if kind.get(period) is not None:
                wanted[period, kind.get("family", ""), kind.get("tier", "")] = kind[period]
    for (period, family, tier), limit in wanted.items():
        CapacityCap.objects.update_or_create(
            producer=producer, period=period, family=family, tier=tier, defaults={"limit": limit}
        )
    for cap in CapacityCap.objects.filter(producer=producer):
        if (cap.period, cap.family, cap.tier) not in wanted:
            cap.delete()


def _named(model: Any, keys: Sequence[str], field: str, what: str) -> list[Any]:
    found = {row.key: row for row in model.objects.filter(key__in=keys)}
    for key in keys:
        if key not in found:
            raise ChangeError(field, UNKNOWN.format(what=what, key=key))
    return [found[key] for key in keys]


def _once(keys: Iterable[str]) -> None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise ChangeError("results", TWICE.format(key=key.strip()))
        seen.add(key)
