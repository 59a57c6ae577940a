"""What a call through us does to the lead's history: the attempt when their phone is dialed, and what came of it."""

from datetime import datetime
from typing import Final

from leads.models import Call, Direction, Lead, Touch, TouchChannel, TouchOutcome
from leads.work.licensed import license_of_caller
from leads.work.touches import take_effect

WORDS: Final = {"busy": "Busy.", "failed": "The call could not be put through."}

MISSED: Final = "Missed call."


def log_dialed(lead: Lead, call: Call, *, now: datetime) -> Touch:
    """The attempt is in the history, without a result, and has had its effects. The caller's transaction holds the lead."""
    user = call.owner.user if call.owner else None
    proof = license_of_caller(lead, user, at=now)
    touch = Touch.objects.create(lead=lead, by=user, channel=TouchChannel.CALL, direction=Direction.OUT, at=now, license=proof)
    take_effect(lead, touch, user, now)
    lead.updated_at = now
    lead.save()
    return touch


def log_unanswered(lead: Lead, call: Call, *, now: datetime) -> Touch:
    """What came of the attempt is in the history: nobody answered. By the call's message it is no second attempt."""
    call.result = TouchOutcome.NO_ANSWER
    call.save(update_fields=["result"])
    lead.updated_at = now
    lead.save(update_fields=["updated_at"])
    return Touch.objects.create(
        lead=lead,
        by=call.owner.user if call.owner else None,
        channel=TouchChannel.CALL,
        direction=Direction.OUT,
        outcome=TouchOutcome.NO_ANSWER,
        at=now,
        note=WORDS.get(call.end, ""),
        message=call.message,
    )


def log_talked(lead: Lead, call: Call, *, now: datetime) -> Touch:
    """They called, and one of us talks to them: it is in the history, with its effects. The caller's transaction holds it all."""
    call.result = TouchOutcome.REACHED
    call.save(update_fields=["result"])
    return _from_them(lead, call, TouchOutcome.REACHED, "", now)


def log_missed(lead: Lead, call: Call, *, now: datetime) -> Touch:
    """They called and nobody took it: a word from them, which waits for an answer. The caller's transaction holds the lead."""
    return _from_them(lead, call, TouchOutcome.REPLIED, MISSED, now)


def _from_them(lead: Lead, call: Call, outcome: TouchOutcome, note: str, now: datetime) -> Touch:
    user = call.owner.user if call.owner and outcome == TouchOutcome.REACHED else None
    touch = Touch.objects.create(
        lead=lead, by=user, channel=TouchChannel.CALL, direction=Direction.IN, outcome=outcome, at=now, note=note
    )
    take_effect(lead, touch, user, now)
    lead.updated_at = now
    lead.save()
    return touch
