"""The escalation ladder as facts: what is to happen to an owner who does not act, and when."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from agency.calendar import add_open_time
from producers.facts import Roster
from routing.engine import Known, LeadFacts, conditions

ACTIONS = ("alert", "warn", "reassign")
SLA = "sla"
"""The action of rung 0, which only records that no attempt was made in time."""
RECIPIENTS = ("owner", "backup", "manager")
CHANNELS = ("in_app", "push", "email", "sms", "voice")
ENDS_ON = ("attempt", "contact")
KEYS = frozenset({"rungs", "sla", "ladders", "max_reassignments", "backup_minimum_capacity_score", "ends_on"})
LADDER_KEYS = frozenset({"name", "when", "sla", "rungs"})
RUNG_KEYS = frozenset({"after", "action", "channels", "to", "always", "when"})
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

NOT_A_SPAN = "must be a time such as 5m, 1h or 2d"
NOT_A_MAPPING = "must be a mapping"
NOT_A_LIST = "must be a list"
UNKNOWN_KEY = "is not known here"
NOT_A_COUNT = "must be a whole number, 0 or more"
NOT_A_SCORE = "must be a whole number from 1 to 10"
NOT_A_FLAG = "must be true or false"
NOT_A_CHOICE = "{value!r} is not one of {choices}"
NOBODY_TO_TELL = "must name at least one channel"
NO_CONDITION = "must say for which leads"


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung: so long after the assignment, in the owner's working time unless `always`."""

    after: timedelta
    action: str
    to: str
    channels: tuple[str, ...] = ()
    always: bool = False
    when: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Variant:
    """Rungs of their own for leads of which `when` holds, and the limit for their first attempt."""

    when: Mapping[str, Any]
    rungs: tuple[Rung, ...] = ()
    sla: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Ladder:
    """All rungs in order, and what bounds them.

    The first of the `variants` that fits a lead takes the place of its rungs and limit.
    """

    rungs: tuple[Rung, ...] = ()
    sla: timedelta | None = None
    variants: tuple[Variant, ...] = ()
    max_reassignments: int = 2
    backup_minimum_capacity_score: int = 6
    ends_on: str = "attempt"


@dataclass(frozen=True, slots=True)
class DueRung:
    """A rung of one ownership with its instant; `number` counts from 1, and 0 is the limit for the first attempt."""

    number: int
    rung: Rung
    due_at: datetime


def span(text: Any) -> timedelta | None:
    """`5m`, `1h`, `2d` or `90s` as a time; None when it is none."""
    match = re.fullmatch(r"(\d+)([smhd])", text.strip()) if isinstance(text, str) else None
    return timedelta(**{UNITS[match[2]]: int(match[1])}) if match else None


def problems(data: Any, path: str, known: Known) -> list[str]:
    """Everything wrong with a ladder as the agency file writes it, each with its path."""
    if not isinstance(data, Mapping):
        return [f"{path}: {NOT_A_MAPPING}"]
    found = [f"{path}.{key}: {UNKNOWN_KEY}" for key in data if key not in KEYS]
    found += _ladder_problems(data, path, known)
    for index, variant in enumerate(_listed(data, "ladders", path, found)):
        found += _variant_problems(variant, f"{path}.ladders[{index}]", known)
    if not _is_count(data.get("max_reassignments", 0)):
        found.append(f"{path}.max_reassignments: {NOT_A_COUNT}")
    if data.get("backup_minimum_capacity_score", 6) not in range(1, 11):
        found.append(f"{path}.backup_minimum_capacity_score: {NOT_A_SCORE}")
    return found + _choice(data.get("ends_on", "attempt"), ENDS_ON, f"{path}.ends_on")


def _variant_problems(variant: Any, path: str, known: Known) -> list[str]:
    if not isinstance(variant, Mapping):
        return [f"{path}: {NOT_A_MAPPING}"]
    found = [f"{path}.{key}: {UNKNOWN_KEY}" for key in variant if key not in LADDER_KEYS]
    if not variant.get("when"):
        found.append(f"{path}.when: {NO_CONDITION}")
    return found + conditions.problems(variant.get("when"), f"{path}.when", known) + _ladder_problems(variant, path, known)


def _ladder_problems(data: Mapping[str, Any], path: str, known: Known) -> list[str]:
    """What is wrong with rungs and their limit."""
    found: list[str] = []
    for index, rung in enumerate(_listed(data, "rungs", path, found)):
        found += _rung_problems(rung, f"{path}.rungs[{index}]", known)
    if data.get("sla") and span(data["sla"]) is None:
        found.append(f"{path}.sla: {NOT_A_SPAN}")
    return found


def _listed(data: Mapping[str, Any], key: str, path: str, found: list[str]) -> Sequence[Any]:
    """The list under `key`; where it is none, empty, and `found` says so."""
    value = data.get(key, [])
    if isinstance(value, Sequence) and not isinstance(value, str):
        return value
    found.append(f"{path}.{key}: {NOT_A_LIST}")
    return []


def _rung_problems(rung: Any, path: str, known: Known) -> list[str]:
    if not isinstance(rung, Mapping):
        return [f"{path}: {NOT_A_MAPPING}"]
    found = [f"{path}.{key}: {UNKNOWN_KEY}" for key in rung if key not in RUNG_KEYS]
    if span(rung.get("after")) is None:
        found.append(f"{path}.after: {NOT_A_SPAN}")
    action = rung.get("action")
    found += _choice(action, ACTIONS, f"{path}.action")
    found += _choice(rung.get("to"), RECIPIENTS, f"{path}.to")
    channels = rung.get("channels", [])
    if not isinstance(channels, Sequence) or isinstance(channels, str):
        found.append(f"{path}.channels: {NOT_A_LIST}")
    else:
        found += [problem for n, one in enumerate(channels) for problem in _choice(one, CHANNELS, f"{path}.channels[{n}]")]
        if not channels and action in {"alert", "warn"}:
            found.append(f"{path}.channels: {NOBODY_TO_TELL}")
    if not isinstance(rung.get("always", False), bool):
        found.append(f"{path}.always: {NOT_A_FLAG}")
    return found + conditions.problems(rung.get("when"), f"{path}.when", known)


def _choice(value: Any, choices: tuple[str, ...], path: str) -> list[str]:
    good = isinstance(value, str) and value in choices
    return [] if good else [f"{path}: {NOT_A_CHOICE.format(value=value, choices=', '.join(choices))}"]


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def variants_from(ladders: Sequence[Mapping[str, Any]]) -> tuple[Variant, ...]:
    """Ladders for some leads as the agency file writes them, already checked, as facts."""
    return tuple(Variant(one["when"], from_data(one.get("rungs", ())), span(one.get("sla"))) for one in ladders)


def from_data(rungs: Sequence[Mapping[str, Any]]) -> tuple[Rung, ...]:
    """Rungs as the agency file writes them, already checked, as facts."""
    return tuple(
        Rung(
            after=span(rung["after"]) or timedelta(0),
            action=rung["action"],
            to=rung["to"],
            channels=tuple(rung.get("channels", ())),
            always=bool(rung.get("always")),
            when=rung.get("when") or {},
        )
        for rung in rungs
    )


def due_rungs(
    ladder: Ladder, lead: LeadFacts, owner: str, roster: Roster, *, now: datetime, callback_at: datetime | None = None
) -> list[DueRung]:
    """When each rung is due that applies to this lead, for an owner who has it from `now` on.

    The owner's clock runs in their working time, and no earlier than a callback that is booked; `always` runs on the wall. The
    limit for the first attempt is rung 0.
    """
    begin = max(now, callback_at) if callback_at else now
    fitting = next((one for one in ladder.variants if not conditions.unmet(one.when, lead, roster, now)), None)
    sla, rungs = (fitting.sla, fitting.rungs) if fitting else (ladder.sla, ladder.rungs)
    limit = [] if sla is None else [(0, Rung(after=sla, action=SLA, to="owner"))]
    return [
        DueRung(number, rung, begin + rung.after if rung.always else working_time(owner, roster, begin, rung.after))
        for number, rung in (*limit, *enumerate(rungs, start=1))
        if not conditions.unmet(rung.when, lead, roster, now)
    ]


def working_time(owner: str, roster: Roster, begin: datetime, after: timedelta) -> datetime:
    """The instant by which so much of the owner's working time has passed; of the wall's for someone who never works."""
    person = roster.producers.get(owner)
    week = person.hours if person and person.hours is not None else roster.hours
    closed = roster.closed | _days_off(person.time_off, begin.date()) if person and person.time_off else roster.closed
    try:
        return add_open_time(week, roster.timezone, closed, begin, after)
    except ValueError:
        return begin + after


def _days_off(stretches: Sequence[tuple[date, date]], since: date) -> frozenset[date]:
    first = since - timedelta(days=2)  # whatever the timezone makes of it
    return frozenset(start + timedelta(days=n) for start, end in stretches if end >= first for n in range((end - start).days + 1))
