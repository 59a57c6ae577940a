"""The list of what waits for a person's decision."""

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from agency.models import User
from agency.pages import page
from leads import stuck as waiting

DECISIONS = {
    "again": (waiting.try_again, "It is tried again now."),
    "leave": (waiting.leave, "It is left as it is."),
}
DECIDED = "Somebody has decided about it already."


@page("see_all_leads")
@require_safe
def stuck(request: HttpRequest) -> HttpResponse:
    """Everything that came to nothing by itself, with what can be done about it."""
    shown: dict[str, Any] = {"shown": waiting.stuck(), "now": timezone.now()}
    return render(request, "leads/stuck.html", shown)


@page("see_all_leads")
@require_POST
def decide(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """One of them is tried again or left, and off the list."""
    act, words = DECISIONS.get(request.POST.get("decision", ""), (None, ""))
    if act is None or kind not in waiting.KINDS:
        raise Http404
    done = act(kind, pk, by=cast(User, request.user), now=timezone.now())
    messages.add_message(request, messages.SUCCESS if done else messages.WARNING, words if done else DECIDED)
    return redirect("leads:stuck")
