"""A call to us: the lead is found or made, phones ring by the rules, and one that nobody takes becomes a task and a text."""

from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from agency.messaging import twilio
from agency.messaging.letterhead import letterhead
from agency.phones import e164
from leads.calls import missed, whisper
from leads.calls.bridging import CONNECT, PICKED_UP
from leads.calls.callers import lead_of, number_of, source_of
from leads.calls.ending import connected, finish
from leads.calls.lines import Ask, Connect, Line, Say
from leads.calls.recording import recording
from leads.calls.records import DIALS, hold, take_turn
from leads.calls.ringing import MOST, whom_to_ring
from leads.flags import NAME_UNKNOWN
from leads.inbound.senders import Sender
from leads.inbound.senders import hold as hold_sender
from leads.models import Call, CallEnd, CallState, Direction, Lead
from leads.notices import URGENT, tell_owner
from leads.work.calls import log_talked
from producers.models import Producer

KIND: Final = "lead_calls"
CALLS: Final = "{name} is calling now"
BRIEF: Final = "A lead is calling now"
WITHHELD: Final = "Please call us again and show your number, so that we can call you back. Thank you."
NOT_OURS: Final = "This number is not in use."


def arrived(*, called: str, sender: str, sid: str, now: datetime) -> tuple[int, Line]:
    """Somebody calls us: the number of the call, and what is to happen on their line. Told again, the same."""
    account = twilio.account_of(settings.VOICE_URL)
    source, number = source_of(called, account.sender if account else ""), number_of(sender)
    if source is None:
        return 0, Say(NOT_OURS)
    if not number:
        missed.tell_of_stranger(source, now)
        return 0, _without_a_number(called)
    with transaction.atomic():
        hold_sender(Sender("call", number))
        known = Call.objects.filter(lead_sid=sid).first() if sid else None
        if known is not None:
            return known.pk, _again(known)
        lead = lead_of(number, source, sid=sid, now=now)
        call = Call.objects.create(
            lead=lead,
            direction=Direction.IN,
            state=CallState.RINGING,
            lead_sid=sid,
            created_at=now,
            due_at=now + DIALS,
        )
        tell_owner(lead, KIND, subject=CALLS.format(name=lead.name), now=now, severity=URGENT, brief=BRIEF)
        return call.pk, _ring_next(call, lead, now)


def next_one(pk: int, *, seconds: int, now: datetime) -> Line:
    """The phone that rang is out of it: the call is over, or the next one rings, or nobody is left."""
    with transaction.atomic():
        held = hold(Q(pk=pk, direction=Direction.IN))
        if held is None or held[0].state == CallState.ENDED:
            return Say()
        call, lead = held
        if call.state == CallState.BRIDGED:
            finish(call, lead, CallEnd.COMPLETED, now=now, seconds=seconds)
            return Say()
        return _ring_next(call, lead, now)


def whispered(pk: int) -> Line:
    """One of us has picked up: they hear who calls, and are asked."""
    with transaction.atomic():
        held = hold(Q(pk=pk, direction=Direction.IN))
        if held is None or held[0].state != CallState.RINGING:
            return Say()
        lead = held[1]
        words = whisper.incoming(lead, known=NAME_UNKNOWN not in lead.flags)
        return Ask(" ".join(filter(None, (words, recording()))))


def taken(pk: int, *, digits: str, sid: str, now: datetime) -> bool:
    """On 1 they talk, and that is in the history; False on anything else: the line of ours is to be closed."""
    with transaction.atomic():
        held = hold(Q(pk=pk, direction=Direction.IN))
        if held is None or digits != CONNECT or held[0].state != CallState.RINGING:
            return False
        call, lead = held
        call.owner_sid, call.answered_at, call.accepted_at = sid, now, now
        call.save(update_fields=["owner_sid", "answered_at", "accepted_at"])
        connected(call, now)
        log_talked(lead, call, now=now)
        return True


def caller_left(sid: str, *, status: str, now: datetime) -> None:
    """What the provider says of the caller's own line: when it is closed, the call is over."""
    if status in (*PICKED_UP, "queued", "initiated", "ringing", ""):
        return
    with transaction.atomic():
        held = hold(Q(lead_sid=sid, direction=Direction.IN) & ~Q(lead_sid=""))
        if held is None:
            return
        call, lead = held
        if call.bridged_at is not None:
            finish(call, lead, CallEnd.COMPLETED, now=now)
        else:
            missed.note(call, lead, now)


def _ring_next(call: Call, lead: Lead, now: datetime) -> Line:
    """The next free person's phone is to ring; when there is none, the call is missed."""
    for who in whom_to_ring(lead, now):
        if who.key not in call.rung and len(call.rung) < MOST and take_turn(who):
            call.owner, call.rung, call.due_at = who, [*call.rung, who.key], now + DIALS
            call.save(update_fields=["owner", "rung", "due_at"])
            missed.tell_stand_in(call, lead, who, now)
            return _to(who)
    missed.note(call, lead, now)
    return Say(missed.GOODBYE.format(agency=letterhead().name))


def _to(who: Producer) -> Connect:
    return Connect("", e164(who.user.phone), recording())


def _again(call: Call) -> Line:
    """The same as before, for a request that came twice."""
    if call.state == CallState.RINGING and call.owner is not None:
        return _to(call.owner)
    return Say(missed.GOODBYE.format(agency=letterhead().name))


def _without_a_number(called: str) -> Line:
    """Somebody who shows no number cannot be called back: they are put through to the agency's own line, if that is another."""
    account = twilio.account_of(settings.VOICE_URL)
    front = letterhead().phone
    ours = {called, account.sender if account else "", ""}
    return Connect("", front) if front not in ours and not _is_a_source(front) else Say(WITHHELD)


def _is_a_source(number: str) -> bool:
    return source_of(number, "") is not None
