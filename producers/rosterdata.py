"""The static roster as plain JSON values and back, exactly: what a `RosterVersion` keeps.

Whatever has an order is kept in lists: a JSON column does not keep the order of an object's keys.
"""

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from agency.calendar import Week
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


def to_data(roster: Roster) -> dict[str, Any]:
    """Everything but loads and closed days, as JSON values; `from_data` gives an equal roster."""
    return {
        "number": roster.number,
        "timezone": roster.timezone,
        "hours": _week_data(roster.hours),
        "holidays": roster.holidays,
        "fallback": roster.fallback,
        "producers": [_producer_data(one) for one in roster.producers.values()],
        "territories": [_territory_data(one) for one in roster.territories],
        "lines": [_line_data(one) for one in roster.lines.values()],
        "without_leads": sorted(roster.without_leads),
    }


def from_data(data: Mapping[str, Any]) -> Roster:
    """The roster that `to_data` wrote."""
    producers = [_producer(one) for one in data["producers"]]
    lines = [_line(one) for one in data["lines"]]
    return Roster(
        number=data["number"],
        timezone=data["timezone"],
        hours=_week(data["hours"]),
        holidays=data["holidays"],
        fallback=data["fallback"],
        producers={one.key: one for one in producers},
        territories=tuple(_territory(one) for one in data["territories"]),
        lines={one.key: one for one in lines},
        without_leads=frozenset(data.get("without_leads", ())),
    )


def _producer_data(one: ProducerFacts) -> dict[str, Any]:
    return {
        "key": one.key,
        "name": one.name,
        "role": one.role,
        "teams": sorted(one.teams),
        "lines": sorted(one.lines),
        "level": one.level,
        "languages": list(one.languages),
        "weight": one.weight,
        "backup": one.backup,
        "licenses": [_license_data(each) for each in one.licenses],
        "certifications": [[each.name, each.effective.isoformat(), _day_data(each.expires)] for each in one.certifications],
        "caps": dict(one.caps),
        "limited_caps": [[each.period, each.limit, each.family, each.tier] for each in one.limited_caps],
        "hours": None if one.hours is None else _week_data(one.hours),
        "time_off": [[start.isoformat(), end.isoformat()] for start, end in one.time_off],
        "appointments": [
            [each.carrier, each.state, each.effective.isoformat(), _day_data(each.expires)] for each in one.appointments
        ],
        "npn": one.npn,
    }


def _producer(data: Mapping[str, Any]) -> ProducerFacts:
    return ProducerFacts(
        key=data["key"],
        name=data["name"],
        role=data["role"],
        teams=frozenset(data["teams"]),
        lines=frozenset(data["lines"]),
        level=data["level"],
        languages=tuple(data["languages"]),
        weight=data["weight"],
        backup=data["backup"],
        licenses=tuple(_license(each) for each in data["licenses"]),
        certifications=tuple(CertificationFacts(name, _day(start), _end(end)) for name, start, end in data["certifications"]),
        caps=dict(data["caps"]),
        limited_caps=tuple(CapFacts(*each) for each in data.get("limited_caps", ())),
        hours=None if data["hours"] is None else _week(data["hours"]),
        time_off=tuple((_day(start), _day(end)) for start, end in data["time_off"]),
        appointments=tuple(
            AppointmentFacts(carrier, state, _day(start), _end(end))
            for carrier, state, start, end in data.get("appointments", [])
        ),
        npn=data.get("npn", ""),
    )


def _license_data(one: LicenseFacts) -> dict[str, Any]:
    return {
        "state": one.state,
        "number": one.number,
        "authority": sorted(one.authority),
        "effective": one.effective.isoformat(),
        "expires": one.expires.isoformat(),
        "resident": one.resident,
        "source": one.source,
        "verified_on": _day_data(one.verified_on),
    }


def _license(data: Mapping[str, Any]) -> LicenseFacts:
    return LicenseFacts(
        state=data["state"],
        number=data["number"],
        authority=frozenset(data["authority"]),
        effective=_day(data["effective"]),
        expires=_day(data["expires"]),
        resident=data["resident"],
        source=data.get("source", ""),
        verified_on=_end(data.get("verified_on")),
    )


def _territory_data(one: TerritoryFacts) -> dict[str, Any]:
    return {
        "key": one.key,
        "name": one.name,
        "team": one.team,
        "backup": one.backup,
        "zips": [list(span) for span in one.zips],
        "counties": sorted(one.counties),
        "states": sorted(one.states),
    }


def _territory(data: Mapping[str, Any]) -> TerritoryFacts:
    return TerritoryFacts(
        key=data["key"],
        name=data["name"],
        team=data["team"],
        backup=data["backup"],
        zips=tuple((low, high) for low, high in data["zips"]),
        counties=frozenset(data["counties"]),
        states=frozenset(data["states"]),
    )


def _line_data(one: LineFacts) -> dict[str, Any]:
    return {
        "key": one.key,
        "name": one.name,
        "family": one.family,
        "requires": [sorted(each) for each in one.requires],
        "certifications": list(one.certifications),
    }


def _line(data: Mapping[str, Any]) -> LineFacts:
    return LineFacts(
        key=data["key"],
        name=data["name"],
        family=data["family"],
        requires=tuple(frozenset(each) for each in data["requires"]),
        certifications=tuple(data["certifications"]),
    )


def _week_data(week: Week) -> list[list[Any]]:
    return [[day, [[opens.isoformat(), closes.isoformat()] for opens, closes in week[day]]] for day in week]


def _week(data: list[list[Any]]) -> Week:
    return {day: tuple((time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in each) for day, each in data}


def _day_data(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _end(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
