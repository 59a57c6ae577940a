"""Whose phones ring for a caller: the owner's, else that of whoever stands in, then of whoever is free and may have the lead."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from leads.calls.records import on_the_line
from leads.clocks import AT_ONCE, people
from leads.licensing import license_check
from leads.models import Call, Lead
from producers.facts import Roster
from producers.models import Load, Presence, Producer
from producers.roster import local_day
from producers.standins import works_for
from routing.ladder import working_time

MOST: Final = 3
"""The first, and up to two more: nobody listens to a ringing tone for longer."""


def whom_to_ring(lead: Lead, now: datetime) -> Sequence[Producer]:
    """Up to three people in order: who works the lead, if they are free, then others who are free, licensed and at work.

    Free: with a phone, available, and on no other call. Others: producers before the rest, who holds the fewest leads first.
    """
    roster = people(now)
    on_a_call = set(Call.objects.filter(on_the_line(), owner__isnull=False).values_list("owner", flat=True))
    loads = Load.objects.filter(producer__active=True, presence=Presence.AVAILABLE).select_related("producer__user")
    free = {one.producer_id: one for one in loads if one.producer.user.phone and one.producer_id not in on_a_call}
    first = works_for(lead.owner, now) if lead.owner is not None else lead.steward
    others = [
        one.producer
        for one in sorted(free.values(), key=lambda one: (one.producer.role != "producer", one.open_leads, one.producer.key))
        if one.producer != first and _may(one.producer, lead, roster, now)
    ]
    own = [free[first.pk].producer] if first is not None and first.pk in free else []
    return [*own, *others][:MOST]


def _may(who: Producer, lead: Lead, roster: Roster, now: datetime) -> bool:
    """Whether the person is at work and may have the lead."""
    person = roster.producers.get(who.key)
    if person is None or who.role == "marketing" or not license_check(lead, who.key, roster, now).allowed:
        return False
    day = local_day(now, roster.timezone)
    return not any(start <= day <= end for start, end in person.time_off) and is_at_work(who.key, roster, now)


def is_at_work(key: str, roster: Roster, now: datetime) -> bool:
    """Whether the person's hours are open at `now`."""
    return working_time(key, roster, now, AT_ONCE) <= now
