"""Background work of the ground floor. A task is one more interface: it calls a service and holds no state."""

from celery import shared_task
from django.utils import timezone

from agency import messaging


@shared_task(ignore_result=True)
def deliver_due() -> int:
    """Whatever was due in the outbox is delivered; two of these at once share the work."""
    return messaging.deliver_due(timezone.now())
