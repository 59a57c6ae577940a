"""The inbox: what to do next, kept current."""

from typing import Any, cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from agency.context import unread
from agency.pages import PageRequest, page
from agency.roles import MANAGER
from leads.filters import search_leads
from leads.forms import OUTCOMES
from leads.inbox import first_response, inbox
from leads.models import OPEN_STATUSES
from leads.selectors import leads_visible_to
from leads.work import DECLINE_REASONS


@page("work_leads")
def inbox_page(request: HttpRequest) -> HttpResponse:
    """The whole page."""
    return render(request, "leads/inbox.html", _shown(cast(PageRequest, request)))


@page("work_leads")
def inbox_rows(request: HttpRequest) -> HttpResponse:
    """The list alone; 204 while it is still the version in `v`."""
    shown = _shown(cast(PageRequest, request))
    if request.GET.get("v") == shown["version"]:
        return HttpResponse(status=204)
    return render(request, "leads/_inbox.html", shown)


def _shown(request: PageRequest) -> dict[str, Any]:
    now = timezone.now()
    everyone = request.role == MANAGER and request.GET.get("who") == "all"
    text = request.GET.get("q", "").strip()[:100]
    leads = leads_visible_to(request.user)
    leads = search_leads(leads, text) if text else leads.filter(status__in=OPEN_STATUSES)
    if request.role == MANAGER and not everyone and not text:
        leads = leads.filter(owner__user=request.user)
    asked = request.GET.get("page", "1")
    shown = inbox(leads, now=now, target=first_response(request.agency), page=int(asked) if asked.isdecimal() else 1)
    notices = unread(request.user)
    return {
        "inbox": shown,
        "now": now,
        "everyone": everyone,
        "text": text,
        "unread": notices,
        "version": f"{shown.version}-{notices}",
        "outcomes": OUTCOMES,
        "decline_reasons": DECLINE_REASONS,
        "query": _query(everyone, text, shown.page),
        "before": _query(everyone, text, shown.page - 1),
        "after": _query(everyone, text, shown.page + 1),
    }


def _query(everyone: bool, text: str, page_number: int) -> str:
    """What of the address leads to that page of this very list."""
    found = {"who": "all" if everyone else "", "q": text, "page": str(page_number) if page_number > 1 else ""}
    return urlencode({name: value for name, value in found.items() if value})
