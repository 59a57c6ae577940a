"""The `people` section, written and read back."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from django.db import models
from django.db.models import Q

from agency import revisions, roles
from agency.agencyfile.sections import CHANGED, DEACTIVATED, Writing, put
from agency.agencyfile.writing import plain_number
from agency.hours import write_week
from agency.models import User
from producers import leaving
from producers.agencyfile.entries import AppointmentEntry, LicenseEntry, PersonEntry
from producers.models import (
    Appointment,
    CapacityCap,
    Certification,
    License,
    LineOfBusiness,
    Load,
    Producer,
    Role,
    Team,
    TimeOff,
    WorkingHours,
)
from producers.reading import caps_of, own_hours

_RELATED = ("teams", "lines", "licenses", "appointments", "certifications", "caps", "hours", "time_off")


def write_people(entries: tuple[PersonEntry, ...], writing: Writing) -> None:
    """Everyone in the file is as it says, with a log-in in their role's group; everyone else is inactive and cannot log in."""
    stored = {one.key: one for one in Producer.objects.select_related("user").prefetch_related(*_RELATED)}
    users = {user.username: user for user in User.objects.filter(username__in=[entry.key for entry in entries])}
    teams = {team.key: team for team in Team.objects.all()}
    lines = {line.key: line for line in LineOfBusiness.objects.all()}
    groups = _roles_held()
    for entry in entries:
        producer = stored.get(entry.key) or Producer(key=entry.key)
        user = producer.user if producer.pk else users.get(entry.key) or _new_user(entry.key, writing)
        put(user, {"name": entry.name, "email": entry.email, "phone": entry.phone, "is_active": True})
        producer.user = user
        what = put(producer, _values(entry))
        links = [
            _relink(producer, "teams", [teams[key] for key in entry.teams]),
            _relink(producer, "lines", [lines[key] for key in entry.lines]),
            _write_licenses(producer, entry.licenses),
            _write_appointments(producer, entry.appointments),
            _write_rows(producer, entry),
        ]
        if groups.get(user.pk) != {entry.role} or user.is_staff != (entry.role == Role.MANAGER or user.is_superuser):
            roles.set_group(user, entry.role)
        writing.count("people", entry.key, what or (CHANGED if any(links) else ""))
        writing.users[entry.key] = user
    Load.objects.bulk_create([Load(producer=one) for one in Producer.objects.filter(load=None)], ignore_conflicts=True)
    for key in stored.keys() - {entry.key for entry in entries}:
        if put(stored[key], {"active": False}):
            writing.count("people", key, DEACTIVATED)
        put(stored[key].user, {"is_active": False})


def link_people(entries: tuple[PersonEntry, ...], writing: Writing) -> None:
    """Everyone has the backup that the file names."""
    people = {one.key: one for one in Producer.objects.all()}
    for entry in entries:
        backup = people[entry.backup].pk if entry.backup else None
        writing.count("people", entry.key, put(people[entry.key], {"backup_id": backup}))


def release_people(_: tuple[PersonEntry, ...], writing: Writing) -> None:
    """Whoever has left, by this file or before, holds nothing. Who left before and held nothing since is let be."""
    touched = Q(key__in=writing.done.get("people", {})) | Q(load__open_leads__gt=0)
    gone = Producer.objects.filter(touched, Q(active=False) | Q(role=Role.MARKETING))
    for producer in gone.select_related("user").order_by("pk"):
        leaving.release(producer, by=writing.by, now=writing.now)


def _roles_held() -> dict[int, set[str]]:
    held: dict[int, set[str]] = {}
    names = {name: role for role, name in roles.GROUPS.items()}
    for user, group in User.objects.filter(groups__name__in=names).values_list("pk", "groups__name"):
        held.setdefault(user, set()).add(names[group])
    return held


def _new_user(key: str, writing: Writing) -> User:
    user = User(username=key, date_joined=writing.now)
    user.set_unusable_password()
    return user


def _values(entry: PersonEntry) -> dict[str, Any]:
    return {
        "role": entry.role,
        "level": entry.level,
        "languages": list(entry.languages),
        "weight": entry.weight,
        "resident_state": entry.resident_state,
        "npn": entry.npn,
        "notify": {event: list(channels) for event, channels in entry.notify.items()},
        "active": True,
    }


def _relink(producer: Producer, name: str, wanted: list[models.Model]) -> bool:
    """The person is linked to these, by rows in the order given, so that an export has it."""
    if {one.pk for one in wanted} == {one.pk for one in _rows(producer, name)}:
        return False
    manager = getattr(producer, name)
    manager.clear()
    owner, other = manager.source_field.attname, manager.target_field.attname
    manager.through.objects.bulk_create([manager.through(**{owner: producer.pk, other: one.pk}) for one in wanted])
    revisions.bump(revisions.ROSTER)
    return True


def _write_licenses(producer: Producer, wanted: Iterable[LicenseEntry]) -> bool:
    """Licenses by state and number; one that is no longer in the file is switched off and kept as a proof."""
    stored = {(one.state, one.number): one for one in _rows(producer, "licenses")}
    changed = []
    for entry in wanted:
        record = stored.pop((entry.state, entry.number), None) or License(
            producer=producer, state=entry.state, number=entry.number
        )
        values = {name: getattr(entry, name) for name in ("effective", "expires", "resident", "source", "verified_on")}
        changed.append(put(record, {**values, "authority": list(entry.authority), "active": True}))
    changed += [put(record, {"active": False}) for record in stored.values()]
    return any(changed)


def _write_appointments(producer: Producer, wanted: Iterable[AppointmentEntry]) -> bool:
    """Appointments by carrier and state; one that is no longer in the file is switched off and kept."""
    stored = {(one.carrier, one.state): one for one in _rows(producer, "appointments")}
    changed = []
    for entry in wanted:
        record = stored.pop((entry.carrier, entry.state), None) or Appointment(
            producer=producer, carrier=entry.carrier, state=entry.state
        )
        changed.append(put(record, {"effective": entry.effective, "expires": entry.expires, "active": True}))
    changed += [put(record, {"active": False}) for record in stored.values()]
    return any(changed)


def _write_rows(producer: Producer, entry: PersonEntry) -> bool:
    """Caps, hours, absences and certifications: what the file does not have goes, what it has more comes."""
    hours = entry.hours or {}
    own = [{"weekday": day, "opens": opens, "closes": closes} for day in hours for opens, closes in hours[day]]
    caps = [{"period": period, "limit": limit, "family": "", "tier": ""} for period, limit in entry.caps.items()]
    caps += [asdict(each) for each in entry.limited_caps]
    changed = [
        _match(producer, CapacityCap, _rows(producer, "caps"), caps),
        _match(producer, WorkingHours, _rows(producer, "hours"), own),
        _match(producer, TimeOff, _rows(producer, "time_off"), [asdict(each) for each in entry.time_off]),
        _match(producer, Certification, _rows(producer, "certifications"), [asdict(each) for each in entry.certifications]),
    ]
    return any(changed)


def _match(producer: Producer, model: type[models.Model], stored: list[Any], wanted: list[dict[str, Any]]) -> bool:
    missing = list(wanted)
    surplus = []
    for record in stored:
        same = next((row for row in missing if all(getattr(record, name) == value for name, value in row.items())), None)
        if same is None:
            surplus.append(record)
        else:
            missing.remove(same)
    if not surplus and not missing:
        return False
    model._default_manager.filter(pk__in=[record.pk for record in surplus]).delete()
    model._default_manager.bulk_create([model(producer=producer, **row) for row in missing])
    revisions.bump(revisions.ROSTER)
    return True


def _rows(producer: Producer, name: str) -> list[Any]:
    """The person's rows, from what was prefetched; a person just created has none."""
    cached: Mapping[str, Any] = getattr(producer, "_prefetched_objects_cache", {})
    return list(cached[name]) if name in cached else []


def dump_people() -> list[dict[str, Any]]:
    """Everyone active, as the file writes them."""
    people = Producer.objects.filter(active=True).select_related("user", "backup").prefetch_related(*_RELATED).order_by("pk")
    teams, lines = _links(Producer.teams.through, "team"), _links(Producer.lines.through, "lineofbusiness")
    written = (_dump(one, teams.get(one.pk, []), lines.get(one.pk, [])) for one in people)
    return [{key: value for key, value in one.items() if value not in ("", None, [], {})} for one in written]


def _links(through: type[models.Model], name: str) -> dict[int, list[str]]:
    """Producer → keys of the active records they are linked to, in the order they were linked."""
    found: dict[int, list[str]] = {}
    rows = through._default_manager.filter(**{f"{name}__active": True}).order_by("pk").values_list("producer_id", f"{name}__key")
    for producer, key in rows:
        found.setdefault(producer, []).append(key)
    return found


def _dump(one: Producer, teams: list[str], lines: list[str]) -> dict[str, Any]:
    hours = own_hours(one)
    return {
        "key": one.key,
        "name": one.user.name,
        "email": one.user.email,
        "phone": str(one.user.phone or ""),
        "role": one.role,
        "teams": teams,
        "lines": lines,
        "level": one.level,
        "languages": one.languages,
        "weight": None if one.weight == 1 else plain_number(one.weight),
        "backup": one.backup.key if one.backup and one.backup.active and one.backup.role != Role.MARKETING else None,
        "resident_state": one.resident_state,
        "npn": one.npn,
        "notify": one.notify,
        "licenses": [_dump_license(each) for each in sorted(one.licenses.all(), key=lambda each: each.pk) if each.active],
        "appointments": [
            _dump_appointment(each) for each in sorted(one.appointments.all(), key=lambda each: each.pk) if each.active
        ],
        "certifications": [_dump_certification(each) for each in one.certifications.all()],
        "caps": caps_of(one),
        "hours": write_week(hours) if hours else None,
        "time_off": [_dump_absence(each) for each in one.time_off.all()],
    }


def _dump_license(one: License) -> dict[str, Any]:
    values = {
        "state": one.state,
        "number": one.number,
        "authority": one.authority,
        "effective": one.effective,
        "expires": one.expires,
        "resident": one.resident,
        "source": one.source,
        "verified_on": one.verified_on,
    }
    return {key: value for key, value in values.items() if value not in (None, "")}


def _dump_appointment(one: Appointment) -> dict[str, Any]:
    values = {"carrier": one.carrier, "state": one.state, "effective": one.effective}
    return values | ({"expires": one.expires} if one.expires else {})


def _dump_certification(one: Certification) -> dict[str, Any]:
    return {"name": one.name, "effective": one.effective} | ({"expires": one.expires} if one.expires else {})


def _dump_absence(one: TimeOff) -> dict[str, Any]:
    return {"from": one.starts_on, "to": one.ends_on} | ({"note": one.note} if one.note else {})
