"""Leads typed in by the agency itself, and refused ones sent again."""

from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from agency.models import User
from agency.pages import PageRequest, page
from leads.forms import EntryForm, PersonForm, ResubmitForm
from leads.intake import IdempotencyConflict, IntakeError, Receipt, receive, resubmit
from leads.models import RejectedIntake
from leads.selectors import leads_visible_to

DOOR = "manual"
REJECTED_SHOWN = 50


@page("enter_leads")
def new(request: HttpRequest) -> HttpResponse:
    """A walk-in or a caller becomes a lead, routed by the same rules as any other."""
    form = EntryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        key = f"{DOOR}:{data['token']}" if data["token"] else None
        try:
            receipt = receive(form.payload(), source=data["source"], idempotency_key=key, door=DOOR, by=_person(request))
            return _onward(cast(PageRequest, request), receipt)
        except IntakeError as error:
            form.add_intake_errors(error.errors)
        except IdempotencyConflict:
            form.add_error(None, "This form was already sent with other details. Reload the page for a new one.")
    return render(request, "leads/new.html", {"form": form}, status=422 if form.errors else 200)


@page("see_all_leads")
def rejected(request: HttpRequest) -> HttpResponse:
    """What could not become a lead and still waits for somebody."""
    waiting = RejectedIntake.objects.filter(resolved_at__isnull=True).select_related("source").order_by("-received_at", "-pk")
    shown = Paginator(waiting, REJECTED_SHOWN).get_page(request.GET.get("page"))
    return render(request, "leads/rejected.html", {"shown": shown, "now": timezone.now()})


@page("see_all_leads")
def rejected_one(request: HttpRequest, pk: int) -> HttpResponse:
    """One refused request with its errors, to be mended and sent again."""
    row = get_object_or_404(RejectedIntake.objects.select_related("source", "lead"), pk=pk)
    sent = row.payload if isinstance(row.payload, dict) else {}
    form = ResubmitForm(request.POST) if request.method == "POST" else _refused(sent, row.errors)
    if request.method == "POST" and form.is_valid():
        mended = {**{name: value for name, value in sent.items() if name not in form.fields}, **form.payload()}
        try:
            receipt = resubmit(row, mended, by=_person(request), now=timezone.now())
            return _onward(cast(PageRequest, request), receipt)
        except IntakeError as error:
            form.add_intake_errors(error.errors)
    context = {"row": row, "form": form, "now": timezone.now()}
    return render(request, "leads/rejected_one.html", context, status=422 if request.method == "POST" else 200)


def _refused(sent: dict[str, Any], errors: dict[str, list[str]]) -> PersonForm:
    """The form as it was sent, each field with what was wrong with it."""
    form = ResubmitForm({name: value for name, value in sent.items() if isinstance(value, str | int | float)})
    form.errors.clear()
    form.add_intake_errors({name: [str(message) for message in messages] for name, messages in errors.items()})
    return form


def _onward(request: PageRequest, receipt: Receipt) -> HttpResponse:
    """To the lead, or back to an empty form when it went to somebody else."""
    lead = receipt.lead
    owner = f"{lead.owner.name} owns it." if lead.owner else "It is in nurture." if lead.steward_id else "It waits for an owner."
    joined = " They were known already, so it joined their open lead." if receipt.duplicate else ""
    messages.success(request, f"{lead.name} is in. {owner}{joined}")
    if leads_visible_to(request.user, timezone.now()).filter(pk=lead.pk).exists():
        return redirect("leads:detail", pk=lead.pk)
    return redirect("leads:new")


def _person(request: HttpRequest) -> User:
    return cast(PageRequest, request).user
