"""Texts, as Twilio posts them: those that people write to us, and what became of ours."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from agency.messaging import feedback, record_receipt
from agency.messaging.models import Receipt
from agency.messaging.sms.twilio import explain, problem_of
from leads.inbound import Meaning, heard
from leads.inbound.receipts import tell_receipt
from leads.views.hooks import field, signed_by_twilio

PROVIDER: Final = "twilio"
NOTHING_TO_SAY: Final = "<Response/>"
PICTURES: Final = "[{count} attached, to be seen at Twilio]"
LONGEST: Final = 20_000
RECEIPTS: Final = {
    "accepted": Receipt.QUEUED,
    "scheduled": Receipt.QUEUED,
    "queued": Receipt.QUEUED,
    "sending": Receipt.SENT,
    "sent": Receipt.SENT,
    "delivered": Receipt.DELIVERED,
    "read": Receipt.DELIVERED,
    "undelivered": Receipt.UNDELIVERED,
    "failed": Receipt.FAILED,
    "canceled": Receipt.FAILED,
}
TOLD_AS: Final = {"STOP": Meaning.OPT_OUT, "START": Meaning.START, "HELP": Meaning.HELP}
"""What Twilio's Advanced Opt-Out took a text for, and has answered itself."""


@signed_by_twilio("SMS_URL")
def received(request: HttpRequest) -> HttpResponse:
    """The text is heard; Twilio itself is to say nothing."""
    number, sender, now = field(request, "MessageSid", "SmsSid"), field(request, "From"), timezone.now()
    if number and sender:
        heard(
            channel="sms",
            sender=sender,
            text=_words(request),
            provider=PROVIDER,
            event_id=number,
            at=now,
            now=now,
            to=field(request, "To"),
            told_as=TOLD_AS.get(field(request, "OptOutType").upper()),
        )
    return HttpResponse(NOTHING_TO_SAY, content_type="text/xml")


@signed_by_twilio("SMS_URL")
def status(request: HttpRequest) -> HttpResponse:
    """How far the text has got is on its message; what that means for the number has been done."""
    number, code, now = field(request, "MessageSid", "SmsSid"), field(request, "ErrorCode", most=20), timezone.now()
    receipt = RECEIPTS.get(field(request, "MessageStatus", "SmsStatus").lower())
    if number and receipt:
        message = record_receipt(number, receipt, now, error=explain(code), message_id=_our_number(request))
        if message is not None:
            tell_receipt(message, now)
            if problem := problem_of(code):
                feedback.report(message, problem, now)
    return HttpResponse(status=204)


def _words(request: HttpRequest) -> str:
    pictures = field(request, "NumMedia", most=3)
    attached = PICTURES.format(count=pictures) if pictures.strip("0") else ""
    return "\n".join(filter(None, (field(request, "Body", most=LONGEST), attached)))


def _our_number(request: HttpRequest) -> int | None:
    given = request.GET.get("message", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None
