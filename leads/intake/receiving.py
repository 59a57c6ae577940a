"""The one way in: a request becomes a lead with an owner, a score and running timers, or joins one, in one transaction."""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.db import models, transaction
from django.db.models import JSONField, Value
from django.utils import timezone

from agency import revisions
from agency.models import User
from leads.consents import UNSUBSCRIBE, withdrawal
from leads.current import Configuration, configuration, last_known
from leads.facts import facts_of
from leads.intake import payload as payloads
from leads.intake import recognise
from leads.intake.channels import return_event
from leads.intake.errors import IdempotencyConflict, IntakeError
from leads.intake.fields import storable
from leads.intake.joining import join
from leads.intake.payload import Arrival, GivenEvent
from leads.intake.record import Behaviour, write_lead
from leads.locks import locked
from leads.models import Client, Consent, Household, Lead, LeadKind, Note, RejectedIntake, Source, SourceKind, Status, Submission
from leads.rescoring import apply_score, as_facts
from routing.assignment import assign, decision_at, latest_decision
from routing.engine import Decision

CAUSE = "intake"
ARRIVAL_FIELDS = (
    "first_name", "last_name", "email", "phone", "phone_extension", "language",
    "zip_code", "city", "state", "county", "timezone", "line", "family", "kind", "exclusive",
    "external_id", "current_carrier", "policy_expires_on", "heard_from", "premium_estimate", "callback_at",
)  # fmt: skip
"""Fields of the arrival that a lead has under the same name."""
OF_OTHERS: Final = (SourceKind.VENDOR, SourceKind.CARRIER, SourceKind.REFERRAL)
"""Sources that hand a person on: what they say without its time is not the person's newest word."""
_LEAD_DEFAULTS = tuple((field.attname, field.get_default) for field in Lead._meta.concrete_fields)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a request."""

    lead: Lead
    created: bool
    """It made the lead, just now."""
    duplicate: bool
    """It joined a lead of the same person."""
    decision: Decision | None
    arrival: Arrival
    """What its sender said, clean."""
    replayed: bool = False
    """It had been received before, and changed nothing now."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request on its way in."""

    payload: dict[str, Any]
    arrival: Arrival
    source: Source
    idempotency_key: str | None
    body_hash: str
    door: str
    by: User | None
    now: datetime


def receive(
    payload: Any,
    *,
    source: Source,
    idempotency_key: str | None = None,
    now: datetime | None = None,
    door: str = "api",
    by: User | None = None,
) -> Receipt:
    """The request is stored, and its lead scored, routed and under way; or it has joined a lead of the same person.

    Owns its transaction. A field that is wrong: `IntakeError`, and nothing stays but a `RejectedIntake`. The same key with
    another body: `IdempotencyConflict`.
    """
    now = timezone.now() if now is None else now
    try:
        return take_in(payload, source=source, idempotency_key=idempotency_key, now=now, door=door, by=by)
    except IntakeError as error:
        if _is_another(payload, source, idempotency_key):
            raise IdempotencyConflict from None
        kept = Value(None, JSONField()) if payload is None else storable(payload)  # a JSON null is not an SQL one
        RejectedIntake.objects.create(source=source, door=door, payload=kept, errors=error.errors, received_at=now)
        raise


def _is_another(payload: Any, source: Source, idempotency_key: str | None) -> bool:
    """Whether the source has used this key before, for another body than this one, which is wrong."""
    try:
        key = payloads.idempotency_key(idempotency_key)
    except IntakeError:
        return False
    if key is None:
        return False
    earlier = Submission.objects.filter(source=source, idempotency_key=key)
    return earlier.exclude(body_hash=body_hash(storable(payload))).exists()


def take_in(payload: Any, *, source: Source, idempotency_key: str | None, now: datetime, door: str, by: User | None) -> Receipt:
    """As `receive`, but nothing is kept of what was refused."""
    key = payloads.idempotency_key(idempotency_key)
    clean = storable(payload)
    config = last_known()
    arrival = _read(payload, source, config, now)
    marks = recognise.Marks(source.pk, key, arrival.external_id, arrival.phone, arrival.email)
    with transaction.atomic():
        numbers = recognise.lock(marks)
        if (fresh := configuration(numbers)) is not config:  # lines or sources have changed since this process last looked
            config, arrival = fresh, _read(payload, source, fresh, now)
        with revisions.as_of(numbers):
            origin = config.sources.get(source.pk, source)
            request = Request(clean, arrival, origin, key, body_hash(clean), door, by, now)
            known = recognise.look_up(marks)
            if known.request is not None:
                return _replay(request, known.request)
            return _join(request, known, config) or _create(request, known, config)


def _read(payload: Any, source: Source, config: Configuration, now: datetime) -> Arrival:
    source = config.sources.get(source.pk, source)
    return payloads.read(payload, source=source, now=now, zone=config.roster.timezone, find_line=config.line)


def body_hash(payload: Any) -> str:
    """SHA-256 of the payload in canonical form: the order of keys does not matter."""
    return hashlib.sha256(json.dumps(payload, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _replay(request: Request, earlier: recognise.KnownRequest) -> Receipt:
    """The answer that the first request got. The sender's own number for it is enough; a key vouches for its body too."""
    if earlier.by_key and earlier.body_hash != request.body_hash:
        raise IdempotencyConflict
    lead = Lead.objects.select_related("source", "owner__user").get(pk=earlier.lead_id)
    decision = decision_at(lead, earlier.received_at) or latest_decision(lead)
    return Receipt(lead, created=False, duplicate=not earlier.created, decision=decision, arrival=request.arrival, replayed=True)


def _join(request: Request, known: recognise.Known, config: Configuration) -> Receipt | None:
    """The request joins the live lead it belongs to, if there is one that nobody closed meanwhile."""
    candidates = recognise.same_wish(known.leads, request.arrival.family)
    for candidate in candidates:
        try:
            lead = locked(candidate.id)
        except Lead.DoesNotExist:  # deleted since the look-up
            continue
        if lead.status not in recognise.LIVE_STATUSES:
            continue
        if lead.client_id is None and known.client is not None:
            lead.client_id = known.client.id
        others = [other.id for other in candidates if other.id != lead.pk and other.family == candidate.family]
        decision = join(
            lead,
            arrival=request.arrival,
            source=request.source,
            rows=_rows(request, created=False),
            events=_events(request, known, config),
            duplicates=others,
            config=config,
            now=request.now,
        )
        return Receipt(lead, created=False, duplicate=True, decision=decision or latest_decision(lead), arrival=request.arrival)
    return None


def _create(request: Request, known: recognise.Known, config: Configuration) -> Receipt:
    """A new lead, scored before it is written, then routed."""
    lead = _lead(request)
    household = None
    if known.household_id is None:
        household = Household(created_at=request.now)
    else:
        lead.household_id = known.household_id
    lead.client_id = None if known.client is None else known.client.id
    events = _events(request, known, config)
    facts = apply_score(lead, facts_of(lead, request.source, known.person), as_facts(events), config, request.now)
    write_lead(lead, household, _rows(request, created=True), Behaviour(events, request.source.pk))
    if household is not None and known.client is not None:
        Client.objects.filter(pk=known.client.id).update(household_id=lead.household_id)
    decision = assign(lead, reason=CAUSE, now=request.now, facts=replace(facts, key=str(lead.pk)))
    return Receipt(lead, created=True, duplicate=False, decision=decision, arrival=request.arrival)


def _lead(request: Request) -> Lead:
    """The arrival as an unsaved lead. It is held by nobody for the instant until `assign` has decided."""
    arrival, now = request.arrival, request.now
    values = {name: getattr(arrival, name) for name in ARRIVAL_FIELDS} | {
        "source_id": request.source.pk,
        "attributes": dict(arrival.attributes),
        "flags": list(arrival.flags),
        "status": Status.NEW,
        "held_until": now,
        "received_at": now,
        "updated_at": now,
        "last_activity_at": now,
    }
    # By position: with names, making the object costs more than filling it.
    lead = Lead(*[values[name] if name in values else default() for name, default in _LEAD_DEFAULTS])
    lead.source = request.source
    return lead


def _rows(request: Request, *, created: bool) -> list[models.Model]:
    """What is stored beside the lead: the request as it came, the consent, a note."""
    arrival, now = request.arrival, request.now
    rows: list[models.Model] = [
        Submission(
            source=request.source,
            door=request.door,
            payload=request.payload,
            idempotency_key=request.idempotency_key,
            external_id=arrival.external_id or None,
            body_hash=request.body_hash,
            created=created,
            cost=request.source.cost_per_lead,
            received_at=now,
        )
    ]
    if arrival.consent is not None:
        given = arrival.consent
        rows.append(
            Consent(
                phone=arrival.phone,
                email=arrival.email,
                channels=list(given.channels),
                text=given.text,
                at=given.at,
                reopens=given.dated or (request.source.kind not in OF_OTHERS and arrival.kind != LeadKind.AGED),
                ip=given.ip,
                user_agent=given.user_agent,
                certificate_url=given.certificate_url,
                via=request.door,
            )
        )
    if arrival.notes:
        rows.append(Note(by=request.by, at=now, text=arrival.notes))
    left = [event for event in arrival.events if event.kind == UNSUBSCRIBE and arrival.email]
    rows += [withdrawal(["email"], email=arrival.email, at=event.at, via=UNSUBSCRIBE) for event in left]
    return rows


def _events(request: Request, known: recognise.Known, config: Configuration) -> list[GivenEvent]:
    """What the person did: as sent, by arriving from this source, and by coming back on another channel."""
    events = list(request.arrival.events)
    sent = {event.kind for event in events}
    events += [GivenEvent(kind, request.now) for kind in request.source.implies if kind not in sent]
    back = return_event(known.sightings, request.source, config.sources, request.now)
    return events if back is None else [*events, back]
