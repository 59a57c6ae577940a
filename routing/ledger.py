"""What is read under the routing lock, and how an ownership that ends leaves the rotations."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from agency import statements
from producers import roster as rosters
from producers.facts import Roster
from producers.performance import kind_of
from routing import current, sql
from routing.current import Configuration
from routing.decisions import loads_of
from routing.engine import Balance, Decision, LeadFacts, Ledger
from routing.engine.conditions import unmet
from routing.engine.index import index_of
from routing.engine.rotation import take_over, undo_turn


@dataclass(frozen=True, slots=True)
class Previous:
    """The ownership that ends now."""

    assignment_id: int
    producer: str
    rotation: str
    shares: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class State:
    """Everything that moves, as it stands under the lock."""

    config: Configuration
    roster: Roster
    """With loads and closed days."""
    loads: str
    """The loads as JSON, as they were read."""
    rotations: Mapping[str, Ledger]
    day: date
    """The agency's."""


@dataclass(frozen=True, slots=True)
class Past:
    """The lead's ownerships so far, as far as they matter."""

    none: bool = False
    """Written just now: there is no past."""
    live: Previous | None = None
    refused: frozenset[str] = field(default_factory=frozenset)
    """Keys of those who declined it or were too slow."""


def past_of(lead_id: int) -> Past:
    """Who owns the lead, by which turn, and who had it and will not again. One query."""
    rows = statements.run(sql.PREVIOUS, {"lead": lead_id})
    live = None
    for assignment_id, producer, rotation, is_live, shares in rows:
        if is_live:
            live = Previous(assignment_id, producer, rotation, json.loads(shares) if shares else {})
    return Past(live=live, refused=frozenset(producer for _, producer, _, is_live, _ in rows if not is_live))


def read_state(facts: LeadFacts, now: datetime, previous: Previous | None = None) -> State:
    """Loads, rotations and configuration at one instant under the lock. One query, and one more when the configuration is new.

    The rotations are those of the rules that fit the lead, and the one of the previous owner's turn.
    """
    more = [previous.rotation] if previous and previous.rotation else []
    config = current.last_known()
    while True:
        day = now.astimezone(ZoneInfo(config.roster.timezone)).date()
        names = sorted({*_rotations_for(facts, config, now), *more})
        numbers, loads, rotations = _read(day, names, facts, index_of(config.roster).limited)
        fresh = current.configuration(numbers)
        if fresh is config:
            break
        config = fresh  # somebody changed the rules or the roster since this process last looked
    closed = rosters.closed_days(config.roster.holidays, day)
    people = replace(config.roster, loads=loads_of(json.loads(loads)), closed=closed)
    return State(config, people, loads, _ledgers(json.loads(rotations)), day)


def _read(day: date, names: list[str], facts: LeadFacts, limited: Sequence[str]) -> tuple[dict[str, int], str, str]:
    values: dict[str, Any] = {
        "day": day,
        "week": day - timedelta(days=day.weekday()),
        "month": day.replace(day=1),
        "rotations": names,
        "kind": kind_of(facts.family, facts.tier),
        "limited": list(limited),
    }
    [(numbers, loads, rotations)] = statements.run(sql.READ, values)
    return json.loads(numbers or "{}"), loads, rotations


def _rotations_for(facts: LeadFacts, config: Configuration, now: datetime) -> list[str]:
    """Names of the rules that may take a turn for this lead."""
    people = config.roster
    return [
        rule.name
        for rule in config.ruleset.rules
        if "round_robin" in str(rule.then.get("distribute")) and not unmet(rule.when, facts, people, now)
    ]


def _ledgers(data: Mapping[str, Mapping[str, Mapping[str, int]]]) -> dict[str, Ledger]:
    return {
        name: {key: Balance(one["owed"], one["entitled"], one["received"]) for key, one in ledger.items()}
        for name, ledger in data.items()
    }


def without_turn(state: State, previous: Previous | None) -> tuple[State, Previous | None]:
    """The state as if the turn that gave the previous owner the lead had never been taken, and whose turn that was.

    The state as it is, and None, when there was no turn or it stays spent.
    """
    if previous is None or not previous.rotation:
        return state, None
    ledger = undo_turn(state.rotations.get(previous.rotation, {}), previous.producer, previous.shares)
    if ledger is None:
        return state, None
    return replace(state, rotations={**state.rotations, previous.rotation: ledger}), previous


def settled(state: State, decision: Decision, undone: Previous | None) -> tuple[Decision, dict[str, Ledger]]:
    """The decision with its final turn, and every rotation to be written.

    `undone` is whose turn `state` is without. When the new owner takes no turn here but takes turns in that rotation, the turn is
    theirs with its shares, unless it would leave somebody more than a lead off.
    """
    changed: dict[str, Ledger] = {}
    if undone is not None:
        ledger = state.rotations[undone.rotation]
        changed[undone.rotation] = ledger
        if decision.rotation is None and decision.producer is not None and decision.producer in ledger:
            after = take_over(ledger, decision.producer, undone.shares)
            if after is not None:
                changed[undone.rotation] = after
                shares = {decision.producer: 0, **undone.shares}
                decision = replace(decision, rotation=undone.rotation, shares=shares)
    if decision.rotation is not None and decision.ledger is not None:
        changed[decision.rotation] = decision.ledger
    return decision, changed
