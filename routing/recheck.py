"""Stored decisions made again from what was stored with them: each must give the same answer, in every word.

A decision told in the sentences of an earlier version is compared in all but its words: outcome, person, rule, versions, each
rule tried, each person with their figures and how many things ruled them out, turn, hold, and proof.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from routing import rulesets
from routing.decisions import in_today_s_words, recompute, stored, trace_json
from routing.engine import Decision
from routing.engine import RuleSet as EngineRuleSet
from routing.models import RoutingDecision

CHUNK = 500
COMPARED = ("outcome", "producer", "rule", "ruleset", "roster", "reason")


class Difference(NamedTuple):
    """One decision that did not come out the same, and in what."""

    decision: int
    lead: int
    at: datetime
    what: str
    stored: Any
    again: Any


class Checked(NamedTuple):
    """One decision that was made again; `difference` is None when it stands."""

    decision: int
    difference: Difference | None


def recheck(since: datetime | None = None, until: datetime | None = None) -> Iterator[Checked]:
    """Every decision from `since` on and before `until`, made again; two queries, and those for versions not seen before."""
    rows = RoutingDecision.objects.select_related("producer", "ruleset").order_by("id")
    if since is not None:
        rows = rows.filter(at__gte=since)
    if until is not None:
        rows = rows.filter(at__lt=until)
    versions: dict[int | None, EngineRuleSet] = {None: rulesets.NO_RULES}
    for row in rows.iterator(chunk_size=CHUNK):
        if row.ruleset is not None and row.ruleset_id not in versions:
            versions[row.ruleset_id] = rulesets.engine_rules(row.ruleset)
        yield Checked(row.pk, _difference(row, versions[row.ruleset_id]))


def _difference(row: RoutingDecision, rules: EngineRuleSet) -> Difference | None:
    then, again = stored(row), recompute(row, rules)
    if not in_today_s_words(row):
        then, again = _without_words(then), _without_words(again)
    for name, was, now in _parts(then, again):
        if was != now:
            return Difference(row.pk, row.lead_id, row.at, name, was, now)
    return None


def _without_words(decision: Decision) -> Decision:
    rules = tuple(replace(one, why="") for one in decision.rules)
    considered = tuple(replace(one, why=("",) * len(one.why)) for one in decision.considered)
    return replace(decision, reason="", rules=rules, considered=considered)


def _parts(then: Decision, again: Decision) -> Iterator[tuple[str, Any, Any]]:
    for name in COMPARED:
        yield name, getattr(then, name), getattr(again, name)
    trace, traced_again = json.loads(trace_json(then)), json.loads(trace_json(again))
    for name in trace:
        yield name, trace[name], traced_again[name]
