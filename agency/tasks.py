"""Background work of the ground floor. A task is one more interface: it calls a service and holds no state."""

from celery import shared_task
from django.utils import timezone

from agency import messaging
from agency.messaging import reach


@shared_task(ignore_result=True)
def deliver_due() -> int:
    """Whatever was due in the outbox is delivered; two of these at once share the work."""
    return messaging.deliver_due(timezone.now())


@shared_task(ignore_result=True)
def watch_reach() -> int:
    """The managers know whom no alert can reach; each is named once a day."""
    return reach.tell_managers(timezone.now())
