"""The license forecast: what runs out, and which leads nobody could take then."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from agency.pages import page
from leads.stranded import AHEAD, FAMILIES, NO_FAMILY, forecast


@page("see_all_leads")
@require_safe
def licences(request: HttpRequest) -> HttpResponse:
    """For managers."""
    shown = forecast(timezone.now())
    rows = [(one, FAMILIES.get(one.family, NO_FAMILY)) for one in shown.stretches]
    return render(request, "leads/licences.html", {"forecast": shown, "rows": rows, "days": AHEAD})
