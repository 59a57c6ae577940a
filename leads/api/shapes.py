"""How leads and what hangs on them look in JSON: one function each, and the serializer that describes it in the schema."""

from collections.abc import Mapping
from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from agency.phones import e164
from leads.intake.payload import Arrival
from leads.models import Lead, LeadKind, Source, Status, Tier

Owner = Mapping[str, str]

LEAD_EXAMPLE: Final = {
    "id": 1042,
    "status": "new",
    "owner": {"key": "sarah", "name": "Sarah M."},
    "score": 55,
    "tier": "warm",
    "score_reasons": [
        {"points": 25, "reason": "Requested a quote or callback"},
        {"points": 15, "reason": "In our territory"},
        {"points": 15, "reason": "Policy expires within 60 days"},
    ],
    "duplicate": False,
    "received_at": "2026-11-24T20:00:00Z",
    "first_name": "Ana",
    "last_name": "Ruiz",
    "email": "ana.ruiz@mail.example",
    "phone": "+12125550143",
    "zip_code": "10005",
    "city": "New York",
    "state": "NY",
    "county": "New York County",
    "timezone": "America/New_York",
    "line": "personal_auto",
    "source": "website",
    "kind": "real_time",
    "exclusive": True,
    "flags": [],
}


def lead_data(lead: Lead, *, owner: Owner | None, duplicate: bool = False) -> dict[str, Any]:
    """The lead as every answer shows it, from the objects in hand: no query when its source is loaded."""
    return {
        "id": lead.pk,
        "status": lead.status,
        "owner": owner,
        "score": lead.score,
        "tier": lead.tier,
        "score_reasons": lead.score_reasons,
        "duplicate": duplicate,
        "received_at": lead.received_at,
        "first_name": lead.first_name,
        "last_name": lead.last_name,
        "email": lead.email,
        "phone": e164(lead.phone),
        "zip_code": lead.zip_code,
        "city": lead.city,
        "state": lead.state,
        "county": lead.county,
        "timezone": lead.timezone,
        "line": lead.line,
        "source": lead.source.key,
        "kind": lead.kind,
        "exclusive": lead.exclusive,
        "flags": lead.flags,
    }


def told_to_source(data: Mapping[str, Any], source: Source, sent: Arrival | None, *, own: bool = False) -> dict[str, Any]:
    """A lead with its decision as a source may see it once others may have added to it: of the person, only what it sent itself.

    `own`: the decision was made of its own request. Another one's trace tells of the person as well, and is left out.
    """
    said = dict.fromkeys(_SAID, "") if sent is None else {name: getattr(sent, name) for name in _SAID}
    terms = {"kind": sent.kind, "exclusive": sent.exclusive, "flags": list(sent.flags)} if sent else {"flags": []}
    decision = data["decision"]
    if decision is not None and not own:
        by_rule = decision["rule"] is not None  # else somebody decided, in words of their own
        decision = {**decision, "rules": [], "considered": [], "proof": None, "reason": decision["reason"] if by_rule else ""}
    return {**data, **said, **terms, "source": source.key, "decision": decision}


_SAID: Final = (
    "first_name", "last_name", "email", "phone", "zip_code", "city", "state", "county", "timezone", "line",
)  # fmt: skip


def detail_data(lead: Lead) -> dict[str, Any]:
    """The lead with everything else its own page shows; its names must be loaded."""
    return {
        **lead_data(lead, owner=owner_of(lead)),
        "steward": {"key": lead.steward.key, "name": lead.steward.name} if lead.steward else None,
        "unplaced": lead.unplaced,
        "held_until": lead.held_until,
        "owned_since": lead.owned_since,
        "external_id": lead.external_id,
        "language": lead.language,
        "current_carrier": lead.current_carrier,
        "policy_expires_on": lead.policy_expires_on,
        "heard_from": lead.heard_from,
        "premium_estimate": lead.premium_estimate,
        "callback_at": lead.callback_at,
        "attributes": lead.attributes,
        "first_attempt_at": lead.first_attempt_at,
        "contacted_at": lead.contacted_at,
        "quoted_at": lead.quoted_at,
        "closed_at": lead.closed_at,
        "lost_reason": lead.lost_reason,
        "updated_at": lead.updated_at,
    }


def owner_of(lead: Lead) -> Owner | None:
    """Key and name of whoever owns the lead; no query when the names are loaded."""
    return {"key": lead.owner.key, "name": lead.owner.name} if lead.owner is not None else None


class PersonSerializer(serializers.Serializer[Any]):
    """Somebody of the agency."""

    key = serializers.CharField(help_text="As in the agency file.")
    name = serializers.CharField()


class ScoreReasonSerializer(serializers.Serializer[Any]):
    """One line of the sum that makes the score."""

    points = serializers.IntegerField()
    reason = serializers.CharField()


@extend_schema_serializer(component_name="Lead", examples=[OpenApiExample("A lead", value=LEAD_EXAMPLE)])
class LeadSerializer(serializers.Serializer[Lead]):
    """A lead."""

    id = serializers.IntegerField()
    status = serializers.ChoiceField(choices=Status.choices)
    owner = PersonSerializer(allow_null=True, help_text="null while nurture or a short hold has it.")
    score = serializers.IntegerField(min_value=0, max_value=100)
    tier = serializers.ChoiceField(choices=Tier.choices)
    score_reasons = ScoreReasonSerializer(many=True, help_text="Largest first; they add up to the score.")
    duplicate = serializers.BooleanField(help_text="In the answer to a post: it joined a lead that was already there.")
    received_at = serializers.DateTimeField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    email = serializers.CharField(help_text="Empty when unknown.")
    phone = serializers.CharField(help_text="E.164; empty when unknown.")
    zip_code = serializers.CharField()
    city = serializers.CharField()
    state = serializers.CharField()
    county = serializers.CharField()
    timezone = serializers.CharField(help_text="IANA name.")
    line = serializers.CharField(help_text="A line's key, or what was sent when it is no known line.")
    source = serializers.CharField(help_text="A source's key.")  # type: ignore[assignment]  # a field's name, not its option
    kind = serializers.ChoiceField(choices=LeadKind.choices)
    exclusive = serializers.BooleanField()
    flags = serializers.ListField(child=serializers.CharField(), help_text="What could not be recognized.")

    def to_representation(self, instance: Lead) -> dict[str, Any]:
        """The same as `lead_data`."""
        return lead_data(instance, owner=owner_of(instance))


@extend_schema_serializer(component_name="LeadDetail")
class LeadDetailSerializer(LeadSerializer):
    """A lead with all that is known of it."""

    steward = PersonSerializer(allow_null=True, help_text="Accountable while it is nurtured without an owner.")
    unplaced = serializers.BooleanField(help_text="Nobody could take it: it is with the owner of last resort.")
    held_until = serializers.DateTimeField(allow_null=True)
    owned_since = serializers.DateTimeField(allow_null=True)
    external_id = serializers.CharField()
    language = serializers.CharField()
    current_carrier = serializers.CharField()
    policy_expires_on = serializers.DateField(allow_null=True)
    heard_from = serializers.CharField()
    premium_estimate = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True)
    callback_at = serializers.DateTimeField(allow_null=True)
    attributes = serializers.DictField()
    first_attempt_at = serializers.DateTimeField(allow_null=True)
    contacted_at = serializers.DateTimeField(allow_null=True)
    quoted_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    lost_reason = serializers.CharField()
    updated_at = serializers.DateTimeField()

    def to_representation(self, instance: Lead) -> dict[str, Any]:
        """The same as `detail_data`."""
        return detail_data(instance)
