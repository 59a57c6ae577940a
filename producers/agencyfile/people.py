"""The `people` section, checked: who they are, what they may sell, when and how much of it."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from agency.agencyfile.agency import read_hours, read_notify
from agency.agencyfile.fields import TAKEN, Fields, Problems, keyed_rows, names_in
from agency.agencyfile.sections import Section
from producers.agencyfile.entries import AbsenceEntry, AppointmentEntry, CapEntry, CertificationEntry, LicenseEntry, PersonEntry
from producers.agencyfile.people_rows import dump_people, link_people, release_people, write_people
from producers.agencyfile.states import state_code
from producers.models import Authority, CapPeriod, Family, LeadTier, LineOfBusiness, Role

OWN_BACKUP = "nobody can be their own backup"
ENDS_BEFORE = "ends before it begins"
TOO_FINE = "at most three digits after the point"
OF_WHAT = "must name a family, a tier, or both"
NO_LIMIT = "must give at least one of open, day, week and month"
NPN = "must be up to ten digits"


def _check(raw: Any, problems: Problems) -> tuple[PersonEntry, ...]:
    return tuple(_each_reached(keyed_rows(raw, "people", problems)))


def _each_reached(rows: Iterable[Fields]) -> Iterator[PersonEntry]:
    """The people; an e-mail address is one person's, however it is written."""
    taken: set[str] = set()
    for row in rows:
        entry = _person(row)
        address = entry.email.casefold()
        if address in taken:
            row.note("email", TAKEN.format(entry.email))
        if address:
            taken.add(address)
        yield entry


def _person(row: Fields) -> PersonEntry:
    caps = row.fields("caps")
    entry = PersonEntry(
        key=row.slug("key"),
        name=row.text("name", longest=150),
        email=row.email("email", ""),
        phone=row.phone("phone", ""),
        role=row.one_of("role", Role.values, Role.PRODUCER.value),
        teams=row.all_known("teams", "team"),
        lines=row.all_known("lines", "line"),
        level=row.text("level", "", longest=40),
        languages=row.words("languages", longest=10),
        weight=row.number("weight", Decimal(1), high=999),
        backup=row.known("backup", "owner"),
        resident_state=row.parsed("resident_state", state_code, ""),
        npn=row.parsed("npn", _npn, ""),
        notify=read_notify(row),
        licenses=_licenses(row),
        certifications=tuple(_certification(each) for each in row.rows("certifications")),
        appointments=_appointments(row),
        caps=_caps(caps),
        limited_caps=_limited_caps(caps),
        hours=read_hours(row, "hours"),
        time_off=tuple(sorted((_absence(each) for each in row.rows("time_off")), key=lambda each: each.starts_on)),
    )
    if entry.backup and entry.backup == entry.key:
        row.note("backup", OWN_BACKUP)
    if entry.weight != round(entry.weight, 3):
        row.note("weight", TOO_FINE)
    return entry


def _licenses(row: Fields) -> tuple[LicenseEntry, ...]:
    found: dict[tuple[str, str], LicenseEntry] = {}
    for each in row.rows("licenses"):
        entry = LicenseEntry(
            state=each.parsed("state", state_code) or "",
            number=each.text("number", "", longest=40),
            authority=each.some_of("authority", Authority.values),
            effective=each.day("effective"),
            expires=each.day("expires"),
            resident=each.flag("resident", None),
            source=each.text("source", "", longest=60),
            verified_on=each.day("verified_on", None),
        )
        if each.has("expires") and entry.expires < entry.effective:
            each.note("expires", ENDS_BEFORE)
        if entry.state and (entry.state, entry.number) in found:
            each.note("number", TAKEN.format(f"{entry.state} {entry.number}".strip()))
        found[entry.state, entry.number] = entry
    return tuple(found.values())


def _appointments(row: Fields) -> tuple[AppointmentEntry, ...]:
    found: dict[tuple[str, str], AppointmentEntry] = {}
    for each in row.rows("appointments"):
        entry = AppointmentEntry(
            carrier=each.text("carrier", longest=120),
            state=each.parsed("state", state_code) or "",
            effective=each.day("effective"),
            expires=each.day("expires", None),
        )
        if entry.expires and entry.expires < entry.effective:
            each.note("expires", ENDS_BEFORE)
        if entry.state and (entry.carrier, entry.state) in found:
            each.note("carrier", TAKEN.format(f"{entry.carrier}, {entry.state}"))
        found[entry.carrier, entry.state] = entry
    return tuple(found.values())


def _certification(row: Fields) -> CertificationEntry:
    entry = CertificationEntry(
        name=row.text("name", longest=60), effective=row.day("effective"), expires=row.day("expires", None)
    )
    if entry.expires and entry.expires < entry.effective:
        row.note("expires", ENDS_BEFORE)
    return entry


def _absence(row: Fields) -> AbsenceEntry:
    entry = AbsenceEntry(starts_on=row.day("from"), ends_on=row.day("to"), note=row.text("note", "", longest=120))
    if row.has("to") and entry.ends_on < entry.starts_on:
        row.note("to", ENDS_BEFORE)
    return entry


def _caps(fields: Fields) -> dict[str, int]:
    caps = {period: fields.whole(period, None) for period in CapPeriod.values}
    return {period: limit for period, limit in caps.items() if limit is not None}


def _limited_caps(fields: Fields) -> tuple[CapEntry, ...]:
    """What `only` says: caps on leads of one family, of one tier, or of both."""
    found: dict[tuple[str, str], list[CapEntry]] = {}
    problems = fields.problems
    for each in fields.rows("only"):
        kind = (each.one_of("family", Family.values, ""), each.one_of("tier", LeadTier.values, ""))
        if not any(kind):
            problems.note(each.path, OF_WHAT)
        elif kind in found:
            problems.note(each.path, TAKEN.format(" ".join(word for word in reversed(kind) if word)))
        found[kind] = [CapEntry(period, limit, *kind) for period, limit in _caps(each).items()]
        if not found[kind]:
            problems.note(each.path, NO_LIMIT)
    fields.done()
    return tuple(cap for caps in found.values() for cap in caps)


def _npn(value: Any) -> str:
    text = str(value)
    if not text.isascii() or not text.isdigit() or len(text) > 10:
        raise ValueError(NPN)
    return text


def _names(raw: Any) -> dict[str, frozenset[str]]:
    """People, those of them who may own leads, and the levels that rules may name; and the lines they may specialize in."""
    rows = [one for one in raw if isinstance(one, Mapping)] if isinstance(raw, list | tuple) else []
    return {
        "person": names_in(raw),
        "owner": names_in([one for one in rows if one.get("role") != Role.MARKETING]),
        "level": names_in(rows, "level"),
        "line": frozenset(LineOfBusiness.objects.filter(active=True).values_list("key", flat=True)),
    }


SECTION = Section(
    key="people",
    place=30,
    check=_check,
    write=write_people,
    link=link_people,
    finish=release_people,
    dump=dump_people,
    names=_names,
    empty=None,
)
