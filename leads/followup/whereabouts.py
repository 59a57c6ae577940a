"""Where somebody may be, by address and by number: every state and every timezone that must allow a contact.

A number's area code is held to be of the state in which most of its ZIPs lie, and of every timezone in which any lies.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import available_timezones

import zipcodes

from leads.intake.place_corrections import SECOND_TIMEZONES, TIMEZONES
from leads.intake.places import place

OVERLAYS: Mapping[str, str] = {
    "235": "573", "274": "920", "283": "513", "324": "904", "327": "870", "329": "845", "350": "209", "353": "608",
    "357": "559", "363": "516", "369": "707", "436": "440", "483": "334", "557": "314", "624": "716", "645": "305",
    "686": "804", "728": "561", "729": "423", "730": "618", "738": "213", "748": "970", "821": "864", "837": "530",
    "861": "309", "975": "816",
}  # fmt: skip
"""Newer area codes that the ZIP data does not know, and the older one whose area each shares."""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """The states and timezones in which somebody may be, in order; empty: nobody knows."""

    states: tuple[str, ...]
    zones: tuple[str, ...]

    @property
    def unknown(self) -> bool:
        """Whether there is too little to hold a rule against."""
        return not self.states or not self.zones


@dataclass(frozen=True, slots=True)
class _Areas:
    states: Mapping[str, str]
    zones: Mapping[str, tuple[str, ...]]
    zones_of_state: Mapping[str, tuple[str, ...]]


@lru_cache(maxsize=65_536)
def whereabouts(state: str, zip_code: str, timezone: str, phone: str) -> Whereabouts:
    """Where the person with this address and number may be; `state` and `timezone` are what the lead says of itself."""
    areas, code = _areas(), area_code(phone)
    code = OVERLAYS.get(code, code) if code not in areas.states else code
    found = place(zip_code) if zip_code else None
    states = [one for one in (state or (found.state if found else ""), areas.states.get(code, "")) if one]
    zones = [*(found.timezones if found else ()), timezone, *areas.zones.get(code, ())]
    known = sorted({zone for zone in zones if zone})
    if not known:
        known = sorted({zone for one in states for zone in areas.zones_of_state.get(one, ())})
    return Whereabouts(tuple(dict.fromkeys(states)), tuple(known))


def area_code(phone: str) -> str:
    """The three digits after +1; empty for anything else."""
    return phone[2:5] if len(phone) == 12 and phone.startswith("+1") and phone[1:].isdigit() else ""


def states() -> frozenset[str]:
    """Every state, district and territory that has ZIPs."""
    return frozenset(filter(None, _areas().zones_of_state))


def read() -> None:
    """The table is in memory: making it takes half a second."""
    _areas()


@lru_cache(maxsize=1)
def _areas() -> _Areas:
    states: dict[str, Counter[str]] = defaultdict(Counter)
    zones: dict[str, set[str]] = defaultdict(set)
    zones_of_state: dict[str, set[str]] = defaultdict(set)
    known = available_timezones()
    for row in zipcodes.list_all():  # type: ignore[no-untyped-call]
        five, state = row["zip_code"], row["state"]
        here = {zone for zone in (TIMEZONES.get(five, row["timezone"]), SECOND_TIMEZONES.get(five)) if zone in known}
        zones_of_state[state] |= here
        for code in row["area_codes"]:
            states[code][state] += 1
            zones[code] |= here
    return _Areas(
        {code: counted.most_common(1)[0][0] for code, counted in states.items()},
        {code: tuple(sorted(found)) for code, found in zones.items()},
        {state: tuple(sorted(found)) for state, found in zones_of_state.items()},
    )
