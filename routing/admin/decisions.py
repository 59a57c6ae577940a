"""What was decided, who owns what, and the timers beside it: records that are only ever added."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter, RangeDateTimeFilter
from unfold.decorators import display

from agency.admin.base import ReadOnlyAdmin, link_to, link_to_page, table
from agency.admin.outbox import STATE_COLOURS
from agency.due import DueWork
from routing import decisions
from routing.engine.words import figures
from routing.models import Assignment, Hold, LadderStep, Outcome, RoutingDecision

LEAD_SEARCH = ("lead__first_name", "lead__last_name", "=lead__email", "=lead__phone")
OUTCOME_COLOURS = {
    Outcome.ASSIGNED.label: "success",
    Outcome.HELD.label: "info",
    Outcome.NURTURED.label: "info",
    Outcome.UNPLACED.label: "danger",
}


@admin.register(RoutingDecision)
class RoutingDecisionAdmin(ReadOnlyAdmin):
    """Every run of the engine with its whole reasoning."""

    list_display = ("at", "lead", "coloured_outcome", "producer", "rule", "cause", "reason")
    list_filter = (
        ("outcome", ChoicesDropdownFilter),
        "cause",
        ("producer", AutocompleteSelectFilter),
        "rule",
        ("at", RangeDateTimeFilter),
    )
    search_fields = (*LEAD_SEARCH, "rule")
    list_select_related = ("lead", "producer__user", "ruleset")
    ordering = ("-at", "-id")
    fieldsets = (
        (None, {"fields": (("at", "cause"), ("lead_page", "producer"), ("outcome", "rule"), "reason", ("ruleset", "roster"))}),
        ("Rules tried", {"fields": ("rules_tried",)}),
        ("People considered", {"fields": ("people_considered",)}),
        ("Facts it was decided on", {"fields": ("facts",), "classes": ("collapse",)}),
    )
    readonly_fields = ("lead_page", "rules_tried", "people_considered")

    def get_queryset(self, request: HttpRequest) -> QuerySet[RoutingDecision]:
        """Lists do without the facts and the trace, which are long."""
        return super().get_queryset(request).defer("facts", "trace", "roster__data")

    @display(description="outcome", ordering="outcome", label=OUTCOME_COLOURS)
    def coloured_outcome(self, decision: RoutingDecision) -> str:
        """What it came to."""
        return decision.get_outcome_display()

    @admin.display(description="lead")
    def lead_page(self, decision: RoutingDecision) -> SafeString | str:
        """The lead's own page."""
        return link_to_page("leads:detail", str(decision.lead), decision.lead_id)

    @admin.display(description="")
    def rules_tried(self, decision: RoutingDecision) -> SafeString:
        """Each rule and why it did or did not decide."""
        rows = [(rule.name, "✓" if rule.matched else "–", rule.why) for rule in decisions.stored(decision).rules]
        return table(("Rule", "Applied", "Why"), rows)

    @admin.display(description="")
    def people_considered(self, decision: RoutingDecision) -> SafeString:
        """Each person and what ruled them out, or their numbers."""
        rows = [
            (
                one.producer,
                "✓" if one.eligible else "–",
                " · ".join(["; ".join(one.why), *figures(one.rank)] if one.why else figures(one.rank)),
            )
            for one in decisions.stored(decision).considered
        ]
        return table(("Person", "Eligible", "Why"), rows)


@admin.register(Assignment)
class AssignmentAdmin(ReadOnlyAdmin):
    """Who owned which lead from when to when, with the stamps of what they did."""

    list_display = ("started_at", "lead", "producer", "accepted_at", "first_attempt_at", "contacted_at", "ended_at", "end_reason")
    list_filter = (
        ("producer", AutocompleteSelectFilter),
        ("end_reason", ChoicesDropdownFilter),
        ("started_at", RangeDateTimeFilter),
    )
    search_fields = (*LEAD_SEARCH, "producer__user__name", "producer__key")
    list_select_related = ("lead", "producer__user")
    ordering = ("-started_at", "-id")
    fields = (
        ("lead", "producer"),
        ("decision_link", "rotation"),
        ("started_at", "accepted_at", "declined_at"),
        ("first_attempt_at", "contacted_at", "quoted_at", "bound_at"),
        ("ended_at", "end_reason", "end_note"),
    )
    readonly_fields = ("decision_link",)

    @admin.display(description="decision")
    def decision_link(self, assignment: Assignment) -> SafeString | str:
        """The decision that gave it."""
        return link_to(assignment.decision)


class _TimerAdmin(ReadOnlyAdmin):
    list_filter: ClassVar[tuple[Any, ...]] = (("state", ChoicesDropdownFilter), ("due_at", RangeDateTimeFilter))
    search_fields = LEAD_SEARCH
    list_select_related = ("lead",)
    ordering = ("-due_at", "-id")

    @display(description="state", ordering="state", label=STATE_COLOURS)
    def coloured_state(self, work: DueWork) -> str:
        """Where it stands."""
        return work.get_state_display()


@admin.register(LadderStep)
class LadderStepAdmin(_TimerAdmin):
    """The rungs of the escalation ladder."""

    list_display = ("due_at", "lead", "rung", "action", "to", "coloured_state", "outcome")
    list_filter = (*_TimerAdmin.list_filter, "action", "to")


@admin.register(Hold)
class HoldAdmin(_TimerAdmin):
    """Leads that waited some seconds for a better producer."""

    list_display = ("due_at", "lead", "coloured_state", "outcome")
