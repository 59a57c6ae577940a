"""The page "What would have changed?": a past stream of leads under a rule set, asked for on the rule set's page."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextInputWidget

from agency.admin.base import ReadOnlyAdmin, link_to, link_to_page, table, who
from producers import roster
from routing.models import ReplayRun, ReplayState, RuleSet
from routing.simulation import OUTCOMES_NOT_REPLAYED, runs

DAYS = 30
"""How far back the form looks unless told otherwise."""
EARLIER = 5
BACKWARDS = "The last day is before the first."
CANCELLED = "The replay was stopped."
OVER = "The replay was over already."
MAY_REPLAY = "agency.publish_rules"
STATE_COLOURS = {
    ReplayState.QUEUED.label: "info",
    ReplayState.RUNNING.label: "warning",
    ReplayState.DONE.label: "success",
    ReplayState.CANCELLED.label: "info",
    ReplayState.FAILED.label: "danger",
}
OUTCOME_WORDS = {
    "assigned": "Went to somebody by a rule or by hand",
    "held": "Waited for somebody better",
    "nurtured": "Went into nurture",
    "unplaced": "Nobody could take it",
}


class PeriodForm(forms.Form):
    """Which leads: those of so many days, on the agency's clocks."""

    first = forms.DateField(label="From", widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}))
    last = forms.DateField(label="To and including", widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}))

    def clean(self) -> dict[str, Any]:
        """Days in their order."""
        days = super().clean() or {}
        if days.get("first") and days.get("last") and days["last"] < days["first"]:
            self.add_error("last", BACKWARDS)
        return days

    def period(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """From the first instant of the first day until the first one after the last."""
        first, last = self.cleaned_data["first"], self.cleaned_data["last"] + timedelta(days=1)
        return datetime.combine(first, time.min, zone), datetime.combine(last, time.min, zone)


class ReplayMixin:
    """The page of a rule set on which a replay is asked for."""

    admin_site: admin.AdminSite

    @action(description="What would have changed?", url_path="replay", icon="replay", permissions=["copy"])
    def replay(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A form for the period; when it is sent, the replay's own page."""
        ruleset = get_object_or_404(RuleSet, pk=object_id)
        today = roster.local_day(timezone.now(), roster.static().timezone)
        form = PeriodForm(request.POST or None, initial={"first": today - timedelta(days=DAYS), "last": today})
        if request.method == "POST" and form.is_valid():
            since, until = form.period(ZoneInfo(roster.static().timezone))
            run = runs.request(ruleset, since=since, until=until, by=who(request), now=timezone.now())
            return redirect(_page(run))
        earlier = ReplayRun.objects.filter(ruleset=ruleset).defer("result")[:EARLIER]
        rows = [(link_to(run, str(run.created_at.date())), *_period(run), run.get_state_display()) for run in earlier]
        context = {
            **self.admin_site.each_context(request),
            "title": f"What would have changed under rule set {ruleset.version}?",
            "ruleset": ruleset,
            "back": reverse("admin:routing_ruleset_change", args=[ruleset.pk]),
            "form": form,
            "note": OUTCOMES_NOT_REPLAYED,
            "earlier": table(("Asked for on", "From", "To and including", "State"), rows) if rows else "",
            "opts": RuleSet._meta,
        }
        return TemplateResponse(request, "admin/routing/replay.html", context)


@admin.register(ReplayRun)
class ReplayRunAdmin(ReadOnlyAdmin):
    """Replays that were asked for, and what came of them."""

    list_display = ("created_at", "rules", "first_day", "last_day", "total", "coloured_state", "requested_by")
    list_filter = (("state", ChoicesDropdownFilter),)
    list_select_related = ("ruleset", "requested_by")
    search_fields = ("=ruleset__version", "requested_by__name")
    ordering = ("-created_at", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReplayRun]:
        """Lists do without the results, which are long."""
        return super().get_queryset(request).defer("result")

    @admin.display(description="rule set", ordering="ruleset__version")
    def rules(self, run: ReplayRun) -> str:
        """Its version."""
        return f"Rule set {run.ruleset.version}"

    @admin.display(description="from", ordering="since")
    def first_day(self, run: ReplayRun) -> str:
        """The first day."""
        return _period(run)[0]

    @admin.display(description="to and including", ordering="until")
    def last_day(self, run: ReplayRun) -> str:
        """The last day."""
        return _period(run)[1]

    @display(description="state", ordering="state", label=STATE_COLOURS)
    def coloured_state(self, run: ReplayRun) -> str:
        """Where it stands."""
        return run.get_state_display()

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """How far the replay is, and what came of it; sent back, it is stopped."""
        if not request.user.has_perm(MAY_REPLAY):
            return redirect("admin:index")
        run = get_object_or_404(ReplayRun.objects.select_related("ruleset", "requested_by"), pk=object_id)
        if request.method == "POST":
            messages.info(request, CANCELLED if runs.cancel(run, now=timezone.now()) else OVER)
            return redirect(_page(run))
        context = {
            **self.admin_site.each_context(request),
            "title": f"What would have changed under rule set {run.ruleset.version}",
            "run": run,
            "period": "{} to {}".format(*_period(run)),
            "asked_on": roster.local_day(run.created_at, roster.static().timezone).isoformat(),
            "again": reverse("admin:routing_ruleset_replay", args=[run.ruleset_id]),
            "opts": ReplayRun._meta,
            **(_result(run) if run.result else {}),
        }
        return TemplateResponse(request, "admin/routing/replay_run.html", context)


def _page(run: ReplayRun) -> str:
    return reverse("admin:routing_replayrun_change", args=[run.pk])


def _period(run: ReplayRun) -> tuple[str, str]:
    """The first and the last day, on the agency's clocks."""
    zone = ZoneInfo(roster.static().timezone)
    last = run.until - timedelta(microseconds=1)
    return run.since.astimezone(zone).date().isoformat(), last.astimezone(zone).date().isoformat()


def _result(run: ReplayRun) -> dict[str, Any]:
    """The result as sentences and tables."""
    result: dict[str, Any] = run.result or {}
    would = f"Under rule set {run.ruleset.version}"
    return {
        "result": result,
        "people": table(
            ("Person", "Leads then", would, "Gained", "Lost", "Net", "At a cap then", would),
            [_person(one) for one in result["people"]],
        ),
        "outcomes": table(
            ("", "Then", would), [(words, result["was"][key], result["would"][key]) for key, words in OUTCOME_WORDS.items()]
        ),
        "rules": table(
            ("Rule then", would, "Decisions", "Of these, leads that would have gone elsewhere"),
            [(one["before"], one["after"], one["decisions"], one["moved"]) for one in result["rules"]],
        ),
        "samples": table(("Lead", "When", "About", "Then", would), [_sample(one) for one in result["samples"]]),
    }


def _person(one: dict[str, Any]) -> tuple[Any, ...]:
    net = f"{one['net']:+d}" if one["net"] else "0"
    return (one["name"], one["was"], one["would"], one["gained"], one["lost"], net, one["capped_was"], one["capped_would"])


def _sample(one: dict[str, Any]) -> tuple[Any, ...]:
    at = parse_datetime(one["at"])
    local = at.astimezone(ZoneInfo(roster.static().timezone)) if at else None
    about = ", ".join(str(value).replace("_", " ") for value in one["about"].values() if value)
    return (
        link_to_page("leads:detail", f"Lead {one['lead']}", one["lead"]),
        f"{local:%Y-%m-%d %H:%M}" if local else one["at"],
        about,
        one["was"]["reason"],
        one["would"]["reason"],
    )
