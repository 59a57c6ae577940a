"""What an arrival adds to a lead of the same person that is already there."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from agency.phones import e164
from leads.callbacks import move_timers
from leads.current import Configuration
from leads.facts import facts_of, known_person
from leads.flags import OF_THE_NUMBER, POSSIBLE_DUPLICATE, WRONG_NUMBER, reflag, unflag, unrecognised
from leads.history import note_status
from leads.intake.payload import Arrival, GivenEvent
from leads.intake.record import Behaviour, Rows, write_rows
from leads.models import Lead, Source, Status, Tier
from leads.notices import tell_owner
from leads.rerouting import look_again, whereabouts
from leads.rescoring import apply_score, events_of
from leads.soldwhere import look_at_sales
from routing import escalation
from routing.assignment import assign
from routing.engine.facts import Decision

CAUSE: Final = "event"
CAME_BACK: Final = "{name} is back, through {source}."
CAME_BACK_BODY: Final = "A new request of {name} has joined this lead. The score is now {score} ({tier})."
FILLED: Final = (
    "phone", "email", "phone_extension", "language", "current_carrier", "policy_expires_on", "heard_from", "premium_estimate",
    "external_id",
)  # fmt: skip
"""Taken over when the lead does not have it yet."""
PLACE: Final = ("zip_code", "city", "state", "county", "timezone")
LINE: Final = ("line", "family")


def join(
    lead: Lead,
    *,
    arrival: Arrival,
    source: Source,
    rows: Rows,
    events: Sequence[GivenEvent],
    duplicates: Sequence[int],
    config: Configuration,
    now: datetime,
) -> Decision | None:
    """The arrival is part of the locked lead, which is rescored; its owner is told, or it is routed.

    Routed is a nurtured lead that is worth a call now, and one that nobody could take, or its owner may not have,
    now that its place or line became clear.

    The caller owns the transaction and holds the lead's row. Returns the decision when there was one.
    """
    write_rows(lead, rows, Behaviour(events, source.pk))
    where, unknown, call_back = whereabouts(lead), unrecognised(lead), lead.callback_at
    _complete(lead, arrival, now)
    reflag(lead, unknown, (POSSIBLE_DUPLICATE.format(lead=other) for other in sorted(duplicates)))
    lead.last_activity_at, was_hot = now, lead.tier == Tier.HOT
    facts = apply_score(lead, facts_of(lead, lead.source, known_person(lead)), events_of(lead), config, now)
    lead.save()
    move_timers(lead, before=call_back, now=now, agreed=True)
    back = CAME_BACK.format(name=lead.name, source=source.name)
    if lead.status == Status.NURTURE and lead.tier in (Tier.WARM, Tier.HOT):
        decision = assign(lead, reason=CAUSE, now=now, facts=facts)
        note_status(lead, Status.NURTURE, by=None, now=now, reason=back)
        return decision
    owner = lead.owner
    again = look_again(lead, facts, cause=CAUSE, by=None, reason=back, now=now) if whereabouts(lead) != where else None
    if again is not None and lead.owner != owner:
        return again
    if lead.tier == Tier.HOT and not was_hot and lead.is_open:
        escalation.restart(lead, now)
    body = CAME_BACK_BODY.format(name=lead.name, score=lead.score, tier=lead.get_tier_display().lower())
    tell_owner(lead, "lead_came_back", subject=back, body=body, now=now)
    return again


def _complete(lead: Lead, arrival: Arrival, now: datetime) -> None:
    """The lead has what it lacked and the arrival brings; a number replaces a wrong one, a wish to be called an older one."""
    if WRONG_NUMBER in lead.flags and arrival.phone and arrival.phone != e164(lead.phone):
        lead.phone, lead.phone_extension = "", ""
        unflag(lead, *OF_THE_NUMBER)
    for name in FILLED:
        if not getattr(lead, name) and getattr(arrival, name):
            setattr(lead, name, getattr(arrival, name))
    if not lead.state and arrival.state:
        for name in PLACE:
            setattr(lead, name, getattr(arrival, name))
        look_at_sales(lead, now=now)
    if not lead.family and arrival.line and (arrival.family or not lead.line):
        for name in LINE:
            setattr(lead, name, getattr(arrival, name))
    lead.callback_at = arrival.callback_at or lead.callback_at
    lead.attributes = {**arrival.attributes, **lead.attributes}
