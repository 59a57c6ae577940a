"""Reading the outbox: a person's notices, and what waits for somebody's decision."""

from django.db.models import QuerySet

from agency.due import DueState
from agency.messaging.models import Audience, Channel, Message
from agency.models import User


def notices(user: User) -> QuerySet[Message]:
    """The person's notices, newest first."""
    return Message.objects.filter(user=user, channel=Channel.IN_APP, audience=Audience.STAFF).order_by("-created_at", "-pk")


def unread(user: User) -> QuerySet[Message]:
    """The person's notices not yet read, newest first; what the bell counts."""
    return notices(user).filter(read_at__isnull=True)


def stuck() -> QuerySet[Message]:
    """Messages to consumers of which nobody knows whether they were sent, oldest first."""
    return Message.objects.filter(state=DueState.STUCK).select_related("lead").order_by("due_at", "pk")


def failed() -> QuerySet[Message]:
    """Messages that no attempt could deliver, newest first."""
    return Message.objects.filter(state=DueState.FAILED).select_related("user", "lead").order_by("-due_at", "-pk")
