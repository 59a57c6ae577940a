"""Who may call what: sources' keys post, people who work leads do everything else, marketing sees nobody's data."""

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.views import APIView

from agency.api.access import may
from agency.models import User
from leads.models import ApiKey, Lead, Source
from leads.selectors import leads_of_source, leads_visible_to, with_names

WorksLeads = may("work_leads")


class EntersLeads(may("enter_leads")):  # type: ignore[misc]  # a base class made by a function
    """People who enter leads, and a source's key."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether the caller may hand in leads or events."""
        return source_of(request) is not None or bool(super().has_permission(request, view))


def source_of(request: Request) -> Source | None:
    """The source whose key was sent; None for a person."""
    return request.auth.source if isinstance(request.auth, ApiKey) else None


def person(request: Request) -> User:
    """The person behind a request that passed `WorksLeads`."""
    if not isinstance(request.user, User):
        raise TypeError("this view lets in people only")
    return request.user


def reachable(request: Request) -> QuerySet[Lead]:
    """The leads the caller may reach: a person's visible ones, a source's own."""
    source = source_of(request)
    return with_names(leads_visible_to(request.user, timezone.now()) if source is None else leads_of_source(source))


def reach(request: Request, pk: int) -> Lead:
    """The lead, or Http404 when the caller may not know of it."""
    lead = reachable(request).filter(pk=pk).first()
    if lead is None:
        raise Http404
    return lead
