"""Call rows: held together with their lead, moved on, never back; and who is on a call."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import Q, QuerySet

from agency.messaging import send
from agency.messaging.models import Audience, Channel
from agency.messaging.voice.twilio import BRIDGE
from leads.locks import locked
from leads.models import Call, CallState, Direction, Lead
from leads.models.calls import RANK
from producers.models import Producer

RINGS: Final = timedelta(minutes=3)
"""So long after it was asked for, our phone has rung or will not."""
DIALS: Final = timedelta(minutes=2)
"""So long after it was dialed, their phone was answered or not."""
TALKS: Final = timedelta(hours=4, minutes=5)
"""Twilio ends every call after four hours."""
SUBJECT: Final = "Call {name}"


def unfinished() -> QuerySet[Call]:
    """Calls that are not over, those that wait for their turn included."""
    return Call.objects.exclude(state=CallState.ENDED)


def on_the_line() -> Q:
    """Calls that ring or are talked on: placed, and not over."""
    return ~Q(state=CallState.ENDED) & (Q(message__isnull=False) | Q(direction=Direction.IN))


def is_on_a_call(who: Producer) -> bool:
    """Whether the person's phone rings or they talk, through us; one query."""
    return Call.objects.filter(on_the_line(), owner=who).exists()


def take_turn(who: Producer) -> bool:
    """Whether nobody else is about to ring this person: until the transaction ends, nobody is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 6))", [f"ring:{who.pk}"])
        return bool(cursor.fetchone()[0])


def hold(which: Q) -> tuple[Call, Lead] | None:
    """The call and its lead, locked in this order: lead, call; None when there is no such call. In the caller's transaction."""
    known = Call.objects.filter(which).values_list("pk", "lead_id").first()
    if known is None:
        return None
    lead = locked(known[1])
    call = (
        Call.objects.select_for_update(no_key=True, of=("self",))
        .select_related("owner__user", "step", "message")
        .get(pk=known[0])
    )
    call.lead = lead
    return call, lead


def advance(call: Call, state: str, **values: Any) -> bool:
    """The call has got as far as `state`, with these values; False, and nothing changed, when it was that far already."""
    if RANK[state] <= RANK[call.state]:
        return False
    for name, value in values.items():
        setattr(call, name, value)
    call.state = state
    call.save(update_fields=["state", *values])
    return True


def ring(call: Call, now: datetime) -> None:
    """The phone of the call's owner is to be rung at once: that is in the outbox. The caller's transaction holds the lead."""
    assert call.owner is not None  # noqa: S101  # an outgoing call has one from the start
    call.message = send(
        channel=Channel.VOICE,
        audience=Audience.STAFF,
        kind=BRIDGE,
        user=call.owner.user,
        lead_id=call.lead_id,
        subject=SUBJECT.format(name=call.lead.name),
        path=f"/leads/{call.lead_id}/",
        dedupe_key=f"bridge:{call.pk}",
        now=now,
    )
    call.due_at = now + RINGS
    call.save(update_fields=["message", "due_at"])
