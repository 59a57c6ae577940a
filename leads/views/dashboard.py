"""The day as the manager follows it."""

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from agency.context import unread
from agency.pages import PageRequest, page
from agency.roles import ABILITIES
from leads.wall import wall


@page("see_dashboard", "see_reports")
def dashboard(request: HttpRequest) -> HttpResponse:
    """Figures, people and today's leads; without names of leads for roles that may not see personal data."""
    return render(request, "leads/dashboard.html", _shown(cast(PageRequest, request)))


@page("see_dashboard", "see_reports")
def dashboard_rows(request: HttpRequest) -> HttpResponse:
    """The live part alone; 204 while it is still the version in `v`."""
    shown = _shown(cast(PageRequest, request))
    if request.GET.get("v") == shown["version"]:
        return HttpResponse(status=204)
    return render(request, "leads/_dashboard.html", shown)


def _shown(request: PageRequest) -> dict[str, Any]:
    now = timezone.now()
    shown, notices = wall(now), unread(request.user)
    personal = request.role in ABILITIES["see_dashboard"]
    return {"wall": shown, "now": now, "personal": personal, "unread": notices, "version": f"{shown.version}-{notices}"}
