"""What the e-mail provider reports of our e-mails, and the answers it hands on."""

import logging

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from agency.messaging.email import doors
from leads.inbound import letters, mail, mail_events

logger = logging.getLogger(__name__)


@csrf_exempt
@require_POST
def tracking(request: HttpRequest, esp: str) -> HttpResponse:
    """Each event has had its effect, once. 404 while the door is shut, 403 for strangers, 400 for what makes no sense."""
    try:
        events = doors.events(request, esp, doors.TRACKING)
    except (doors.ShutError, doors.ForgedError, doors.UnreadableError) as error:
        return _refusal(error, esp)
    now = timezone.now()
    for event in events:
        mail_events.take_in(esp, event, now=now)
    return HttpResponse()


@csrf_exempt
@require_POST
def inbound(request: HttpRequest, esp: str) -> HttpResponse:
    """Each e-mail has been heard, once. Refused as `tracking` refuses."""
    try:
        events = doors.events(request, esp, doors.INBOUND)
    except (doors.ShutError, doors.ForgedError, doors.UnreadableError) as error:
        return _refusal(error, esp)
    now = timezone.now()
    for event in events:
        envelope = [event.message.envelope_recipient] if event.message.envelope_recipient else []
        mail.take_in(letters.read(event.message, now=now, envelope=envelope), now=now)
    return HttpResponse()


def _refusal(error: Exception, esp: str) -> HttpResponse:
    if isinstance(error, doors.ShutError):
        return HttpResponse(status=404)
    logger.warning(
        "What was posted as %s was refused: %s", esp if esp in doors.NAMES[doors.TRACKING] else "?", type(error).__name__
    )
    return HttpResponse(status=403 if isinstance(error, doors.ForgedError) else 400)
