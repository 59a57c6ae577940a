"""Reading calls: who is on the line, what nobody has said the end of, what was missed. Nothing is read while calls are off."""

from collections.abc import Iterable

from django.db.models import Q

from agency.messaging import voice
from agency.models import User
from leads.calls.records import on_the_line
from leads.models import Call, CallEnd, Direction

ASKING = Q(direction=Direction.OUT, bridged_at__isnull=False, ended_at__isnull=False, result="")
MISSED = Q(direction=Direction.IN, end=CallEnd.MISSED)


def dials(user: User) -> bool:
    """Whether Call rings this person's phone, instead of leaving the dialing to their own device."""
    return voice.is_on() and bool(user.phone)


def calling_now() -> set[int]:
    """Leads who are on a line to us and wait for somebody; one query."""
    if not voice.is_on():
        return set()
    waiting = Call.objects.filter(on_the_line(), direction=Direction.IN, bridged_at__isnull=True)
    return set(waiting.values_list("lead", flat=True))


def to_show(leads: Iterable[int]) -> dict[int, Call]:
    """Each lead's latest call that is under way, was missed, or of which somebody still has to say how it went; one query."""
    if not voice.is_on():
        return {}
    rows = Call.objects.filter(on_the_line() | ASKING | MISSED, lead__in=leads).select_related("owner__user")
    return {call.lead_id: call for call in rows.order_by("lead", "-created_at").distinct("lead")}
