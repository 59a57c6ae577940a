"""The inbox: what to do next, kept current."""

from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Any, cast
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from agency.context import unread
from agency.pages import PageRequest, page
from agency.roles import MANAGER
from leads.calls.selectors import dials
from leads.current import last_known
from leads.filters import search_leads
from leads.forms import OUTCOMES
from leads.inbox import first_response, inbox
from leads.models import OPEN_STATUSES, Lead
from leads.selectors import leads_visible_to
from leads.work import DECLINE_REASONS
from producers.standins import covered_ids


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


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of the list was asked for; all of it stands in the address."""

    everyone: bool
    text: str
    line: str
    source: str
    owner: str

    def query(self, page_number: int = 1) -> str:
        """What of the address leads to that page of this very list."""
        found = {"who": "all" if self.everyone else "", "q": self.text, "line": self.line, "source": self.source}
        found |= {"owner": self.owner, "page": str(page_number) if page_number > 1 else ""}
        return urlencode({name: value for name, value in found.items() if value})

    def narrow(self, leads: QuerySet[Lead]) -> QuerySet[Lead]:
        """Only what fits; closed leads only where somebody looks for a name."""
        leads = search_leads(leads, self.text) if self.text else leads.filter(status__in=OPEN_STATUSES)
        exact = {"line": self.line, "source__key": self.source, "owner__key": self.owner}
        return leads.filter(**{name: value for name, value in exact.items() if value})


def _shown(request: PageRequest) -> dict[str, Any]:
    now, manages = timezone.now(), request.role == MANAGER
    wanted = _wanted(request, manages)
    leads = wanted.narrow(leads_visible_to(request.user, now))
    producer = getattr(request.user, "producer", None)
    if manages and not wanted.everyone and not wanted.text:
        leads = leads.filter(Q(owner__user=request.user) | Q(owner__in=covered_ids(producer, now) if producer else ()))
    asked = request.GET.get("page", "1")
    reader = "" if producer is None or wanted.everyone or wanted.text else producer.key
    shown = inbox(
        leads, now=now, target=first_response(request.agency), page=int(asked) if asked.isdecimal() else 1, reader=reader
    )
    notices, config = unread(request.user), last_known()
    owner = config.roster.producers.get(wanted.owner)
    return {
        "inbox": shown,
        "now": now,
        "wanted": wanted,
        "everyone": wanted.everyone,
        "text": wanted.text,
        "owner": owner.name if owner else wanted.owner,
        "lines": sorted(((one.key, one.name) for one in config.roster.lines.values()), key=itemgetter(1)),
        "sources": sorted(((one.key, one.name) for one in config.sources.values()), key=itemgetter(1)),
        "unread": notices,
        "version": f"{shown.version}-{notices}",
        "outcomes": OUTCOMES,
        "dials": dials(request.user),
        "decline_reasons": DECLINE_REASONS,
        "query": wanted.query(shown.page),
        "before": wanted.query(shown.page - 1),
        "after": wanted.query(shown.page + 1),
        "without_owner": replace(wanted, owner="").query(),
    }


def _wanted(request: PageRequest, manages: bool) -> Wanted:
    asked = {name: request.GET.get(name, "").strip()[:100] for name in ("q", "line", "source", "owner")}
    owner = asked["owner"] if manages else ""
    everyone = manages and (request.GET.get("who") == "all" or bool(owner))
    return Wanted(everyone, asked["q"], asked["line"], asked["source"], owner)
