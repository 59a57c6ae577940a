"""Background work on leads. A task is one more interface: it calls a service and holds no state."""

from celery import shared_task
from django.utils import timezone

from leads import sweep as sweeping


@shared_task(ignore_result=True)
def sweep() -> dict[str, int]:
    """Everything due was run; two of these at once share the work."""
    return sweeping.sweep(timezone.now())
