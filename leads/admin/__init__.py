"""The admin of the record: leads and what hangs on them, where they come from, how they are scored and followed up."""

from leads.admin.business import ClientAdmin, HouseholdAdmin, PolicyAdmin, QuoteAdmin
from leads.admin.calls import CallAdmin
from leads.admin.contact import (
    ContactRefusalAdmin,
    ContactWindowAdmin,
    DoNotCallListAdmin,
    DoNotCallNumberAdmin,
    EmergencyStopAdmin,
)
from leads.admin.history import (
    ConsentAdmin,
    EventAdmin,
    NoteAdmin,
    ScoreFlagAdmin,
    StatusChangeAdmin,
    SubmissionAdmin,
    TouchAdmin,
)
from leads.admin.inbound import InboundMessageAdmin
from leads.admin.lead import LeadAdmin
from leads.admin.plans import FollowUpStepAdmin, PlanAdmin, TemplateAdmin
from leads.admin.rejected import RejectedIntakeAdmin
from leads.admin.scoring import ScoreModelAdmin
from leads.admin.sources import ApiKeyAdmin, SourceAdmin

__all__ = [
    "ApiKeyAdmin",
    "CallAdmin",
    "ClientAdmin",
    "ConsentAdmin",
    "ContactRefusalAdmin",
    "ContactWindowAdmin",
    "DoNotCallListAdmin",
    "DoNotCallNumberAdmin",
    "EmergencyStopAdmin",
    "EventAdmin",
    "FollowUpStepAdmin",
    "HouseholdAdmin",
    "InboundMessageAdmin",
    "LeadAdmin",
    "NoteAdmin",
    "PlanAdmin",
    "PolicyAdmin",
    "QuoteAdmin",
    "RejectedIntakeAdmin",
    "ScoreFlagAdmin",
    "ScoreModelAdmin",
    "SourceAdmin",
    "StatusChangeAdmin",
    "SubmissionAdmin",
    "TemplateAdmin",
    "TouchAdmin",
]
