"""One lead's page, and what is done from it. Each act: select, read the form, call the service, go back to the page."""

from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from agency.pages import PageRequest, page
from agency.roles import ABILITIES, MANAGER
from leads import calls, work
from leads.calls.selectors import dials
from leads.dossier import dossier
from leads.forms import (
    OUTCOMES,
    PAUSES,
    DeclineForm,
    FlagForm,
    NoteForm,
    PageForm,
    PauseForm,
    ReassignForm,
    StatusForm,
    StopForm,
    TouchForm,
)
from leads.inbox import first_response
from leads.intake import IntakeError
from leads.models import Lead
from leads.selectors import get_visible, leads_visible_to
from leads.work import DECLINE_REASONS, WorkError
from routing.assignment import AssignmentError

STEERING = ("pause", "resume", "skip")
"""Acts whose errors stand beside what comes next."""
Service = Callable[[Lead, PageForm], str]
"""Does what the form asks of the lead and says so in a sentence."""


@page("work_leads")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The page; 204 for a script that has the version in `v` already."""
    return _render(cast(PageRequest, request), get_visible(cast(PageRequest, request).user, pk, timezone.now()))


@page("work_leads")
@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """The owner takes the lead on."""

    def service(lead: Lead, form: PageForm) -> str:
        work.accept(lead, by=_person(request))
        return f"{lead.name} is yours."

    return _act(request, pk, PageForm(request.POST), service, "accept")


@page("work_leads")
@require_POST
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    """The owner hands the lead back; the rules choose somebody else."""

    def service(lead: Lead, form: PageForm) -> str:
        decision = work.decline(lead, by=_person(request), reason=form.cleaned_data["reason"])
        return f"{lead.name} is handed on. {decision.reason}"

    return _act(request, pk, DeclineForm(request.POST, reasons=DECLINE_REASONS.items()), service, "decline")


@page("work_leads")
@require_POST
def touch(request: HttpRequest, pk: int) -> HttpResponse:
    """An attempt, or a word from them, is logged; timers that waited for it stop."""

    def service(lead: Lead, form: PageForm) -> str:
        data = form.cleaned_data
        made = work.log_touch(lead, by=_person(request), channel=data["channel"], outcome=data["outcome"], note=data["note"])
        return f"{lead.name}: {made.get_channel_display().lower()} logged, {made.get_outcome_display().lower()}."

    return _act(request, pk, TouchForm(request.POST), service, "touch")


@page("work_leads")
@require_POST
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """They asked to stop: nothing automatic goes there any more."""

    def service(lead: Lead, form: PageForm) -> str:
        data = form.cleaned_data
        closed = work.ask_to_stop(lead, by=_person(request), scope=data["scope"], note=data["note"])
        return f"{lead.name}: {closed}"

    return _act(request, pk, StopForm(request.POST), service, "stop")


@page("work_leads")
@require_POST
def call(request: HttpRequest, pk: int) -> HttpResponse:
    """The person's own phone rings, to connect them with the lead."""

    def service(lead: Lead, form: PageForm) -> str:
        calls.start(lead, by=_person(request), now=timezone.now())
        return f"Your phone rings. Press 1 to be connected with {lead.name}."

    return _act(request, pk, PageForm(request.POST), service, "calling")


@page("work_leads")
@require_POST
def status(request: HttpRequest, pk: int) -> HttpResponse:
    """The lead is one step further."""

    def service(lead: Lead, form: PageForm) -> str:
        step = form.cleaned_data["status"]
        work.set_status(lead, by=_person(request), status=step, **cast(StatusForm, form).details())
        return f"{lead.name} is now {step}."

    return _act(request, pk, StatusForm(request.POST), service, "status")


@page("work_leads")
@require_POST
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """Something is written down."""

    def service(lead: Lead, form: PageForm) -> str:
        work.add_note(lead, by=_person(request), text=form.cleaned_data["text"])
        return "Note saved."

    return _act(request, pk, NoteForm(request.POST), service, "note")


@page("work_leads")
@require_POST
def flag(request: HttpRequest, pk: int) -> HttpResponse:
    """The score is called wrong, for whoever tends the model."""

    def service(lead: Lead, form: PageForm) -> str:
        work.flag_score(lead, by=_person(request), verdict=form.cleaned_data["verdict"], note=form.cleaned_data["note"])
        return "Thank you: whoever tends the score model will see it."

    return _act(request, pk, FlagForm(request.POST), service, "flag")


@page("work_leads")
@require_POST
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Nothing automatic happens to the lead for some days, or until it is resumed."""

    def service(lead: Lead, form: PageForm) -> str:
        until = cast(PauseForm, form).until(timezone.now())
        work.pause(lead, by=_person(request), until=until)
        return f"{lead.name}: the follow-up is paused."

    return _act(request, pk, PauseForm(request.POST), service, "pause")


@page("work_leads")
@require_POST
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """The follow-up goes on, later by as long as it rested."""

    def service(lead: Lead, form: PageForm) -> str:
        work.resume(lead, by=_person(request))
        return f"{lead.name}: the follow-up goes on."

    return _act(request, pk, PageForm(request.POST), service, "resume")


@page("work_leads")
@require_POST
def skip(request: HttpRequest, pk: int, step: int) -> HttpResponse:
    """One step of the follow-up is left out."""

    def service(lead: Lead, form: PageForm) -> str:
        left_out = work.skip_step(lead, step, by=_person(request))
        return f"{lead.name}: {left_out} is left out."

    return _act(request, pk, PageForm(request.POST), service, "skip")


@page("reassign_leads")
@require_POST
def reassign(request: HttpRequest, pk: int) -> HttpResponse:
    """A manager gives the lead to someone, or lets the rules choose again."""

    def service(lead: Lead, form: PageForm) -> str:
        data = form.cleaned_data
        decision = work.reassign(lead, by=_person(request), producer=data["producer"], reason=data["reason"])
        return f"{lead.name} is handed on. {decision.reason}"

    return _act(request, pk, ReassignForm(request.POST), service, "reassign")


def _act(request: HttpRequest, pk: int, form: PageForm, service: Service, name: str) -> HttpResponse:
    """The service was called for a good form; else the page comes back with what was typed and what is wrong with it."""
    asked = cast(PageRequest, request)
    lead = get_visible(asked.user, pk, timezone.now())
    done = False
    if form.is_valid():
        try:
            messages.success(request, service(lead, form))
            done = True
        except (WorkError, AssignmentError) as error:
            form.add_error(None, str(error))
        except IntakeError as error:
            form.add_intake_errors(error.errors)
    back = _back(request)
    if done or back:
        for problems in form.errors.values():
            messages.error(request, f"{lead.name}: {' '.join(str(problem) for problem in problems)}")
        return redirect(back or _next_page(asked, lead))
    return _render(asked, lead, {name: form}, status=422)


def _render(request: PageRequest, lead: Lead, forms: dict[str, PageForm] | None = None, status: int = 200) -> HttpResponse:
    now = timezone.now()
    shown = dossier(lead, viewer=request.user, now=now, target=first_response(request.agency))
    if request.method == "GET" and request.GET.get("v") == shown.version:
        return HttpResponse(status=204)
    may_reassign = request.role in ABILITIES["reassign_leads"]
    context: dict[str, Any] = {
        "dossier": shown,
        "lead": lead,
        "now": now,
        "outcomes": OUTCOMES,
        "pauses": PAUSES,
        "dials": dials(request.user),
        "is_owner": lead.owner is not None and lead.owner.user_id == request.user.pk,
        "stands_in": request.role != MANAGER and lead.is_open and lead.owner and lead.owner.user_id != request.user.pk,
        "touch": TouchForm(auto_id="touch_%s"),
        "status": StatusForm(auto_id="status_%s", initial={"status": _likely(lead)}),
        "note": NoteForm(auto_id="note_%s"),
        "flag": FlagForm(auto_id="flag_%s"),
        "stop": StopForm(auto_id="stop_%s"),
        "decline": DeclineForm(auto_id="decline_%s", reasons=DECLINE_REASONS.items()),
        "reassign": ReassignForm(auto_id="reassign_%s") if may_reassign else None,
    }
    context["steering"] = [form for name, form in (forms or {}).items() if name in STEERING]
    return render(request, "leads/detail.html", {**context, **(forms or {})}, status=status)


def _likely(lead: Lead) -> str:
    """The step that usually comes next."""
    return {"new": "contacted", "contacted": "quoted", "quoted": "bound"}.get(lead.status, "contacted")


def _person(request: HttpRequest) -> Any:
    return cast(PageRequest, request).user


def _back(request: HttpRequest) -> str:
    """The list the form was sent from, when it names one of ours."""
    wanted = request.POST.get("next", "")
    parts = urlsplit(wanted)
    inbox = reverse("leads:inbox")
    return f"{inbox}?{parts.query}" if parts.path == inbox and not parts.netloc else ""


def _next_page(request: PageRequest, lead: Lead) -> str:
    """The lead's page, or the inbox when the lead has just left the person's sight."""
    if leads_visible_to(request.user, timezone.now()).filter(pk=lead.pk).exists():
        return reverse("leads:detail", args=[lead.pk])
    return reverse("leads:inbox")
