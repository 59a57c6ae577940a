"""The record: leads, where they came from, what happened to them and what comes next."""

from leads.models.business import Policy, Quote
from leads.models.calls import Call, CallEnd, CallState
from leads.models.contact import ContactRefusal, ContactWindow, DoNotCallList, DoNotCallNumber, EmergencyStop
from leads.models.history import (
    Consent,
    Direction,
    Event,
    Note,
    RejectedIntake,
    ScoreFlag,
    StatusChange,
    Submission,
    Touch,
    TouchChannel,
    TouchOutcome,
    Verdict,
)
from leads.models.inbound import InboundKind, InboundMessage
from leads.models.lead import OPEN_STATUSES, Client, Household, Lead, Status, Tier
from leads.models.plans import FollowUpPause, FollowUpStep, Plan, PlanStep, ScoreModel, Template
from leads.models.source import ApiKey, LeadKind, Source, SourceKind

__all__ = [
    "OPEN_STATUSES",
    "ApiKey",
    "Call",
    "CallEnd",
    "CallState",
    "Client",
    "Consent",
    "ContactRefusal",
    "ContactWindow",
    "Direction",
    "DoNotCallList",
    "DoNotCallNumber",
    "EmergencyStop",
    "Event",
    "FollowUpPause",
    "FollowUpStep",
    "Household",
    "InboundKind",
    "InboundMessage",
    "Lead",
    "LeadKind",
    "Note",
    "Plan",
    "PlanStep",
    "Policy",
    "Quote",
    "RejectedIntake",
    "ScoreFlag",
    "ScoreModel",
    "Source",
    "SourceKind",
    "Status",
    "StatusChange",
    "Submission",
    "Template",
    "Tier",
    "Touch",
    "TouchChannel",
    "TouchOutcome",
    "Verdict",
]
