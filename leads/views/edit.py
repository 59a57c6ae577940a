"""Putting right what is on record of a lead."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from agency.pages import PageRequest, page
from leads.edits import EditError
from leads.edits import edit as put_right
from leads.forms import EditForm
from leads.models import Lead
from leads.selectors import get_visible, leads_visible_to, with_names
from routing.assignment import AssignmentError

SAVED = "{name} is put right."
NOTHING = "Nothing was changed."
MOVED = "{name} is put right, and with that no longer yours: {who}."


@page("work_leads")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The facts as a form; saved, they count for score and license at once, which may move the lead to somebody else."""
    asked = cast(PageRequest, request)
    lead = get_visible(asked.user, pk, timezone.now())
    form = EditForm(asked.POST or None, lead=lead)
    if form.is_valid():
        try:
            if changes := form.changes():
                put_right(lead, by=asked.user, changes=changes, now=timezone.now())
            return _onward(asked, lead.pk, said=bool(changes))
        except EditError as error:
            form.add_intake_errors(error.errors)
        except AssignmentError as error:
            form.add_error(None, str(error))
    return render(asked, "leads/edit.html", {"form": form, "lead": lead}, status=422 if form.errors else 200)


def _onward(request: PageRequest, pk: int, *, said: bool) -> HttpResponse:
    """To the lead, or to the inbox when it has just left the person's sight."""
    lead = with_names(Lead.objects.all()).get(pk=pk)
    if leads_visible_to(request.user, timezone.now()).filter(pk=pk).exists():
        messages.success(request, SAVED.format(name=lead.name) if said else NOTHING)
        return redirect("leads:detail", pk=pk)
    messages.success(request, MOVED.format(name=lead.name, who=_whose(lead)))
    return redirect("leads:inbox")


def _whose(lead: Lead) -> str:
    if lead.owner:
        return f"it went to {lead.owner.name}"
    return f"{lead.steward.name} keeps it in nurture" if lead.steward else "it waits for somebody who may take it"
