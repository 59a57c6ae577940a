"""Decisions as they are stored: written with all they rested on, read back, and made again to see that they stand."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from producers import roster as rosters
from producers.facts import CountFacts, LoadFacts, Roster
from routing import rulesets
from routing.engine import Balance, Considered, Decision, LeadFacts, Ledger, RuleSet, RuleTried, decide, words
from routing.engine.decide import given
from routing.engine.ranking import MILLION
from routing.models import RoutingDecision

LoadRow = Sequence[Any]
"""Key, open, day, week, month, microseconds of the last assignment or None, presence, and the four 90-day figures.

Since other work and kinds of leads count, also: other load; `[received, bound]` of the lead's family and tier, or None; rows of
family, tier, open, day, week, month, or None. Decisions stored before that end after the eleventh.
"""

_LEAD = tuple(field.name for field in fields(LeadFacts))
_DEFAULTS = {
    field.name: field.default_factory() if callable(field.default_factory) else field.default for field in fields(LeadFacts)
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BY_RULES = "rules"


def dumps(value: Any) -> str:
    """Compact JSON; dates and amounts as text."""
    return json.dumps(value, separators=(",", ":"), default=str)


def loads_of(rows: Iterable[LoadRow]) -> dict[str, LoadFacts]:
    """Everyone's load from the rows that are read under the lock and stored with the decision."""
    return {row[0]: _load_of(row) for row in rows}


def _load_of(row: LoadRow) -> LoadFacts:
    other, kind, counts = row[11:] or (0, None, None)
    received, bound = kind or (0, 0)
    return LoadFacts(
        row[1],
        row[2],
        row[3],
        row[4],
        None if row[5] is None else _EPOCH + timedelta(microseconds=row[5]),
        row[6],
        row[7],
        row[8],
        row[9],
        row[10],
        other,
        received,
        bound,
        tuple(CountFacts(*each) for each in counts or ()),
    )


def lead_to_data(lead: LeadFacts) -> dict[str, Any]:
    """What is not as by default."""
    return {name: value for name in _LEAD if (value := getattr(lead, name)) != _DEFAULTS[name]}


def lead_from_data(data: Mapping[str, Any]) -> LeadFacts:
    """The facts as they were stored."""
    values = {name: value for name, value in data.items() if name in _DEFAULTS}
    if values.get("premium") is not None:
        values["premium"] = Decimal(str(values["premium"]))
    if values.get("policy_expires_on"):
        values["policy_expires_on"] = date.fromisoformat(values["policy_expires_on"])
    return LeadFacts(**values)


def facts_json(
    lead: LeadFacts,
    loads: str,
    *,
    rotations: Mapping[str, Ledger],
    exclude: Iterable[str],
    closed: bool,
    by: str,
    undone: bool = False,
) -> str:
    """Everything the engine saw beside rules and roster. `loads` is JSON, stored as it was read; `by`: rules, or who chose.

    `undone`: the turn by which the lead had come to its owner is undone in these rotations. Decisions from before any turn stayed
    spent do not say it. `words` is the version of the sentences.
    """
    owed = {name: {key: balance.owed for key, balance in ledger.items()} for name, ledger in rotations.items()}
    kept = {"lead": lead_to_data(lead), "rotations": owed, "exclude": sorted(exclude), "closed": closed, "by": by}
    kept |= {"undone": undone, "words": words.VERSION}
    return f'{dumps(kept)[:-1]},"loads":{loads}}}'


def trace_json(decision: Decision) -> str:
    """Each rule tried, each person considered, and what else the decision says."""
    return dumps(
        {
            "rules": [[rule.name, rule.matched, rule.why] for rule in decision.rules],
            "considered": [[one.producer, one.eligible, one.why, one.rank] for one in decision.considered],
            "plan": decision.plan,
            "rotation": decision.rotation,
            "shares": decision.shares,
            "hold_seconds": decision.hold_seconds,
            "awaits": decision.awaits,
            "off_shift": decision.off_shift,
            "proof": decision.proof,
        }
    )


def read(row: RoutingDecision, producer: str | None, version: int) -> Decision:
    """A stored decision, with its producer's key and its rule set's version; without the rotation's new state."""
    trace = row.trace
    return Decision(
        outcome=row.outcome,
        producer=producer,
        rule=row.rule or None,
        ruleset=version,
        roster=row.roster_id or 0,
        reason=row.reason,
        rules=tuple(RuleTried(name, matched, why) for name, matched, why in trace["rules"]),
        considered=tuple(Considered(key, eligible, tuple(why), _rank(rank)) for key, eligible, why, rank in trace["considered"]),
        plan=trace["plan"],
        rotation=trace["rotation"],
        shares=trace["shares"],
        hold_seconds=trace["hold_seconds"],
        awaits=trace["awaits"],
        off_shift=trace["off_shift"],
        proof=trace["proof"],
    )


def _rank(stored: Mapping[str, Any]) -> Mapping[str, Any]:
    """Close rates as fractions. Whoever was not among the few who close most had theirs in millionths once, as a whole number."""
    rate = stored.get("close_rate")
    return {**stored, "close_rate": rate / MILLION} if isinstance(rate, int) else stored


def in_today_s_words(row: RoutingDecision) -> bool:
    """Whether a decision was told in the sentences there are now; else its words may differ from those it would have today."""
    return bool(row.facts.get("words", 1) == words.VERSION)


def stored(row: RoutingDecision) -> Decision:
    """A decision as it was stored; no query when producer and rule set are joined."""
    return read(row, row.producer.key if row.producer else None, row.ruleset.version if row.ruleset else 0)


def recompute(row: RoutingDecision, rules: RuleSet | None = None) -> Decision:
    """The decision made again from what was stored with it: the same answer, or something is wrong.

    What a person or the ladder chose is only held against the gates again. `rules`: its rule set's, when the caller has them.
    """
    kept, facts = stored(row), row.facts
    lead, people = lead_from_data(facts["lead"]), _roster_then(row)
    if facts["by"] == _BY_RULES:
        answer = _by_rules(row, lead, people, rules)
    else:
        answer = given(lead, people, kept.ruleset, kept.producer or "", row.at, reason=row.reason)
    if answer.rotation is None:  # the turn came with the lead, from whoever had it before
        answer = replace(answer, rotation=kept.rotation, shares=kept.shares)
    return replace(answer, ledger=None)


def _by_rules(row: RoutingDecision, lead: LeadFacts, people: Roster, rules: RuleSet | None) -> Decision:
    facts = row.facts
    if rules is None:
        rules = rulesets.engine_rules(row.ruleset) if row.ruleset else rulesets.NO_RULES
    rotations = {name: {key: Balance(owed) for key, owed in ledger.items()} for name, ledger in facts["rotations"].items()}
    return decide(lead, people, rules, rotations, row.at, exclude=frozenset(facts["exclude"]))


def _roster_then(row: RoutingDecision) -> Roster:
    fixed = rosters.static(row.roster_id)
    today = row.at.astimezone(ZoneInfo(fixed.timezone)).date()
    closed = frozenset({today}) if row.facts["closed"] else frozenset()
    return replace(fixed, loads=loads_of(row.facts["loads"]), closed=closed)
