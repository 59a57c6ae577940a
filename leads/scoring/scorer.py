"""How a score comes about. Pure: the same facts give the same score, whatever the order of the events."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from leads.scoring.model import Decay, EventFacts, Model, Score, ScoreRule
from producers.facts import Roster
from routing.engine.conditions import unmet
from routing.engine.facts import LeadFacts

MOST = 100
CEILING = f"A score is at most {MOST}"
FLOOR = "A score is at least 0"


def score(  # noqa: PLR0917 - facts in, score out
    model: Model, facts: LeadFacts, events: Iterable[EventFacts], roster: Roster, now: datetime, last_activity: datetime
) -> Score:
    """Points of all rules that apply, clipped to 0..100, then faded by the days since `last_activity`."""
    seen = tuple(events)
    lines = [(points, rule.label) for rule in model.rules if (points := _points(rule, facts, seen, roster, now))]
    total = sum(points for points, _ in lines)
    clipped = max(0, min(MOST, total))
    if clipped != total:
        lines.append((clipped - total, CEILING if total > MOST else FLOOR))
    step = _step(model.decay, now - last_activity)
    final = clipped if step is None else round_half_up(clipped * step.keep)
    if step is not None and final != clipped:
        lines.append((final - clipped, f"No activity for {step.after_days} days"))
    lines.sort(key=lambda line: -line[0])
    return Score(final, model.tier(final), tuple(lines))


def rescored(facts: LeadFacts, result: Score) -> LeadFacts:
    """The facts with this score and tier in them."""
    return replace(facts, score=result.score, tier=result.tier)


def round_half_up(value: Decimal) -> int:
    """The nearest whole number; halves go up."""
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _points(rule: ScoreRule, facts: LeadFacts, events: Sequence[EventFacts], roster: Roster, now: datetime) -> int:
    times = 1
    if rule.events:
        times = min(rule.times, sum(_counts(rule, event, now) for event in events) // rule.at_least)
    if times and rule.fit and unmet(rule.fit, facts, roster, now):
        return 0
    return rule.points * times


def _counts(rule: ScoreRule, event: EventFacts, now: datetime) -> bool:
    if event.kind not in rule.events:
        return False
    if rule.within_days is None:
        return True
    window = timedelta(days=rule.within_days)
    return now - event.at <= window and (event.since is None or event.at - event.since <= window)


def _step(decay: Sequence[Decay], idle: timedelta) -> Decay | None:
    """The last step whose day has come."""
    return next((step for step in reversed(decay) if idle >= timedelta(days=step.after_days)), None)
