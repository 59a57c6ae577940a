"""The public form: a visitor asks for a quote."""

import hashlib
import json
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from agency.pages import PageRequest, client_ip, public_page, within_rate
from leads import current
from leads.forms import CAMPAIGN_FIELDS, CONSENT_CHANNELS, QuoteForm
from leads.intake import IdempotencyConflict, IntakeError, receive
from leads.models import Source, SourceKind

DOOR = "form"
POSTS_ALLOWED = 12
POSTS_WINDOW = 600  # seconds
TOO_MANY = "We have had a lot of requests from your connection just now. Please wait a few minutes and send it again, or call us."


@public_page
def quote_form(request: HttpRequest) -> HttpResponse:
    """The form; a good one has become a lead and leads on to the thank-you page."""
    asked = cast(PageRequest, request)
    source = _source(request.GET.get("source", ""))
    if request.method != "POST":
        campaign = {name: request.GET[name][:300] for name in CAMPAIGN_FIELDS if name in request.GET}
        return _render(asked, QuoteForm(agency=asked.agency.name, initial=campaign), source)
    form = QuoteForm(request.POST, agency=asked.agency.name)
    if not within_rate(f"quote:{client_ip(request)}", POSTS_ALLOWED, POSTS_WINDOW):
        form.add_error(None, TOO_MANY)
        return _render(asked, form, source, status=429)
    if not form.is_valid():
        return _render(asked, form, source, status=422)
    if form.is_trapped:
        return redirect("leads:quote_thanks")
    try:
        _take(asked, form, source)
    except IntakeError as error:
        form.add_intake_errors(error.errors)
        return _render(asked, form, source, status=422)
    return redirect("leads:quote_thanks")


@public_page
def quote_thanks(request: HttpRequest) -> HttpResponse:
    """What happens now, in the agency's words."""
    return render(request, "leads/quote_thanks.html")


def _take(request: PageRequest, form: QuoteForm, source: Source) -> None:
    """The visitor's request is received; the same form sent again changes nothing."""
    payload = form.payload()
    key = hashlib.sha256(json.dumps([form.cleaned_data["token"], payload], sort_keys=True).encode()).hexdigest()
    if campaign := form.campaign():
        payload["attributes"] = campaign
    if form.cleaned_data["consent"]:
        payload["consent"] = {
            "channels": CONSENT_CHANNELS,
            "text": str(form.fields["consent"].label),
            "ip": client_ip(request),
            "user_agent": request.headers.get("User-Agent", "")[:400],
        }
    try:
        receive(payload, source=source, idempotency_key=key, door=DOOR)
    except IdempotencyConflict:
        return  # what they typed is the same; only the browser's own traces differ


def _source(key: str) -> Source:
    """The source the address names, else the first organic one."""
    active = [source for source in current.configuration().sources.values() if source.active]
    named = [source for source in active if source.key == key]
    organic = sorted((source for source in active if source.kind == SourceKind.ORGANIC), key=lambda one: (one.position, one.key))
    for source in (*named, *organic):
        return source
    raise Http404("There is no source for the public form.")


def _render(request: PageRequest, form: QuoteForm, source: Source, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "source": source}
    return render(request, "leads/quote.html", context, status=status)
