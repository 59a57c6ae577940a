"""What is checked when rules are edited by hand."""

from typing import TYPE_CHECKING, Any

from django import forms

from agency.admin.fields import ProblemsFormMixin
from routing import ladder, rulesets
from routing.engine import actions, conditions
from routing.engine.review import alike
from routing.models import EscalationPolicy, Rule

if TYPE_CHECKING:
    _Form = forms.ModelForm[Rule]
    _PolicyForm = forms.ModelForm[EscalationPolicy]
    _FormSet = forms.BaseInlineFormSet[Any, Any, Any]
else:
    _Form = _PolicyForm = forms.ModelForm
    _FormSet = forms.BaseInlineFormSet

NAME_TWICE = "Two rules have the same name. Turns are kept by name, so each rule needs its own."
LAST = 1_000_000
BOX = 48
"""How many letters a line of the box of conditions holds at least, on a screen 1280 pixels wide."""


class EscalationPolicyForm(ProblemsFormMixin, _PolicyForm):
    """A ladder that is understood, or an error where it is not."""

    class Meta:
        model = EscalationPolicy
        exclude = ()

    def clean(self) -> dict[str, Any]:
        """Hang each problem on the field it is in."""
        data = super().clean() or self.cleaned_data
        self.blame(
            ladder.problems({name: data[name] for name in data if name in ladder.KEYS}, "ladder", rulesets.known()), "ladder"
        )
        return data


class RuleForm(_Form):
    """A rule whose conditions and action are understood, or an error where they are not."""

    class Meta:
        model = Rule
        fields = ("position", "name", "when", "then")

    known: conditions.Known
    """Set by the form set, once for all its rules."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "position" in self.fields:
            self.fields["position"].required = False
        if not self.instance.pk:
            self.initial["position"] = None
        for name in ("when", "then"):
            if name in self.fields:
                self.fields[name].widget.attrs["rows"] = _lines(self[name].value() or "")

    def clean_name(self) -> str:
        """Without spaces that nobody sees."""
        return " ".join(self.cleaned_data["name"].split())

    def clean_position(self) -> int:
        """Where it stands; a rule without a place goes last."""
        position = self.cleaned_data["position"]
        return LAST if position is None else int(position)

    def clean(self) -> dict[str, Any]:
        """Hold conditions and action against what the engine knows."""
        data = super().clean() or self.cleaned_data
        for name, problems in (("when", conditions.problems), ("then", actions.problems)):
            for problem in problems(data[name], name, self.known) if name in data else ():
                self.add_error(name, rulesets.without_path(problem))
        return data


class RuleFormSet(_FormSet):
    """The rules of one draft: names differ, and the order typed or dragged becomes 1, 2, 3, ..."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._known: conditions.Known | None = None

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        form = super()._construct_form(i, **kwargs)  # type: ignore[misc]
        if self.is_bound:
            self._known = self._known or rulesets.known()
            form.known = self._known
        return form

    def validate_unique(self) -> None:
        """No two rules that stay share a name, as people read it."""
        names: set[str] = set()
        for form in self.forms:
            name = alike(form.cleaned_data.get("name", "")) if form not in self.deleted_forms else ""
            if name and name in names:
                form.add_error("name", NAME_TWICE)
            names.add(name)

    def clean(self) -> None:
        """Number the rules."""
        super().clean()
        kept = [form for form in self.forms if form.cleaned_data.get("name") and not form.cleaned_data.get("DELETE")]
        kept.sort(key=_place)
        for number, form in enumerate(kept, start=1):
            if form.instance.position != number:
                form.instance.position = number
                if "position" not in form.changed_data:
                    form.changed_data.append("position")


def _place(form: Any) -> tuple[int, int]:
    """Where a rule was put; one moved up goes before the rule that stood there, one moved down after it."""
    place, before = form.cleaned_data.get("position", LAST), form.initial.get("position")
    moved = 0 if before is None else place - before
    return place, (moved > 0) - (moved < 0)


def _lines(text: str) -> int:
    """How many lines the text takes in its box."""
    return max(1, sum(-(-len(line) // BOX) or 1 for line in text.splitlines()))
