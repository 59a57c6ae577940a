"""What happens to a lead by itself: plans, their steps, and the gate that every automatic touch passes."""

from agency.messaging import Permission
from leads.followup.callbacks import rebook
from leads.followup.facts import PlanFacts, StepFacts, StepRow, step_rows
from leads.followup.gate import gate_messages, may_contact
from leads.followup.plans import plans
from leads.followup.refusals import keep_of_messages
from leads.followup.run import on_calls_due, run_due
from leads.followup.sequence import call_logged, end_all, no_calls, on_decided, start, stop, stop_each
from leads.followup.stewards import on_leaving
from leads.followup.withdrawal import keep_back_all, take_back

__all__ = [
    "Permission",
    "PlanFacts",
    "StepFacts",
    "StepRow",
    "call_logged",
    "end_all",
    "gate_messages",
    "keep_back_all",
    "keep_of_messages",
    "may_contact",
    "no_calls",
    "on_calls_due",
    "on_decided",
    "on_leaving",
    "plans",
    "rebook",
    "run_due",
    "start",
    "step_rows",
    "stop",
    "stop_each",
    "take_back",
]
