"""One version of the rules beside another, in words."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.decorators import action

from agency.admin.base import table
from producers import roster
from routing import rulesets
from routing.differences import ACTION, ADDED, CONDITIONS, MOVED, REMOVED, RENAMED, differences
from routing.models import RuleSet

KINDS = {
    ADDED: "New",
    REMOVED: "Gone",
    RENAMED: "Another name",
    MOVED: "Another place",
    CONDITIONS: "Other conditions",
    ACTION: "Another action",
}
THE_SAME = "Both do exactly the same."
NOTHING_TO_COMPARE = "There is no other version yet."


class CompareMixin:
    """The page on which a rule set is held against another version."""

    admin_site: admin.AdminSite

    @action(description="Compare", url_path="compare", icon="difference", permissions=["view"])
    def compare(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What this version does otherwise than the one in `against`: unless given, the one it was copied from, or in force."""
        ruleset = get_object_or_404(RuleSet.objects.select_related("copied_from"), pk=object_id)
        others = list(RuleSet.objects.exclude(pk=ruleset.pk).order_by("-version"))
        chosen = request.GET.get("against", "")
        other = next((one for one in others if str(one.pk) == chosen), None) or rulesets.counterpart(ruleset)
        rows = [] if other is None else _changes(other, ruleset)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": f"Rule set {ruleset.version} beside rule set {other.version}" if other else f"Rule set {ruleset.version}",
            "ruleset": ruleset,
            "other": other,
            "others": others,
            "changes": table(("What", "Rule", "How"), rows) if rows else "",
            "nothing": THE_SAME if other else NOTHING_TO_COMPARE,
            "back": reverse("admin:routing_ruleset_change", args=[ruleset.pk]),
            "opts": RuleSet._meta,
        }
        return TemplateResponse(request, "admin/routing/compare.html", context)


def _changes(before: RuleSet, after: RuleSet) -> list[tuple[str, str, str]]:
    found = differences(rulesets.engine_rules(before), rulesets.engine_rules(after), roster.static())
    return [(KINDS[one.kind], one.rule, one.sentence) for one in found]
