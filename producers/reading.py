"""What the tables say of everyone who may own leads, read into facts."""

from collections import defaultdict
from datetime import time
from typing import Any

from django.db.models import Prefetch

from agency.calendar import Week
from agency.hours import OFFICE_HOURS, parse_week
from agency.models import Agency
from producers.facts import (
    AppointmentFacts,
    CapFacts,
    CertificationFacts,
    LicenseFacts,
    LineFacts,
    ProducerFacts,
    Roster,
    TerritoryFacts,
)
from producers.models import Appointment, License, LineOfBusiness, Producer, Role, Team, Territory

DEFAULT_TIMEZONE = "America/New_York"
_MILLION = 1_000_000


def read_roster(number: int) -> Roster:
    """The static roster as the tables have it now, called version `number`; a fixed number of queries."""
    agency = Agency.objects.select_related("fallback__producer").first()
    fallback = agency.fallback if agency else None
    active = _producers()
    return Roster(
        number=number,
        timezone=agency.timezone if agency else DEFAULT_TIMEZONE,
        hours=(parse_week(agency.hours) if agency else None) or OFFICE_HOURS,
        holidays=agency.holidays if agency else "",
        fallback=fallback.producer.key if fallback and hasattr(fallback, "producer") else None,
        producers={one.key: _producer(one) for one in active if one.role != Role.MARKETING},
        territories=tuple(_territory(one) for one in _territories()),
        lines={one.key: _line(one) for one in LineOfBusiness.objects.filter(active=True).order_by("key")},
        without_leads=frozenset(one.key for one in active if one.role == Role.MARKETING),
    )


def _producers() -> list[Producer]:
    return list(
        Producer.objects.filter(active=True, user__is_active=True)
        .select_related("user", "backup")
        .prefetch_related(
            Prefetch("teams", Team.objects.filter(active=True)),
            "lines",
            Prefetch("licenses", License.objects.filter(active=True).order_by("state", "effective", "number")),
            "certifications",
            Prefetch("appointments", Appointment.objects.filter(active=True).order_by("carrier", "state")),
            "caps",
            "hours",
            "time_off",
        )
        .order_by("key")
    )


def _producer(one: Producer) -> ProducerFacts:
    return ProducerFacts(
        key=one.key,
        name=one.user.name,
        role=one.role,
        teams=frozenset(team.key for team in one.teams.all()),
        lines=frozenset(line.key for line in one.lines.all()),
        level=one.level,
        languages=tuple(one.languages),
        weight=int(one.weight * _MILLION),
        backup=one.backup.key if one.backup and one.backup.active else None,
        licenses=tuple(
            LicenseFacts(
                each.state,
                each.number,
                frozenset(each.authority),
                each.effective,
                each.expires,
                each.resident,
                each.source,
                each.verified_on,
            )
            for each in one.licenses.all()
        ),
        certifications=tuple(CertificationFacts(each.name, each.effective, each.expires) for each in one.certifications.all()),
        appointments=tuple(
            AppointmentFacts(each.carrier, each.state, each.effective, each.expires) for each in one.appointments.all()
        ),
        caps={cap.period: cap.limit for cap in one.caps.all() if not cap.is_limited},
        limited_caps=_limited_caps(one),
        hours=own_hours(one),
        time_off=tuple((away.starts_on, away.ends_on) for away in one.time_off.all()),
        npn=one.npn,
    )


def _limited_caps(one: Producer) -> tuple[CapFacts, ...]:
    limited = sorted((cap for cap in one.caps.all() if cap.is_limited), key=lambda cap: cap.pk)
    return tuple(CapFacts(cap.period, cap.limit, cap.family, cap.tier) for cap in limited)


def caps_of(row: Producer) -> dict[str, Any]:
    """A person's caps as the agency file and the API write them; `only` holds those on a family, a tier, or both."""
    rows = sorted(row.caps.all(), key=lambda cap: cap.pk)
    written: dict[str, Any] = {cap.period: cap.limit for cap in rows if not cap.is_limited}
    kinds: dict[tuple[str, str], dict[str, Any]] = {}
    for cap in (cap for cap in rows if cap.is_limited):
        kind = {name: value for name, value in (("family", cap.family), ("tier", cap.tier)) if value}
        kinds.setdefault((cap.family, cap.tier), kind)[cap.period] = cap.limit
    return written | ({"only": list(kinds.values())} if kinds else {})


def own_hours(one: Producer) -> Week | None:
    """A person's own week, or None when they keep the agency's."""
    week: defaultdict[int, list[tuple[time, time]]] = defaultdict(list)
    for stretch in one.hours.all():
        week[stretch.weekday].append((stretch.opens, stretch.closes))
    return {day: tuple(sorted(week[day])) for day in sorted(week)} or None


def _territories() -> list[Territory]:
    return list(Territory.objects.filter(active=True).select_related("team", "backup").order_by("position", "key"))


def _territory(one: Territory) -> TerritoryFacts:
    return TerritoryFacts(
        key=one.key,
        name=one.name,
        team=one.team.key if one.team and one.team.active else None,
        backup=one.backup.key if one.backup and one.backup.active else None,
        zips=tuple(zip_span(text) for text in one.zips),
        counties=frozenset(one.counties),
        states=frozenset(one.states),
    )


def zip_span(text: str) -> tuple[str, str]:
    """`10001-10099` or `10001` as an inclusive range of five-digit strings."""
    low, _, high = text.partition("-")
    return low.strip(), (high or low).strip()


def _line(one: LineOfBusiness) -> LineFacts:
    return LineFacts(one.key, one.name, one.family, tuple(frozenset(each) for each in one.requires), tuple(one.certifications))
