"""The end of a pause: what rested goes on."""

from datetime import datetime

from django.db import transaction
from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, Value
from django.db.models.functions import Greatest

from agency.due import DueState
from agency.models import User
from leads.followup.rows import PENDING
from leads.models import FollowUpPause, FollowUpStep


def end_pauses(now: datetime) -> int:
    """Pauses whose time is over have ended at that time; returns how many. A lead that somebody holds waits for the next run."""
    over = FollowUpPause.objects.filter(ended_at__isnull=True, until__lte=now)
    ended = 0
    for key in list(over.order_by("until", "pk").values_list("pk", flat=True)):
        with transaction.atomic():
            held = (
                over.filter(pk=key).select_related("lead").select_for_update(skip_locked=True, of=("lead", "self"), no_key=True)
            )
            found = held.first()
            if found is not None and found.until is not None:
                end(found, by=None, now=found.until)
                ended += 1
    return ended


def end(found: FollowUpPause, *, by: User | None, now: datetime) -> int:
    """The pause ended at `now`, and what rested is later by as long; returns how many. The caller's transaction holds the lead.

    A call that was somebody's task when the pause began is due again.
    """
    found.ended_at, found.ended_by = now, by
    found.save(update_fields=["ended_at", "ended_by"])
    begun = Greatest(F("started_at"), Value(found.since), output_field=DateTimeField())
    rested = ExpressionWrapper(Value(now, output_field=DateTimeField()) - begun, output_field=DurationField())
    resting = FollowUpStep.objects.filter(lead=found.lead_id, state__in=PENDING, agreed=False)
    resting.filter(state=DueState.WAITING).update(state=DueState.DUE)
    return resting.update(due_at=F("due_at") + rested, moved_from=F("moved_from") + rested)
