"""The REST API of routing: rule sets to read, and how decisions and ownerships look in JSON."""

from dataclasses import asdict
from typing import Any, Final

from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_field, extend_schema_serializer
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from agency.api.access import IsPerson
from agency.api.pages import Pages
from agency.api.schema import NOT_FOUND
from agency.roles import is_manager
from producers import roster
from routing import rulesets
from routing.decisions import stored
from routing.differences import ACTION, ADDED, CONDITIONS, MOVED, REMOVED, RENAMED, differences
from routing.models import Assignment, EndReason, Outcome, RoutingDecision, Rule, RuleSet, RuleSetState
from routing.review import findings

CHANGES: Final = (ADDED, REMOVED, RENAMED, MOVED, CONDITIONS, ACTION)

DECISION_EXAMPLE: Final = {
    "outcome": "assigned",
    "producer": "sarah",
    "rule": "Territory first, taking turns inside the pod",
    "ruleset": 1,
    "roster": 1,
    "reason": "It was Sarah M.'s turn among 2 in North County.",
    "rules": [
        {"name": "Commercial goes to the commercial desk", "matched": False, "why": "the line is personal_auto"},
        {"name": "Territory first, taking turns inside the pod", "matched": True, "why": "Sarah M. was next"},
    ],
    "considered": [
        {"producer": "james", "eligible": True, "why": [], "rank": {"owed": -500000}},
        {"producer": "sarah", "eligible": True, "why": [], "rank": {"owed": 500000}},
    ],
    "proof": {
        "state": "NY",
        "number": "LB-1020304",
        "authority": ["casualty", "property"],
        "effective": "2024-03-01",
        "expires": "2028-02-29",
        "resident": True,
        "line": "personal_auto",
        "checked_on": "2026-11-24",
        "npn": "9876543",
        "source": "NIPR",
        "verified_on": "2026-11-20",
        "age_days": 4,
    },
}


class RuleTriedSerializer(serializers.Serializer[Any]):
    """One rule and why it did, or did not, decide."""

    name = serializers.CharField()
    matched = serializers.BooleanField()
    why = serializers.CharField()


class ConsideredSerializer(serializers.Serializer[Any]):
    """One person looked at."""

    producer = serializers.CharField()
    eligible = serializers.BooleanField()
    why = serializers.ListField(child=serializers.CharField(), help_text="What ruled them out.")
    rank = serializers.DictField(
        help_text=(
            "The numbers they were ranked by. `owed` and `share` are in millionths of a lead; `close_rate` is a fraction of the "
            "leads, or beside `points` a score from 1 to 10, as the other scores are."
        )
    )


@extend_schema_serializer(component_name="LicenseProof")
class ProofSerializer(serializers.Serializer[Any]):
    """The license by which somebody may have the lead, as its record was on that day."""

    state = serializers.CharField()
    number = serializers.CharField()
    authority = serializers.ListField(child=serializers.CharField())
    effective = serializers.DateField()
    expires = serializers.DateField()
    resident = serializers.BooleanField(allow_null=True, help_text="null: not known.")
    line = serializers.CharField(allow_null=True, help_text="The line it was held against; null: of the lead no line is known.")
    checked_on = serializers.DateField(help_text="The agency's day of the decision.")
    npn = serializers.CharField(allow_blank=True, help_text="The person's number in the national register.")
    source = serializers.CharField(  # type: ignore[assignment]  # a field's name, not the attribute
        allow_blank=True, help_text="Where the record was taken from."
    )
    verified_on = serializers.DateField(allow_null=True, help_text="When it was last held against that.")
    age_days = serializers.IntegerField(allow_null=True, help_text="So many days before the decision.")
    appointments = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="Carriers, where the agency keeps appointments."
    )
    warnings = serializers.ListField(child=serializers.CharField(), required=False, help_text="What of these is missing.")


@extend_schema_serializer(component_name="Decision", examples=[OpenApiExample("A decision", value=DECISION_EXAMPLE)])
class DecisionSerializer(serializers.Serializer[Any]):
    """What the engine decided and all it looked at."""

    outcome = serializers.ChoiceField(choices=Outcome.choices)
    producer = serializers.CharField(allow_null=True, help_text="A person's key.")
    rule = serializers.CharField(allow_null=True)
    ruleset = serializers.IntegerField(help_text="Version.")
    roster = serializers.IntegerField(help_text="Version.")
    reason = serializers.CharField()
    rules = RuleTriedSerializer(many=True)
    considered = ConsideredSerializer(many=True)
    proof = ProofSerializer(allow_null=True, help_text="null: nobody has it, or whoever has it needed no license to.")


@extend_schema_serializer(component_name="StoredDecision")
class StoredDecisionSerializer(DecisionSerializer):
    """A decision as it was kept."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    cause = serializers.CharField(help_text="Why the engine was asked.")

    def to_representation(self, instance: RoutingDecision) -> dict[str, Any]:
        """The contract's names, with when and why it was asked."""
        return {"id": instance.pk, "at": instance.at, "cause": instance.cause, **stored(instance).to_json()}


@extend_schema_serializer(component_name="Assignment")
class AssignmentSerializer(serializers.ModelSerializer[Assignment]):
    """One person's ownership of the lead, with what was reached in it."""

    producer = serializers.SlugRelatedField[Any](slug_field="key", read_only=True)
    name = serializers.CharField(source="producer.name", read_only=True)
    reason = serializers.CharField(source="decision.reason", read_only=True)
    cause = serializers.CharField(source="decision.cause", read_only=True)
    end_reason = serializers.ChoiceField(choices=EndReason.choices, allow_blank=True, read_only=True)

    class Meta:
        model = Assignment
        fields = [
            "id",
            "producer",
            "name",
            "decision",
            "cause",
            "reason",
            "rotation",
            "started_at",
            "accepted_at",
            "declined_at",
            "first_attempt_at",
            "contacted_at",
            "quoted_at",
            "bound_at",
            "ended_at",
            "end_reason",
            "end_note",
        ]
        read_only_fields = fields


class RuleSerializer(serializers.ModelSerializer[Rule]):
    """A rule as the agency file writes it."""

    when = serializers.DictField(read_only=True)
    then = serializers.DictField(read_only=True)

    class Meta:
        model = Rule
        fields = ["name", "when", "then"]
        read_only_fields = fields


@extend_schema_serializer(component_name="RuleSet")
class RuleSetSerializer(serializers.ModelSerializer[RuleSet]):
    """A version of all rules."""

    state = serializers.ChoiceField(choices=RuleSetState.choices, read_only=True)
    created_by = serializers.SerializerMethodField()
    published_by = serializers.SerializerMethodField()

    class Meta:
        model = RuleSet
        fields = ["id", "version", "state", "note", "created_at", "created_by", "published_at", "published_by"]
        read_only_fields = fields

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_created_by(self, ruleset: RuleSet) -> str | None:
        """Key of whoever drafted it."""
        return ruleset.created_by.username if ruleset.created_by else None

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_published_by(self, ruleset: RuleSet) -> str | None:
        """Key of whoever published it."""
        return ruleset.published_by.username if ruleset.published_by else None


@extend_schema_serializer(component_name="RuleSetFinding")
class FindingSerializer(serializers.Serializer[Any]):
    """Something to know of a rule set before publishing it."""

    severity = serializers.ChoiceField(choices=["error", "warning"])
    rule = serializers.CharField(help_text="Its name; empty when it is about all of them.")
    sentence = serializers.CharField()


@extend_schema_serializer(component_name="RuleSetChange")
class ChangeSerializer(serializers.Serializer[Any]):
    """One thing that a rule does otherwise."""

    kind = serializers.ChoiceField(choices=list(CHANGES))
    rule = serializers.CharField()
    sentence = serializers.CharField()


@extend_schema_serializer(component_name="RuleSetDiff")
class DiffSerializer(serializers.Serializer[Any]):
    """What one version does otherwise than another."""

    ruleset = serializers.IntegerField(help_text="Version.")
    against = serializers.IntegerField(allow_null=True, help_text="Version; null when there is no other.")
    changes = ChangeSerializer(many=True)


@extend_schema_serializer(component_name="RuleSetDetail")
class RuleSetDetailSerializer(RuleSetSerializer):
    """A version with its rules, in the order in which they are tried."""

    rules = RuleSerializer(many=True, read_only=True)
    warnings = serializers.SerializerMethodField(help_text="What stands out, errors first; null unless a manager asks.")

    class Meta(RuleSetSerializer.Meta):
        fields = [*RuleSetSerializer.Meta.fields, "rules", "warnings"]
        read_only_fields = fields

    @extend_schema_field(FindingSerializer(many=True, allow_null=True))
    def get_warnings(self, ruleset: RuleSet) -> list[dict[str, str]] | None:
        """For managers, since it speaks of people's licenses; nothing for others."""
        if not is_manager(self.context["request"].user):
            return None
        return [asdict(one) for one in findings(ruleset, now=timezone.now())]


@extend_schema(tags=["routing"], summary="Versions of the routing rules, newest first")
class RuleSetList(generics.ListAPIView[RuleSet]):
    """Every version of the rules."""

    permission_classes = [IsPerson]
    pagination_class = Pages
    serializer_class = RuleSetSerializer
    queryset = RuleSet.objects.select_related("created_by", "published_by").order_by("-version")


@extend_schema(tags=["routing"], summary="One version with its rules")
class RuleSetDetail(generics.RetrieveAPIView[RuleSet]):
    """One version of the rules, readable also when it is no longer in force."""

    permission_classes = [IsPerson]
    serializer_class = RuleSetDetailSerializer

    def get_queryset(self) -> QuerySet[RuleSet]:
        """Rule sets with their rules in order."""
        rules = Prefetch("rules", Rule.objects.order_by("position"))
        return RuleSet.objects.select_related("created_by", "published_by").prefetch_related(rules)


class RuleSetDiff(generics.GenericAPIView[RuleSet]):
    """One version of the rules beside another, in words."""

    permission_classes = [IsPerson]
    serializer_class = DiffSerializer
    queryset = RuleSet.objects.select_related("copied_from")
    pagination_class = None

    @extend_schema(
        tags=["routing"],
        summary="What a version does otherwise than another",
        parameters=[
            OpenApiParameter(
                "against", int, description="Id of the other version; unless given, the one it was copied from, or in force."
            )
        ],
        responses={200: DiffSerializer, 404: NOT_FOUND},
    )
    def get(self, request: Request, pk: int) -> Response:
        """Every change, in the order of the later version, what is gone last."""
        ruleset = self.get_object()
        chosen = request.query_params.get("against", "")
        other = get_object_or_404(RuleSet, pk=_number(chosen)) if chosen else rulesets.counterpart(ruleset)
        before = rulesets.engine_rules(other) if other else rulesets.NO_RULES
        found = differences(before, rulesets.engine_rules(ruleset), roster.static())
        return Response(
            {"ruleset": ruleset.version, "against": other.version if other else None, "changes": [asdict(one) for one in found]}
        )


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise Http404
    return int(text)


def decisions_of(lead_id: int) -> QuerySet[RoutingDecision]:
    """The lead's decisions, newest first, with their names."""
    return (
        RoutingDecision.objects.filter(lead_id=lead_id)
        .select_related("producer", "ruleset")
        .defer("facts", "ruleset__note")
        .order_by("-at", "-pk")
    )


def assignments_of(lead_id: int) -> QuerySet[Assignment]:
    """The lead's ownerships, newest first, with names and reasons."""
    return (
        Assignment.objects.filter(lead_id=lead_id)
        .select_related("producer__user", "decision")
        .defer("decision__facts", "decision__trace")
        .order_by("-started_at", "-pk")
    )
