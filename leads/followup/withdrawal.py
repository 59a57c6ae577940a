"""Messages of a lead's plans that have not been delivered yet: kept back for good, or taken back to be said later."""

from datetime import datetime

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from agency.due import DueState
from agency.messaging.models import Audience, Message
from leads.models import FollowUpStep


def keep_back(steps: QuerySet[FollowUpStep], *, why: str, now: datetime) -> int:
    """What these steps have to say and did not say yet is not said; returns how many messages.

    One that a worker has in its hands is marked: it is looked at once more before the provider is called.
    """
    unsent = (DueState.DUE, DueState.IN_FLIGHT)
    said = steps.filter(message__state__in=unsent).values("message")
    return keep_back_all(Message.objects.filter(pk__in=said), why=why, now=now)


def keep_back_all(messages: QuerySet[Message], *, why: str, now: datetime) -> int:
    """What these have to say to consumers is not said, unless it has been; returns how many. What a worker has is marked."""
    messages.filter(state=DueState.IN_FLIGHT, audience=Audience.CONSUMER).update(withdrawn=why)
    return messages.filter(state=DueState.DUE, audience=Audience.CONSUMER).update(
        state=DueState.SKIPPED, finished_at=now, outcome=why
    )


def take_back(lead_id: int, *, why: str, now: datetime) -> int:
    """Messages to the lead that wait in the outbox are not sent as they are, and their steps are due again; returns how many.

    Said again, they are signed by whoever owns the lead then. What a worker has in its hands goes out.
    """
    waiting = Message.objects.filter(lead=lead_id, state=DueState.DUE, audience=Audience.CONSUMER)
    steps = FollowUpStep.objects.filter(lead=lead_id, state=DueState.DONE, message__in=waiting)
    taken = list(steps.values_list("pk", "message"))
    if not taken:
        return 0
    # Without its key: the step's next message has the same one.
    kept = Message.objects.filter(pk__in=[message for _, message in taken], state=DueState.DUE)
    kept.update(state=DueState.SKIPPED, finished_at=now, outcome=why, dedupe_key=None)
    return FollowUpStep.objects.filter(pk__in=[pk for pk, _ in taken]).update(
        state=DueState.DUE, due_at=now, moved_from=Coalesce("moved_from", "due_at"), message=None, finished_at=None
    )
