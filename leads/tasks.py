"""Background work on leads. A task is one more interface: it calls a service and holds no state."""

from celery import shared_task
from django.utils import timezone

from agency.messaging.email import postal
from leads import sweep as sweeping
from leads.inbound import mailbox
from producers import roster
from producers.performance import refresh_performance as refresh


@shared_task(ignore_result=True)
def sweep() -> dict[str, int]:
    """Everything due was run; two of these at once share the work."""
    return sweeping.sweep(timezone.now())


@shared_task(ignore_result=True)
def refresh_performance() -> int:
    """Everyone's trailing rates are those of the last 90 days up to today."""
    return refresh(today=roster.local_day(timezone.now(), roster.static().timezone))


@shared_task(ignore_result=True)
def look_into_mailbox() -> int:
    """What lay unseen in the mailbox was heard; nothing where none is set."""
    return mailbox.watch(timezone.now())


@shared_task(ignore_result=True)
def warn_of_postal_address() -> int:
    """Managers know if e-mails to leads do not leave for want of the agency's postal address."""
    return postal.warn_managers(timezone.now())
