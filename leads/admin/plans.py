"""Follow-up plans, what is said in them, and the touches promised to leads."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter, RelatedDropdownFilter
from unfold.decorators import display

from agency.admin.base import KeyedAdmin, ReadOnlyAdmin, TabularInline
from agency.admin.fields import Written, WrittenFieldsMixin
from agency.admin.outbox import STATE_COLOURS
from leads.admin.forms import PlanForm, PlanStepForm, PlanStepFormSet, TemplateForm
from leads.admin.previews import plan_preview, template_preview
from leads.followup import opening
from leads.followup.templates import VARIABLES
from leads.models import FollowUpPause, FollowUpStep, Plan, PlanStep, Template


class PlanStepInline(WrittenFieldsMixin, TabularInline):
    """The touches of a plan, in order."""

    model = PlanStep
    form = PlanStepForm
    formset = PlanStepFormSet
    fk_name = "plan"
    fields = (
        "position",
        "after",
        "channel",
        "label",
        "template",
        "only_if",
        "otherwise",
        "script",
        "different_time_of_day",
        "start",
    )
    autocomplete_fields = ("template", "otherwise", "script", "start")
    ordering = ("position",)
    ordering_field = "position"


@admin.register(Plan)
class PlanAdmin(WrittenFieldsMixin, KeyedAdmin):
    """Sequences of touches. A change holds for leads whose plan begins after it."""

    form = PlanForm
    written_fields = {"when": Written(), "stops": Written(list, 2)}
    inlines = (PlanStepInline,)
    list_display = ("name", "key", "starts", "step_count", "repeats", "steward", "position", "active")
    list_editable = ("position",)
    list_filter = (("starts", ChoicesDropdownFilter), "active")
    search_fields = ("name", "key")
    list_select_related = ("steward__user",)
    autocomplete_fields = ("steward",)
    fields = ("preview", "key", "name", "starts", "when", "stops", ("repeats", "steward"), "position", "active")
    readonly_fields = ("preview",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Plan]:
        """With the number of steps."""
        found: QuerySet[Any] = super().get_queryset(request).annotate(step_count=Count("steps"))
        return found

    @admin.display(description="what it does")
    def preview(self, plan: Plan) -> SafeString | str:
        """Each step at its moment."""
        return plan_preview(plan)

    @admin.display(description="steps", ordering="step_count")
    def step_count(self, plan: Plan) -> int:
        """How many."""
        return int(plan.step_count)  # type: ignore[attr-defined]  # annotated above


@admin.register(Template)
class TemplateAdmin(KeyedAdmin):
    """What is said to consumers, and by callers."""

    form = TemplateForm
    list_display = ("key", "channel", "subject", "active")
    list_filter = (("channel", ChoicesDropdownFilter), "active")
    search_fields = ("key", "subject", "body")
    fields = ("key", "channel", "subject", "body", "placeholders", "preview", "active")
    readonly_fields = ("placeholders", "preview")

    @admin.display(description="as it is sent")
    def preview(self, template: Template) -> SafeString | str:
        """With a sample lead."""
        return template_preview(template)

    def save_model(self, request: HttpRequest, obj: Template, form: Any, change: bool) -> None:
        """Saved; what carriers ask of an opening text and this one does not say is said."""
        super().save_model(request, obj, form, change)
        for why in opening.warnings(obj):
            messages.warning(request, f"{obj.key}: {why}.")

    @admin.display(description="may contain")
    def placeholders(self, template: Template) -> SafeString:
        """The placeholders that are filled in."""
        return format_html("<code>{}</code>", " ".join(f"{{{{ {name} }}}}" for name in VARIABLES))


@admin.register(FollowUpStep)
class FollowUpStepAdmin(ReadOnlyAdmin):
    """Every touch promised to a lead, with what came of it."""

    list_display = ("due_at", "lead", "plan", "label", "channel", "coloured_state", "outcome")
    list_filter = (("state", ChoicesDropdownFilter), ("plan", RelatedDropdownFilter), "channel", ("due_at", RangeDateTimeFilter))
    search_fields = ("lead__first_name", "lead__last_name", "=lead__email", "=lead__phone", "label")
    list_select_related = ("lead", "plan")
    ordering = ("-due_at", "-id")

    @display(description="state", ordering="state", label=STATE_COLOURS)
    def coloured_state(self, step: FollowUpStep) -> str:
        """Where it stands."""
        return step.get_state_display()


@admin.register(FollowUpPause)
class FollowUpPauseAdmin(ReadOnlyAdmin):
    """When people had a lead's follow-up rest."""

    list_display = ("lead", "since", "until", "by", "ended_at", "ended_by")
    list_filter = (("since", RangeDateTimeFilter),)
    search_fields = ("lead__first_name", "lead__last_name", "=lead__email", "=lead__phone")
    list_select_related = ("lead", "by", "ended_by")
