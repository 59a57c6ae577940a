""" "Try a lead": made-up facts under a rule set, with everything the engine looked at; nothing is written."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget, UnfoldBooleanSwitchWidget

from agency.admin.base import table
from producers import roster as rosters
from producers.facts import Roster
from routing import places, rulesets
from routing.engine import Decision, LeadFacts
from routing.engine.conditions import LEAD_KINDS, STATES, TIERS
from routing.engine.words import figures
from routing.models import RuleSet
from routing.trial import trial

NO_SUCH_ZIP = "Nobody knows this ZIP: leave it out, or name the state."
NOT_AN_INSTANT = "Write a day and a time, such as 2026-11-24 15:00."
UNKNOWN = "– not known –"
PLACES = (("", UNKNOWN), *((state, state) for state in sorted(STATES)))
NOBODY = ("", "– nobody –")
OUTCOMES = {"assigned": "Assigned", "held": "Held", "nurtured": "Nurtured", "unplaced": "Nobody may take it"}


def _text(**attrs: Any) -> Any:
    return UnfoldAdminTextInputWidget(attrs=attrs)


class TrialForm(forms.Form):
    """A lead's facts; what is left out is not known, and a condition on it does not hold."""

    line = forms.ChoiceField(required=False, widget=UnfoldAdminSelectWidget)
    zip_code = forms.CharField(label="ZIP", required=False, max_length=10, widget=_text(inputmode="numeric"))
    state = forms.ChoiceField(
        required=False, choices=PLACES, widget=UnfoldAdminSelectWidget, help_text="Follows from the ZIP, if there is one."
    )
    source = forms.ChoiceField(widget=UnfoldAdminSelectWidget)
    tier = forms.ChoiceField(choices=[(one, one.capitalize()) for one in TIERS], widget=UnfoldAdminSelectWidget)
    score = forms.IntegerField(min_value=0, max_value=100, initial=50, widget=_text(type="number", min=0, max=100))
    premium = forms.DecimalField(
        required=False, min_value=0, widget=_text(type="number", min=0, step="0.01"), help_text="Dollars a year."
    )
    kind = forms.ChoiceField(choices=[(one, one.replace("_", " ")) for one in LEAD_KINDS], widget=UnfoldAdminSelectWidget)
    exclusive = forms.BooleanField(required=False, initial=True, widget=UnfoldBooleanSwitchWidget)
    existing_client = forms.BooleanField(required=False, widget=UnfoldBooleanSwitchWidget)
    account_owner = forms.ChoiceField(label="Client served by", required=False, widget=UnfoldAdminSelectWidget)
    open_lead = forms.BooleanField(label="Has another open lead", required=False, widget=UnfoldBooleanSwitchWidget)
    lead_owner = forms.ChoiceField(label="Which belongs to", required=False, widget=UnfoldAdminSelectWidget)
    policy_expires_on = forms.DateField(label="Their policy ends on", required=False, widget=_text(type="date"))
    carrier = forms.CharField(label="They are insured with", required=False, max_length=120, widget=_text())
    at = forms.CharField(
        label="Arriving at", required=False, widget=_text(type="datetime-local"), help_text="On the agency's clocks; empty: now."
    )

    def __init__(self, *args: Any, roster: Roster, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.roster = roster
        people = [NOBODY, *((key, one.name) for key, one in roster.producers.items())]
        self._sources = {one.key: one for one in apps.get_model("leads.Source")._default_manager.order_by("position", "key")}
        self._choose("line", [("", UNKNOWN), *((key, line.name) for key, line in roster.lines.items())])
        self._choose("source", [(key, one.name) for key, one in self._sources.items()])
        self._choose("account_owner", people)
        self._choose("lead_owner", people)

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # declared above
        field.choices = choices

    def clean_zip_code(self) -> str:
        """A ZIP that exists, or none."""
        code: str = self.cleaned_data["zip_code"].strip()
        if code and not places.spot_of(code).state:
            raise forms.ValidationError(NO_SUCH_ZIP)
        return code[:5]

    def clean_at(self) -> datetime:
        """The instant, on the agency's clocks; now, when nothing is said."""
        text: str = self.cleaned_data["at"]
        if not text:
            return timezone.now()
        try:
            return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(self.roster.timezone))
        except ValueError:
            raise forms.ValidationError(NOT_AN_INSTANT) from None

    def facts(self) -> LeadFacts:
        """The lead as the engine sees it."""
        data = self.cleaned_data
        spot = places.spot_of(data["zip_code"]) if data["zip_code"] else places.Spot(data["state"])
        line, source = self.roster.lines.get(data["line"]), self._sources[data["source"]]
        return LeadFacts(
            key="trial",
            tier=data["tier"],
            score=data["score"],
            line=data["line"],
            family=line.family if line else "",
            state=spot.state,
            zip_code=data["zip_code"],
            county=spot.county,
            source=source.key,
            source_kind=source.kind,
            kind=data["kind"],
            exclusive=data["exclusive"],
            existing_client=data["existing_client"] or bool(data["account_owner"]),
            account_owner=data["account_owner"] or None,
            open_lead=data["open_lead"] or bool(data["lead_owner"]),
            lead_owner=data["lead_owner"] or None,
            premium=data["premium"],
            policy_expires_on=data["policy_expires_on"],
            carrier=data["carrier"],
            may_be_held=data["exclusive"] and data["kind"] != "live_transfer",
        )


class TrialMixin:
    """The page on which a lead is tried under a rule set."""

    admin_site: admin.AdminSite

    @action(description="Try a lead", url_path="try", icon="science", permissions=["copy"])
    def try_lead(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A form for a lead's facts; when it is sent, what the rules would do with such a lead and why."""
        ruleset = get_object_or_404(RuleSet, pk=object_id)
        form = TrialForm(request.POST or None, roster=rosters.static())
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": f"Try a lead under rule set {ruleset.version}",
            "ruleset": ruleset,
            "form": form,
            "back": reverse("admin:routing_ruleset_change", args=[ruleset.pk]),
            "opts": RuleSet._meta,
        }
        if request.method == "POST" and form.is_valid():
            decision, people = trial(rulesets.engine_rules(ruleset), form.facts(), now=form.cleaned_data["at"])
            context |= traced(decision, people)
        return TemplateResponse(request, "admin/routing/trial.html", context)


def traced(decision: Decision, roster: Roster) -> dict[str, Any]:
    """A decision with all it rests on, as sentences and tables."""
    rules = [("✓" if one.matched else "–", one.name, one.why) for one in decision.rules]
    considered = [
        (
            _name(one.producer, roster),
            "could have it" if one.eligible else "; ".join(one.why),
            " · ".join(figures(one.rank)),
        )
        for one in decision.considered
    ]
    proof = [(name.replace("_", " "), _figure(value)) for name, value in decision.proof.items() if value not in (None, "", [])]
    return {
        "decision": decision,
        "outcome": OUTCOMES[decision.outcome],
        "to": _name(decision.producer, roster) if decision.producer else "",
        "rules": table(("", "Rule", "Why"), rules),
        "considered": table(("Person", "Gates", "Figures"), considered),
        "proof": table(("", "License"), proof) if proof else "",
    }


def _name(key: str, roster: Roster) -> str:
    person = roster.producers.get(key)
    return person.name if person else key


def _figure(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
