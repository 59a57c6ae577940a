"""Reading a lead's sequence: the calls somebody is to make, and what comes next."""

from datetime import datetime

from django.db.models import Q, QuerySet

from agency.due import DueState
from leads.models import FollowUpStep


def is_due_call(now: datetime) -> Q:
    """Steps that are a call to make now: waiting for a person, or due and not yet seen by the sweep."""
    return Q(channel="call") & (Q(state=DueState.WAITING) | Q(state=DueState.DUE, due_at__lte=now))


def due_calls(now: datetime) -> QuerySet[FollowUpStep]:
    """The calls to make now, longest due first, with their scripts; filter by lead or owner as needed."""
    return FollowUpStep.objects.filter(is_due_call(now)).select_related("lead", "step__script").order_by("due_at", "pk")


def upcoming(lead_id: int) -> QuerySet[FollowUpStep]:
    """What will happen to a lead by itself, next first."""
    pending = FollowUpStep.objects.filter(lead_id=lead_id, state__in=(DueState.DUE, DueState.WAITING))
    return pending.select_related("plan", "step").order_by("due_at", "position")
