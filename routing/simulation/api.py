"""The REST API of replays: ask for one, see how far it is, stop it."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_serializer
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agency.api.access import IsManager
from agency.models import User
from routing.models import ReplayRun, ReplayState, RuleSet
from routing.simulation import runs


class PeriodSerializer(serializers.Serializer[Any]):
    """The stream of leads to be replayed."""

    since = serializers.DateTimeField()
    until = serializers.DateTimeField(help_text="Not included.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A period has a length."""
        if attrs["until"] <= attrs["since"]:
            raise serializers.ValidationError({"until": [runs.BACKWARDS]})
        return attrs


class ChoiceSerializer(serializers.Serializer[Any]):
    """One decision of the comparison."""

    outcome = serializers.CharField()
    producer = serializers.CharField(allow_null=True, help_text="A person's key.")
    rule = serializers.CharField(allow_blank=True)
    reason = serializers.CharField()
    plan = serializers.CharField(allow_null=True)


class PersonChangeSerializer(serializers.Serializer[Any]):
    """One person's leads as they were and as they would have been."""

    key = serializers.CharField()
    name = serializers.CharField()
    was = serializers.IntegerField(help_text="Leads that came to them.")
    would = serializers.IntegerField()
    gained = serializers.IntegerField()
    lost = serializers.IntegerField()
    net = serializers.IntegerField()
    capped_was = serializers.IntegerField(help_text="Decisions in which a full cap ruled them out.")
    capped_would = serializers.IntegerField()


class RuleChangeSerializer(serializers.Serializer[Any]):
    """How many decisions went from one rule to another."""

    before = serializers.CharField()
    after = serializers.CharField()
    decisions = serializers.IntegerField()
    moved = serializers.IntegerField(help_text="Of those, how many leads would have gone elsewhere.")


class SampleSerializer(serializers.Serializer[Any]):
    """A decision that would have been another one."""

    lead = serializers.IntegerField()
    at = serializers.DateTimeField()
    about = serializers.DictField(help_text="Of the lead: tier, line, state, source.")
    was = ChoiceSerializer()
    would = ChoiceSerializer()


@extend_schema_serializer(component_name="ReplayResult")
class ResultSerializer(serializers.Serializer[Any]):
    """What would have changed."""

    ruleset = serializers.IntegerField(allow_null=True, help_text="Version.")
    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    decisions = serializers.IntegerField()
    asked = serializers.IntegerField(help_text="Decided again by the rules.")
    kept = serializers.IntegerField(help_text="Not asked again: the lead was with somebody else than then.")
    by_hand = serializers.IntegerField(help_text="Chosen by a person or by the ladder, which stands.")
    moved = serializers.IntegerField(help_text="The lead would have gone elsewhere.")
    otherwise = serializers.IntegerField(help_text="To the same person by another rule.")
    was = serializers.DictField(child=serializers.IntegerField(), help_text="Decisions by outcome.")
    would = serializers.DictField(child=serializers.IntegerField())
    people = PersonChangeSerializer(many=True)
    rules = RuleChangeSerializer(many=True)
    samples = SampleSerializer(many=True)
    note = serializers.CharField()


@extend_schema_serializer(component_name="ReplayRun")
class RunSerializer(serializers.ModelSerializer[ReplayRun]):
    """A replay: where it stands, and what came of it."""

    url = serializers.SerializerMethodField()
    ruleset = serializers.IntegerField(source="ruleset_id", help_text="The rule set's id.")
    state = serializers.ChoiceField(choices=ReplayState.choices)
    result = ResultSerializer(allow_null=True)

    class Meta:
        model = ReplayRun
        fields = [
            "id",
            "url",
            "ruleset",
            "since",
            "until",
            "state",
            "done",
            "total",
            "error",
            "created_at",
            "started_at",
            "finished_at",
            "result",
        ]
        read_only_fields = fields

    def get_url(self, run: ReplayRun) -> str:
        """Where to look how far it is."""
        return address(run)

    def to_representation(self, instance: ReplayRun) -> dict[str, Any]:
        """The result as it was kept."""
        return {**super().to_representation(instance), "result": instance.result}


def address(run: ReplayRun) -> str:
    """Where a replay is found."""
    return reverse("api:replay", args=[run.pk])


class Simulate(APIView):
    """A past stream of leads under this rule set."""

    permission_classes = [IsManager]

    @extend_schema(
        tags=["routing"],
        summary="What would have changed under these rules",
        description="Small streams are answered at once with the result, others with 202 and the address of the replay. "
        "Outcomes are not replayed.",
        request=PeriodSerializer,
        responses={200: RunSerializer, 202: OpenApiResponse(RunSerializer, "It runs; look again at its `url`.")},
    )
    def post(self, request: Request, pk: int) -> Response:
        """The replay is done, or will be."""
        ruleset = get_object_or_404(RuleSet, pk=pk)
        period = PeriodSerializer(data=request.data)
        period.is_valid(raise_exception=True)
        by = request.user if isinstance(request.user, User) else None
        run = runs.request(ruleset, **period.validated_data, by=by, now=timezone.now())
        code = status.HTTP_200_OK if run.is_over else status.HTTP_202_ACCEPTED
        return Response(RunSerializer(run).data, status=code, headers={"Location": address(run)})


class ReplayDetail(generics.GenericAPIView[ReplayRun]):
    """One replay."""

    permission_classes = [IsManager]
    serializer_class = RunSerializer

    def get_queryset(self) -> QuerySet[ReplayRun]:
        """All of them."""
        return ReplayRun.objects.all()

    @extend_schema(tags=["routing"], summary="How far a replay is, and what came of it")
    def get(self, request: Request, pk: int) -> Response:
        """The replay as it stands."""
        return Response(RunSerializer(self.get_object()).data)

    @extend_schema(tags=["routing"], summary="Stop a replay", responses=RunSerializer)
    def delete(self, request: Request, pk: int) -> Response:
        """The replay is canceled, unless it was over."""
        run = self.get_object()
        runs.cancel(run, now=timezone.now())
        return Response(RunSerializer(run).data)
