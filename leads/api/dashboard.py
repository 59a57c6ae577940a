"""The manager's live figures, the same that the page shows."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agency.api.access import may
from leads.api.shapes import LeadSerializer
from leads.today import ProducerToday, TodayFigures, today


@extend_schema_serializer(component_name="ProducerToday")
class ProducerTodaySerializer(serializers.Serializer[ProducerToday]):
    """One person's day."""

    key = serializers.CharField()
    name = serializers.CharField()
    presence = serializers.CharField()
    leads = serializers.IntegerField(help_text="Given to them today.")
    contacted = serializers.IntegerField()
    untouched = serializers.IntegerField(help_text="Of today's: no attempt yet.")
    late = serializers.IntegerField(help_text="Of all: owned for 15 minutes or more without an attempt.")
    average_response_seconds = serializers.IntegerField(allow_null=True, help_text="From assignment to first attempt.")
    open_leads = serializers.IntegerField()
    close_rate = serializers.FloatField(allow_null=True, help_text="0 to 1, trailing 90 days.")


@extend_schema_serializer(component_name="Dashboard")
class DashboardSerializer(serializers.Serializer[TodayFigures]):
    """The agency's day so far."""

    at = serializers.DateTimeField()
    since = serializers.DateTimeField(help_text="Midnight on the agency's clocks.")
    received = serializers.IntegerField()
    contacted = serializers.IntegerField()
    contacted_share = serializers.FloatField(allow_null=True, help_text="0 to 1.")
    hot = serializers.IntegerField()
    warm = serializers.IntegerField()
    cold = serializers.IntegerField()
    nurtured = serializers.IntegerField()
    unplaced = serializers.IntegerField()
    untouched = serializers.IntegerField(help_text="Open, owned, and no attempt yet.")
    average_response_seconds = serializers.IntegerField(allow_null=True)
    target_seconds = serializers.IntegerField()
    quoted_pending = serializers.IntegerField()
    follow_ups_due = serializers.IntegerField()
    binds_this_week = serializers.IntegerField()
    premium_this_week = serializers.DecimalField(max_digits=14, decimal_places=2)
    producers = ProducerTodaySerializer(many=True)
    alerts = serializers.ListField(child=serializers.CharField())
    leads = LeadSerializer(many=True, help_text="Today's, newest first, at most 100.")


class Dashboard(APIView):
    """Today's figures."""

    permission_classes = [may("see_dashboard")]

    @extend_schema(tags=["agency"], summary="Today's leads, response times and who has what", responses=DashboardSerializer)
    def get(self, request: Request) -> Response:
        """The figures as of now."""
        data: dict[str, Any] = dict(DashboardSerializer(today(timezone.now())).data)
        return Response(data)
