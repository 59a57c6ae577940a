"""Behavior that becomes known after the lead has arrived."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from agency.messaging.models import Severity
from leads.consents import UNSUBSCRIBE, email_is_closed, opt_out
from leads.current import Configuration, configuration
from leads.facts import facts_of, known_person
from leads.history import note_status
from leads.intake import payload
from leads.intake.channels import return_event
from leads.intake.errors import IntakeError
from leads.intake.fields import FieldError
from leads.intake.payload import GivenEvent
from leads.intake.recognise import LIVE_STATUSES
from leads.intake.record import Behaviour, write_rows
from leads.locks import locked
from leads.models import Event, Lead, Source, Status, Submission, Tier
from leads.notices import tell_owner
from leads.rescoring import apply_score, events_of
from routing import escalation
from routing.assignment import assign

CAUSE: Final = "event"
TURNED_HOT: Final = "{name} turned hot: {score}."
HOT_BRIEF: Final = "One of your leads turned hot"
_RANK: Final = {Tier.COLD: 0, Tier.WARM: 1, Tier.HOT: 2}


def record_event(
    lead: Lead,
    kind: str,
    *,
    at: datetime,
    data: Mapping[str, Any] | None = None,
    now: datetime | None = None,
    source: Source | None = None,
) -> Event:
    """The event is stored and the lead rescored; a nurtured lead that it makes worth a call is routed.

    `source`: where the event came from, if known (its key may also be in `data["source"]`). Owns its transaction; raises
    `IntakeError` for a kind or data that cannot be kept. The lead passed in shows the outcome.
    """
    now = timezone.now() if now is None else now
    config = configuration()
    try:
        event = payload.event({"kind": kind, "at": at, "data": data}, now=now, zone=config.roster.timezone)
    except FieldError as error:
        raise IntakeError({"event": [str(error)]}) from None
    source = source or next((one for one in config.sources.values() if one.key == event.data.get("source")), None)
    with transaction.atomic():
        written = _take_in(locked(lead.pk), event, source, config, now)
    lead.refresh_from_db()
    return written


def _take_in(lead: Lead, event: GivenEvent, source: Source | None, config: Configuration, now: datetime) -> Event:
    back = None if source is None else return_event(_sightings(lead), source, config.sources, now)
    written = Event.objects.create(lead=lead, kind=event.kind, at=event.at, data=dict(event.data), source=source)
    if event.kind == UNSUBSCRIBE and lead.email and not email_is_closed(lead.email):
        opt_out(
            lead=lead, channels=["email"], email=lead.email, via=UNSUBSCRIBE, at=event.at, now=now, event=UNSUBSCRIBE
        )  # what goes by telephone goes on
    returns = [] if back is None else [back]
    write_rows(lead, [], Behaviour(returns, source.pk if source else None))
    if lead.status in LIVE_STATUSES:
        _rescore(lead, event, config, now)
    return written


def _rescore(lead: Lead, event: GivenEvent, config: Configuration, now: datetime) -> None:
    before = Tier(lead.tier)
    lead.last_activity_at = max(lead.last_activity_at, event.at)
    facts = apply_score(lead, facts_of(lead, lead.source, known_person(lead)), events_of(lead), config, now)
    lead.save()
    rose = _RANK[Tier(lead.tier)] > _RANK[before]
    if lead.status == Status.NURTURE and lead.tier != Tier.COLD:
        # Someone put to rest while warm comes back by a strong sign, not by opening a mail.
        if rose or config.score_model.shows_high_intent(event.kind):
            assign(lead, reason=CAUSE, now=now, facts=facts)
            note_status(lead, Status.NURTURE, by=None, now=now, reason=event.kind)
    elif rose and lead.tier == Tier.HOT and lead.is_open:
        escalation.restart(lead, now)
        subject = TURNED_HOT.format(name=lead.name, score=lead.score)
        tell_owner(lead, "lead_turned_hot", subject=subject, now=now, severity=Severity.URGENT, brief=HOT_BRIEF)


def _sightings(lead: Lead) -> list[tuple[int, datetime]]:
    """(source, instant) of everything seen of the person on a known channel."""
    arrivals = Submission.objects.filter(lead=lead).values_list("source_id", "received_at")
    events = Event.objects.filter(lead=lead, source__isnull=False).values_list("source_id", "at")
    return [*arrivals, *events]
