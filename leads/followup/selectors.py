"""Reading a lead's sequence: the calls somebody is to make, and what comes next."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from agency.due import DueState
from leads.models import FollowUpPause, FollowUpStep


def rests() -> Q:
    """Steps of leads whose follow-up is paused; a call-back that was agreed is not among them."""
    return Q(Exists(FollowUpPause.objects.filter(lead=OuterRef("lead"), ended_at__isnull=True)), agreed=False)


def is_open_call(now: datetime) -> Q:
    """Steps that are a call by now: waiting for a person, or due and not yet seen by the sweep."""
    return Q(channel="call") & (Q(state=DueState.WAITING) | Q(state=DueState.DUE, due_at__lte=now))


def is_due_call(now: datetime) -> Q:
    """Steps that are a call to make now: open, and not paused."""
    return is_open_call(now) & ~rests()


def due_calls(now: datetime) -> QuerySet[FollowUpStep]:
    """The calls to make now, longest due first, with their scripts; filter by lead or owner as needed."""
    return FollowUpStep.objects.filter(is_due_call(now)).select_related("lead", "step__script").order_by("due_at", "pk")
