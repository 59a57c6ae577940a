"""Routing's records: the rules, what they decided, and who owns what."""

from routing.models.assignments import (
    Assignment,
    DeclineReason,
    EndReason,
    Hold,
    LadderStep,
    Outcome,
    RoutingDecision,
    note_in_words,
)
from routing.models.rules import EscalationPolicy, Rotation, RotationCorrection, Rule, RuleSet, RuleSetState
from routing.models.simulation import ReplayRun, ReplayState

__all__ = [
    "Assignment",
    "DeclineReason",
    "EndReason",
    "EscalationPolicy",
    "Hold",
    "LadderStep",
    "Outcome",
    "ReplayRun",
    "ReplayState",
    "Rotation",
    "RotationCorrection",
    "RoutingDecision",
    "Rule",
    "RuleSet",
    "RuleSetState",
    "note_in_words",
]
