"""Background work of routing. A task is one more interface: it calls a service and holds no state."""

from celery import shared_task
from django.utils import timezone

from routing.simulation import runs


@shared_task(ignore_result=True)
def run_replays() -> int:
    """Replays that waited have been run; two of these at once do not share one."""
    return runs.run_due(timezone.now())
