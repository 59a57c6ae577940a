"""The decision itself: rules from top to bottom, the gates, the ranking, and the trace of all of it.

Pure: the same facts give the same answer.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from producers.facts import LineFacts, LoadFacts, Roster
from routing.engine import ranking, words
from routing.engine.actions import ROTATIONS
from routing.engine.conditions import territory_of, unmet
from routing.engine.facts import (
    ASSIGNED,
    HELD,
    NURTURED,
    UNPLACED,
    Considered,
    Decision,
    LeadFacts,
    Ledger,
    Rule,
    RuleSet,
    RuleTried,
)
from routing.engine.gates import EXCLUDED, INACTIVE, NO_LEADS, Standing, off_shift, over_caps, proof
from routing.engine.index import RosterIndex, index_of
from routing.engine.rotation import NOBODY, Wait, take_turn, wait

NO_LOAD = LoadFacts()
NO_WEIGHT = "has no weight in this rotation"
NOT_AMONG_TOP = "is not among the {n} who close most"


class Found(NamedTuple):
    """What a rule came to: an outcome, or nobody and why."""

    outcome: str = ""
    producer: str | None = None
    words: str = ""
    extra: Mapping[str, Any] = {}


def decide(
    lead: LeadFacts,
    roster: Roster,
    ruleset: RuleSet,
    rotations: Mapping[str, Ledger],
    now: datetime,
    *,
    exclude: AbstractSet[str] = frozenset(),
) -> Decision:
    """Who gets the lead, by which rule and why.

    `rotations` holds the ledgers by rule name, `exclude` the keys of people who must not get it.
    """
    case = Case(lead, roster, index_of(roster), rotations, now.astimezone(ZoneInfo(roster.timezone)), exclude)
    asked: list[Rule] = []
    for rule in ruleset.rules:
        why = unmet(rule.when, lead, roster, now)
        if why:
            case.tried.append(RuleTried(rule.name, False, why))
            continue
        found = case.apply(rule, shift=True)
        case.tried.append(RuleTried(rule.name, True, found.words))
        if found.outcome:
            return case.decision(ruleset, rule, found)
        asked.append(rule)
    for rule in asked:
        found = case.apply(rule, shift=False)
        case.tried.append(RuleTried(rule.name, True, f"{words.OFF_SHIFT}: {found.words}"))
        if found.outcome:
            return case.decision(ruleset, rule, found, off_shift=True)
    return case.unplaced(ruleset)


@dataclass(slots=True)
class Case:
    """One lead before one roster: what was found out so far."""

    lead: LeadFacts
    roster: Roster
    index: RosterIndex
    rotations: Mapping[str, Ledger]
    local: datetime
    exclude: AbstractSet[str]
    tried: list[RuleTried] = field(default_factory=list)
    looked_at: dict[str, Considered] = field(default_factory=dict)
    fixed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """What rules someone out whatever the rule, shift aside."""
    standings: dict[str, Standing] = field(init=False)
    day: date = field(init=False)
    mean: ranking.Mean | None = None

    def __post_init__(self) -> None:
        self.day = self.local.date()
        self.standings = self.index.standing_of(self.lead.state, self.lead.line, self.day)

    # --- The gates ---

    def why_not(self, key: str, shift: bool) -> tuple[str, ...]:
        """Everything that rules someone out; nothing when they are eligible."""
        why = self.fixed.get(key)
        if why is None:
            why = self.fixed[key] = self._why_never(key)
        if shift and key in self.roster.producers:
            away = off_shift(self.roster.producers[key], self.load(key), self.roster, self.local)
            if away:
                return (*why, away)
        return why

    def _why_never(self, key: str) -> tuple[str, ...]:
        person = self.roster.producers.get(key)
        if person is None:
            return (NO_LEADS if key in self.roster.without_leads else INACTIVE,)
        why = self.index.stand(self.standings, key, self.lead.state, self.lead.line, self.day).why
        if person.caps or person.limited_caps:
            why += over_caps(person, self.load(key), self.lead.family, self.lead.tier)
        return (EXCLUDED, *why) if key in self.exclude else why

    def load(self, key: str) -> LoadFacts:
        """The moving part of someone."""
        return self.roster.loads.get(key, NO_LOAD)

    def rank_wait(self, key: str) -> Wait:
        """How ties are broken."""
        return wait(key, self.load(key).last_assigned_at)

    def eligible(self, keys: Iterable[str], shift: bool) -> list[str]:
        """Those whom no gate rules out; everyone is noted with what ruled them out."""
        open_to = []
        for key in keys:
            why = self.why_not(key, shift)
            if why:
                self.looked_at[key] = Considered(key, False, why)
            else:
                open_to.append(key)
        return open_to

    # --- The actions ---

    def apply(self, rule: Rule, shift: bool) -> Found:
        """What the rule, whose conditions hold, does with the lead."""
        then = rule.then
        if "nurture" in then:
            if not self.lead.may_be_nurtured:
                return Found(words=words.NEEDS_OWNER)
            return Found(NURTURED, None, words.nurtured(then["nurture"]), {"plan": then["nurture"]})
        if "owner" in then:
            return self._owner(then["owner"])
        if "person" in then:
            return self._named(then["person"], shift, words.PERSON)
        return self._distribute(rule, shift)

    def _owner(self, whose: str) -> Found:
        key = self.lead.account_owner if whose == "account" else self.lead.lead_owner
        if key is None:
            return Found(words=words.NO_ACCOUNT_OWNER if whose == "account" else words.NO_LEAD_OWNER)
        return self._named(key, False, words.ACCOUNT if whose == "account" else words.OTHER_LEAD)

    def _named(self, key: str, shift: bool, sentence: str) -> Found:
        if not self.eligible([key], shift):
            return Found(words=words.one_out(self.name(key), self.looked_at[key].why))
        self.looked_at[key] = Considered(key, True)
        return Found(ASSIGNED, key, sentence.format(name=self.name(key)))

    def _distribute(self, rule: Rule, shift: bool) -> Found:
        then = rule.then
        pool = self._pool(then["among"])
        if isinstance(pool, str):
            return Found(words=pool)
        keys = self.eligible(pool, shift)
        if then.get("top") and len(keys) > then["top"]:
            keys = self._only_top(keys, then["top"])
        if keys and then["distribute"] in ROTATIONS:
            return self._take_turn(rule, keys)
        if not keys:
            return Found(words=words.nobody(pool, self.looked_at))
        return MODELS[then["distribute"]](self, keys, then, shift)

    def _pool(self, among: Any) -> Sequence[str] | str:
        """The keys of those a rule speaks of, or why there are none."""
        if among == "everyone":
            return self.index.everyone
        if among == "territory":
            territory = territory_of(self.lead, self.roster)
            if territory is None:
                return words.NO_TERRITORY
            if territory.team is None:
                return words.NO_TEAM.format(territory=territory.name)
            return self.index.teams.get(territory.team, ())
        group, value = next(iter(among.items()))
        if group == "people":
            return tuple(value)
        return (self.index.teams if group == "team" else self.index.levels).get(value, ())

    def _only_top(self, keys: list[str], top: int) -> list[str]:
        best = sorted(keys, key=lambda key: (-self.rate(key), self.rank_wait(key)))
        why = (NOT_AMONG_TOP.format(n=top),)
        for key in best[top:]:
            self.looked_at[key] = Considered(key, False, why, {"close_rate": self.rate(key) / ranking.MILLION})
        return best[:top]

    # --- The models ---

    def _take_turn(self, rule: Rule, keys: list[str]) -> Found:
        weighted = rule.then["distribute"] == "weighted_round_robin"
        weights = {key: self.roster.producers[key].weight if weighted else 1 for key in keys}
        for key in [key for key, weight in weights.items() if weight <= 0]:
            self.looked_at[key] = Considered(key, False, (NO_WEIGHT,))
            del weights[key]
        if not weights:
            return Found(words=words.NO_WEIGHTS)
        ledger = self.rotations.get(rule.name, {})
        turn = take_turn(ledger, weights, {key: self.rank_wait(key) for key in weights})
        for key, share in turn.shares.items():
            rank = {"owed": ledger.get(key, NOBODY).owed, "share": share}
            self.looked_at[key] = Considered(key, True, (), rank)
        rank = dict(self.looked_at[turn.winner].rank)
        text = words.turn(self.name(turn.winner), rank["owed"] + rank["share"], len(weights), weighted)
        return Found(ASSIGNED, turn.winner, text, {"rotation": rule.name, "ledger": turn.ledger, "shares": turn.shares})

    def _least_loaded(self, keys: list[str], then: Mapping[str, Any], shift: bool) -> Found:
        loads = {key: self.load(key).open for key in keys}
        order = sorted(keys, key=lambda key: (loads[key], self.rank_wait(key)))
        for key in keys:
            self.looked_at[key] = Considered(key, True, (), {"open": loads[key]})
        text = words.least_loaded(self.name(order[0]), loads[order[0]], self._beside(loads, order, order))
        return Found(ASSIGNED, order[0], text)

    def _best_fit(self, keys: list[str], then: Mapping[str, Any], shift: bool) -> Found:
        weights = {name: round(weight * 1000) for name, weight in then.get("weights", ranking.WEIGHTS).items()}
        territory = territory_of(self.lead, self.roster)
        team = territory.team if territory else None
        points = {key: self._fit(key, weights, team) for key in keys}
        return self._free_or_held(points, then, shift, words.best_fit)

    def _fit(self, key: str, weights: Mapping[str, int], team: str | None) -> int:
        load, lines = self.load(key), self.roster.lines
        rate = self.rate(key)
        scores = {
            "capacity": 1000 * ranking.capacity_score(load),
            "specialisation": 1000 * ranking.specialisation_score(self.roster.producers[key], self.line, team, lines),
            "close_rate": ranking.close_score(rate, self.agency_mean),
            "response_time": 1000 * ranking.response_score(load),
        }
        points = ranking.fit_points(scores.values(), [weights[name] for name in scores])
        rank = {"points": points / 1000} | {name: score / 1000 for name, score in scores.items()} | self._presence(load)
        self.looked_at[key] = Considered(key, True, (), rank)
        return points

    def _close_rate(self, keys: list[str], then: Mapping[str, Any], shift: bool) -> Found:
        rates = {key: self.rate(key) for key in keys}
        for key, rate in rates.items():
            load = self.load(key)
            rank = {"close_rate": rate / ranking.MILLION, "received": load.received_90d, "bound": load.bound_90d}
            if load.kind_received_90d:
                rank |= {"received_of_kind": load.kind_received_90d, "bound_of_kind": load.kind_bound_90d}
            self.looked_at[key] = Considered(key, True, (), rank | self._presence(load))
        return self._free_or_held(rates, then, shift, words.close_rate)

    def _free_or_held(
        self, figures: Mapping[str, int], then: Mapping[str, Any], shift: bool, sentence: Callable[[str, int, words.Beside], str]
    ) -> Found:
        """The highest figure among the free; a hold when a busy one is clearly better, or when nobody is free."""
        order = sorted(figures, key=lambda key: (-figures[key], self.rank_wait(key)))
        free = [key for key in order if self.load(key).presence != "busy"]
        best = order[0]
        if best not in free and then.get("hold_seconds") and shift and self._may_wait() and self._clearly_better(best, free):
            extra = {"hold_seconds": then["hold_seconds"], "awaits": best}
            return Found(HELD, None, words.held(self.name(best), then["hold_seconds"], self.name(free[0]) if free else ""), extra)
        winner = free[0] if free else best
        return Found(ASSIGNED, winner, sentence(self.name(winner), figures[winner], self._beside(figures, order, free)))

    def _beside(self, figures: Mapping[str, int], order: list[str], free: list[str]) -> words.Beside:
        """How the winner stands among the others; both lists begin with the best."""
        winner = free[0] if free else order[0]
        level = [key for key in free or order if figures[key] == figures[winner] and key != winner]
        waited = all(self.rank_wait(key)[:2] != self.rank_wait(winner)[:2] for key in level)
        better = order[0] if order[0] != winner else ""
        tied = [self.name(key) for key in level]
        return words.Beside(len(order), len(free), tied, waited, better and self.name(better), figures[order[0]])

    def _may_wait(self) -> bool:
        return self.lead.may_be_held and self.lead.exclusive and self.lead.kind != "live_transfer"

    def _clearly_better(self, busy: str, free: list[str]) -> bool:
        return not free or (self.rate(busy) > 0 and 2 * self.rate(free[0]) <= self.rate(busy))

    def _presence(self, load: LoadFacts) -> dict[str, str]:
        return {"presence": load.presence} if load.presence != "available" else {}

    # --- Figures and names ---

    @property
    def line(self) -> LineFacts | None:
        """The lead's line, when it is in the list of lines."""
        return self.roster.lines.get(self.lead.line)

    @property
    def agency_mean(self) -> ranking.Mean:
        """The agency's own record, reckoned once."""
        if self.mean is None:
            self.mean = ranking.mean_of(self.roster)
        return self.mean

    def rate(self, key: str) -> int:
        """Someone's close rate in millionths."""
        return ranking.close_rate(self.load(key), self.agency_mean)

    def name(self, key: str) -> str:
        """How people call them."""
        person = self.roster.producers.get(key)
        return person.name if person else key

    # --- The answer ---

    def decision(self, ruleset: RuleSet, rule: Rule, found: Found, *, off_shift: bool = False) -> Decision:
        """The decision of one rule, with the whole trace."""
        held = (
            self.index.stand(self.standings, found.producer, self.lead.state, self.lead.line, self.day)
            if found.producer
            else None
        )
        return Decision(
            outcome=found.outcome,
            producer=found.producer,
            rule=rule.name,
            ruleset=ruleset.version,
            roster=self.roster.number,
            reason=words.reason(found.words, rule.name, off_shift),
            rules=tuple(self.tried),
            considered=self.trace(found.producer),
            off_shift=off_shift,
            proof=self._proof(found.producer, held) if found.producer and held else {},
            **found.extra,
        )

    def _proof(self, key: str, held: Standing) -> Mapping[str, Any]:
        carrier = self.lead.carrier if self.index.keeps_appointments else None
        return proof(held.license, self.line, self.day, self.roster.producers[key], carrier)

    def unplaced(self, ruleset: RuleSet) -> Decision:
        """Nobody may have it: the owner of last resort, bound by no gate and no cap."""
        last = last_resort(self.roster)
        return Decision(
            outcome=UNPLACED,
            producer=last,
            rule=None,
            ruleset=ruleset.version,
            roster=self.roster.number,
            reason=words.unplaced(self.name(last) if last else None, self.looked_at, self.tried),
            rules=tuple(self.tried),
            considered=self.trace(None),
        )

    def trace(self, winner: str | None) -> tuple[Considered, ...]:
        """Everyone looked at: the winner, then who else could have had it, then who could not, each by key."""
        order = sorted(self.looked_at.values(), key=lambda one: (one.producer != winner, not one.eligible, one.producer))
        return tuple(order)


MODELS: Mapping[str, Callable[[Case, list[str], Mapping[str, Any], bool], Found]] = {
    "least_loaded": Case._least_loaded,
    "best_fit": Case._best_fit,
    "close_rate": Case._close_rate,
}


def last_resort(roster: Roster) -> str | None:
    """Whom unplaced leads go to: the agency's choice, else the first manager, else anyone, by key; None in an empty agency."""
    if roster.fallback in roster.producers:
        return roster.fallback
    return min(roster.producers, key=lambda key: (roster.producers[key].role != "manager", key), default=None)


def against(
    lead: LeadFacts, roster: Roster, key: str, now: datetime, *, overrule: bool = False, shift: bool = True
) -> tuple[str, ...]:
    """Everything that stands against giving someone this lead; without `shift`, whether or not they are at work.

    With `overrule` only what nobody may overrule: license, certification, employment.
    """
    case = Case(lead, roster, index_of(roster), {}, now.astimezone(ZoneInfo(roster.timezone)), frozenset())
    if overrule and key in roster.producers:
        return case.index.stand(case.standings, key, lead.state, lead.line, case.day).barred
    return case.why_not(key, shift=shift and not overrule)


def given(lead: LeadFacts, roster: Roster, ruleset: int, key: str, now: datetime, *, reason: str) -> Decision:
    """The decision of a person, or of the ladder, to give someone this lead; `considered` says what the gates think of it."""
    case = Case(lead, roster, index_of(roster), {}, now.astimezone(ZoneInfo(roster.timezone)), frozenset())
    case.looked_at[key] = Considered(key, True, case.why_not(key, shift=True))
    rule = RuleSet(ruleset, ())
    answer = case.decision(rule, Rule("", {}, {}), Found(ASSIGNED, key))
    return replace(answer, rule=None, reason=reason)
