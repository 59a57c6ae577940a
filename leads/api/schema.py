"""What the OpenAPI schema says of the calls about leads: what goes in, what comes out, with an example of each."""

from typing import Any, Final

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_serializer

from agency.api.schema import BAD_BODY, CONFLICT, FIELD_ERRORS, NOT_FOUND
from leads.api.inputs import (
    DeclineInput,
    EventInput,
    FlagInput,
    LeadChanges,
    LeadInput,
    NoteInput,
    ReassignInput,
    StatusInput,
    TouchInput,
)
from leads.api.shapes import LEAD_EXAMPLE, LeadDetailSerializer, LeadSerializer
from routing.api import DECISION_EXAMPLE, DecisionSerializer

NEW_LEAD: Final = {
    "first_name": "Ana",
    "last_name": "Ruiz",
    "email": "ana.ruiz@mail.example",
    "phone": "(212) 555-0143",
    "zip_code": "10005",
    "line": "personal_auto",
    "policy_expires_on": "2027-01-10",
    "consent": {
        "channels": ["call", "sms", "email"],
        "text": "Call or text me about my quote.",
        "at": "2026-11-24T15:00:00-05:00",
    },
    "events": [{"kind": "pricing_view", "at": "2026-11-24T14:55:00-05:00"}],
}


@extend_schema_serializer(component_name="LeadWithDecision")
class LeadWithDecision(LeadSerializer):
    """A lead with the latest decision about it."""

    decision = DecisionSerializer(allow_null=True)


def _answer(description: str, *, duplicate: bool = False) -> OpenApiResponse:
    value = {**LEAD_EXAMPLE, "duplicate": duplicate, "decision": DECISION_EXAMPLE}
    return OpenApiResponse(
        LeadWithDecision, description=description, examples=[OpenApiExample("A lead and its decision", value=value)]
    )


_ANSWER: Final = _answer("The lead as it now stands.")

LIST_LEADS: Final = extend_schema(
    tags=["leads"],
    summary="Leads, newest first",
    description="Producers and CSRs see their own and those they are the steward of; managers see all.",
)
POST_LEAD: Final = extend_schema(
    tags=["leads"],
    summary="Hand in a lead",
    description=(
        "Stores, scores and routes the lead in one step. A lead of somebody we already work with joins theirs. "
        "A line or ZIP that is missing or unknown is flagged, never refused."
    ),
    parameters=[
        OpenApiParameter(
            "Idempotency-Key",
            OpenApiTypes.STR,
            OpenApiParameter.HEADER,
            description="At most 200 characters. The same key with the same body gives the same lead, with another body 409.",
        )
    ],
    request=LeadInput,
    examples=[OpenApiExample("A quote request", value=NEW_LEAD, request_only=True)],
    responses={
        201: _answer("A new lead."),
        200: OpenApiResponse(
            LeadWithDecision, description="The same request again, or it joined an open lead of the same person."
        ),
        400: FIELD_ERRORS,
        409: CONFLICT,
        **BAD_BODY,
    },
)
PATCH_LEAD: Final = extend_schema(
    tags=["leads"],
    summary="Mend what was written down wrong",
    description=(
        "Cleaned and checked as at intake; a note on the lead says what was changed by whom. A lead whose owner has no license "
        "for it as it is now goes to somebody who has, at once."
    ),
    request=LeadChanges,
    examples=[OpenApiExample("A wrong ZIP", value={"zip_code": "10310"}, request_only=True)],
    responses={200: LeadDetailSerializer, 400: FIELD_ERRORS, 404: NOT_FOUND, **BAD_BODY},
)


def _post(
    summary: str, request: Any, example: dict[str, Any], *, status: int, conflict: bool = True, description: str = ""
) -> Any:
    responses: dict[int, Any] = {status: _ANSWER, 400: FIELD_ERRORS, 404: NOT_FOUND, **BAD_BODY}
    if conflict:
        responses[409] = CONFLICT
    examples = [OpenApiExample("A request", value=example, request_only=True)] if example else []
    return extend_schema(
        tags=["leads"], summary=summary, description=description or None, request=request, examples=examples, responses=responses
    )


POST_EVENT: Final = _post(
    "Something the person did",
    EventInput,
    {"kind": "pricing_view", "at": "2026-11-24T14:55:00-05:00", "data": {"page": "/pricing"}},
    status=201,
    conflict=False,
    description="The lead is scored again; when that lifts it out of nurture, it is routed.",
)
POST_TOUCH: Final = _post(
    "An attempt to reach the person, or a word from them", TouchInput, {"channel": "call", "outcome": "reached"}, status=201
)
POST_NOTE: Final = _post("Write something down", NoteInput, {"text": "Prefers evenings."}, status=201)
POST_ACCEPT: Final = _post("Take it on", None, {}, status=200)
POST_DECLINE: Final = _post(
    "Hand it back", DeclineInput, {"reason": "too_busy"}, status=200, description="It goes to somebody else at once."
)
POST_REASSIGN: Final = _post(
    "Give it to someone else",
    ReassignInput,
    {"producer": "james", "reason": "Sarah is in court today"},
    status=200,
    description="Managers. Without a person the rules decide again. Licenses hold; a manager may overrule caps.",
)
POST_STATUS: Final = _post(
    "Move it on", StatusInput, {"status": "bound", "premium": "1450.00", "commission": "174.00"}, status=200
)
POST_FLAG: Final = _post(
    "Say that its score is wrong", FlagInput, {"verdict": "too_high", "note": "Renter, not owner"}, status=201
)
