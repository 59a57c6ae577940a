"""What Twilio asks and tells while calls are under way; `pk` is the message that rang our phone, or the call to us.

Each address: read the fields, call the service, answer.
"""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from agency.messaging import record_receipt
from agency.messaging.models import Receipt
from leads.calls import bridging, twiml
from leads.calls import incoming as calls
from leads.calls.callers import number_of
from leads.calls.recording import recording
from leads.views.hooks import field, signed_by_twilio

RECEIPTS = {
    "initiated": Receipt.QUEUED,
    "queued": Receipt.QUEUED,
    "ringing": Receipt.SENT,
    "in-progress": Receipt.DELIVERED,
    "completed": Receipt.DELIVERED,
    "busy": Receipt.UNDELIVERED,
    "no-answer": Receipt.UNDELIVERED,
    "canceled": Receipt.UNDELIVERED,
    "failed": Receipt.FAILED,
}


@signed_by_twilio("VOICE_URL")
def agent(request: HttpRequest, pk: int) -> HttpResponse:
    """Our person has picked up: what they hear."""
    return _xml(twiml.of_line(bridging.picked_up(pk, sid=_sid(request), now=timezone.now()), pk))


@signed_by_twilio("VOICE_URL")
def agent_accept(request: HttpRequest, pk: int) -> HttpResponse:
    """They pressed a key, or none."""
    line = bridging.pressed(pk, digits=field(request, "Digits", most=1), sid=_sid(request), now=timezone.now())
    return _xml(twiml.of_line(line, pk))


@signed_by_twilio("VOICE_URL")
def status(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the ringing of our phone got: of a bridge, and of an alert."""
    now, sid, how = timezone.now(), _sid(request), field(request, "CallStatus", most=20)
    if sid and how in RECEIPTS:
        record_receipt(sid, RECEIPTS[how], now, field(request, "SipResponseCode", most=20), message_id=pk)
    bridging.our_leg(pk, sid=sid, status=how, now=now)
    return HttpResponse(status=204)


@signed_by_twilio("VOICE_URL")
def leg_status(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the ringing of the lead's phone got."""
    bridging.their_leg(
        pk,
        sid=_sid(request),
        status=field(request, "CallStatus", most=20),
        seconds=_seconds(request, "CallDuration"),
        now=timezone.now(),
    )
    return HttpResponse(status=204)


@signed_by_twilio("VOICE_URL")
def dial_done(request: HttpRequest, pk: int) -> HttpResponse:
    """The lead's phone is out of the call: what ours hears of it."""
    bridging.recorded(Q(message=pk), url=field(request, "RecordingUrl", most=300))
    line = bridging.dial_done(
        pk,
        sid=field(request, "DialCallSid", most=64),
        status=field(request, "DialCallStatus", most=20),
        seconds=_seconds(request, "DialCallDuration"),
        now=timezone.now(),
    )
    return _xml(twiml.of_line(line, pk))


@signed_by_twilio("VOICE_URL")
def recorded(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a recording is."""
    bridging.recorded(Q(message=pk), url=field(request, "RecordingUrl", most=300))
    return HttpResponse(status=204)


@signed_by_twilio("VOICE_URL")
def notice(request: HttpRequest) -> HttpResponse:
    """What the other side hears before a recorded call is connected."""
    return _xml(twiml.notice(recording()))


@signed_by_twilio("VOICE_URL")
def incoming(request: HttpRequest) -> HttpResponse:
    """Somebody calls a number of ours: what they hear, and whose phone rings."""
    sender = field(request, "From", most=40)
    key, line = calls.arrived(called=field(request, "To", most=40), sender=sender, sid=_sid(request), now=timezone.now())
    return _xml(twiml.of_caller(line, key, number_of(sender)))


@signed_by_twilio("VOICE_URL")
def incoming_next(request: HttpRequest, pk: int) -> HttpResponse:
    """A phone of ours is out of it: the next one, or goodbye."""
    bridging.recorded(Q(pk=pk), url=field(request, "RecordingUrl", most=300))
    line = calls.next_one(pk, seconds=_seconds(request, "DialCallDuration"), now=timezone.now())
    return _xml(twiml.of_caller(line, pk, number_of(field(request, "From", most=40))))


@signed_by_twilio("VOICE_URL")
def incoming_status(request: HttpRequest) -> HttpResponse:
    """How far the caller's own line got."""
    calls.caller_left(_sid(request), status=field(request, "CallStatus", most=20), now=timezone.now())
    return HttpResponse(status=204)


@signed_by_twilio("VOICE_URL")
def incoming_recorded(request: HttpRequest, pk: int) -> HttpResponse:
    """Where the recording of a call to us is."""
    bridging.recorded(Q(pk=pk), url=field(request, "RecordingUrl", most=300))
    return HttpResponse(status=204)


@signed_by_twilio("VOICE_URL")
def whisper(request: HttpRequest, pk: int) -> HttpResponse:
    """One of us has picked up for a caller."""
    return _xml(twiml.of_whisper(calls.whispered(pk), pk))


@signed_by_twilio("VOICE_URL")
def whisper_accept(request: HttpRequest, pk: int) -> HttpResponse:
    """They pressed a key, or none."""
    digits = field(request, "Digits", most=1)
    return _xml(twiml.of_answer(calls.taken(pk, digits=digits, sid=_sid(request), now=timezone.now())))


def _sid(request: HttpRequest) -> str:
    return field(request, "CallSid", most=64)


def _seconds(request: HttpRequest, name: str) -> int:
    sent = field(request, name, most=6)
    return int(sent) if sent.isascii() and sent.isdigit() else 0


def _xml(document: str) -> HttpResponse:
    return HttpResponse(document, content_type="text/xml; charset=utf-8")
