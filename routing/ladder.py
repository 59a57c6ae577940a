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
RECIPIENTS = ("owner", "backup", "manager")
CHANNELS = ("in_app", "push", "email", "sms", "voice")
ENDS_ON = ("attempt", "contact")
KEYS = frozenset({"rungs", "max_reassignments", "backup_minimum_capacity_score", "ends_on"})
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
class Ladder:
    """All rungs in order, and what bounds them."""

    rungs: tuple[Rung, ...] = ()
    max_reassignments: int = 2
    backup_minimum_capacity_score: int = 6
    ends_on: str = "attempt"


@dataclass(frozen=True, slots=True)
class DueRung:
    """A rung of one ownership with its instant; `number` counts from 1."""

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
    rungs = data.get("rungs", [])
    if not isinstance(rungs, Sequence) or isinstance(rungs, str):
        found.append(f"{path}.rungs: {NOT_A_LIST}")
        rungs = []
    for index, rung in enumerate(rungs):
        found += _rung_problems(rung, f"{path}.rungs[{index}]", known)
    if not _is_count(data.get("max_reassignments", 0)):
        found.append(f"{path}.max_reassignments: {NOT_A_COUNT}")
    if data.get("backup_minimum_capacity_score", 6) not in range(1, 11):
        found.append(f"{path}.backup_minimum_capacity_score: {NOT_A_SCORE}")
    return found + _choice(data.get("ends_on", "attempt"), ENDS_ON, f"{path}.ends_on")


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

    The owner's clock runs in their working time, and no earlier than a callback that is booked; `always` runs on the wall.
    """
    begin = max(now, callback_at) if callback_at else now
    return [
        DueRung(number, rung, begin + rung.after if rung.always else working_time(owner, roster, begin, rung.after))
        for number, rung in enumerate(ladder.rungs, start=1)
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
