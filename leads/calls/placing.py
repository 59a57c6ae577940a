"""Calls that are to be made: queued when one is due, started by hand, and rung one at a time for each of us."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from agency.messaging import voice
from agency.models import User
from leads.calling import bars_everyone
from leads.calls.records import is_on_a_call, ring, take_turn, unfinished
from leads.clocks import AT_ONCE, people
from leads.followup.gate import may_contact
from leads.models import Call, Direction, FollowUpStep, Lead
from leads.work.desk import WorkError, at_work
from producers.models import Producer
from routing.ladder import working_time

OFF: Final = "Calls through us are not set up."
NO_PHONE: Final = "There is no phone number of yours to ring: a manager can add it."
NO_NUMBER: Final = "There is no phone number."
ALREADY: Final = "{name} is calling them right now."
ON_A_CALL: Final = "You are on a call already."


class CallError(WorkError):
    """The call cannot be made; the message is for people."""


def due_to_dial(tasks: Sequence[tuple[FollowUpStep, Producer]], now: datetime) -> int:
    """Each of these calls is queued for the person whose task it is, for when they are at work; returns how many are.

    Nothing happens while calls are off, or for people without a phone or who dial themselves. The caller's transaction holds the
    leads. Two queries and one for each call that was queued before.
    """
    if not voice.is_on():
        return 0
    dialed = {step.lead_id: (step, who) for step, who in tasks if step.lead.phone and who.user.phone and who.user.auto_dial}
    if not dialed:
        return 0
    working = people(now)
    known = {call.lead_id: call for call in unfinished().filter(lead__in=dialed, direction=Direction.OUT)}
    new = []
    for lead_id, (step, who) in dialed.items():
        at = working_time(who.key, working, now, AT_ONCE)
        call = known.get(lead_id)
        if call is None:
            new.append(Call(lead_id=lead_id, owner=who, step=step, created_at=now, due_at=at))
        elif call.message_id is None:
            call.owner, call.step, call.due_at = who, step, at
            call.save(update_fields=["owner", "step", "due_at"])
    return len(Call.objects.bulk_create(new))


def start(lead: Lead, *, by: User, now: datetime) -> Call:
    """The phone of `by` rings at once, to connect them with the lead; a second press changes nothing. CallError when it cannot.

    The law's hours and caps only warn; whoever asked us to stop is not called by anybody.
    """
    with at_work(lead, by, now) as held:
        who = Producer.objects.select_related("user").filter(user=by).first()
        live = unfinished().select_related("owner__user").filter(lead=held, direction=Direction.OUT).first()
        if live is not None and live.message_id is not None and live.owner == who:
            return live
        call = live or Call(lead=held, created_at=now)
        _check(held, call, who, now)
        call.lead, call.owner, call.manual, call.due_at = held, who, True, now
        call.save()
        ring(call, now)
    return call


def _check(lead: Lead, call: Call, who: Producer | None, now: datetime) -> None:
    if not voice.is_on():
        raise CallError(OFF)
    if who is None or not who.user.phone:
        raise CallError(NO_PHONE)
    if call.message_id is not None:
        raise CallError(ALREADY.format(name=call.owner.name if call.owner else ""))
    if not lead.phone:
        raise CallError(NO_NUMBER)
    permission = may_contact(lead, "call", now)
    if bars_everyone(permission):
        raise CallError(permission.reason)
    if not take_turn(who) or is_on_a_call(who):
        raise CallError(ON_A_CALL)
