"""How the replayed world differs from the recorded one: whose leads, whose counts, whose turns. Pure.

Only differences are kept. What was recorded with each decision is the truth of its moment; the replay's own state is that truth
plus the difference. While there is none, the replay decides on exactly what was recorded.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from producers.facts import CountFacts, LoadFacts
from routing.decisions import LoadRow, loads_of
from routing.engine import Balance, Ledger
from routing.engine.rotation import LEAD, undo_turn
from routing.simulation.stream import Kind, Own

PERIODS = ("day", "week", "month")
NO_LOAD = LoadFacts()


class Counts:
    """One figure by person and kind of lead, as a difference: replayed less recorded."""

    def __init__(self) -> None:
        self._by: dict[str, dict[Kind, int]] = {}

    def add(self, key: str, kind: Kind, more: int) -> None:
        """The person's difference has grown by so much."""
        kinds = self._by.setdefault(key, {})
        kinds[kind] = kinds.get(kind, 0) + more

    def of(self, key: str) -> int:
        """The person's difference over all kinds."""
        kinds = self._by.get(key)
        return sum(kinds.values()) if kinds else 0

    def kinds(self, key: str) -> Mapping[Kind, int]:
        """The person's difference by kind."""
        return self._by.get(key, {})

    def clear(self) -> list[str]:
        """There is no difference any more; returns whose there was."""
        gone = list(self._by)
        self._by.clear()
        return gone


class Loads:
    """Everyone's load as it would be. `facts` is kept up to date in place by `read`."""

    def __init__(self) -> None:
        self.facts: dict[str, LoadFacts] = {}
        self._base: dict[str, LoadFacts] = {}
        self._known: dict[Kind, dict[str, tuple[LoadRow, LoadFacts]]] = {}
        self._at_first: dict[str, datetime | None] = {}
        self._counts: dict[str, Counts] = {name: Counts() for name in ("open", *PERIODS)}
        self._began: dict[str, date] = {}
        self._last: dict[str, dict[str, datetime]] = {"was": {}, "would": {}}
        self._stale: set[str] = set()

    def read(self, rows: Iterable[LoadRow], kind: Kind, day: date) -> None:
        """It is the moment of these recorded loads, on the agency's `day`, before a lead of this kind."""
        self._turn_over(day)
        known, base = self._known.setdefault(kind, {}), self._base
        keys = set()
        for row in rows:
            key = row[0]
            keys.add(key)
            seen = known.get(key)
            if seen is None or seen[0] != row:
                seen = known[key] = (row, loads_of([row])[key])
                self._at_first.setdefault(key, seen[1].last_assigned_at)
            if base.get(key) is not seen[1]:
                base[key] = seen[1]
                self._stale.add(key)
        if len(keys) != len(base):
            self._stale.update(base.keys() - keys)
            self._base = {key: base[key] for key in keys}
        self.settle()

    def _turn_over(self, day: date) -> None:
        """Differences of a day, week or month that is over do not count any more."""
        if self._began.get("day") == day:
            return
        began = {"day": day, "week": day - timedelta(days=day.weekday()), "month": day.replace(day=1)}
        for period, first in began.items():
            if self._began.get(period) != first:
                self._stale.update(self._counts[period].clear())
        self._began = began

    def settle(self) -> None:
        """`facts` shows every difference."""
        for key in self._stale:
            self.facts[key] = self._shifted(key)
        self._stale.clear()

    def _shifted(self, key: str) -> LoadFacts:
        base = self._base.get(key, NO_LOAD)
        changes: dict[str, Any] = {
            name: max(0, getattr(base, name) + more) for name, counts in self._counts.items() if (more := counts.of(key))
        }
        was, would = self._last["was"].get(key), self._last["would"].get(key)
        if was != would:
            changes["last_assigned_at"] = would or self._at_first.get(key)
        kinds = {kind for counts in self._counts.values() for kind, more in counts.kinds(key).items() if more}
        if kinds:
            changes["counts"] = self._by_kind(key, base, kinds)
        return replace(base, **changes) if changes else base

    def _by_kind(self, key: str, base: LoadFacts, kinds: set[Kind]) -> tuple[CountFacts, ...]:
        recorded = {(one.family, one.tier): one for one in base.counts}
        for kind in sorted(kinds):
            one = recorded.get(kind, CountFacts(*kind))
            shifts = {name: counts.kinds(key).get(kind, 0) for name, counts in self._counts.items()}
            recorded[kind] = replace(one, **{name: max(0, getattr(one, name) + more) for name, more in shifts.items()})
        return tuple(recorded.values())

    def hold(self, own: Own | None, more: int) -> None:
        """Whoever has this ownership holds so many leads more than was recorded."""
        if own is not None:
            self._counts["open"].add(own.producer, own.kind, more)
            self._stale.add(own.producer)

    def receive(self, own: Own | None, at: datetime, *, replayed: bool) -> None:
        """A lead came to somebody at this instant: on record, or in the replay."""
        if own is None:
            return
        for period in PERIODS:
            self._counts[period].add(own.producer, own.kind, 1 if replayed else -1)
        self._last["would" if replayed else "was"][own.producer] = at
        self._stale.add(own.producer)


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

    def undo(self, own: Own) -> None:
        """In the replay this turn was never taken."""
        self.ledgers[own.rotation] = undo_turn(self.ledgers.get(own.rotation, {}), own.producer, own.shares)

    def take_over(self, previous: Own, producer: str) -> Mapping[str, int]:
        """In the replay the undone turn of `previous` is this person's; returns its shares."""
        shares = previous.shares if producer in previous.shares else {**previous.shares, producer: 0}
        ledger = dict(self.ledgers.get(previous.rotation, {}))
        for key, share in shares.items():
            ledger[key] = Balance(ledger.get(key, Balance()).owed + share - (LEAD if key == producer else 0))
        self.ledgers[previous.rotation] = ledger
        return shares

    def knows(self, name: str, key: str) -> bool:
        """Whether somebody takes turns in this rotation."""
        return key in self.ledgers.get(name, {})


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
