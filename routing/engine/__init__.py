"""The pure core of routing: facts in, a decision with its whole trace out. No Django, no clock, no I/O."""

from routing.engine.conditions import Known
from routing.engine.decide import decide
from routing.engine.facts import (
    ASSIGNED,
    HELD,
    NURTURED,
    UNPLACED,
    Balance,
    Considered,
    Decision,
    LeadFacts,
    Ledger,
    Rule,
    RuleSet,
    RuleTried,
)

__all__ = [
    "ASSIGNED",
    "HELD",
    "NURTURED",
    "UNPLACED",
    "Balance",
    "Considered",
    "Decision",
    "Known",
    "LeadFacts",
    "Ledger",
    "Rule",
    "RuleSet",
    "RuleTried",
    "decide",
]
