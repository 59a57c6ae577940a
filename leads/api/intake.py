"""`POST /api/v1/leads/`: who is speaking, for which source, and the answer. Everything between is `leads.intake.receive`."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils import timezone
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from agency.api.errors import Conflict, UnreadableError
from agency.models import User
from leads.api.access import source_of
from leads.api.shapes import Owner, lead_data, owner_of, told_to_source
from leads.intake import IdempotencyConflict, IntakeError, Receipt, receive
from leads.intake.fields import storable
from leads.models import RejectedIntake, Source, SourceKind
from producers import roster

DOOR: Final = "api"
RAW_KEPT: Final = 10_000
OTHER_SOURCE: Final = "This key posts for the source {key} only."
NO_SUCH_SOURCE: Final = "There is no active source with this key."
NO_SOURCE: Final = "The agency has no active source to book this lead to."


def take_in(request: Request) -> Response:
    """Receive the lead in the body and answer it with its decision: 201 when it is new, else 200."""
    source = source_of(request)
    payload = _body(request, source)
    source = source or _named_source(payload)
    if source_of(request) is not None and payload.get("source") not in (None, "", source.key):
        raise PermissionDenied(OTHER_SOURCE.format(key=source.key))
    try:
        receipt = receive(
            payload,
            source=source,
            idempotency_key=request.headers.get("Idempotency-Key"),
            now=timezone.now(),
            door=DOOR,
            by=request.user if isinstance(request.user, User) else None,
        )
    except IntakeError as error:
        raise ValidationError(error.errors) from error
    except IdempotencyConflict as error:
        raise Conflict(str(error)) from error
    answer = receipt_data(receipt)
    if source_of(request) is not None and not receipt.created:
        answer = told_to_source(answer, source, receipt.arrival, own=not receipt.duplicate)
    return Response(answer, status=201 if receipt.created else 200)


def receipt_data(receipt: Receipt) -> dict[str, Any]:
    """The lead and its decision, from the objects in hand; no query for a new lead."""
    decision = receipt.decision
    lead = receipt.lead
    if receipt.created and decision is not None:
        owner = _name(decision.producer, decision.roster) if lead.owner_id else None
    else:
        owner = owner_of(lead)
    return {
        **lead_data(lead, owner=owner, duplicate=receipt.duplicate),
        "decision": decision.to_json() if decision is not None else None,
    }


def _body(request: Request, source: Source | None) -> dict[str, Any]:
    """The payload; what cannot be read is kept, cut short, as a rejected intake of the source."""
    try:
        return dict(request.data)
    except UnreadableError as error:
        raw = error.raw[:RAW_KEPT].decode(errors="replace")
        _keep({"raw": raw}, {"non_field_errors": [str(error.detail)]}, source)
        raise


def _named_source(payload: Mapping[str, Any]) -> Source:
    """The source a person names; without a name the first of kind `phone`, else the first."""
    active = Source.objects.filter(active=True)
    key = payload.get("source")
    if key in (None, ""):
        found = sorted(active, key=lambda source: source.kind != SourceKind.PHONE)
        if not found:
            raise ValidationError({"source": [NO_SOURCE]})
        return found[0]
    source = active.filter(key=key).first() if isinstance(key, str) else None
    if source is None:
        errors = {"source": [NO_SUCH_SOURCE]}
        _keep(payload, errors, None)
        raise ValidationError(errors)
    return source


def _keep(payload: Mapping[str, Any], errors: dict[str, list[str]], source: Source | None) -> None:
    """What was refused before intake saw it can be mended and sent in."""
    RejectedIntake.objects.create(source=source, door=DOOR, payload=storable(payload), errors=errors, received_at=timezone.now())


def _name(key: str | None, version: int) -> Owner | None:
    """The owner's key and name as the decision's roster has them; no query for a version this process knows."""
    if key is None:
        return None
    found = roster.static(version).producers.get(key)
    return {"key": key, "name": found.name if found is not None else key}
