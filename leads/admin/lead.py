"""Leads: searched and read here, worked on their own pages; what changes an owner goes through the service."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter, RangeDateTimeFilter
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from agency.admin.base import ReadOnlyAdmin, ReadOnlyInline, go_to, link_to_page, table, who
from leads import work
from leads.models import Lead, Status, Submission, Tier, Touch
from producers.models import Producer, Role
from routing.models import Assignment, RoutingDecision

TIER_COLOURS = {Tier.HOT.label: "danger", Tier.WARM.label: "warning", Tier.COLD.label: "info"}
STATUS_COLOURS = {Status.BOUND.label: "success", Status.LOST.label: "danger", Status.NURTURE.label: "info"}
REASSIGNED = "{lead}: {reason}"


class ReassignForm(BaseDialogForm):
    """To whom, and why."""

    producer = forms.ModelChoiceField(
        queryset=Producer.objects.none(),
        required=False,
        empty_label="Whoever the rules choose",
        widget=UnfoldAdminSelectWidget,
        help_text="Licenses hold also here; a manager may overrule a cap.",
    )
    reason = forms.CharField(max_length=200, widget=UnfoldAdminTextInputWidget, help_text="The owner so far is told.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Producer.objects.filter(active=True).exclude(role=Role.MARKETING).select_related("user").order_by("user__name")
        field = self.fields["producer"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = people


class AssignmentInline(ReadOnlyInline):
    """Who owned it."""

    model = Assignment
    fields = ("producer", "started_at", "accepted_at", "contacted_at", "ended_at", "end_reason", "end_note")
    ordering = ("-started_at",)
    tab = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Assignment]:
        """With names."""
        return super().get_queryset(request).select_related("producer__user")


class DecisionInline(ReadOnlyInline):
    """Why."""

    model = RoutingDecision
    fields = ("at", "cause", "outcome", "rule", "reason")
    ordering = ("-at",)
    show_change_link = True
    tab = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[RoutingDecision]:
        """Without the long parts."""
        return super().get_queryset(request).select_related("producer__user").defer("facts", "trace")


class TouchInline(ReadOnlyInline):
    """What was tried."""

    model = Touch
    fields = ("at", "channel", "direction", "outcome", "by", "note")
    ordering = ("-at",)
    tab = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Touch]:
        """With names."""
        return super().get_queryset(request).select_related("by")


class SubmissionInline(ReadOnlyInline):
    """How it arrived."""

    model = Submission
    fields = ("received_at", "source", "door", "created", "external_id", "cost")
    ordering = ("-received_at",)
    show_change_link = True
    tab = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Submission]:
        """With names."""
        return super().get_queryset(request).select_related("source")


@admin.register(Lead)
class LeadAdmin(ReadOnlyAdmin):
    """All leads."""

    inlines = (AssignmentInline, DecisionInline, TouchInline, SubmissionInline)
    list_display = (
        "name",
        "received_at",
        "coloured_tier",
        "coloured_status",
        "owner",
        "line",
        "place",
        "source",
        "unplaced",
        "page",
    )
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("tier", ChoicesDropdownFilter),
        "unplaced",
        ("owner", AutocompleteSelectFilter),
        ("source", AutocompleteSelectFilter),
        ("kind", ChoicesDropdownFilter),
        "line",
        "state",
        ("received_at", RangeDateTimeFilter),
    )
    search_fields = ("first_name", "last_name", "=email", "=phone", "=zip_code", "=external_id")
    search_help_text = "Name; or a whole e-mail address, phone number (+12125550143), ZIP or the sender's own number."
    list_select_related = ("owner__user", "source")
    ordering = ("-received_at", "-id")
    fieldsets = (
        (
            "Lead",
            {
                "fields": (
                    "page",
                    ("name", "status"),
                    ("owner", "owned_since"),
                    ("steward", "held_until"),
                    "unplaced",
                    "household",
                )
            },
        ),
        (
            "Reach",
            {
                "fields": (
                    ("email", "phone", "phone_extension"),
                    ("zip_code", "city", "state", "county"),
                    ("timezone", "language"),
                )
            },
        ),
        (
            "Wants",
            {
                "fields": (
                    ("line", "family", "kind", "exclusive"),
                    ("current_carrier", "policy_expires_on", "premium_estimate"),
                    ("callback_at", "heard_from"),
                    ("attributes", "flags"),
                )
            },
        ),
        ("Score", {"fields": (("score", "tier", "score_model"), "reasons")}),
        (
            "Dates",
            {
                "fields": (
                    ("received_at", "last_activity_at"),
                    ("first_attempt_at", "contacted_at"),
                    ("quoted_at", "closed_at"),
                    "lost_reason",
                )
            },
        ),
    )
    readonly_fields = ("page", "name", "reasons")
    actions_detail = ("open_page", "reassign")

    def has_reassign_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """As the role says."""
        return bool(request.user.has_perm("agency.reassign_leads"))

    @admin.display(description="name", ordering="last_name")
    def name(self, lead: Lead) -> str:
        """First and last."""
        return str(lead)

    @display(description="tier", ordering="score", label=TIER_COLOURS)
    def coloured_tier(self, lead: Lead) -> tuple[str, str]:
        """Hot, warm or cold, with the points."""
        label = lead.get_tier_display()
        return label, f"{label} {lead.score}"

    @display(description="status", ordering="status", label=STATUS_COLOURS)
    def coloured_status(self, lead: Lead) -> str:
        """How far it has come."""
        return lead.get_status_display()

    @admin.display(description="place", ordering="state")
    def place(self, lead: Lead) -> str:
        """Where they live, as far as known."""
        return ", ".join(part for part in (lead.city, lead.state) if part) or lead.zip_code or "–"

    @admin.display(description="page")
    def page(self, lead: Lead) -> SafeString | str:
        """The page on which it is worked."""
        return link_to_page("leads:detail", "Open", lead.pk)

    @admin.display(description="reasons")
    def reasons(self, lead: Lead) -> SafeString:
        """What the score is made of."""
        return table(("Points", "For"), [(f"{one['points']:+}", one["reason"]) for one in lead.score_reasons])

    @action(description="Open the lead's page", url_path="page", icon="open_in_new", permissions=["view"])
    def open_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """To the page on which it is worked."""
        return redirect("leads:detail", object_id)

    @action(
        description="Reassign",
        url_path="reassign",
        icon="swap_horiz",
        permissions=["reassign"],
        dialog={
            "title": "Reassign this lead",
            "description": "The lead changes hands at once, its clock starts anew, and both people are told.",
            "form_class": ReassignForm,
            "form_submit_text": "Reassign",
        },
    )
    def reassign(self, request: HttpRequest, form: ReassignForm, object_id: str) -> HttpResponse:
        """The lead is with somebody else, or the reason why not is shown."""
        lead = get_object_or_404(Lead, pk=object_id)
        data = form.cleaned_data
        try:
            decision = work.reassign(
                lead,
                by=who(request),
                producer=data["producer"],
                reason=data["reason"],
                now=timezone.now(),
            )
        except work.WorkError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, REASSIGNED.format(lead=lead, reason=decision.reason))
        return go_to(request, reverse("admin:leads_lead_change", args=[object_id]))
