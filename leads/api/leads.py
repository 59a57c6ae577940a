"""The list of leads, the door through which they come in, and one lead to read and mend."""

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from agency.api.pages import Stream
from leads.api import schema
from leads.api.access import EntersLeads, WorksLeads, person, reach, reachable
from leads.api.intake import take_in
from leads.api.shapes import LeadDetailSerializer, LeadSerializer, detail_data
from leads.edits import EditError, edit
from leads.filters import LeadFilter
from leads.models import Lead
from leads.selectors import with_names


@extend_schema_view(get=schema.LIST_LEADS, post=schema.POST_LEAD)
class Leads(generics.ListAPIView[Lead]):
    """Whoever may see leads lists them; sources and people hand them in."""

    serializer_class = LeadSerializer
    pagination_class = Stream
    filterset_class = LeadFilter

    def get_permissions(self) -> list[BasePermission]:
        """A source's key may post, not read."""
        return [EntersLeads() if self.request.method == "POST" else WorksLeads()]

    def get_queryset(self) -> QuerySet[Lead]:
        """The caller's leads with their names."""
        return reachable(self.request)

    def post(self, request: Request) -> Response:
        """Take a lead in."""
        return take_in(request)


class LeadDetail(generics.GenericAPIView[Lead]):
    """One lead."""

    permission_classes = [WorksLeads]
    serializer_class = LeadDetailSerializer

    @extend_schema(tags=["leads"], summary="One lead with all that is known of it")
    def get(self, request: Request, pk: int) -> Response:
        """The lead."""
        return Response(detail_data(reach(request, pk)))

    @schema.PATCH_LEAD
    def patch(self, request: Request, pk: int) -> Response:
        """Mend what was written down wrong; answered whoever has the lead then."""
        try:
            edit(reach(request, pk), by=person(request), changes=dict(request.data), now=timezone.now())
        except EditError as error:
            raise ValidationError(error.errors) from error
        return Response(detail_data(with_names(Lead.objects.all()).get(pk=pk)))
