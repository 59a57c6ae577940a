"""The book of business: clients, households, quotes and policies."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import AutocompleteSelectFilter, RangeDateFilter, RangeDateTimeFilter

from agency.admin.base import ModelAdmin, ReadOnlyAdmin, ReadOnlyInline
from leads.models import Client, Household, Lead, Policy, Quote


class PolicyInline(ReadOnlyInline):
    """What a client has."""

    model = Policy
    fields = ("number", "line", "carrier", "premium", "commission", "effective_on", "expires_on", "producer")
    tab = True


@admin.register(Client)
class ClientAdmin(ModelAdmin):
    """People the agency already serves, and who serves them."""

    inlines = (PolicyInline,)
    list_display = ("__str__", "email", "phone", "zip_code", "csr", "producer", "external_id", "active")
    list_filter = (("csr", AutocompleteSelectFilter), ("producer", AutocompleteSelectFilter), "active")
    search_fields = ("first_name", "last_name", "=email", "=phone", "=external_id")
    list_select_related = ("csr__user", "producer__user")
    autocomplete_fields = ("csr", "producer", "household")
    fields = (
        ("first_name", "last_name"),
        ("email", "phone", "zip_code"),
        ("csr", "producer"),
        ("household", "external_id"),
        "active",
        "created_at",
    )
    readonly_fields = ("created_at",)

    def save_model(self, request: HttpRequest, obj: Client, form: object, change: bool) -> None:
        """Addresses are kept as intake compares them: small letters."""
        obj.email = obj.email.strip().lower()
        if not change:
            obj.created_at = timezone.now()
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never: a client who left is switched off."""
        return False


class HouseholdLeadInline(ReadOnlyInline):
    """The leads of one household."""

    model = Lead
    fields = ("first_name", "last_name", "line", "status", "owner", "received_at")
    show_change_link = True
    ordering = ("-received_at",)


class HouseholdClientInline(ReadOnlyInline):
    """The clients of one household."""

    model = Client
    fields = ("first_name", "last_name", "csr", "producer", "active")
    show_change_link = True


@admin.register(Household)
class HouseholdAdmin(ReadOnlyAdmin):
    """The same people, across their leads and policies."""

    inlines = (HouseholdLeadInline, HouseholdClientInline)
    list_display = ("__str__", "lead_count", "created_at")
    search_fields = ("leads__last_name", "=leads__phone", "=leads__email", "clients__last_name")
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Household]:
        """With the number of leads."""
        found: QuerySet[Any] = super().get_queryset(request).annotate(lead_count=Count("leads"))
        return found

    @admin.display(description="leads", ordering="lead_count")
    def lead_count(self, household: Household) -> int:
        """How many."""
        return int(household.lead_count)  # type: ignore[attr-defined]  # annotated above


@admin.register(Quote)
class QuoteAdmin(ReadOnlyAdmin):
    """Prices offered."""

    list_display = ("quoted_at", "lead", "line", "carrier", "premium", "by")
    list_filter = ("line", ("quoted_at", RangeDateTimeFilter))
    search_fields = ("lead__first_name", "lead__last_name", "carrier")
    list_select_related = ("lead", "by")
    ordering = ("-quoted_at",)


@admin.register(Policy)
class PolicyAdmin(ReadOnlyAdmin):
    """What was sold, and what it earns."""

    list_display = (
        "number",
        "lead",
        "client",
        "line",
        "carrier",
        "premium",
        "commission",
        "producer",
        "effective_on",
        "bound_at",
    )
    list_filter = (
        "line",
        ("producer", AutocompleteSelectFilter),
        ("effective_on", RangeDateFilter),
        ("bound_at", RangeDateTimeFilter),
    )
    search_fields = ("=number", "carrier", "lead__last_name", "client__last_name")
    list_select_related = ("lead", "client", "producer__user")
    ordering = ("-bound_at",)
