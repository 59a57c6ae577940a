"""Score models in their versions. What was ever in force is never changed: it is copied into a draft, edited and published."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm

from agency.admin.base import ModelAdmin, go_to, table
from agency.admin.fields import ProblemsFormMixin, Written, WrittenFieldsMixin, written
from leads import scoremodels
from leads.models import ScoreModel
from leads.scoring import problems
from routing import rulesets

if TYPE_CHECKING:
    _Form = forms.ModelForm[ScoreModel]
else:
    _Form = forms.ModelForm

DRAFT_MADE = "This is a copy of {model}. Change it, then save and publish: leads are scored by it from then on."
PUBLISHED = "{model} is in force: the next lead is scored by it."
STATE_COLOURS = {"Draft": "warning", "In force": "success", "Archived": "info"}
STEP = ("after_days", "keep")
RULE = ("label", "event", "fit", "at_least", "times", "within_days", "points", "intent")
MAY_PUBLISH = "agency.publish_rules"


class ScoreModelForm(ProblemsFormMixin, _Form):
    """A score model that can be used, or an error where it cannot."""

    class Meta:
        model = ScoreModel
        fields = ("name", "tiers", "decay", "rules")

    def clean(self) -> dict[str, Any]:
        """Hang each problem on the field it is in."""
        data = super().clean() or self.cleaned_data
        model = {name: data[name] for name in ("name", "tiers", "decay", "rules") if name in data}
        self.blame(problems(model, "model", rulesets.known()), "model")
        return data


@admin.register(ScoreModel)
class ScoreModelAdmin(WrittenFieldsMixin, ModelAdmin):
    """How points add up, a version at a time."""

    form = ScoreModelForm
    written_fields = {"tiers": Written(), "decay": Written(list, 5, STEP), "rules": Written(list, 18, RULE)}
    list_display = ("name", "version", "coloured_state", "rule_count", "published_at", "created_at")
    list_filter = ("state",)
    search_fields = ("name", "=version")
    readonly_fields = ("version", "state", "rubric", "steps", "created_at", "published_at")
    actions_detail = ("edit_copy",)
    actions_submit_line = ("publish",)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str | tuple[str, ...], ...]:
        """A draft is edited; any other version is read."""
        dates = ("created_at", "published_at")
        if self.has_change_permission(request, obj):
            return ("name", ("version", "state"), "tiers", "decay", "rules", "rubric", dates)
        return ("name", ("version", "state"), "steps", "rubric", dates)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A new version begins as a copy of an old one."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Drafts only."""
        return super().has_change_permission(request) and (obj is None or obj.state == scoremodels.DRAFT)

    def has_copy_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may publish may begin a draft."""
        return bool(request.user.has_perm(MAY_PUBLISH))

    def has_publish_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Drafts only. The theme asks with an id where Django asks with the model, and with nothing when it is pressed."""
        if obj is None:
            return self.has_copy_permission(request)
        model = obj if isinstance(obj, Model) else ScoreModel.objects.filter(pk=obj).first()
        return self.has_copy_permission(request) and isinstance(model, ScoreModel) and model.state == scoremodels.DRAFT

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Drafts only."""
        return isinstance(obj, ScoreModel) and obj.state == scoremodels.DRAFT and super().has_delete_permission(request, obj)

    @display(description="state", ordering="state", label=STATE_COLOURS)
    def coloured_state(self, model: ScoreModel) -> str:
        """Draft, in force or archived."""
        return str(dict(ScoreModel._meta.get_field("state").flatchoices)[model.state])

    @admin.display(description="rules")
    def rule_count(self, model: ScoreModel) -> int:
        """How many."""
        return len(model.rules)

    @admin.display(description="tiers and decay")
    def steps(self, model: ScoreModel) -> SafeString:
        """From how many points a lead is hot or warm, and what is left of them after how many days."""
        tiers = [(tier, f"from {points}") for tier, points in model.tiers.items()]
        decay = [(f"after {one['after_days']} days", f"{one['keep']:.0%} kept") for one in model.decay]
        return table(("", ""), [*tiers, *decay])

    @admin.display(description="rubric")
    def rubric(self, model: ScoreModel) -> SafeString:
        """Each rule with its points, and what it takes."""
        rows = [
            (f"{rule.get('points', 0):+}", rule.get("label", ""), rule.get("intent", ""), _takes(rule)) for rule in model.rules
        ]
        return table(("Points", "For", "Intent", "What it takes"), rows)

    @action(
        description="Edit this model",
        url_path="edit-copy",
        icon="edit",
        permissions=["copy"],
        dialog={
            "title": "Edit this model",
            "description": "The model is copied into a draft. Scores stay as they are until the draft is published.",
            "form_class": None,
            "form_submit_text": "Copy into a draft",
        },
    )
    def edit_copy(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        """A draft with the same rules exists, and its page opens."""
        model = get_object_or_404(ScoreModel, pk=object_id)
        draft = scoremodels.copy_into_draft(model, now=timezone.now())
        messages.info(request, DRAFT_MADE.format(model=model))
        return go_to(request, reverse("admin:leads_scoremodel_change", args=[draft.pk]))

    @action(description="Save and publish", permissions=["publish"])
    def publish(self, request: HttpRequest, obj: ScoreModel) -> None:
        """The model just saved is in force."""
        try:
            scoremodels.publish(obj, now=timezone.now())
        except scoremodels.ScoreModelError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, PUBLISHED.format(model=obj))


def _takes(rule: dict[str, Any]) -> str:
    if "fit" in rule:
        return written(rule["fit"]).replace("\n", ", ")
    parts = [" or ".join(str(one).replace("_", " ") for one in rule.get("event", []))]
    if rule.get("at_least", 1) > 1:
        parts.append(f"at least {rule['at_least']} times")
    if rule.get("times", 1) > 1:
        parts.append(f"counts up to {rule['times']} times")
    if "within_days" in rule:
        parts.append(f"within {rule['within_days']} days")
    return ", ".join(parts)
