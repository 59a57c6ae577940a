"""The routing rules in versions. What was ever in force is never changed: it is copied into a draft, edited and published."""

from functools import cached_property
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm

from agency.admin.base import ModelAdmin, TabularInline, as_typed, go_to, table, who
from agency.admin.fields import Written, WrittenFieldsMixin, written
from producers import roster
from producers.facts import Roster
from routing import rulesets
from routing.admin.compare import CompareMixin
from routing.admin.forms import RuleForm, RuleFormSet
from routing.admin.replay import ReplayMixin
from routing.admin.review import ReviewMixin
from routing.admin.trial import TrialMixin
from routing.engine import actions
from routing.engine.facts import Rule as RuleFacts
from routing.models import Rule, RuleSet, RuleSetState

DRAFT_MADE = "This is a copy of rule set {version}. Change it, then save and publish: the next lead follows it."
PUBLISHED = "Rule set {version} is in force. The next lead follows it."
STATE_COLOURS = {
    RuleSetState.DRAFT.label: "warning",
    RuleSetState.PUBLISHED.label: "success",
    RuleSetState.ARCHIVED.label: "info",
}
ACTION = ("owner", "person", "nurture", "distribute", "among", "weights", "top", "hold_seconds")
MAY_PUBLISH = "agency.publish_rules"


class RuleInline(WrittenFieldsMixin, TabularInline):
    """The rules in the order they are tried, each with its meaning in words."""

    model = Rule
    form = RuleForm
    formset = RuleFormSet
    written_fields = {"when": Written(), "then": Written(order=ACTION)}
    ordering = ("position",)
    ordering_field = "position"
    hide_title = True
    fields = ("position", "name", "when", "then", "meaning")
    readonly_fields = ("meaning",)

    @cached_property
    def people(self) -> Roster:
        """The roster, once for all rows: an inline lives as long as its request."""
        return roster.static()

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """In drafts."""
        return is_draft(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """In drafts."""
        return is_draft(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """In drafts."""
        return is_draft(obj) and super().has_delete_permission(request, obj)

    @admin.display(description="in words")
    def meaning(self, rule: Rule) -> str:
        """What the rule does, as one sentence."""
        return _sentence(rule, self.people) if rule.pk else "–"


@admin.register(RuleSet)
class RuleSetAdmin(ReplayMixin, ReviewMixin, CompareMixin, TrialMixin, ModelAdmin):
    """All routing rules, a version at a time."""

    inlines = (RuleInline,)
    list_display = ("title", "coloured_state", "rule_count", "note", "published_at", "published_by")
    list_filter = ("state",)
    search_fields = ("note", "=version", "rules__name")
    list_select_related = ("published_by",)
    about = ("note", ("state", "copied_from"), ("created_at", "created_by"), ("published_at", "published_by"))
    # Everything but the note, which says what a draft is for.
    readonly_fields = (
        "state",
        "copied_from",
        "created_at",
        "created_by",
        "published_at",
        "published_by",
        "rules_in_words",
        "look_over",
    )
    actions_list = ("current",)
    actions_detail = ("edit_copy", "try_lead", "replay", "compare")
    actions_submit_line = ("publish",)
    warn_unsaved_form = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[RuleSet]:
        """With the number of rules."""
        found: QuerySet[Any] = super().get_queryset(request).annotate(rule_count=Count("rules"))
        return found

    def get_inlines(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        """A draft's rules are edited."""
        return list(self.inlines) if is_draft(obj) else []

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """Any other version's rules are read."""
        about = (None, {"fields": ("look_over", *self.about) if is_draft(obj) else self.about})
        return (about,) if is_draft(obj) else (("Rules", {"fields": ("rules_in_words",)}), about)

    @admin.display(description="")
    def rules_in_words(self, ruleset: RuleSet) -> SafeString:
        """Each rule in its turn: its meaning, and how it is written."""
        people = roster.static()
        rows = [
            (number, rule.name, format_html("{}{}", _sentence(rule, people), _as_written(rule)))
            for number, rule in enumerate(ruleset.rules.order_by("position", "id"), start=1)
        ]
        return table(("", "Rule", "What it does"), rows)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A new version begins as a copy of an old one."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Drafts only."""
        return super().has_change_permission(request) and (obj is None or is_draft(obj))

    def has_copy_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may publish may begin a draft."""
        return bool(request.user.has_perm(MAY_PUBLISH))

    def has_publish_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Drafts only. The theme asks with an id where Django asks with the set, and with nothing when it is pressed."""
        if obj is None:
            return self.has_copy_permission(request)
        ruleset = obj if isinstance(obj, Model) else RuleSet.objects.filter(pk=obj).first()
        return self.has_copy_permission(request) and is_draft(ruleset)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Drafts only."""
        return is_draft(obj) and super().has_delete_permission(request, obj)

    @admin.display(description="rule set", ordering="version")
    def title(self, ruleset: RuleSet) -> str:
        """Its number."""
        return f"Rule set {ruleset.version}"

    @display(description="state", ordering="state", label=STATE_COLOURS)
    def coloured_state(self, ruleset: RuleSet) -> str:
        """Draft, published or archived."""
        return ruleset.get_state_display()

    @admin.display(description="rules", ordering="rule_count")
    def rule_count(self, ruleset: RuleSet) -> int:
        """How many."""
        return int(ruleset.rule_count)  # type: ignore[attr-defined]  # annotated above

    @action(description="Open the rules in force", url_path="current", icon="rule", permissions=["view"])
    def current(self, request: HttpRequest) -> HttpResponse:
        """To the page of the rule set in force, or to the list while there is none."""
        found = RuleSet.objects.filter(state=RuleSetState.PUBLISHED).values_list("pk", flat=True).first()
        return redirect(_page(found)) if found else redirect("admin:routing_ruleset_changelist")

    @action(
        description="Edit these rules",
        url_path="edit-copy",
        icon="edit",
        permissions=["copy"],
        dialog={
            "title": "Edit these rules",
            "description": "The rules are copied into a draft. Nothing changes for leads until the draft is published.",
            "form_class": None,
            "form_submit_text": "Copy into a draft",
        },
    )
    def edit_copy(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        """A draft with the same rules exists, and its page opens."""
        ruleset = get_object_or_404(RuleSet, pk=object_id)
        draft = rulesets.copy_into_draft(ruleset, by=who(request), now=timezone.now())
        messages.info(request, DRAFT_MADE.format(version=ruleset.version))
        return go_to(request, _page(draft.pk))

    @action(description="Save and publish", permissions=["publish"])
    def publish(self, request: HttpRequest, obj: RuleSet) -> None:
        """Pressed beside Save: `save_related` publishes, once the rules are written too."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Write the rules; then, when asked to, put the set in force."""
        super().save_related(request, form, formsets, change)
        if "routing_ruleset_publish" in request.POST and self.has_publish_permission(request, form.instance):
            try:
                rulesets.publish(form.instance, by=who(request), now=timezone.now())
            except rulesets.RuleSetError as error:
                messages.error(request, str(error))
            else:
                messages.success(request, PUBLISHED.format(version=form.instance.version))


def is_draft(ruleset: object) -> bool:
    """Whether this is a rule set that may still be changed."""
    return isinstance(ruleset, RuleSet) and ruleset.state == RuleSetState.DRAFT


def _page(pk: int) -> str:
    return reverse("admin:routing_ruleset_change", args=[pk])


def _sentence(rule: Rule, people: Roster) -> str:
    return actions.sentence(RuleFacts(name=rule.name, when=rule.when, then=rule.then), people)


def _as_written(rule: Rule) -> SafeString:
    when, then = written(rule.when).replace("\n", ", "), written(rule.then, ACTION).replace("\n", ", ")
    return as_typed(f"when: {when}\nthen: {then}" if when else f"then: {then}")
