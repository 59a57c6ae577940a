"""Deciding a past stream again: step by step, with everything else as it was. docs/replay.md has the model in prose."""

import heapq
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from producers import roster as rosters
from producers.facts import Roster
from routing import rulesets
from routing.assignment import CAUSES_THAT_LOOK_AGAIN, CAUSES_THAT_MOVE_CREDIT, DECLINES_THAT_MOVE_CREDIT
from routing.decisions import lead_from_data
from routing.engine import HELD, UNPLACED, Decision, LeadFacts, decide
from routing.engine import RuleSet as EngineRuleSet
from routing.engine.decide import against, given
from routing.models import RuleSet
from routing.simulation import stream
from routing.simulation.result import Replay, Tally, choice
from routing.simulation.stream import Own, Row
from routing.simulation.world import Loads, Rotations, Track, goes_on

Progress = Callable[[int, int], bool]
"""Told how many decisions are done and how many there are; False ends the replay."""
Observer = Callable[[Row, Decision | None], None]
"""Told of each recorded decision and the replay's own; None when the replay was not asked."""

PROGRESS_EVERY = 250
"""Decisions between two calls of `progress`."""
BY_RULES = "rules"


class ReplayCancelledError(Exception):
    """Whoever watched the replay ended it."""


def replay(
    ruleset: RuleSet | None,
    since: datetime,
    until: datetime,
    *,
    progress: Progress | None = None,
    observe: Observer | None = None,
) -> Replay:
    """What these rules would have decided from `since` on and before `until`, beside what was decided. Writes nothing.

    `ruleset` None: each decision under the version it was made under, which gives the record again. ReplayCancelledError when
    `progress` says so.
    """
    ids = stream.decision_ids(since, until)
    simulation = Simulation(rulesets.engine_rules(ruleset) if ruleset else None, since, until)
    for done, row in enumerate(stream.rows(ids)):
        if progress is not None and done % PROGRESS_EVERY == 0 and not progress(done, len(ids)):
            raise ReplayCancelledError
        decision = simulation.step(row)
        if observe is not None:
            observe(row, decision)
    simulation.finish(until)
    if progress is not None and not progress(len(ids), len(ids)):
        raise ReplayCancelledError
    return simulation.tally.replay(ruleset.version if ruleset else None, since, until, len(ids))


@dataclass(frozen=True, slots=True)
class Moment:
    """One recorded decision with everything around it."""

    row: Row
    lead: LeadFacts
    facts: Mapping[str, Any]
    roster: Roster
    """With the loads as the replay has them."""
    rules: EngineRuleSet
    moves_credit: bool

    @property
    def exclude(self) -> frozenset[str]:
        """Who was passed over."""
        return frozenset(self.facts["exclude"])

    def decide(self, rotations: Rotations, without: str | None = None, **changes: Any) -> Decision:
        """What the rules say now, also `without` somebody; `changes` are to the lead."""
        lead = replace(self.lead, **changes) if changes else self.lead
        exclude = self.exclude if without is None else self.exclude | {without}
        return decide(lead, self.roster, self.rules, rotations.ledgers, self.row.at, exclude=exclude)

    def give(self, key: str) -> Decision:
        """The lead given to somebody, in the words of the record."""
        return given(self.lead, self.roster, self.rules.version, key, self.row.at, reason=self.row.reason)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A lead that the replay holds and the record does not."""

    moment: Moment
    first: Decision
    due_at: datetime


class Simulation:
    """The replayed world between two decisions."""

    def __init__(self, rules: EngineRuleSet | None, since: datetime, until: datetime) -> None:
        self.rules = rules
        self.later = stream.decided_later(since, until)
        self.tally = Tally(self.later)
        self.loads, self.rotations = Loads(), Rotations()
        owned = stream.owned_before(self.later, since)
        self.tracks: dict[int, Track] = {lead: Track(own, own) for lead, own in owned.items()}
        ended = stream.endings(since, until)
        self.declines = {(one.lead_id, one.at): one.note for one in ended if one.why == "declined"}
        self.closings = [one for one in reversed(ended) if one.why != "declined"]
        self.holds: list[tuple[datetime, int, Waiting]] = []
        self.was_held: set[int] = set()
        self._versions: dict[int | None, EngineRuleSet] = {}
        self._roster: tuple[tuple[int, date | None], Roster] | None = None
        self._gone: set[str] = set()
        self._limited: frozenset[str] = frozenset()
        self._zones: dict[str, ZoneInfo] = {}

    # --- One recorded decision ---

    def step(self, row: Row) -> Decision | None:
        """The decision made again, with what it changes; None when the replay's world gives no reason to ask."""
        self._close_before(row)
        moment = self._moment(row)
        self._end_holds(moment)
        if self._gone:
            self._hand_on(moment)
        track = self.tracks.get(row.lead_id) or Track()
        previous = None if track.closed or not moment.moves_credit else track.was
        if previous is not None and previous.rotation and moment.facts.get("undone", True):
            self.rotations.recorded(previous, undone=True)
        self.rotations.snapshot(moment.facts["rotations"])
        decision = self._answer(moment, track)
        self._note(moment, track, decision)
        return decision

    def _moment(self, row: Row) -> Moment:
        facts = json.loads(row.facts)
        lead = lead_from_data(facts["lead"])
        if row.lead_id in self.was_held:
            lead = replace(lead, may_be_held=False)
        fixed = rosters.static(row.roster_id)
        zone = self._zones.get(fixed.timezone) or self._zones.setdefault(fixed.timezone, ZoneInfo(fixed.timezone))
        day = row.at.astimezone(zone).date()
        people = self._people(fixed, day if facts["closed"] else None)
        self.loads.read(facts["loads"], (lead.family, lead.tier), day, self._limited)
        note = self.declines.get((row.lead_id, row.at), "") if row.cause == "decline" else ""
        moves = facts["by"] != BY_RULES or row.cause in CAUSES_THAT_MOVE_CREDIT or note in DECLINES_THAT_MOVE_CREDIT
        return Moment(row, lead, facts, people, self._rules(row), moves)

    def _people(self, fixed: Roster, closed: date | None) -> Roster:
        """The roster with the replay's loads, which change in place from one decision to the next."""
        at = (fixed.number, closed)
        if self._roster is None or self._roster[0] != at:
            if self._roster is not None:
                self._gone = self._roster[1].producers.keys() - fixed.producers.keys()
            days = frozenset() if closed is None else frozenset({closed})
            self._roster = at, replace(fixed, loads=self.loads.facts, closed=days)
            self._limited = frozenset(key for key, person in fixed.producers.items() if person.limited_caps)
            self.tally.known(fixed)
        return self._roster[1]

    def _rules(self, row: Row) -> EngineRuleSet:
        if self.rules is not None:
            return self.rules
        if row.ruleset_id not in self._versions:
            version = RuleSet.objects.get(pk=row.ruleset_id) if row.ruleset_id else None
            self._versions[row.ruleset_id] = rulesets.engine_rules(version) if version else rulesets.NO_RULES
        return self._versions[row.ruleset_id]

    # --- What the replay answers ---

    def _answer(self, moment: Moment, track: Track) -> Decision | None:
        """The rules', where they were asked of the same lead with the same owner; a person's choice as it was."""
        row, same = moment.row, track.is_the_same
        if moment.facts["by"] == BY_RULES:
            return self._by_rules(moment, track) if same or row.cause == "intake" else None
        if row.cause == "escalation":
            return self._by_ladder(moment, track) if same else None
        if row.cause == "reopen":
            return self._reopened(moment, track)
        return self._given(moment, track, row.producer or "")

    def _by_rules(self, moment: Moment, track: Track, without: str | None = None, **changes: Any) -> Decision:
        self.tally.asked += 1
        undone = self._undo(moment, track)
        return self._settled(undone, moment.decide(self.rotations, without, **changes))

    def _given(self, moment: Moment, track: Track, key: str) -> Decision:
        self.tally.by_hand += 1
        undone = self._undo(moment, track)
        return self._settled(undone, moment.give(key))

    def _by_ladder(self, moment: Moment, track: Track) -> Decision:
        """The backup, if no gate stands against them here; else whom the rules choose."""
        key = moment.row.producer or ""
        if against(moment.lead, moment.roster, key, moment.row.at):
            owner = track.would.producer if track.would else None
            return self._by_rules(moment, track, owner, may_be_held=False, may_be_nurtured=False)
        return self._given(moment, track, key)

    def _reopened(self, moment: Moment, track: Track) -> Decision:
        """Whoever had it in the replay has it back."""
        owner = moment.row.producer if track.is_the_same or track.would is None else track.would.producer
        if owner is None or against(moment.lead, moment.roster, owner, moment.row.at, overrule=True):
            return self._by_rules(moment, track, may_be_nurtured=False)
        return self._given(moment, track, owner)

    def _undo(self, moment: Moment, track: Track) -> Own | None:
        """The replay's previous turn is undone, where the lead takes its credit along and it moves; returns whose that was."""
        previous = track.would
        if not moment.moves_credit or previous is None or not previous.rotation or track.closed:
            return None
        return previous if self.rotations.undo(previous) else None

    def _settled(self, undone: Own | None, decision: Decision) -> Decision:
        """The decision with its final turn, and the ledgers after it; as `routing.ledger.settled` does for real."""
        if decision.rotation is not None and decision.ledger is not None:
            self.rotations.ledgers[decision.rotation] = decision.ledger
        elif undone is not None and decision.producer is not None and self.rotations.take_over(undone, decision.producer):
            shares = {decision.producer: 0, **undone.shares}
            return replace(decision, rotation=undone.rotation, shares=shares)
        return decision

    # --- What it changes ---

    def _note(self, moment: Moment, track: Track, decision: Decision | None) -> None:
        row = moment.row
        was = self._recorded(moment)
        if was is not None and was.rotation:
            self.rotations.recorded(was)
        would = track.would if decision is None else self._own(moment, decision)
        looks_again = row.cause in CAUSES_THAT_LOOK_AGAIN and not track.closed
        if looks_again and (same := goes_on(track.was, was)):
            was = same
        elif not _is_given_back(row.cause, row.rule or None, row.outcome):
            self.loads.receive(was, row.at, replayed=False)
        if decision is not None and looks_again and (same := goes_on(track.would, would)):
            would = same
        elif decision is not None and not _is_given_back(row.cause, decision.rule, decision.outcome):
            self.loads.receive(would, row.at, replayed=True)
        self.tally.capped(row, decision)
        waits = track.waits if decision is None else self._starts_to_wait(moment, decision)
        if decision is None:
            self.tally.kept += 1
        if not (waits and decision is not None):
            self.tally.compare(row, moment.lead, choice(decision) if decision else None)
        self._keep(row.lead_id, track, Track(was, would, closed=False, waits=waits))

    def _recorded(self, moment: Moment) -> Own | None:
        row = moment.row
        if row.producer is None:
            return None
        shares = json.loads(row.shares) if row.rotation and row.shares else {}
        return Own(row.producer, (moment.lead.family, moment.lead.tier), row.rotation or "", shares)

    def _own(self, moment: Moment, decision: Decision) -> Own | None:
        if decision.producer is None:
            return None
        return Own(decision.producer, (moment.lead.family, moment.lead.tier), decision.rotation or "", decision.shares)

    def _keep(self, lead_id: int, before: Track, after: Track) -> None:
        """The lead stands like this in both worlds; remembered as long as that can matter."""
        if not before.closed:
            self.loads.hold(before.was, 1)
            self.loads.hold(before.would, -1)
        self.loads.hold(after.was, -1)
        self.loads.hold(after.would, 1)
        if lead_id in self.later or not after.is_the_same:
            if lead_id not in self.later:  # nothing will be undone
                after.was, after.would = _without_turn(after.was), _without_turn(after.would)
            self.tracks[lead_id] = after
        else:
            self.tracks.pop(lead_id, None)

    def _close_before(self, row: Row) -> None:
        """Whatever was closed, or sent to nurture by hand, before this decision is so in both worlds, whoever has it."""
        while self.closings and self.closings[-1].at <= row.at and self.closings[-1].decision_id < row.id:
            ending = self.closings.pop()
            track = self.tracks.get(ending.lead_id)
            if track is None or track.closed:
                continue
            self.loads.hold(track.was, 1)
            self.loads.hold(track.would, -1)
            if ending.why == "closed":
                track.closed, track.waits = True, False
            else:
                self.tracks[ending.lead_id] = Track()

    def _hand_on(self, moment: Moment) -> None:
        """Whoever has left owns nothing: on record that was seen to, and here what only the replay has with them goes on."""
        left = [
            lead_id
            for lead_id, track in self.tracks.items()
            if track.would is not None and track.would.producer in self._gone and not track.is_the_same and not track.closed
        ]
        self._gone = set()
        for lead_id, lead, exclude in stream.last_facts(left, moment.row.id) if left else ():
            facts = {**moment.facts, "exclude": exclude}
            other = replace(moment, lead=lead_from_data(lead), facts=facts)
            track = self.tracks[lead_id]
            decision = self._settled(None, other.decide(self.rotations, may_be_held=False, may_be_nurtured=False))
            would = self._own(other, decision)
            self.loads.receive(would, moment.row.at, replayed=True)
            self._keep(lead_id, track, Track(track.was, would))
            self.loads.settle(would)
            self.tally.came_too(lead_id, decision.producer)

    # --- Holds that only the replay has ---

    def _starts_to_wait(self, moment: Moment, decision: Decision) -> bool:
        """Whether the lead is held here alone; a hold on record ends as it did then."""
        if decision.outcome != HELD or decision.reason == moment.row.reason:
            return False
        due_at = moment.row.at + timedelta(seconds=decision.hold_seconds)
        heapq.heappush(self.holds, (due_at, moment.row.id, Waiting(moment, decision, due_at)))
        self.was_held.add(moment.row.lead_id)
        return True

    def _end_holds(self, moment: Moment) -> None:
        """Holds whose time is over, or for whom somebody is free now, are decided again."""
        ready = [one for one in self.holds if one[0] <= moment.row.at or self._is_free(one[2].first.awaits)]
        if ready:
            self.holds = [one for one in self.holds if one not in ready]
            heapq.heapify(self.holds)
            for due_at, _, waiting in sorted(ready, key=lambda one: one[:2]):
                self._end_hold(waiting, min(due_at, moment.row.at), moment.roster)

    def _is_free(self, key: str | None) -> bool:
        load = self.loads.facts.get(key or "")
        return load is not None and load.presence == "available"

    def _end_hold(self, waiting: Waiting, at: datetime, roster: Roster) -> None:
        row = waiting.moment.row
        track = self.tracks.get(row.lead_id)
        if track is None or not track.waits:  # closed meanwhile, or given to somebody by hand
            self.tally.compare(row, waiting.moment.lead, choice(waiting.first))
            return
        moment = replace(waiting.moment, row=row._replace(at=at), roster=roster)
        decision = self._settled(None, moment.decide(self.rotations, may_be_held=False))
        would = self._own(moment, decision)
        self.loads.receive(would, at, replayed=True)
        self._keep(row.lead_id, track, Track(track.was, would))
        self.loads.settle(would)
        self.tally.would[HELD] += 1
        self.tally.compare(row, moment.lead, choice(decision))

    def finish(self, until: datetime) -> None:
        """What is still held is decided, where its time is over before the end."""
        for due_at, _, waiting in sorted(self.holds, key=lambda one: one[:2]):
            if due_at < until:
                self._end_hold(waiting, due_at, waiting.moment.roster)
            else:
                self.tally.compare(waiting.moment.row, waiting.moment.lead, choice(waiting.first))
        self.holds = []


def _is_given_back(cause: str, rule: str | None, outcome: str) -> bool:
    """Whether the lead was theirs before it was closed: then it counts as open, and as received no second time."""
    return cause == "reopen" and rule is None and outcome != UNPLACED


def _without_turn(own: Own | None) -> Own | None:
    return own and Own(own.producer, own.kind)
