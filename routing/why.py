"""“Why not me?”: what one decision had to say about one person, and nothing about anybody else."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from producers import roster as rosters
from routing.decisions import stored
from routing.engine import Considered, Decision, words
from routing.engine.facts import ASSIGNED, HELD, NURTURED
from routing.engine.gates import EXCLUDED
from routing.models import Assignment, EndReason, RoutingDecision, note_in_words

NURTURED_FIRST: Final = "Nobody has it yet: it is being nurtured first."
NOT_BY_RULES: Final = "A person or the escalation ladder gave it to somebody: nobody else was looked at."
NOT_AMONG: Final = "The rule “{rule}” chose among others: you are not among those it speaks of."
NO_RULE_NAMES_YOU: Final = "No rule that fits this lead speaks of you."
HAD_IT: Final = "You {had}, so you were passed over."
HAD_IT_TOO: Final = "You {had}, so you were passed over. Besides, {name}: {why}."
HAD: Final = {
    EndReason.DECLINED: "declined it on {day} ({note})",
    EndReason.ESCALATED: "had it until {day}, when it was taken back for slowness",
    EndReason.REASSIGNED: "had it until {day}, when it was given on by hand",
}
"""How somebody's ownership ended, after which they are not asked again."""
RULED_OUT: Final = "You were looked at and ruled out. {name}: {why}."
WAITS: Final = (
    "You were eligible. The lead waits for somebody who is busy and closes clearly more than the best of those who are free."
)
WAITS_TOO: Final = "You were eligible and busy. The lead waits for somebody who is busy too and comes before you."
WAITS_FOR_YOU: Final = "It waits for you, up to {seconds} s, because you are busy."
BUSY: Final = "You were busy; it went to somebody who was free."
TURN: Final = "You were eligible, and it was somebody else's turn: you were {standing} before this one."
FIT: Final = "You were eligible with {points:.1f} of 100 points; somebody fitted better."
FIT_TOO: Final = "You were eligible with {points:.1f} of 100 points; somebody fitted as well and was before you in line."
RATE: Final = "You were eligible and close {rate:.1f} % of such leads; somebody closes more."
RATE_TOO: Final = "You were eligible and close {rate:.1f} % of such leads; somebody closes as many and was before you in line."
LOAD: Final = "You were eligible with {open}; somebody had fewer."
LOAD_TOO: Final = "You were eligible with {open}; somebody had as many and was before you in line."
ELIGIBLE: Final = "You were eligible, and somebody else was chosen."


@dataclass(frozen=True, slots=True)
class WhyNot:
    """One person's part in one decision."""

    at: datetime
    cause: str
    rule: str | None
    chosen: bool
    eligible: bool | None
    """None when they were not looked at."""
    why: tuple[str, ...]
    """What ruled them out."""
    rank: Mapping[str, Any]
    """Their own figures."""
    sentence: str

    @property
    def figures(self) -> list[str]:
        """Their own figures as people say them."""
        return words.figures(self.rank)


def why_not(lead_id: int, *, key: str, name: str) -> WhyNot | None:
    """The latest decision about the lead as it concerns this person; None without a decision.

    One query; up to three when they were passed over, to say what became of the lead while it was theirs.
    """
    rows = RoutingDecision.objects.filter(lead_id=lead_id).select_related("producer", "ruleset")
    row = rows.order_by("-at", "-id").first()
    if row is None:
        return None
    decision = stored(row)
    own = next((one for one in decision.considered if one.producer == key), None)
    chosen = decision.producer == key
    had = _had(lead_id, key, row.at) if own is not None and EXCLUDED in own.why else ""
    if own is not None and had:
        own = replace(own, why=(had, *(why for why in own.why if why != EXCLUDED)))
    return WhyNot(
        at=row.at,
        cause=row.cause,
        rule=decision.rule,
        chosen=chosen,
        eligible=own.eligible if own else None,
        why=own.why if own else (),
        rank=own.rank if own else {},
        sentence=decision.reason if chosen else in_words(decision, own, name, had),
    )


def _had(lead_id: int, key: str, before: datetime) -> str:
    """How the person's latest ownership of the lead had ended by then, in words; empty when they never had it."""
    ended = Assignment.objects.filter(lead_id=lead_id, producer__key=key, ended_at__lte=before, end_reason__in=HAD)
    row = ended.order_by("-ended_at", "-pk").first()
    if row is None or row.ended_at is None:
        return ""
    day = rosters.local_day(row.ended_at, rosters.static().timezone)
    return HAD[EndReason(row.end_reason)].format(day=day, note=note_in_words(row.end_reason, row.end_note))


def in_words(decision: Decision, own: Considered | None, name: str, had: str = "") -> str:
    """Why somebody who was not chosen was not, in words that say nothing of others' figures. `had`: how they lost the lead."""
    if own is None:
        return _not_looked_at(decision)
    if had:
        rest = "; ".join(own.why[1:])
        return HAD_IT_TOO.format(had=had, name=name, why=rest) if rest else HAD_IT.format(had=had)
    if not own.eligible:
        return RULED_OUT.format(name=name, why="; ".join(own.why))
    if decision.outcome == HELD:
        return _waits(decision, own)
    winner = next((one.rank for one in decision.considered if one.producer == decision.producer), {})
    return _outranked(own.rank, winner)


def _not_looked_at(decision: Decision) -> str:
    if decision.outcome == NURTURED:
        return NURTURED_FIRST
    if decision.rule:
        return NOT_AMONG.format(rule=decision.rule)
    return NOT_BY_RULES if decision.outcome == ASSIGNED else NO_RULE_NAMES_YOU


def _waits(decision: Decision, own: Considered) -> str:
    if own.producer == decision.awaits:
        return WAITS_FOR_YOU.format(seconds=decision.hold_seconds)
    return WAITS_TOO if _is_busy(own.rank) else WAITS


def _outranked(rank: Mapping[str, Any], winner: Mapping[str, Any]) -> str:
    """What put the `winner` first; nothing of their figures but whether they are better."""
    if "owed" in rank:
        return TURN.format(standing=words.standing(rank["owed"]))
    if "open" in rank:
        said = LOAD if winner.get("open") != rank["open"] else LOAD_TOO
        return said.format(open=words.count(rank["open"], "open lead"))
    name = "points" if "points" in rank else "close_rate"
    if name not in rank or name not in winner:
        return ELIGIBLE
    if winner[name] <= rank[name] and _is_busy(rank) and not _is_busy(winner):
        return BUSY
    better, level = (FIT, FIT_TOO) if name == "points" else (RATE, RATE_TOO)
    said = better if winner[name] != rank[name] else level
    return said.format(points=rank.get("points", 0), rate=100 * rank.get("close_rate", 0))


def _is_busy(rank: Mapping[str, Any]) -> bool:
    return rank.get("presence") == "busy"
