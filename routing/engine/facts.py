"""What the engine is told and what it answers, as plain facts. No Django, no clock, no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

ASSIGNED = "assigned"
HELD = "held"
NURTURED = "nurtured"
UNPLACED = "unplaced"


@dataclass(frozen=True, slots=True)
class LeadFacts:
    """A lead as rules see it: no name, address or number."""

    key: str
    tier: str = "cold"
    score: int = 0
    line: str = ""
    family: str = ""
    """Of the line; empty when the line is not in the list of lines."""
    state: str = ""
    zip_code: str = ""
    """Five digits, or empty."""
    county: str = ""
    """Such as `NY/Kings County`, or empty."""
    source: str = ""
    source_kind: str = ""
    kind: str = "real_time"
    exclusive: bool = True
    existing_client: bool = False
    account_owner: str | None = None
    """Key of whoever serves the existing client."""
    open_lead: bool = False
    lead_owner: str | None = None
    """Key of whoever owns another open lead of the same person."""
    premium: Decimal | None = None
    policy_expires_on: date | None = None
    carrier: str = ""
    """Whom they are insured with now, as they wrote it."""
    language: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    may_be_held: bool = True
    """False once it was held, and for live transfers and shared leads."""
    may_be_nurtured: bool = True
    """False when the person came back by themselves: then somebody must own the lead."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule in the vocabulary of the agency file, already validated."""

    name: str
    when: Mapping[str, Any]
    then: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All rules of one version, in order."""

    version: int
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Balance:
    """One person's turns in one rotation, in millionths of a lead; `owed` is the shortfall."""

    owed: int = 0
    entitled: int = 0
    received: int = 0


Ledger = Mapping[str, Balance]
"""A rotation: producer's key → balance. The shortfalls always sum to zero."""


@dataclass(frozen=True, slots=True)
class RuleTried:
    """One rule and why it did, or did not, decide."""

    name: str
    matched: bool
    why: str


@dataclass(frozen=True, slots=True)
class Considered:
    """One person looked at: what ruled them out, or the numbers they were ranked by."""

    producer: str
    eligible: bool
    why: tuple[str, ...] = ()
    rank: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """What the engine decided, with the whole trace. `ledger` is the rotation's new state when a turn was taken."""

    outcome: str
    producer: str | None
    rule: str | None
    ruleset: int
    roster: int
    reason: str
    rules: tuple[RuleTried, ...] = ()
    considered: tuple[Considered, ...] = ()
    plan: str | None = None
    """The nurture plan, when nurtured."""
    rotation: str | None = None
    ledger: Ledger | None = None
    shares: Mapping[str, int] = field(default_factory=dict)
    """What the turn entitled each one to, in millionths of this lead: what must be undone when the lead leaves."""
    hold_seconds: int = 0
    awaits: str | None = None
    """When held: whose presence would end the wait."""
    off_shift: bool = False
    """Decided in the second pass: the clock starts at the winner's next opening."""
    proof: Mapping[str, Any] = field(default_factory=dict)
    """The license that allows it: state, number, authority, effective, expires."""

    def to_json(self) -> dict[str, Any]:
        """The contract's names, as plain values."""
        return {
            "outcome": self.outcome,
            "producer": self.producer,
            "rule": self.rule,
            "ruleset": self.ruleset,
            "roster": self.roster,
            "reason": self.reason,
            "rules": [{"name": one.name, "matched": one.matched, "why": one.why} for one in self.rules],
            "considered": [
                {"producer": one.producer, "eligible": one.eligible, "why": list(one.why), "rank": dict(one.rank)}
                for one in self.considered
            ],
            "proof": dict(self.proof) or None,
        }
