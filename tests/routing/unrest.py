"""People who take turns while all happens that can: absences, newcomers, leavers, leads taken back one by one and all at once."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from routing.engine.rotation import take_over, undo_turn
from tests.routing.test_rotation import NAMES, Pool

MOST_OPEN = 16
"""Leads that somebody has in hand; older ones are closed."""
LAST = 3
"""The ladder acts within the hour: it takes back one of somebody's latest few."""

Weigh = Callable[[random.Random, list[str]], dict[str, int]]


def equal(_: random.Random, people: list[str]) -> dict[str, int]:
    """One each."""
    return dict.fromkeys(people, 1)


def usual(rng: random.Random, people: list[str]) -> dict[str, int]:
    """One to five, as agencies set them."""
    return {name: rng.randint(1, 5) for name in people}


def skewed(rng: random.Random, people: list[str]) -> dict[str, int]:
    """Weights over four powers of ten."""
    return {name: int(10 ** rng.uniform(0, 4)) for name in people}


def licences(rng: random.Random, people: list[str], states: int = 10) -> dict[int, list[str]]:
    """Each has a license for about half of the states."""
    return {state: [name for name in people if rng.random() < 0.5] or people[:1] for state in range(states)}


@dataclass(frozen=True, slots=True)
class Turn:
    """A lead in somebody's hands: by which shares it came, and who had it before. No shares: it is in no rotation."""

    shares: Mapping[str, int]
    passed: frozenset[str] = frozenset()


class Office(Pool):
    """A pool with an eventful life. `begin`: how many of the people are there at first; the others are newcomers some day."""

    def __init__(
        self,
        rng: random.Random,
        weights: Mapping[str, int],
        licensed: Mapping[int, list[str]] | None = None,
        begin: int | None = None,
    ) -> None:
        super().__init__()
        self.rng, self.weights, self.licensed = rng, weights, licensed
        self.people = list(weights)
        self.away = set(self.people[begin:]) if begin else set()
        self.open: dict[str, list[Turn]] = {name: [] for name in self.people}
        self.runs: dict[str, int] = {}
        """Of those who have come (back): leads in a row since, of those that others could have had, and none taken back."""
        self.longest = 0

    def give(self, people: list[str], passed: frozenset[str] = frozenset()) -> str:
        """One lead among these people, by the rules."""
        before = self.ledger
        winner = self.turn({name: self.weights[name] for name in people})
        shares = {name: self.ledger[name].entitled - (before[name].entitled if name in before else 0) for name in people}
        self.open[winner] = [*self.open[winner], Turn(shares, passed)][-MOST_OPEN:]
        if len(people) > 1:
            for name in self.runs.keys() & set(people):
                if name == winner:
                    self.runs[name] += 1
                    self.longest = max(self.longest, self.runs[name])
                else:
                    del self.runs[name]
        return winner

    def take_back(self, owner: str, index: int, to: str | None = None) -> None:
        """A lead leaves its owner by the ladder or a manager: to whom the rules choose, or `to` somebody."""
        turn = self.open[owner].pop(index)
        self.runs.pop(owner, None)
        undone = undo_turn(self.ledger, owner, turn.shares) if turn.shares else None
        if undone is not None:
            self.ledger = dict(undone)
            self.note()
        if to is not None:
            after = take_over(self.ledger, to, turn.shares) if undone is not None and to in self.ledger else None
            if after is not None:
                self.ledger = dict(after)
                self.note()
            self.open[to].append(Turn({**turn.shares, to: turn.shares.get(to, 0)} if after is not None else {}))
            return
        passed = turn.passed | {owner}
        if rest := [name for name in turn.shares or self.people if name not in passed | self.away]:
            self.give(rest, passed)

    def take_back_everything(self, owner: str, most: int = MOST_OPEN) -> None:
        """One after the other."""
        for _ in range(min(most, len(self.open[owner]))):
            self.take_back(owner, 0)

    def leave(self, owner: str) -> None:
        """Somebody leaves the agency: each of their leads is a new turn among those who stay."""
        self.go(owner)
        turns, self.open[owner] = self.open[owner], []
        for turn in turns:
            if rest := [name for name in turn.shares or self.people if name not in self.away]:
                self.give(rest)

    def go(self, name: str) -> None:
        """Not there."""
        self.away.add(name)
        self.runs.pop(name, None)

    def come(self, name: str) -> None:
        """There again, or for the first time."""
        self.away.discard(name)
        self.runs[name] = 0

    def day(self, leads: int, unrest: float = 0.1, storms: float = 0.0) -> None:
        """So many leads come in. `unrest`: how often somebody comes or goes, or one is taken back; `storms`: how often many."""
        for _ in range(leads):
            if self.rng.random() < unrest:
                self._come_or_go(self.rng.choice(self.people), storms > 0)
            may = self.people if self.licensed is None else self.licensed[self.rng.randrange(len(self.licensed))]
            if present := [name for name in may if name not in self.away]:
                self.give(present)
            if self.rng.random() < unrest:
                self._take_one_back()
            if self.rng.random() < storms:
                self.rng.choice([self._storm, self._empty_somebody])()
            assert self.total() == 0

    def _come_or_go(self, name: str, for_good: bool) -> None:
        if name in self.away:
            self.come(name)
        elif len(self.away) < len(self.people) - 1:
            self.leave(name) if for_good and self.rng.random() < 0.3 else self.go(name)

    def _take_one_back(self) -> None:
        if not (owners := [name for name in self.people if self.open[name]]):
            return
        owner = self.rng.choice(owners)
        index = self.rng.randrange(max(0, len(self.open[owner]) - LAST), len(self.open[owner]))
        others = [name for name in self.open[owner][index].shares if name != owner and name not in self.away]
        by_hand = others and self.rng.random() < 0.3
        self.take_back(owner, index, self.rng.choice(others) if by_hand else None)

    def _storm(self) -> None:
        """The ladder takes four leads from everybody."""
        for name in self.people:
            self.take_back_everything(name, 4)

    def _empty_somebody(self) -> None:
        """A manager takes back all that somebody has, who is away then or is not."""
        name = self.rng.choice(self.people)
        if self.rng.random() < 0.5 and len(self.away) < len(self.people) - 1:
            self.go(name)
        self.take_back_everything(name)


def some_office(rng: random.Random, weigh: Weigh, *, most: int, licensed: bool = False) -> Office:
    """Two people or more, of whom some are not there yet."""
    people = NAMES[: rng.randint(2, most)]
    return Office(rng, weigh(rng, people), licences(rng, people) if licensed else None, begin=rng.randint(1, len(people)))
