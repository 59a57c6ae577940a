"""Keeping a lead's score up with what is known of it."""

from collections.abc import Iterable
from datetime import datetime

from leads.current import Configuration
from leads.intake.payload import GivenEvent
from leads.models import Event, Lead, Tier
from leads.scoring import EventFacts, rescored, score
from routing.engine.facts import LeadFacts

REPEAT_CHANNEL = "repeat_channel"
SCORE_FIELDS = ("score", "tier", "score_reasons", "score_model", "mql_at", "sql_at", "last_activity_at", "updated_at")
"""What `apply_score` changes of a lead."""


def apply_score(lead: Lead, facts: LeadFacts, events: Iterable[EventFacts], config: Configuration, now: datetime) -> LeadFacts:
    """The lead (unsaved) has the score its facts and events earn, and its first crossing of each tier; return facts with it."""
    result = score(config.score_model, facts, events, config.roster, now, lead.last_activity_at)
    lead.score, lead.tier = result.score, result.tier
    lead.score_reasons = [{"points": points, "reason": reason} for points, reason in result.reasons]
    lead.score_model_id = config.score_model_id
    if lead.tier in (Tier.WARM, Tier.HOT):
        lead.mql_at = lead.mql_at or now
    if lead.tier == Tier.HOT:
        lead.sql_at = lead.sql_at or now
    lead.updated_at = now
    return rescored(facts, result)


def events_of(lead: Lead) -> list[EventFacts]:
    """Everything the lead's person did, as the scorer reads it; one query."""
    rows = Event.objects.filter(lead=lead).values_list("kind", "at", "data__since")
    return [EventFacts(kind, at, _since(kind, since)) for kind, at, since in rows]


def as_facts(events: Iterable[GivenEvent]) -> list[EventFacts]:
    """Events just sent, as the scorer reads them."""
    return [EventFacts(event.kind, event.at, _since(event.kind, event.data.get("since"))) for event in events]


def _since(kind: str, written: object) -> datetime | None:
    """When a person who came back had been seen before; only our own event says so in a form we can trust."""
    return datetime.fromisoformat(written) if kind == REPEAT_CHANNEL and isinstance(written, str) else None
