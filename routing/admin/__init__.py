"""The admin of routing: the rules in versions, the ladder, and what was decided."""

from routing.admin.decisions import AssignmentAdmin, HoldAdmin, LadderStepAdmin, RoutingDecisionAdmin
from routing.admin.policies import EscalationPolicyAdmin, RotationAdmin, RotationCorrectionAdmin
from routing.admin.replay import ReplayRunAdmin
from routing.admin.rulesets import RuleSetAdmin

__all__ = [
    "AssignmentAdmin",
    "EscalationPolicyAdmin",
    "HoldAdmin",
    "LadderStepAdmin",
    "ReplayRunAdmin",
    "RotationAdmin",
    "RotationCorrectionAdmin",
    "RoutingDecisionAdmin",
    "RuleSetAdmin",
]
