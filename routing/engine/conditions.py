"""Conditions: what a rule, a plan, a ladder or a scoring fit asks of a lead.

One vocabulary, checked when it is written and held against each lead. A list means any of; every key must hold; a value that
is not known never holds.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from producers.facts import Roster, TerritoryFacts
from routing.engine.facts import LeadFacts
from routing.engine.gates import within
from routing.engine.index import index_of

TIERS = ("hot", "warm", "cold")
HOURS = ("business", "after")
FAMILIES = ("personal", "commercial", "life", "health", "medicare")
SOURCE_KINDS = ("organic", "paid_search", "paid_social", "referral", "carrier", "vendor", "walk_in", "phone")
LEAD_KINDS = ("real_time", "live_transfer", "aged")
STATES = frozenset(
    re.findall(
        "..",
        "ALAKAZARCACOCTDEDCFLGAHIIDILINIAKSKYLAMEMDMAMIMNMSMOMTNENVNHNJNMNYNCNDOHOKORPARISCSDTNTXUTVTVAWAWVWIWYASGUMPPRVI",
    )
)

UNKNOWN_KEY = "is not a condition"
NOT_A_CHOICE = "{value!r} is not one of {choices}"
NOT_KNOWN = "there is no {noun} {value!r}"
NO_MORE_OF = "nobody is of level {level!r} any more: {name} was"
NOT_A_FLAG = "must be true or false"
NOT_A_NUMBER = "must be a number"
NOT_AN_AMOUNT = "must be an amount, 0 or more"
NOT_ABOVE_NOTHING = "must be an amount above 0: no premium is under it"
NOT_DAYS = "must be a whole number of days, 0 or more"
NOT_A_RANGE = '{value!r} is not a range such as "40-64"'
BACKWARDS = "{value!r} is a range that ends before it begins"
NOT_ZIPS = '{value!r} is not a ZIP or a range such as "10001-10099"'
NOT_A_COUNTY = '{value!r} is not a county such as "NY/Kings County"'
NOT_ATTRIBUTES = "must name attributes and their values"
NOTHING = "must not be empty"
NOT_CONDITIONS = "must be a mapping of conditions"


_RANGE = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*(?:-\s*(-?\d+(?:\.\d+)?))?\s*")


@dataclass(frozen=True, slots=True)
class Known:
    """Every name a condition or an action may refer to. None in place of a set: not checked."""

    lines: frozenset[str] | None = None
    territories: frozenset[str] | None = None
    sources: frozenset[str] | None = None
    teams: frozenset[str] | None = None
    people: frozenset[str] | None = None
    plans: frozenset[str] | None = None
    levels: frozenset[str] | None = None
    nurture_plans: frozenset[str] | None = None
    """Of the plans, those that begin with a lead put to rest."""
    counties: frozenset[str] | None = None
    """As `NY/Kings County`."""
    families: frozenset[str] = field(default=frozenset(FAMILIES))
    former: Mapping[str, str] = field(default_factory=dict)
    """Key → what is to be said of somebody who may own no leads any more: named, they are no typing error."""
    former_levels: Mapping[str, str] = field(default_factory=dict)
    """Level that nobody has now → name of somebody who had it."""


def as_list(value: Any) -> list[Any]:
    """A list as it is, anything else as a list of one."""
    return list(value) if isinstance(value, list | tuple | set | frozenset) else [value]


@lru_cache(maxsize=4096)
def number_range(text: str) -> tuple[Decimal, Decimal] | None:
    """`"40-64"` as its two ends, both counting; `"40"` is a range of one; None when it is no range."""
    match = _RANGE.fullmatch(text)
    if match is None:
        return None
    low, high = Decimal(match[1]), Decimal(match[2] or match[1])
    return (low, high) if low <= high else None


@lru_cache(maxsize=4096)
def zip_range(text: str) -> tuple[str, str] | None:
    """`"10001-10099"` or `"10001"` as its two ends; None when it is neither."""
    match = re.fullmatch(r"\s*(\d{5})\s*(?:-\s*(\d{5}))?\s*", text)
    if match is None:
        return None
    low, high = match[1], match[2] or match[1]
    return (low, high) if low <= high else None


# --- Checking what somebody wrote ---

Check = Callable[[Any, Known], Iterable[str]]


def _choices(*choices: str) -> Check:
    def check(value: Any, _: Known) -> Iterable[str]:
        listed = ", ".join(choices)
        return [NOT_A_CHOICE.format(value=one, choices=listed) for one in as_list(value) if one not in choices]

    return check


def _named(noun: str, names: Callable[[Known], frozenset[str] | None]) -> Check:
    def check(value: Any, known: Known) -> Iterable[str]:
        allowed = names(known)
        return [
            NOT_KNOWN.format(noun=noun, value=one)
            for one in as_list(value)
            if not isinstance(one, str) or (allowed is not None and one not in allowed)
        ]

    return check


def _states(value: Any, _: Known) -> Iterable[str]:
    return [NOT_KNOWN.format(noun="state", value=one) for one in as_list(value) if one not in STATES]


def _flag(value: Any, _: Known) -> Iterable[str]:
    return [] if isinstance(value, bool) else [NOT_A_FLAG]


def _over(value: Any, _: Known) -> Iterable[str]:
    number = _decimal(value)
    return [NOT_A_NUMBER] if number is None else [] if number >= 0 else [NOT_AN_AMOUNT]


def _under(value: Any, _: Known) -> Iterable[str]:
    number = _decimal(value)
    return [NOT_A_NUMBER] if number is None else [] if number > 0 else [NOT_ABOVE_NOTHING]


def _days(value: Any, _: Known) -> Iterable[str]:
    return [] if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else [NOT_DAYS]


def _ranges(value: Any, _: Known) -> Iterable[str]:
    return [NOT_A_RANGE.format(value=one) for one in as_list(value) if isinstance(one, bool) or number_range(str(one)) is None]


def _zips(value: Any, _: Known) -> Iterable[str]:
    return [NOT_ZIPS.format(value=one) for one in as_list(value) if zip_range(str(one)) is None]


def _counties(value: Any, known: Known) -> Iterable[str]:
    found = []
    for one in as_list(value):
        if not isinstance(one, str) or one[2:3] != "/" or one[:2] not in STATES or not one[3:].strip():
            found.append(NOT_A_COUNTY.format(value=one))
        elif known.counties is not None and one not in known.counties:
            found.append(NOT_KNOWN.format(noun="county", value=one))
    return found


def _attributes(value: Any, _: Known) -> Iterable[str]:
    if not isinstance(value, Mapping) or not value:
        return [NOT_ATTRIBUTES]
    wanted = [one for values in value.values() for one in (as_list(values) or [None])]
    if any(not isinstance(one, str | int | float | bool | Decimal) for one in wanted):
        return [NOT_ATTRIBUTES]
    return [BACKWARDS.format(value=one) for one in wanted if isinstance(one, str) and _is_backwards(one)]


def _is_backwards(text: str) -> bool:
    return _RANGE.fullmatch(text) is not None and number_range(text) is None


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


# --- Holding a lead against it ---


@dataclass(slots=True)
class _Moment:
    """What conditions read beside the lead."""

    roster: Roster
    now: datetime

    @property
    def local(self) -> datetime:
        return self.now.astimezone(ZoneInfo(self.roster.timezone))


Unmet = Callable[[Any, LeadFacts, _Moment], str]


def _either(values: Any) -> str:
    words = [str(one) for one in as_list(values)]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _one_of(noun: str, of: Callable[[LeadFacts], str]) -> Unmet:
    def unmet_here(value: Any, lead: LeadFacts, _: _Moment) -> str:
        has = of(lead)
        if has and (has == value or (isinstance(value, list | tuple | frozenset) and has in value)):
            return ""
        return f"the {noun} is {has}, not {_either(value)}" if has else f"the {noun} is not known"

    return unmet_here


def _flagged(words: tuple[str, str], of: Callable[[LeadFacts], bool]) -> Unmet:
    def unmet_here(value: Any, lead: LeadFacts, _: _Moment) -> str:
        has = of(lead)
        return "" if has == value else words[0 if has else 1]

    return unmet_here


def _in_range(noun: str, of: Callable[[LeadFacts], Any]) -> Unmet:
    def unmet_here(value: Any, lead: LeadFacts, _: _Moment) -> str:
        has = _decimal(of(lead))
        if has is None:
            return f"the {noun} is not known"
        for one in as_list(value):
            ends = number_range(str(one))
            if ends and ends[0] <= has <= ends[1]:
                return ""
        return f"the {noun} is {has}, not {_either(value)}"

    return unmet_here


def _zip_unmet(value: Any, lead: LeadFacts, _: _Moment) -> str:
    if not lead.zip_code:
        return "the ZIP is not known"
    for one in as_list(value):
        ends = zip_range(str(one))
        if ends and ends[0] <= lead.zip_code <= ends[1]:
            return ""
    return f"the ZIP is {lead.zip_code}, not {_either(value)}"


def _territory_unmet(value: Any, lead: LeadFacts, moment: _Moment) -> str:
    territory = territory_of(lead, moment.roster)
    if territory is None:
        return "it is in no territory"
    return "" if territory.key in as_list(value) else f"the territory is {territory.key}, not {_either(value)}"


def _over_unmet(value: Any, lead: LeadFacts, _: _Moment) -> str:
    if lead.premium is None:
        return "the premium is not known"
    return "" if lead.premium > Decimal(str(value)) else f"the premium is {lead.premium:,}, not over {Decimal(str(value)):,}"


def _under_unmet(value: Any, lead: LeadFacts, _: _Moment) -> str:
    if lead.premium is None:
        return "the premium is not known"
    return "" if lead.premium < Decimal(str(value)) else f"the premium is {lead.premium:,}, not under {Decimal(str(value)):,}"


def _expiry_unmet(value: Any, lead: LeadFacts, moment: _Moment) -> str:
    if lead.policy_expires_on is None:
        return "the policy's expiry is not known"
    today: date = moment.local.date()
    ahead = (lead.policy_expires_on - today).days
    return "" if 0 <= ahead <= value else f"the policy expires on {lead.policy_expires_on}, not within {value} days"


def _hours_unmet(value: Any, lead: LeadFacts, moment: _Moment) -> str:
    local = moment.local
    is_open = local.date() not in moment.roster.closed and within(moment.roster.hours, local.weekday(), local.time())
    now = "business" if is_open else "after"
    return "" if now in as_list(value) else f"it is {'within' if is_open else 'outside'} business hours"


def _attributes_unmet(value: Any, lead: LeadFacts, _: _Moment) -> str:
    for name, wanted in value.items():
        has = lead.attributes.get(name)
        if has is None or has == "":
            return f"{name} is not known"
        if not any(_same(has, one) for one in as_list(wanted)):
            return f"{name} is {has}, not {_either(wanted)}"
    return ""


def _same(has: Any, wanted: Any) -> bool:
    """Equal as people read it (no case, no type), or a number within a range."""
    if any(str(one).strip().casefold() == str(wanted).strip().casefold() for one in as_list(has)):
        return True
    ends = (
        number_range(wanted) if isinstance(wanted, str) else number_range(str(wanted)) if _decimal(wanted) is not None else None
    )
    return ends is not None and any(
        number is not None and ends[0] <= number <= ends[1] for number in (_decimal(one) for one in as_list(has))
    )


VOCABULARY: Mapping[str, tuple[Check, Unmet]] = {
    "tier": (_choices(*TIERS), _one_of("tier", lambda lead: lead.tier)),
    "tiers": (_choices(*TIERS), _one_of("tier", lambda lead: lead.tier)),
    "score": (_ranges, _in_range("score", lambda lead: lead.score)),
    "lines": (_named("line", lambda known: known.lines), _one_of("line", lambda lead: lead.line)),
    "line_families": (_named("family", lambda known: known.families), _one_of("family", lambda lead: lead.family)),
    "states": (_states, _one_of("state", lambda lead: lead.state)),
    "zips": (_zips, _zip_unmet),
    "counties": (_counties, _one_of("county", lambda lead: lead.county)),
    "territories": (_named("territory", lambda known: known.territories), _territory_unmet),
    "sources": (_named("source", lambda known: known.sources), _one_of("source", lambda lead: lead.source)),
    "source_kinds": (_choices(*SOURCE_KINDS), _one_of("kind of source", lambda lead: lead.source_kind)),
    "lead_kinds": (_choices(*LEAD_KINDS), _one_of("kind of lead", lambda lead: lead.kind)),
    "exclusive": (_flag, _flagged(("it is exclusive", "it is shared"), lambda lead: lead.exclusive)),
    "existing_client": (
        _flag,
        _flagged(("the person is a client", "the person is not a client"), lambda lead: lead.existing_client),
    ),
    "open_lead": (
        _flag,
        _flagged(("the person has another open lead", "the person has no other open lead"), lambda lead: lead.open_lead),
    ),
    "premium_over": (_over, _over_unmet),
    "premium_under": (_under, _under_unmet),
    "policy_expires_within_days": (_days, _expiry_unmet),
    "age": (_ranges, _in_range("age", lambda lead: lead.attributes.get("age"))),
    "hours": (_choices(*HOURS), _hours_unmet),
    "attributes": (_attributes, _attributes_unmet),
}

KEYS = frozenset(VOCABULARY)
FIT_KEYS = KEYS - {"tier", "tiers", "score"}
"""What a scoring fit may ask: everything but what the score itself decides."""


def problems(when: Any, path: str, known: Known, keys: frozenset[str] = KEYS) -> list[str]:
    """Everything wrong with these conditions, each with its path in the file; empty when there is nothing."""
    if when is None:
        return []
    if not isinstance(when, Mapping):
        return [f"{path}: {NOT_CONDITIONS}"]
    found = []
    for key, value in when.items():
        here = f"{path}.{key}"
        if key not in keys:
            found.append(f"{here}: {UNKNOWN_KEY}")
        elif value is None or value in ([], {}, ""):
            found.append(f"{here}: {NOTHING}")
        else:
            found += [f"{here}: {problem}" for problem in VOCABULARY[key][0](value, known)]
    return found


def unmet(when: Mapping[str, Any], lead: LeadFacts, roster: Roster, now: datetime) -> str:
    """Why these conditions, already checked, do not hold for the lead, in words; empty when they all do."""
    if not when:
        return ""
    moment = _Moment(roster, now)
    for key, value in when.items():
        why = VOCABULARY[key][1](value, lead, moment)
        if why:
            return why
    return ""


def territory_of(lead: LeadFacts, roster: Roster) -> TerritoryFacts | None:
    """The territory that names the lead's ZIP, else its county, else its state; among equals the first in the file."""
    return index_of(roster).territory(lead.zip_code, lead.county, lead.state)
