"""ZIP → city, state, county and timezone, from data that ships with the project."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import zipcodes

from leads.intake.place_corrections import SECOND_TIMEZONES, TIMEZONES
from routing.places import Spot


@dataclass(frozen=True, slots=True)
class Place:
    """Where a ZIP is. A ZIP may cross counties: this is its main one. Military mail has no timezone."""

    zip_code: str
    city: str
    state: str
    county: str
    timezone: str
    timezones: tuple[str, ...]
    """All zones to reckon with: usually one, two where people and law disagree."""


@lru_cache(maxsize=65_536)
def place(zip_code: str) -> Place | None:
    """The place of a ZIP or ZIP+4; None when it is malformed or nobody knows it. Read once per ZIP and process."""
    five = five_digits(zip_code)
    rows: list[dict[str, Any]] = zipcodes.matching(five) if five else []  # type: ignore[no-untyped-call]
    if not rows:
        return None
    row = rows[0]
    timezone = TIMEZONES.get(five, row["timezone"] or "")
    if timezone and not _exists(timezone):
        timezone = ""
    second = SECOND_TIMEZONES.get(five)
    zones = tuple(zone for zone in (timezone, second) if zone)
    return Place(five, row["city"] or "", row["state"] or "", row["county"] or "", timezone, zones)


def five_digits(text: str) -> str:
    """The five digits of a ZIP or ZIP+4 (`10310`, `10310-1234`, `103101234`); empty when it is neither."""
    cleaned = text.strip()
    head, dash, tail = cleaned.partition("-")
    if not dash and len(cleaned) == 9:
        head, tail = cleaned[:5], cleaned[5:]
    digits = head.strip() + tail.strip()
    if len(head.strip()) != 5 or not digits.isascii() or not digits.isdigit():
        return ""
    return head.strip() if len(digits) in (5, 9) else ""


def _exists(timezone: str) -> bool:
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return True


def spot_of(zip_code: str) -> Spot:
    """Where a ZIP lies as rules ask for it."""
    found = place(zip_code)
    return Spot(found.state, f"{found.state}/{found.county}" if found.county else "") if found else Spot()


@lru_cache(maxsize=1)
def counties() -> frozenset[str]:
    """Every county that is some ZIP's main one, as rules write it: `NY/Kings County`."""
    rows: list[dict[str, Any]] = zipcodes.list_all()  # type: ignore[no-untyped-call]
    return frozenset(f"{row['state']}/{row['county']}" for row in rows if row["state"] and row["county"])


@lru_cache(maxsize=1)
def _by_zip() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Every ZIP there is in order, and the state of each."""
    rows = sorted({(row["zip_code"], row["state"]) for row in zipcodes.list_all() if row["state"]})  # type: ignore[no-untyped-call]
    return tuple(row[0] for row in rows), tuple(row[1] for row in rows)


@lru_cache(maxsize=1024)
def states_between(low: str, high: str) -> frozenset[str]:
    """The states that have ZIPs in this range, both ends counting."""
    zips, states = _by_zip()
    return frozenset(states[bisect_left(zips, low) : bisect_right(zips, high)])


def read() -> None:
    """The data is in memory: reading it for the first ZIP takes half a second."""
    place("10001")
