"""A call out, as the provider tells of it: our phone rings, is picked up, 1 is pressed, theirs is dialed, they talk.

Word comes in any order and more than once. Every step locks the lead and then the call, and only ever goes on.
"""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q

from agency.phones import e164
from leads.calls import whisper
from leads.calls.ending import connected, finish
from leads.calls.lines import Ask, Connect, Line, Say
from leads.calls.recording import recording
from leads.calls.records import DIALS, advance, hold
from leads.calls.wanted import keep_refusal, why_not
from leads.models import Call, CallEnd, CallState, Lead
from leads.models.calls import RANK
from leads.work.calls import log_dialed

CONNECT: Final = "1"
GONE: Final = "This call is over. Goodbye."
ELSEWHERE: Final = "Your phone was rung twice for this call. Please take the other one."
CONNECTED_BEFORE: Final = "This call was connected already. Goodbye."
LATER: Final = "All right. It stays in your inbox."
NOT_NOW: Final = "Not connected. {reason} Goodbye."
CONNECTING: Final = "Connecting."
RESULTS: Final = {
    CallEnd.NO_ANSWER: "They did not answer. It is noted.",
    CallEnd.BUSY: "Their line is busy. It is noted.",
    CallEnd.FAILED: "The call could not be put through. It is noted.",
}
OWNER_ENDS: Final = {
    "completed": CallEnd.OWNER_NO_ANSWER,
    "no-answer": CallEnd.OWNER_NO_ANSWER,
    "canceled": CallEnd.OWNER_NO_ANSWER,
    "busy": CallEnd.OWNER_BUSY,
    "failed": CallEnd.OWNER_FAILED,
}
LEAD_ENDS: Final = {
    "completed": CallEnd.COMPLETED,
    "answered": CallEnd.COMPLETED,
    "no-answer": CallEnd.NO_ANSWER,
    "canceled": CallEnd.NO_ANSWER,
    "busy": CallEnd.BUSY,
    "failed": CallEnd.FAILED,
}
PICKED_UP: Final = ("in-progress", "answered")


def picked_up(message_id: int, *, sid: str, now: datetime) -> Line:
    """Our person has picked up: they hear who it is about, and are asked; or why it is no longer to be called."""
    with transaction.atomic():
        held = hold(Q(message=message_id))
        if held is None:
            return Say(GONE)
        call, lead = held
        if no := _not_ours(call, sid):
            return no
        if refusal := _refused(call, lead, now):
            return refusal
        advance(call, CallState.ANSWERED, owner_sid=sid, answered_at=now)
        return Ask(whisper.words(call, lead))


def pressed(message_id: int, *, digits: str, sid: str, now: datetime) -> Line:
    """On 1, and if it may still be, their number is to be dialed, once; on anything else, or nothing, it stays in the inbox."""
    with transaction.atomic():
        held = hold(Q(message=message_id))
        if held is None:
            return Say(GONE)
        call, lead = held
        if no := _not_ours(call, sid):
            return no
        advance(call, CallState.ANSWERED, owner_sid=sid, answered_at=now)
        if digits != CONNECT:
            finish(call, lead, CallEnd.DECLINED if digits else CallEnd.OWNER_NO_ANSWER, now=now)
            return Say(LATER if digits else GONE)
        if refusal := _refused(call, lead, now):
            return refusal
        advance(call, CallState.DIALING, accepted_at=now, due_at=now + DIALS)
        log_dialed(lead, call, now=now)
        return Connect(CONNECTING, e164(lead.phone), recording())


def our_leg(message_id: int, *, sid: str, status: str, now: datetime) -> None:
    """What the provider says of our own phone."""
    with transaction.atomic():
        held = hold(Q(message=message_id))
        if held is None or held[0].owner_sid not in ("", sid):
            return
        call, lead = held
        if status == "ringing":
            advance(call, CallState.RINGING, owner_sid=sid)
        elif status in PICKED_UP:
            advance(call, CallState.ANSWERED, owner_sid=sid, answered_at=now)
        elif status in OWNER_ENDS:
            _hung_up(call, lead, status, now)


def their_leg(message_id: int, *, sid: str, status: str, seconds: int, now: datetime) -> None:
    """What the provider says of the lead's phone."""
    with transaction.atomic():
        held = hold(Q(message=message_id))
        if held is None or RANK[held[0].state] < RANK[CallState.DIALING] or held[0].lead_sid not in ("", sid):
            return
        call, lead = held
        if not call.lead_sid:
            call.lead_sid = sid
            call.save(update_fields=["lead_sid"])
        if status == "in-progress":
            connected(call, now)
        elif status in LEAD_ENDS:
            finish(call, lead, LEAD_ENDS[status], now=now, seconds=seconds)


def dial_done(message_id: int, *, sid: str, status: str, seconds: int, now: datetime) -> Line:
    """Their phone is out of the call, and ours hears what came of it."""
    if sid or status:
        their_leg(message_id, sid=sid, status=status, seconds=seconds, now=now)
    return Say(RESULTS.get(LEAD_ENDS.get(status, CallEnd.COMPLETED), ""))


def recorded(which: Q, *, url: str) -> None:
    """Where the recording is, is on record."""
    if url.startswith("https://"):
        Call.objects.filter(which, recording_url="").update(recording_url=url[:300])


def _not_ours(call: Call, sid: str) -> Say | None:
    """Why this line has no part in the call: it is over, connected, or rings on another line."""
    if call.owner_sid not in ("", sid):
        return Say(ELSEWHERE)
    if call.state == CallState.ENDED:
        return Say(GONE)
    return Say(CONNECTED_BEFORE) if RANK[call.state] >= RANK[CallState.ACCEPTED] else None


def _refused(call: Call, lead: Lead, now: datetime) -> Say | None:
    no = why_not(call, lead, now)
    if no is None:
        return None
    finish(call, lead, no.end, now=now, note=no.note)
    keep_refusal(call, no, now)
    return Say(NOT_NOW.format(reason=no.reason))


def _hung_up(call: Call, lead: Lead, status: str, now: datetime) -> None:
    """Our end is closed. While theirs still rings, word of theirs is to come; it is not waited for long."""
    if call.state == CallState.BRIDGED:
        finish(call, lead, CallEnd.COMPLETED, now=now)
    elif RANK[call.state] < RANK[CallState.DIALING]:
        finish(call, lead, OWNER_ENDS[status], now=now)
