"""What is checked when plans and templates are edited by hand."""

from typing import TYPE_CHECKING, Any

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget

from agency.admin.fields import ProblemsFormMixin
from leads.followup.outcome import ONLY_IF
from leads.followup.templates import problems
from leads.models import Plan, PlanStep, Template
from routing import rulesets
from routing.engine import conditions

if TYPE_CHECKING:
    _PlanForm = forms.ModelForm[Plan]
    _StepForm = forms.ModelForm[PlanStep]
    _TemplateForm = forms.ModelForm[Template]
else:
    _PlanForm = _StepForm = _TemplateForm = forms.ModelForm


class PlanForm(ProblemsFormMixin, _PlanForm):
    """A plan whose conditions are understood."""

    class Meta:
        model = Plan
        exclude = ()

    def clean(self) -> dict[str, Any]:
        """Hold the conditions against what the engine knows."""
        data = super().clean() or self.cleaned_data
        if "when" in data:
            self.blame(conditions.problems(data["when"], "plan.when", rulesets.known()), "plan")
        return data


class PlanStepForm(_StepForm):
    """A step whose condition, if any, is one that a step can have."""

    only_if = forms.ChoiceField(
        choices=[("", "–"), *((key, f"Only if {words}") for key, words in ONLY_IF.items())],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )

    class Meta:
        model = PlanStep
        exclude = ()


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


def _with_known_names(text: str) -> str:
    if found := problems(text):
        raise forms.ValidationError(found)
    return text
