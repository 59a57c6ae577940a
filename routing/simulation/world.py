"""How the replayed world differs from the recorded one: whose leads, whose counts, whose turns. Pure.

Only differences are kept. What was recorded with each decision is the truth of its moment; the replay's own state is that truth
plus the difference. While there is none, the replay decides on exactly what was recorded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from producers.facts import CountFacts, LoadFacts
from routing.decisions import LoadRow, loads_of
from routing.engine import Balance, Ledger
from routing.engine.rotation import LEAD, take_over, undo_turn
from routing.simulation.stream import Kind, Own

PERIODS = ("day", "week", "month")
NO_LOAD = LoadFacts()


@dataclass(slots=True)
class Known:
    """Someone's load before leads of one kind: as recorded, and as it would be."""

    row: LoadRow
    recorded: LoadFacts
    version: int
    """Of the person's differences, that `facts` shows."""
    facts: LoadFacts


@dataclass(slots=True)
class Difference:
    """One person's counts and last lead: the replay's, less those on record."""

    version: int = 0
    """Grows with each change."""
    counts: dict[str, dict[Kind, int]] = field(default_factory=lambda: {"open": {}, "day": {}, "week": {}, "month": {}})
    at_first: datetime | None = None
    """When they last had a lead before the period."""
    was_last: datetime | None = None
    """When they last had one in the period, on record and in the replay."""
    would_last: datetime | None = None

    def add(self, name: str, kind: Kind, more: int) -> None:
        """The person's count of such leads differs by so much more."""
        counts = self.counts[name]
        counts[kind] = counts.get(kind, 0) + more
        if not counts[kind]:
            del counts[kind]
        self.version += 1

    def clear(self, name: str) -> None:
        """A count begins anew in both worlds."""
        if self.counts[name]:
            self.counts[name] = {}
            self.version += 1

    def applied(self, load: LoadFacts, by_kind: bool) -> LoadFacts:
        """The load with the difference; without any, the same object."""
        changes: dict[str, Any] = {
            name: max(0, getattr(load, name) + sum(counts.values())) for name, counts in self.counts.items() if counts
        }
        if self.was_last != self.would_last:
            changes["last_assigned_at"] = self.would_last or self.at_first
        if by_kind and (kinds := {kind for counts in self.counts.values() for kind in counts}):
            changes["counts"] = self._kinds(load, kinds)
        return replace(load, **changes) if changes else load

    def _kinds(self, load: LoadFacts, kinds: set[Kind]) -> tuple[CountFacts, ...]:
        recorded = {(one.family, one.tier): one for one in load.counts}
        for kind in sorted(kinds):
            one = recorded.get(kind, CountFacts(*kind))
            more = {name: max(0, getattr(one, name) + counts.get(kind, 0)) for name, counts in self.counts.items()}
            recorded[kind] = replace(one, **more)
        return tuple(recorded.values())


class Loads:
    """Everyone's load as it would be. `facts` is kept up to date in place by `read`."""

    def __init__(self) -> None:
        self.facts: dict[str, LoadFacts] = {}
        self._known: dict[str, Known] = {}
        self._by_kind: dict[Kind, dict[str, Known]] = {}
        self._limited: frozenset[str] = frozenset()
        self._differences: dict[str, Difference] = {}
        self._began: dict[str, date] = {}

    def read(self, rows: Sequence[LoadRow], kind: Kind, day: date, limited: frozenset[str]) -> None:
        """It is the moment of these recorded loads, on the agency's `day`, before a lead of this kind.

        `limited`: those who have a cap that counts by kind.
        """
        self._turn_over(day, limited)
        self._known = self._by_kind.setdefault(kind, {})
        for row in rows:
            key = row[0]
            known = self._known.get(key)
            if known is None or known.row != row:
                known = self._known[key] = self._new(key, row)
            difference = self._differences[key]
            if known.version != difference.version:
                known.version, known.facts = difference.version, difference.applied(known.recorded, key in limited)
            self.facts[key] = known.facts
        if len(rows) != len(self.facts):
            self._others({row[0] for row in rows})

    def _new(self, key: str, row: LoadRow) -> Known:
        recorded = loads_of([row])[key]
        if key not in self._differences:
            self._differences[key] = Difference(at_first=recorded.last_assigned_at)
        return Known(row, recorded, -1, recorded)

    def _others(self, recorded: set[str]) -> None:
        """Those without a load on record have what the replay gave them."""
        for key in self.facts.keys() - recorded:
            del self.facts[key]
        for key in self._differences.keys() - recorded:
            load = self._differences[key].applied(NO_LOAD, key in self._limited)
            if load is not NO_LOAD:
                self.facts[key] = load

    def _turn_over(self, day: date, limited: frozenset[str]) -> None:
        """Differences of a day, week or month that is over do not count any more."""
        if limited != self._limited:
            self._limited = limited
            self._by_kind.clear()
        if self._began.get("day") == day:
            return
        began = {"day": day, "week": day - timedelta(days=day.weekday()), "month": day.replace(day=1)}
        for period, first in began.items():
            if self._began.get(period) != first:
                for difference in self._differences.values():
                    difference.clear(period)
        self._began = began

    def settle(self, own: Own | None) -> None:
        """`facts` shows what has just changed for this owner."""
        if own is not None:
            known = self._known.get(own.producer)
            load = self._difference(own).applied(known.recorded if known else NO_LOAD, own.producer in self._limited)
            self.facts[own.producer] = load

    def hold(self, own: Own | None, more: int) -> None:
        """Whoever has this ownership holds so many leads more than was recorded."""
        if own is not None:
            self._difference(own).add("open", own.kind, more)

    def receive(self, own: Own | None, at: datetime, *, replayed: bool) -> None:
        """A lead came to somebody at this instant: on record, or in the replay."""
        if own is None:
            return
        difference = self._difference(own)
        for period in PERIODS:
            difference.add(period, own.kind, 1 if replayed else -1)
        if replayed:
            difference.would_last = at
        else:
            difference.was_last = at

    def _difference(self, own: Own) -> Difference:
        return self._differences.get(own.producer) or self._differences.setdefault(own.producer, Difference())


class Rotations:
    """The ledgers as they would be, beside the recorded ones as far as the recorded decisions explain them.

    Where a snapshot shows more than they explain (a balance corrected by hand, a lead from before the period), the rest holds in
    the replay too.
    """

    def __init__(self) -> None:
        self.ledgers: dict[str, Ledger] = {}
        self._recorded: dict[str, dict[str, int]] = {}

    def recorded(self, own: Own, *, undone: bool = False) -> None:
        """On record this turn was taken, or undone."""
        ledger = self._recorded.setdefault(own.rotation, {})
        sign = -1 if undone else 1
        for key, share in own.shares.items():
            ledger[key] = ledger.get(key, 0) + sign * share
        ledger[own.producer] = ledger.get(own.producer, 0) - sign * LEAD

    def snapshot(self, rotations: Mapping[str, dict[str, int]]) -> None:
        """These were the shortfalls on record, by rotation."""
        for name, owed in rotations.items():
            expected = self._recorded.get(name, {})
            if expected != owed:
                self._correct(name, {key: owed.get(key, 0) - expected.get(key, 0) for key in {*owed, *expected}})
            self._recorded[name] = owed

    def _correct(self, name: str, unexplained: Mapping[str, int]) -> None:
        ledger = dict(self.ledgers.get(name, {}))
        for key, more in unexplained.items():
            ledger[key] = Balance(ledger.get(key, Balance()).owed + more)
        self.ledgers[name] = ledger

    def undo(self, own: Own) -> bool:
        """In the replay this turn was never taken; False when it stays spent there."""
        ledger = undo_turn(self.ledgers.get(own.rotation, {}), own.producer, own.shares)
        if ledger is not None:
            self.ledgers[own.rotation] = ledger
        return ledger is not None

    def take_over(self, undone: Own, producer: str) -> bool:
        """In the replay the undone turn of `undone` is this person's; False when they take no turns there, or are too far off."""
        ledger = self.ledgers.get(undone.rotation, {})
        after = take_over(ledger, producer, undone.shares) if producer in ledger else None
        if after is not None:
            self.ledgers[undone.rotation] = after
        return after is not None


@dataclass(slots=True)
class Track:
    """One lead in both worlds."""

    was: Own | None = None
    would: Own | None = None
    closed: bool = False
    """Sold or lost: it counts as open for nobody, but is remembered for the day it is opened again."""
    waits: bool = False
    """The replay holds it, where the record does not."""

    @property
    def is_the_same(self) -> bool:
        """Whether both worlds have it with the same person, or with nobody."""
        mine, theirs = self.would and self.would.producer, self.was and self.was.producer
        return mine == theirs and not self.waits


def goes_on(before: Own | None, after: Own | None) -> Own | None:
    """The ownership of whoever just keeps the lead: received as before, by its old turn unless it took another. Else None."""
    if before is None or after is None or before.producer != after.producer:
        return None
    return after._replace(kind=before.kind) if after.rotation else before
