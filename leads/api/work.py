"""What is done with one lead: events, touches, notes, accepting, declining, handing on, moving on, judging its score."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.utils import timezone
from rest_framework import generics
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from agency.api.access import may
from agency.api.errors import Conflict
from leads import work
from leads.api import schema
from leads.api.access import EntersLeads, WorksLeads, person, reach, source_of
from leads.api.inputs import DeclineInput, EventInput, FlagInput, NoteInput, ReassignInput, StatusInput, TouchInput, instant
from leads.api.shapes import lead_data, owner_of, told_to_source
from leads.intake import IntakeError, last_sent, record_event
from leads.models import Lead
from leads.selectors import with_names
from leads.work import statuses
from leads.work.desk import NOT_YOURS
from leads.work.notes import EMPTY_NOTE
from producers.models import Producer
from routing.assignment import latest_decision

NO_SUCH_PERSON: Final = "There is no active person with this key."
_AT_FAULT: Final = {
    statuses.NO_PREMIUM: "premium",
    statuses.NO_REASON: "reason",
    statuses.TOO_MUCH: "commission",
    statuses.ENDS_BEFORE: "expires_on",
    EMPTY_NOTE: "text",
}


class LeadAction(generics.GenericAPIView[Lead]):
    """One thing done to one lead the caller may see."""

    permission_classes = [WorksLeads]

    def given(self, request: Request) -> dict[str, Any]:
        """The checked body."""
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        data: dict[str, Any] = serializer.validated_data
        return data


@schema.POST_EVENT
class Events(LeadAction):
    """Something the person did."""

    permission_classes = [EntersLeads]
    serializer_class = EventInput

    def post(self, request: Request, pk: int) -> Response:
        """The event is stored, the lead scored again and, when that lifts it out of nurture, routed."""
        lead = reach(request, pk)
        given = self.given(request)
        now, source = timezone.now(), source_of(request)
        with refusals():
            at = instant(given.get("at"), now)
            record_event(lead, given["kind"], at=at, data=given.get("data"), now=now, source=source)
        if source is None:
            return _answer_anyway(pk, status=201)
        return Response(told_to_source(_data(reach(request, pk)), source, last_sent(lead, source)), status=201)


@schema.POST_TOUCH
class Touches(LeadAction):
    """An attempt to reach the person, or a word from them."""

    serializer_class = TouchInput

    def post(self, request: Request, pk: int) -> Response:
        """The touch is logged; timers that waited for it stop."""
        lead = reach(request, pk)
        given = self.given(request)
        with refusals():
            work.log_touch(lead, by=person(request), now=timezone.now(), **given)
        return _answer_anyway(pk, status=201)


@schema.POST_NOTE
class Notes(LeadAction):
    """Something written down."""

    serializer_class = NoteInput

    def post(self, request: Request, pk: int) -> Response:
        """The note is on the lead."""
        lead = reach(request, pk)
        given = self.given(request)
        with refusals():
            work.add_note(lead, by=person(request), text=given["text"], now=timezone.now())
        return _answer(request, pk, status=201)


@schema.POST_ACCEPT
class Accept(LeadAction):
    """The owner takes it on."""

    def post(self, request: Request, pk: int) -> Response:
        """The lead is accepted."""
        lead = reach(request, pk)
        with refusals():
            work.accept(lead, by=person(request), now=timezone.now())
        return _answer(request, pk)


@schema.POST_DECLINE
class Decline(LeadAction):
    """The owner hands it back."""

    serializer_class = DeclineInput

    def post(self, request: Request, pk: int) -> Response:
        """The lead has another owner; the answer is the lead as it now stands, though it may no longer be the caller's to see."""
        lead = reach(request, pk)
        given = self.given(request)
        with refusals():
            work.decline(lead, by=person(request), reason=given["reason"], now=timezone.now())
        return _answer_anyway(pk)


@schema.POST_REASSIGN
class Reassign(LeadAction):
    """A manager gives it to someone, or lets the rules decide again."""

    permission_classes = [may("reassign_leads")]
    serializer_class = ReassignInput

    def post(self, request: Request, pk: int) -> Response:
        """The lead has the owner that was named, or whom the rules chose."""
        lead = reach(request, pk)
        given = self.given(request)
        producer = None
        if key := given.get("producer"):
            producer = Producer.objects.select_related("user").filter(key=key, active=True).first()
            if producer is None:
                raise ValidationError({"producer": [NO_SUCH_PERSON]})
        with refusals():
            work.reassign(lead, by=person(request), producer=producer, reason=given["reason"], now=timezone.now())
        return _answer_anyway(pk)


@schema.POST_STATUS
class StatusStep(LeadAction):
    """One step on the lead's way."""

    serializer_class = StatusInput

    def post(self, request: Request, pk: int) -> Response:
        """The lead has the status, and what follows from it."""
        lead = reach(request, pk)
        given = self.given(request)
        with refusals():
            work.set_status(lead, by=person(request), now=timezone.now(), **given)
        return _answer_anyway(pk)


@schema.POST_FLAG
class FlagScore(LeadAction):
    """The owner says that the score is wrong."""

    serializer_class = FlagInput

    def post(self, request: Request, pk: int) -> Response:
        """The flag is stored for whoever tends the score model."""
        lead = reach(request, pk)
        given = self.given(request)
        with refusals():
            work.flag_score(lead, by=person(request), now=timezone.now(), **given)
        return _answer(request, pk, status=201)


@contextmanager
def refusals() -> Iterator[None]:
    """What a service refuses becomes a 409, a 400 where a field is at fault, or a 403 where the person is."""
    try:
        yield
    except work.WorkError as error:
        message = str(error)
        if message == NOT_YOURS:
            raise PermissionDenied(message) from error
        if field := _AT_FAULT.get(message):
            raise ValidationError({field: [message]}) from error
        raise Conflict(message) from error
    except IntakeError as error:
        raise ValidationError(error.errors) from error


def _answer(request: Request, pk: int, status: int = 200) -> Response:
    return Response(_data(reach(request, pk)), status=status)


def _answer_anyway(pk: int, status: int = 200) -> Response:
    """The lead as it now stands, also when what was done has taken it out of the caller's sight."""
    return Response(_data(with_names(Lead.objects.all()).get(pk=pk)), status=status)


def _data(lead: Lead) -> dict[str, Any]:
    decision = latest_decision(lead)
    return {**lead_data(lead, owner=owner_of(lead)), "decision": decision.to_json() if decision else None}
