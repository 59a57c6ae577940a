"""The routing rules in versions. What was ever in force is never changed: it is copied into a draft, edited and published."""

from functools import cached_property
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm

from agency.admin.base import ModelAdmin, StackedInline, as_typed, go_to, link_to, who
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
from routing.review import doubts

DRAFT_MADE = "This is a copy of rule set {version}. Change it, then save and publish: the next lead follows it."
PUBLISHED = "Rule set {version} is in force. The next lead follows it."
SURE = "Saved, not published yet: {wrong} Press “Save and publish” again to publish it all the same."
ASKED = "publish_all_the_same"
"""In the session: the rule set, and what was said of it when publishing was first pressed."""
STATE_COLOURS = {
    RuleSetState.DRAFT.label: "warning",
    RuleSetState.PUBLISHED.label: "success",
    RuleSetState.ARCHIVED.label: "info",
}
ACTION = ("owner", "person", "nurture", "distribute", "among", "weights", "top", "hold_seconds")
MAY_PUBLISH = "agency.publish_rules"
NEW = "What it does is said here in words once it is saved."
WHEN = "M j, Y, g:i a"


class RuleInline(WrittenFieldsMixin, StackedInline):
    """The rules in the order they are tried, a card each: its meaning in words, and how it is written."""

    model = Rule
    form = RuleForm
    formset = RuleFormSet
    template = "admin/routing/rules.html"
    written_fields = {"when": Written(), "then": Written(order=ACTION)}
    ordering = ("position", "id")
    ordering_field = "position"
    readonly_fields = ("meaning", "as_written")

    class Media:
        js = ("js/rules.js",)

    @cached_property
    def people(self) -> Roster:
        """The roster, once for all rows: an inline lives as long as its request."""
        return roster.static()

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """What is typed where it may be changed; else how it is written, folded."""
        if self.has_change_permission(request, obj):
            return ("position", "name", "meaning", "when", "then")
        return ("position", "name", "meaning", "as_written")

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
        return actions.sentence(RuleFacts(name=rule.name, when=rule.when, then=rule.then), self.people) if rule.pk else NEW

    @admin.display(description="as written")
    def as_written(self, rule: Rule) -> SafeString:
        """Conditions and action in the words of the agency file."""
        when, then = written(rule.when).replace("\n", ", "), written(rule.then, ACTION).replace("\n", ", ")
        text = as_typed(f"when: {when}\nthen: {then}" if when else f"then: {then}")
        return format_html("<details><summary>As written</summary>{}</details>", text)


@admin.register(RuleSet)
class RuleSetAdmin(ReplayMixin, ReviewMixin, CompareMixin, TrialMixin, ModelAdmin):
    """All routing rules, a version at a time."""

    inlines = (RuleInline,)
    list_display = ("title", "coloured_state", "rule_count", "note", "published_at", "published_by")
    list_filter = ("state",)
    search_fields = ("note", "=version", "rules__name")
    list_select_related = ("published_by", "created_by", "copied_from")
    readonly_fields = ("story", "look_over")
    actions_list = ("current",)
    actions_detail = ("edit_copy", "try_lead", "replay", "compare")
    actions_submit_line = ("publish",)
    warn_unsaved_form = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[RuleSet]:
        """With the number of rules."""
        found: QuerySet[Any] = super().get_queryset(request).annotate(rule_count=Count("rules"))
        return found

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """What stands out is said of a draft: another version can no longer be mended."""
        return ("look_over", "note", "story") if is_draft(obj) else ("note", "story")

    @admin.display(description="history")
    def story(self, ruleset: RuleSet) -> SafeString:
        """Its state, where it comes from, and who made it and put it in force, when."""
        steps = [format_html("{}", ruleset.get_state_display())]
        if ruleset.copied_from:
            steps.append(format_html("copied from {}", link_to(ruleset.copied_from, self.title(ruleset.copied_from).lower())))
        for verb, at, by in (
            ("created", ruleset.created_at, ruleset.created_by),
            ("published", ruleset.published_at, ruleset.published_by),
        ):
            if at:
                steps.append(format_html("{} {}{}", verb, date_format(timezone.localtime(at), WHEN), f" by {by}" if by else ""))
        return format_html_join(" · ", "{}", ((step,) for step in steps))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A new version begins as a copy of an old one."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Drafts only."""
        return super().has_change_permission(request) and (obj is None or is_draft(obj))

    def has_copy_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may publish may begin a draft."""
        return bool(request.user.has_perm(MAY_PUBLISH))

    def has_edit_copy_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may copy, but not a draft: that is edited itself. Asked with an id, and with nothing when it is pressed."""
        return self.has_copy_permission(request) and not is_draft(_found(obj))

    def has_publish_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Drafts only. The theme asks with an id where Django asks with the set, and with nothing when it is pressed."""
        if obj is None:
            return self.has_copy_permission(request)
        return self.has_copy_permission(request) and is_draft(_found(obj))

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
        permissions=["edit_copy"],
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
            _publish(request, form.instance)


def _publish(request: HttpRequest, ruleset: RuleSet) -> None:
    """The set is in force; one that does not do what it says only at the second press, with what is wrong before one's eyes."""
    wrong = doubts(ruleset, now=timezone.now())
    asked_of = [ruleset.pk, wrong]
    if wrong and request.session.pop(ASKED, None) != asked_of:
        request.session[ASKED] = asked_of
        messages.warning(request, SURE.format(wrong=" ".join(wrong)))
        return
    try:
        rulesets.publish(ruleset, by=who(request), now=timezone.now())
    except rulesets.RuleSetError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, PUBLISHED.format(version=ruleset.version))


def is_draft(ruleset: object) -> bool:
    """Whether this is a rule set that may still be changed."""
    return isinstance(ruleset, RuleSet) and ruleset.state == RuleSetState.DRAFT


def _found(asked: object) -> object:
    """The rule set of an id; a rule set is itself, and what is no id is none."""
    if asked is None or isinstance(asked, Model):
        return asked
    return RuleSet.objects.filter(pk=int(str(asked))).first() if str(asked).isdecimal() else None


def _page(pk: int) -> str:
    return reverse("admin:routing_ruleset_change", args=[pk])
