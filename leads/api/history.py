"""What happened to one lead: its timeline, who owned it, what was decided."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import generics, serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from agency.api.pages import Pages
from agency.api.schema import NOT_FOUND
from leads.api.access import WorksLeads, reach
from leads.timeline import Entry, timeline
from producers.models import Producer
from routing.api import AssignmentSerializer, StoredDecisionSerializer, assignments_of, decisions_of
from routing.models import Assignment, RoutingDecision
from routing.why import WhyNot, why_not


@extend_schema_serializer(component_name="TimelineEntry")
class EntrySerializer(serializers.Serializer[Entry]):
    """Something that happened."""

    at = serializers.DateTimeField()
    kind = serializers.CharField()
    title = serializers.CharField()
    detail = serializers.CharField()
    by = serializers.CharField(help_text="A person's name; empty for the system and for the lead themselves.")
    caution = serializers.CharField(help_text="What was amiss, such as that there was no license; mostly empty.")
    data = serializers.DictField()  # type: ignore[assignment]  # a field's name, not the property


class OfLead(generics.ListAPIView[Any]):
    """A list of what belongs to one lead the caller may see, newest first."""

    permission_classes = [WorksLeads]
    pagination_class = Pages
    filter_backends = []


@extend_schema(tags=["leads"], summary="All that happened to a lead, newest first")
class Timeline(OfLead):
    """One lead's history."""

    serializer_class = EntrySerializer

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A page of entries."""
        entries = timeline(reach(request, self.kwargs["pk"]))
        page = self.paginator.paginate_queryset(entries, request, view=self) if self.paginator else entries
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


@extend_schema(tags=["leads"], summary="Who owned a lead, from when to when, newest first")
class Assignments(OfLead):
    """One lead's ownerships."""

    serializer_class = AssignmentSerializer

    def get_queryset(self) -> QuerySet[Assignment]:
        """The lead's assignments."""
        return assignments_of(reach(self.request, self.kwargs["pk"]).pk)


@extend_schema(tags=["leads"], summary="Each decision about a lead with its whole trace, newest first")
class Decisions(OfLead):
    """One lead's decisions."""

    serializer_class = StoredDecisionSerializer

    def get_queryset(self) -> QuerySet[RoutingDecision]:
        """The lead's decisions."""
        return decisions_of(reach(self.request, self.kwargs["pk"]).pk)


class WhyNotMeSerializer(serializers.Serializer[WhyNot]):
    """What the latest decision about a lead had to say about the caller."""

    at = serializers.DateTimeField()
    cause = serializers.CharField()
    rule = serializers.CharField(allow_null=True)
    chosen = serializers.BooleanField()
    eligible = serializers.BooleanField(allow_null=True, help_text="Null: not looked at.")
    why = serializers.ListField(child=serializers.CharField(), help_text="What ruled you out.")
    rank = serializers.DictField(help_text="Your own figures.")
    sentence = serializers.CharField()


class WhyNotMe(generics.GenericAPIView[Any]):
    """Why somebody else has a lead, as far as it concerns the caller."""

    permission_classes = [WorksLeads]
    serializer_class = WhyNotMeSerializer

    @extend_schema(
        tags=["leads"],
        summary="Why you did not get a lead",
        description="Of any lead, also one you may not see: your part in the latest decision, nothing of the lead or of others.",
        responses={200: WhyNotMeSerializer, 404: NOT_FOUND},
    )
    def get(self, request: Request, pk: int) -> Response:
        """The caller's part in the latest decision."""
        producer = Producer.objects.select_related("user").filter(user=request.user.pk).first()
        found = why_not(pk, key=producer.key, name=producer.name) if producer else None
        if found is None:
            raise NotFound
        return Response(WhyNotMeSerializer(found).data)
