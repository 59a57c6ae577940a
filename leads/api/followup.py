"""What will happen to a lead by itself, and steering it by hand: pause, resume, leave out a step."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from agency.api.schema import BAD_BODY, CONFLICT, FIELD_ERRORS, NOT_FOUND
from leads import work
from leads.api.access import person, reach
from leads.api.inputs import PauseInput, SkipInput
from leads.api.work import LeadAction, refusals
from leads.followup.forecast import Coming, coming
from leads.models import FollowUpPause

_ANSWERS: Any = {400: FIELD_ERRORS, 404: NOT_FOUND, 409: CONFLICT, **BAD_BODY}


@extend_schema_serializer(component_name="ComingStep")
class ComingSerializer(serializers.Serializer[Coming]):
    """One touch that is to come."""

    id = serializers.IntegerField()
    plan = serializers.CharField(help_text="Empty: a call-back that is no plan's.")
    label = serializers.CharField()  # type: ignore[assignment]  # a field's name, not its option
    channel = serializers.CharField(help_text="`call`, `sms` or `email`; empty: another plan begins.")
    planned_at = serializers.DateTimeField(help_text="When the plan has it.")
    expected_at = serializers.DateTimeField(
        source="at", allow_null=True, help_text="When it will happen, as things stand; null: it rests or will be dropped."
    )
    why_moved = serializers.CharField(help_text="Why not when it was planned.")
    why_dropped = serializers.CharField(help_text="Why it will not happen, as things stand.")
    rule = serializers.CharField(help_text="The rule it is moved or dropped by, with its version.")
    signer = serializers.CharField(help_text="Whose task it is, or who signs it.")
    agreed = serializers.BooleanField(help_text="A call at a time agreed with the person.")


@extend_schema_serializer(component_name="FollowUpPause")
class PauseSerializer(serializers.Serializer[FollowUpPause]):
    """A pause that is open."""

    since = serializers.DateTimeField()
    until = serializers.DateTimeField(allow_null=True)
    by = serializers.CharField(source="by.name", default="")


@extend_schema_serializer(component_name="FollowUp")
class FollowUpSerializer(serializers.Serializer[Any]):
    """What is to come."""

    pause = PauseSerializer(allow_null=True)
    steps = ComingSerializer(many=True)


class FollowUp(LeadAction):
    """What is to come for one lead."""

    serializer_class = FollowUpSerializer

    @extend_schema(
        tags=["leads"],
        summary="What will happen by itself, and when",
        description="Soonest first, with every shift and everything that will be dropped explained, as things stand.",
        responses={200: FollowUpSerializer, 404: NOT_FOUND},
    )
    def get(self, request: Request, pk: int) -> Response:
        """The forecast as of now."""
        return _answer(request, pk)


class Pause(LeadAction):
    """The follow-up rests."""

    serializer_class = PauseInput

    @extend_schema(
        tags=["leads"],
        summary="Pause the follow-up",
        description="Nothing automatic goes out, apart from the reminder of a call-back agreed with the person.",
        responses={200: FollowUpSerializer, **_ANSWERS},
    )
    def post(self, request: Request, pk: int) -> Response:
        """It rests until then, or until it is resumed."""
        lead = reach(request, pk)
        given = self.given(request)
        with refusals():
            work.pause(lead, by=person(request), until=given.get("until"), now=timezone.now())
        return _answer(request, pk)


class Resume(LeadAction):
    """The follow-up goes on."""

    @extend_schema(
        tags=["leads"],
        summary="Resume the follow-up",
        description="What is to come is later by as long as it rested.",
        request=None,
        responses={200: FollowUpSerializer, **_ANSWERS},
    )
    def post(self, request: Request, pk: int) -> Response:
        """It goes on."""
        lead = reach(request, pk)
        with refusals():
            work.resume(lead, by=person(request), now=timezone.now())
        return _answer(request, pk)


class Skip(LeadAction):
    """One step is left out."""

    serializer_class = SkipInput

    @extend_schema(
        tags=["leads"],
        summary="Leave out a step of the follow-up",
        responses={200: FollowUpSerializer, **_ANSWERS},
    )
    def post(self, request: Request, pk: int, step: int) -> Response:
        """It is left out; what comes after it stays."""
        lead = reach(request, pk)
        given = self.given(request)
        with refusals():
            work.skip_step(lead, step, by=person(request), reason=given.get("reason", ""), now=timezone.now())
        return _answer(request, pk)


def _answer(request: Request, pk: int) -> Response:
    data: dict[str, Any] = dict(FollowUpSerializer(coming(reach(request, pk), timezone.now())).data)
    return Response(data)
