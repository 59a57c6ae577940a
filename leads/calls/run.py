"""What a look at everything due does for calls: ring whoever is free, and end what nobody told us the end of."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from agency.due import DueState
from leads.calls import missed
from leads.calls.ending import finish
from leads.calls.records import hold, is_on_a_call, on_the_line, ring, take_turn
from leads.calls.wanted import WhyNot, keep_refusal, why_not
from leads.clocks import AT_ONCE, people
from leads.models import Call, CallEnd, CallState, Direction, Lead
from leads.models.calls import RANK
from routing.ladder import working_time

WAITS: Final = timedelta(minutes=15)
"""A call that did not get its turn by then stays in the inbox."""
NO_TURN: Final = "They were on other calls."
NO_WORD: Final = "The provider said no more of it."


def run_due(now: datetime, limit: int = 100) -> int:
    """Every call whose turn it is rings its person's phone, was refused, or put off; what is overdue is over; returns how many.

    Each is a transaction of its own. A lead that somebody holds is passed over, and nobody is rung twice at a time.
    """
    rows = Call.objects.filter(_ready(now) | _overdue(now)).order_by("-lead__score", "due_at", "pk")
    which = rows.values_list("pk", "direction", "message")[:limit]
    return sum(
        _place(pk, now) if direction == Direction.OUT and message is None else _end_overdue(pk, now)
        for pk, direction, message in which
    )


def _ready(now: datetime) -> Q:
    busy = Call.objects.filter(on_the_line(), owner=OuterRef("owner"))
    return Q(state=CallState.QUEUED, message__isnull=True, direction=Direction.OUT, due_at__lte=now) & ~Q(Exists(busy))


def _overdue(now: datetime) -> Q:
    return on_the_line() & (Q(due_at__lte=now) | Q(state=CallState.QUEUED, message__state=DueState.FAILED))


def _place(key: int, now: datetime) -> int:
    with transaction.atomic():
        free = Call.objects.filter(_ready(now), pk=key).select_related("lead")
        if not free.select_for_update(skip_locked=True, of=("lead", "self"), no_key=True).exists():
            return 0
        held = hold(Q(pk=key))
        if held is None or held[0].owner is None or not take_turn(held[0].owner) or is_on_a_call(held[0].owner):
            return 0
        call, lead = held
        if now - call.due_at > WAITS:
            finish(call, lead, CallEnd.MOOT, now=now, note=NO_TURN)
        elif (no := why_not(call, lead, now)) is None:
            ring(call, now)
        else:
            _refuse(call, lead, no, now)
    return 1


def _refuse(call: Call, lead: Lead, no: WhyNot, now: datetime) -> None:
    """The call is put off until it may be made and its person is at work, or is over."""
    keep_refusal(call, no, now)
    if no.retry_at is None or call.owner is None:
        finish(call, lead, no.end, now=now, note=no.note)
        return
    call.due_at, call.note = working_time(call.owner.key, people(now), no.retry_at, AT_ONCE), no.note[:300]
    call.save(update_fields=["due_at", "note"])


def _end_overdue(key: int, now: datetime) -> int:
    with transaction.atomic():
        held = hold(_overdue(now) & Q(pk=key))
        if held is None:
            return 0
        call, lead = held
        if call.direction == Direction.IN and call.bridged_at is None:
            missed.note(call, lead, now)
        elif RANK[call.state] >= RANK[CallState.DIALING]:
            finish(call, lead, CallEnd.LOST, now=now, note=NO_WORD)
        else:
            failed = call.message is not None and call.message.state == DueState.FAILED
            end, note = (CallEnd.OWNER_FAILED, call.message.outcome) if failed and call.message else (CallEnd.LOST, NO_WORD)
            finish(call, lead, end, now=now, note=note)
    return 1
