"""The REST API of routing: rule sets to read, and how decisions and ownerships look in JSON."""

from typing import Any, Final

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field, extend_schema_serializer
from rest_framework import generics, serializers

from agency.api.access import IsPerson
from agency.api.pages import Pages
from routing.models import Assignment, EndReason, Outcome, RoutingDecision, Rule, RuleSet, RuleSetState

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
    rank = serializers.DictField(help_text="The numbers they were ranked by.")


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


@extend_schema_serializer(component_name="StoredDecision")
class StoredDecisionSerializer(DecisionSerializer):
    """A decision as it was kept."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    cause = serializers.CharField(help_text="Why the engine was asked.")

    def to_representation(self, instance: RoutingDecision) -> dict[str, Any]:
        """The contract's names, with when and why it was asked."""
        return {
            "id": instance.pk,
            "at": instance.at,
            "cause": instance.cause,
            "outcome": instance.outcome,
            "producer": instance.producer.key if instance.producer else None,
            "rule": instance.rule or None,
            "ruleset": instance.ruleset.version if instance.ruleset else 0,
            "roster": instance.roster_id or 0,
            "reason": instance.reason,
            "rules": instance.trace.get("rules", []),
            "considered": instance.trace.get("considered", []),
        }


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


@extend_schema_serializer(component_name="RuleSetDetail")
class RuleSetDetailSerializer(RuleSetSerializer):
    """A version with its rules, in the order in which they are tried."""

    rules = RuleSerializer(many=True, read_only=True)

    class Meta(RuleSetSerializer.Meta):
        fields = [*RuleSetSerializer.Meta.fields, "rules"]
        read_only_fields = fields


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
