"""The page on which everyone can check that turns are fair, and a manager can put a balance right."""

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from agency.context import unread
from agency.pages import PageRequest, page
from agency.roles import ABILITIES
from routing.engine import words
from routing.fairness import CorrectionError, correct, fairness
from routing.forms import CorrectionForm

CORRECTED = "{taker} is owed {leads} more, {giver} as much less."


@page("see_all_leads", "work_leads")
@require_http_methods(["GET", "HEAD", "POST"])
def fairness_page(request: HttpRequest) -> HttpResponse:
    """Entitlement, received and drift of everyone, or of oneself; a manager's correction."""
    asked = cast(PageRequest, request)
    if asked.method != "POST":
        return render(request, "routing/fairness.html", _shown(asked, form=CorrectionForm() if _steers(asked) else None))
    if not _steers(asked):
        raise PermissionDenied
    form = CorrectionForm(asked.POST)
    if form.is_valid() and _corrected(asked, form):
        return redirect("routing:fairness")
    return render(request, "routing/fairness.html", _shown(asked, form=form), status=422)


@page("see_all_leads", "work_leads")
@require_safe
def fairness_rows(request: HttpRequest) -> HttpResponse:
    """The live part alone; 204 while it is still the version in `v`."""
    shown = _shown(cast(PageRequest, request))
    if request.GET.get("v") == shown["version"]:
        return HttpResponse(status=204)
    return render(request, "routing/_fairness.html", shown)


def _steers(request: PageRequest) -> bool:
    return request.role in ABILITIES["publish_rules"]


def _corrected(request: PageRequest, form: CorrectionForm) -> bool:
    """Whether the service did it; else the form says why not."""
    data = form.cleaned_data
    try:
        done = correct(**data, by=request.user, now=timezone.now())
    except CorrectionError as error:
        form.add_error(error.field, str(error))
        return False
    messages.success(request, CORRECTED.format(taker=data["taker"], giver=data["giver"], leads=words.leads(done.amount)))
    return True


def _shown(request: PageRequest, form: CorrectionForm | None = None) -> dict[str, Any]:
    everyone = request.role in ABILITIES["see_all_leads"]
    shown, notices = fairness(None if everyone else request.user), unread(request.user)
    return {
        "fairness": shown,
        "everyone": everyone,
        "form": form,
        "now": timezone.now(),
        "unread": notices,
        "version": f"{shown.version}-{notices}",
    }
