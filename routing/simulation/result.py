"""What a replay says: who would have gained and lost, by which rules, with examples to look at."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final

from producers.facts import Roster
from routing.engine import UNPLACED, Decision, LeadFacts
from routing.simulation.stream import CAPPED, Row

OUTCOMES_NOT_REPLAYED: Final = (
    "Outcomes are not replayed: nobody knows what another owner would have sold. This says who would have been given which lead."
)
NOBODY: Final = "Nobody could take it"
STAYS: Final = "Not asked: it was somebody else's"
BY_HAND: Final = "By hand or by the ladder"
SAMPLES_OF_A_KIND: Final = 5
MOST_SAMPLES: Final = 100
OUTCOMES: Final = ("assigned", "held", "nurtured", "unplaced")


@dataclass(frozen=True, slots=True)
class Choice:
    """One decision as the comparison shows it."""

    outcome: str
    producer: str | None
    rule: str
    reason: str
    plan: str | None = None

    @property
    def label(self) -> str:
        """The rule that decided, or why none did."""
        return NOBODY if self.outcome == UNPLACED else self.rule or BY_HAND

    def differs(self, other: "Choice") -> bool:
        """Whether the lead would have gone elsewhere."""
        return (self.outcome, self.producer, self.plan) != (other.outcome, other.producer, other.plan)


@dataclass(frozen=True, slots=True)
class PersonChange:
    """One person's leads as they were and as they would have been. A lead that came to them twice counts once."""

    key: str
    name: str
    was: int
    """Leads that came to them."""
    would: int
    gained: int
    """Leads that would have come to them, and did not."""
    lost: int
    capped_was: int
    """Decisions in which a full cap ruled them out."""
    capped_would: int

    @property
    def net(self) -> int:
        """Leads more, or fewer."""
        return self.gained - self.lost


@dataclass(frozen=True, slots=True)
class RuleChange:
    """How many decisions went from one rule to another, and how many of those to somebody else."""

    before: str
    after: str
    decisions: int
    moved: int


@dataclass(frozen=True, slots=True)
class Sample:
    """A decision that would have been another one, both ways."""

    lead: int
    at: datetime
    about: Mapping[str, Any]
    """Of the lead: tier, line, state, source."""
    was: Choice
    would: Choice


@dataclass(frozen=True, slots=True)
class Replay:
    """A past stream under other rules, beside what happened."""

    ruleset: int | None
    """Version; None: each decision under the version it was made under."""
    since: datetime
    until: datetime
    decisions: int
    """Recorded in the period."""
    asked: int
    """Of those, decided again by the rules."""
    kept: int
    """Not asked again, because the lead was with somebody else than then."""
    by_hand: int
    """Chosen by a person or by the ladder, not by a rule: it stands."""
    moved: int
    """The lead would have gone elsewhere."""
    otherwise: int
    """The lead would have gone to the same person by another rule."""
    was: Mapping[str, int]
    """Outcome → decisions."""
    would: Mapping[str, int]
    people: tuple[PersonChange, ...]
    rules: tuple[RuleChange, ...]
    samples: tuple[Sample, ...]
    note: str = OUTCOMES_NOT_REPLAYED

    def to_json(self) -> dict[str, Any]:
        """As plain values; instants in RFC 3339."""
        data = asdict(self)
        data |= {"since": self.since.isoformat(), "until": self.until.isoformat()}
        for person, plain in zip(self.people, data["people"], strict=True):
            plain["net"] = person.net
        for sample, plain in zip(self.samples, data["samples"], strict=True):
            plain["at"] = sample.at.isoformat()
        return data


@dataclass(slots=True)
class Tally:
    """What was counted so far. `later`: leads that were decided more than once."""

    later: frozenset[int]
    asked: int = 0
    kept: int = 0
    by_hand: int = 0
    moved: int = 0
    otherwise: int = 0
    was: Counter[str] = field(default_factory=Counter)
    would: Counter[str] = field(default_factory=Counter)
    had: Counter[str] = field(default_factory=Counter)
    has: Counter[str] = field(default_factory=Counter)
    gained: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    capped_was: Counter[str] = field(default_factory=Counter)
    capped_would: Counter[str] = field(default_factory=Counter)
    rules: Counter[tuple[str, str]] = field(default_factory=Counter)
    rules_moved: Counter[tuple[str, str]] = field(default_factory=Counter)
    samples: list[Sample] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    owners: dict[int, tuple[set[str], set[str]]] = field(default_factory=dict)
    """Of the leads decided more than once: to whom they came, and would have come."""

    def known(self, roster: Roster) -> None:
        """Everyone of this roster is called by their name."""
        self.names |= {key: person.name for key, person in roster.producers.items()}

    def capped(self, row: Row, decision: Decision | None) -> None:
        """Whom a full cap ruled out, on record and in the replay."""
        if row.capped != "[]":
            self.capped_was.update(set(_keys(row.capped)))
        for one in decision.considered if decision else ():
            if one.why and any(why.startswith(CAPPED) for why in one.why):
                self.capped_would[one.producer] += 1

    def compare(self, row: Row, lead: LeadFacts, would: Choice | None) -> None:
        """One recorded decision beside the replay's; None when the replay was not asked."""
        was = choice_of(row)
        self.was[was.outcome] += 1
        if would is not None:
            self.would[would.outcome] += 1
        if row.lead_id in self.later:
            had, has = self.owners.setdefault(row.lead_id, (set(), set()))
            had.update(filter(None, [was.producer]))
            has.update(filter(None, [would.producer if would else None]))
        else:
            self._came(filter(None, [was.producer]), filter(None, [would.producer if would else None]))
        self._by_rule(row, lead, was, would)

    def _came(self, to: Iterable[str], instead: Iterable[str]) -> None:
        """A lead that came to some people would have come to others."""
        had, has = set(to), set(instead)
        self.had.update(had)
        self.has.update(has)
        self.gained.update(has - had)
        self.lost.update(had - has)

    def came_too(self, lead_id: int, key: str | None) -> None:
        """A lead that had come to somebody else in the replay came to this person as well."""
        if key and lead_id in self.later:
            self.owners.setdefault(lead_id, (set(), set()))[1].add(key)
        elif key:
            self._came((), [key])

    def _by_rule(self, row: Row, lead: LeadFacts, was: Choice, would: Choice | None) -> None:
        pair = (was.label, STAYS if would is None else would.label)
        self.rules[pair] += 1
        if would is None:
            return
        if was.differs(would):
            self.moved += 1
            self.rules_moved[pair] += 1
            if self.rules_moved[pair] <= SAMPLES_OF_A_KIND and len(self.samples) < MOST_SAMPLES:
                about = {"tier": lead.tier, "line": lead.line, "state": lead.state, "source": lead.source}
                self.samples.append(Sample(row.lead_id, row.at, about, was, would))
        elif was.rule != would.rule:
            self.otherwise += 1

    def replay(self, ruleset: int | None, since: datetime, until: datetime, decisions: int) -> Replay:
        """What was counted, as the result of a replay of so many decisions."""
        return Replay(
            ruleset=ruleset,
            since=since,
            until=until,
            decisions=decisions,
            asked=self.asked,
            kept=self.kept,
            by_hand=self.by_hand,
            moved=self.moved,
            otherwise=self.otherwise,
            was=_outcomes(self.was),
            would=_outcomes(self.would),
            people=tuple(self.people()),
            rules=tuple(self.matrix()),
            samples=tuple(self.samples),
        )

    def people(self) -> Iterable[PersonChange]:
        """Everyone who has or would have had a lead, or stood at a cap: who gains most first."""
        for had, has in self.owners.values():
            self._came(had, has)
        self.owners.clear()
        keys = {*self.had, *self.has, *self.capped_was, *self.capped_would}
        changes = (
            PersonChange(
                key=key,
                name=self.names.get(key, key),
                was=self.had[key],
                would=self.has[key],
                gained=self.gained[key],
                lost=self.lost[key],
                capped_was=self.capped_was[key],
                capped_would=self.capped_would[key],
            )
            for key in keys
        )
        return sorted(changes, key=lambda one: (-one.net, one.key))

    def matrix(self) -> Iterable[RuleChange]:
        """Every pair of rules, the most frequent first."""
        pairs = sorted(self.rules.items(), key=lambda pair: (-pair[1], pair[0]))
        return (RuleChange(before, after, number, self.rules_moved[before, after]) for (before, after), number in pairs)


def choice_of(row: Row) -> Choice:
    """What was decided."""
    return Choice(row.outcome, row.producer, row.rule, row.reason, row.plan)


def choice(decision: Decision) -> Choice:
    """What would have been decided."""
    return Choice(decision.outcome, decision.producer, decision.rule or "", decision.reason, decision.plan)


def _outcomes(counted: Counter[str]) -> dict[str, int]:
    """Every outcome with its number, also those that did not occur."""
    return {name: counted[name] for name in OUTCOMES}


def _keys(text: str) -> Iterable[str]:
    return (key for key in text[1:-1].replace('"', "").replace(" ", "").split(",") if key)
