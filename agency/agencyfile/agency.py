"""The `agency` section: the agency itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

import holidays

from agency.agencyfile.fields import NOT_A_MAPPING, Fields, Problems, as_text
from agency.agencyfile.sections import Section, Writing, put
from agency.agencyfile.writing import in_order
from agency.calendar import Week
from agency.hours import OFFICE_HOURS, WEEKDAYS, parse_week, write_week
from agency.messaging.models import Channel
from agency.models import RECORDING_NOTICE, Agency, AppointmentCheck

NO_TIMEZONE = '"{}" is no timezone: write America/New_York'
NO_CALENDAR = '"{}" is no calendar of holidays: write US, or US-NY for a state\'s'
NO_HOURS = "must give the hours of at least one day"
NO_WEEKDAY = "no such day; there is {}"
DEFAULT_TIMEZONE = "America/New_York"
DEFAULT_NOTIFY = {"assigned": (Channel.IN_APP.value, Channel.EMAIL.value)}
"""How people hear of things where neither the agency nor they have said otherwise."""

DEFAULT_CAP = (8, 48)
"""Calls and texts to one number, and the hours in which they are counted, where the agency says nothing."""

SHARES = ("contacted_within_5_min", "contacted_within_30_min", "lead_to_quote", "quote_to_bind", "lead_to_bind")
COUNTS = ("real_time_seconds", "first_response_minutes", "never_contacted")
TARGETS = (*COUNTS, *SHARES)


@dataclass(frozen=True, slots=True)
class AgencyEntry:
    """The agency as the file has it."""

    name: str
    phone: str
    address: str
    website: str
    timezone: str
    hours: Week
    holidays: str
    fallback: str | None
    idle_minutes: int
    notify: Mapping[str, tuple[str, ...]]
    targets: Mapping[str, float]
    appointments: str
    contact_cap: int
    contact_cap_hours: int
    record_calls: bool
    recording_notice: str


def _check(raw: Any, problems: Problems) -> AgencyEntry:
    fields = Fields(raw, "agency", problems)
    cap = fields.fields("contact_cap")
    entry = AgencyEntry(
        name=fields.text("name"),
        phone=fields.phone("phone", ""),
        address=fields.text("address", "", longest=300),
        website=fields.link("website", ""),
        timezone=fields.parsed("timezone", _timezone, DEFAULT_TIMEZONE),
        hours=read_hours(fields, "hours") or OFFICE_HOURS,
        holidays=fields.parsed("holidays", _calendar, ""),
        fallback=fields.parsed("fallback", lambda value: _owner(value, problems)),
        idle_minutes=fields.whole("idle_minutes", 0, high=1440),
        notify={**DEFAULT_NOTIFY, **read_notify(fields)},
        targets=_targets(fields.fields("targets")),
        appointments=fields.one_of("appointments", AppointmentCheck.values, AppointmentCheck.WARN.value),
        contact_cap=cap.whole("attempts", DEFAULT_CAP[0], high=1000),
        contact_cap_hours=cap.whole("hours", DEFAULT_CAP[1], low=1, high=8760),
        record_calls=fields.flag("record_calls", False),
        recording_notice=fields.text("recording_notice", RECORDING_NOTICE, longest=300),
    )
    cap.done()
    fields.done()
    return entry


def read_hours(fields: Fields, key: str) -> Week | None:
    """The week under this key, None when there is none; what is wrong with a day is noted at that day."""
    raw = fields.take(key, None)
    if raw is None:
        return None
    if not isinstance(raw, Mapping):
        fields.note(key, NOT_A_MAPPING)
        return None
    week: dict[int, Any] = {}
    for day, written in raw.items():
        if day not in WEEKDAYS:
            fields.note(f"{key}.{day}", NO_WEEKDAY.format(", ".join(WEEKDAYS)))
            continue
        try:
            week |= parse_week({day: _day_text(written)})
        except ValueError as error:
            fields.note(f"{key}.{day}", str(error))
            week[WEEKDAYS.index(day)] = ()
    if not week:
        fields.note(key, NO_HOURS)
    return {day: week[day] for day in sorted(week)}


def read_notify(fields: Fields) -> dict[str, tuple[str, ...]]:
    """Event → channels, of the events given under `notify`."""
    inner = fields.fields("notify")
    given = {event: inner.some_of(event, Channel.values, ()) for event in DEFAULT_NOTIFY}
    inner.done()
    return {event: channels for event, channels in given.items() if inner.has(event)}


def _day_text(written: Any) -> str | list[str]:
    if written is None:
        return ""
    return [as_text(one, 40) for one in written] if isinstance(written, list) else as_text(written, 200)


def _timezone(value: Any) -> str:
    if not isinstance(value, str) or value not in available_timezones():
        raise ValueError(NO_TIMEZONE.format(value))
    return value


@lru_cache(maxsize=64)
def _is_calendar(name: str) -> bool:
    country, _, subdivision = name.partition("-")
    try:
        return bool(holidays.country_holidays(country, subdiv=subdivision or None, years=date.today().year))  # noqa: DTZ011
    except (NotImplementedError, KeyError):
        return False


def _calendar(value: Any) -> str:
    if not isinstance(value, str) or not _is_calendar(value):
        raise ValueError(NO_CALENDAR.format(value))
    return value


def _owner(value: Any, problems: Problems) -> str:
    if value not in problems.names.get("owner", frozenset()):
        raise ValueError(NOT_AN_OWNER.format(value))
    return str(value)


NOT_AN_OWNER = 'there is no person "{}" who may own leads (marketing may not)'


def _targets(fields: Fields) -> dict[str, float]:
    targets: dict[str, float] = {}
    for name in SHARES:
        share = fields.number(name, None, high=1)
        if fields.has(name):
            targets[name] = float(share)
    for name in COUNTS:
        count = fields.whole(name, None)
        if fields.has(name):
            targets[name] = count
    fields.done()
    return targets


def _write(entry: AgencyEntry, writing: Writing) -> None:
    values = {
        "name": entry.name,
        "phone": entry.phone,
        "address": entry.address,
        "website": entry.website,
        "timezone": entry.timezone,
        "hours": write_week(entry.hours),
        "holidays": entry.holidays,
        "idle_minutes": entry.idle_minutes,
        "notify": {event: list(channels) for event, channels in entry.notify.items()},
        "targets": dict(entry.targets),
        "appointments": entry.appointments,
        "contact_cap": entry.contact_cap,
        "contact_cap_hours": entry.contact_cap_hours,
        "record_calls": entry.record_calls,
        "recording_notice": entry.recording_notice,
    }
    writing.count("agency", "agency", put(Agency.objects.first() or Agency(), values))


def _link(entry: AgencyEntry, writing: Writing) -> None:
    if entry.fallback:
        writing.count("agency", "agency", put(Agency.objects.get(), {"fallback": writing.users[entry.fallback]}))


def _dump() -> dict[str, Any]:
    agency = Agency.objects.select_related("fallback__producer").first()
    if agency is None:
        return {}
    values = {
        "name": agency.name,
        "phone": str(agency.phone or ""),
        "address": agency.address,
        "website": agency.website,
        "timezone": agency.timezone,
        "hours": write_week(parse_week(agency.hours) or OFFICE_HOURS),
        "holidays": agency.holidays,
        "fallback": agency.fallback.producer.key if agency.fallback and hasattr(agency.fallback, "producer") else "",
        "idle_minutes": agency.idle_minutes,
        "notify": agency.notify,
        "targets": in_order(agency.targets, TARGETS),
        "appointments": "" if agency.appointments == AppointmentCheck.WARN else agency.appointments,
        "contact_cap": _cap(agency),
        "record_calls": agency.record_calls,
        "recording_notice": "" if agency.recording_notice == RECORDING_NOTICE else agency.recording_notice,
    }
    return {key: value for key, value in values.items() if value}


def _cap(agency: Agency) -> dict[str, int]:
    cap = (agency.contact_cap, agency.contact_cap_hours)
    return {} if cap == DEFAULT_CAP else dict(zip(("attempts", "hours"), cap, strict=True))


SECTION = Section(key="agency", place=10, check=_check, write=_write, link=_link, dump=_dump, empty=None)
