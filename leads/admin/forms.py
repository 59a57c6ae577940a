"""What is checked when plans and templates are edited by hand."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget

from agency.admin.fields import ProblemsFormMixin
from agency.agencyfile.durations import write_duration
from agency.agencyfile.fields import Problems
from leads.agencyfile import plans
from leads.followup import templates
from leads.followup.outcome import ONLY_IF
from leads.models import Plan, PlanStep, Template
from routing import rulesets
from routing.engine import Known
from routing.models import Rule, RuleSetState

if TYPE_CHECKING:
    _FormSet = forms.BaseInlineFormSet[Any, Any, Any]
    _PlanForm = forms.ModelForm[Plan]
    _StepForm = forms.ModelForm[PlanStep]
    _TemplateForm = forms.ModelForm[Template]
else:
    _FormSet = forms.BaseInlineFormSet
    _PlanForm = _StepForm = _TemplateForm = forms.ModelForm

NAMED_BY_A_RULE = "The rule “{rule}” puts leads to rest with this plan: publish rules without it first."
LAST = 1_000_000


class PlanForm(ProblemsFormMixin, _PlanForm):
    """A plan whose conditions are understood."""

    class Meta:
        model = Plan
        exclude = ()

    def clean(self) -> dict[str, Any]:
        """Hold the conditions against what the engine knows."""
        data = super().clean() or self.cleaned_data
        problems = Problems(names=_names_of(rulesets.known()))
        raw = {"key": "this", "name": "this", "starts": data.get("starts"), "when": data.get("when", {})}
        if data.get("stops"):
            raw["stops"] = data["stops"]
        if data.get("repeats") is not None:
            raw["repeats"] = write_duration(data["repeats"])
        plans.SECTION.check([raw], problems)
        self.blame(problems.found, f"{plans.KEY}[0]")
        if self.instance.pk and (not data.get("active") or data.get("starts") != "nurture"):
            for rule in rules_resting_with(self.instance.key):
                self.add_error("active" if not data.get("active") else "starts", NAMED_BY_A_RULE.format(rule=rule))
        return data


def rules_resting_with(plan: str) -> list[str]:
    """The published rules that put leads to rest with this plan."""
    published = Rule.objects.filter(ruleset__state=RuleSetState.PUBLISHED, then__nurture=plan)
    return list(published.order_by("position").values_list("name", flat=True))


class PlanStepFormSet(_FormSet):
    """The steps of one plan: the order typed or dragged becomes 0, 1, 2, ..."""

    def clean(self) -> None:
        """Number the steps."""
        super().clean()
        kept = [form for form in self.forms if form.cleaned_data.get("after") is not None and not form.cleaned_data.get("DELETE")]
        kept.sort(key=_place)
        for number, form in enumerate(kept):
            if form.instance.position != number:
                form.instance.position = number
                if "position" not in form.changed_data:
                    form.changed_data.append("position")


def _place(form: Any) -> tuple[int, int]:
    """Where a step was put; one moved up goes before the step that stood there, one moved down after it."""
    place, before = form.cleaned_data.get("position"), form.initial.get("position")
    place = LAST if place is None else place
    moved = 0 if before is None else place - before
    return place, (moved > 0) - (moved < 0)


class PlanStepForm(ProblemsFormMixin, _StepForm):
    """A step whose condition, if any, is one that a step can have."""

    only_if = forms.ChoiceField(
        choices=[("", "–"), *((key, f"Only if {words}") for key, words in ONLY_IF.items())],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )

    class Meta:
        model = PlanStep
        exclude = ()

    def clean(self) -> dict[str, Any]:
        """Texts and e-mails have templates, calls scripts, and a step without a channel the plan it starts."""
        data = super().clean() or self.cleaned_data
        if data.get("DELETE") or self.errors:
            return data
        said = {name: data[name] for name in ("template", "script", "otherwise") if data.get(name)}
        raw = {name: one.key for name, one in said.items()} | {"after": write_duration(data["after"])}
        raw |= {name: data[name] for name in ("channel", "only_if") if data.get(name)}
        raw |= {"start": data["start"].key} if data.get("start") else {}
        names = _names_of(Known()) | _templates_by_kind(said.values()) | {"plan": frozenset({raw.get("start", "")})}
        problems = Problems(names=names)
        plans.SECTION.check([{"key": self._plan_key(), "name": "this", "starts": "assigned", "steps": [raw]}], problems)
        self.blame(problems.found, f"{plans.KEY}[0].steps[0]")
        return data

    def validate_constraints(self) -> None:
        """None here: no two positions are the same once the set has numbered its steps."""

    def _plan_key(self) -> str:
        return self.instance.plan.key or "new" if self.instance.plan_id else "new"


class TemplateForm(_TemplateForm):
    """A template whose placeholders are known."""

    class Meta:
        model = Template
        exclude = ()

    def clean_subject(self) -> str:
        """Only known placeholders."""
        return _with_known_names(self.cleaned_data["subject"])

    def clean_body(self) -> str:
        """Only known placeholders."""
        return _with_known_names(self.cleaned_data["body"])


def _names_of(known: Known) -> dict[str, frozenset[str]]:
    """What conditions may refer to, under the names by which the agency file asks."""
    return {
        "line": known.lines or frozenset(),
        "territory": known.territories or frozenset(),
        "source": known.sources or frozenset(),
        "team": known.teams or frozenset(),
        "owner": known.people or frozenset(),
        "plan": known.plans or frozenset(),
        "level": known.levels or frozenset(),
    }


def _templates_by_kind(used: Collection[Template]) -> dict[str, frozenset[str]]:
    """Kind → keys, as the agency file asks for them."""
    return {
        f"{channel} template": frozenset(one.key for one in used if one.channel == channel)
        for channel in {one.channel for one in used}
    }


def _with_known_names(text: str) -> str:
    if found := templates.problems(text):
        raise forms.ValidationError(found)
    return text
