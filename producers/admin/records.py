"""Lists across people: licenses with their dates, absences, and the figures the program keeps."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import AutocompleteSelectFilter, DropdownFilter, RangeDateFilter

from agency.admin.base import ModelAdmin, ReadOnlyAdmin
from producers.admin.forms import AppointmentForm, LicenseForm
from producers.models import Appointment, Certification, License, Load, PerformanceDay, RosterVersion, TimeOff

PERSON_SEARCH = ("producer__user__name", "producer__key")


class ExpiryFilter(DropdownFilter):
    """Licenses by how soon they run out."""

    title = "expiry"
    parameter_name = "expiry"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The choices."""
        return [("expired", "Expired"), ("60", "Within 60 days"), ("180", "Within 180 days")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[License]) -> QuerySet[License]:
        """Those that ran out, or will within so many days."""
        today = timezone.now().date()
        if self.value() == "expired":
            return queryset.filter(expires__lt=today)
        if self.value() in {"60", "180"}:
            return queryset.filter(expires__range=(today, today + timedelta(days=int(self.value()))))
        return queryset


@admin.register(License)
class LicenseAdmin(ModelAdmin):
    """All licenses of the agency."""

    form = LicenseForm
    list_display = ("producer", "state", "number", "authorities", "effective", "expires", "resident", "active")
    list_filter = (ExpiryFilter, "state", "active", ("producer", AutocompleteSelectFilter))
    search_fields = (*PERSON_SEARCH, "number", "=state")
    list_select_related = ("producer__user",)
    autocomplete_fields = ("producer",)
    date_hierarchy = "expires"

    @admin.display(description="authority")
    def authorities(self, license_: License) -> str:
        """What it allows, in a line."""
        return ", ".join(license_.authority)


@admin.register(TimeOff)
class TimeOffAdmin(ModelAdmin):
    """Who is away when."""

    list_display = ("producer", "starts_on", "ends_on", "note")
    list_filter = (("producer", AutocompleteSelectFilter), ("starts_on", RangeDateFilter))
    search_fields = (*PERSON_SEARCH, "note")
    list_select_related = ("producer__user",)
    autocomplete_fields = ("producer",)
    ordering = ("-starts_on",)


@admin.register(Certification)
class CertificationAdmin(ModelAdmin):
    """Who is certified in what."""

    list_display = ("producer", "name", "effective", "expires")
    list_filter = ("name", ("producer", AutocompleteSelectFilter))
    search_fields = (*PERSON_SEARCH, "name")
    list_select_related = ("producer__user",)
    autocomplete_fields = ("producer",)


@admin.register(Appointment)
class AppointmentAdmin(ModelAdmin):
    """Who may sell for which carrier."""

    form = AppointmentForm
    list_display = ("producer", "carrier", "state", "effective", "expires", "active")
    list_filter = ("carrier", "state", "active", ("producer", AutocompleteSelectFilter))
    search_fields = (*PERSON_SEARCH, "carrier", "=state")
    list_select_related = ("producer__user",)
    autocomplete_fields = ("producer",)


@admin.register(Load)
class LoadAdmin(ReadOnlyAdmin):
    """What everyone holds at this moment."""

    list_display = (
        "producer",
        "presence",
        "presence_cause",
        "presence_until",
        "open_leads",
        "other_load",
        "day_count",
        "week_count",
        "month_count",
        "last_assigned_at",
    )
    list_filter = ("presence", "presence_cause")
    search_fields = PERSON_SEARCH
    list_select_related = ("producer__user",)


@admin.register(PerformanceDay)
class PerformanceDayAdmin(ReadOnlyAdmin):
    """The day buckets that rates are read from."""

    list_display = ("day", "producer", "family", "tier", "received", "contacted", "quoted", "bound")
    list_filter = (("producer", AutocompleteSelectFilter), ("day", RangeDateFilter), "family", "tier")
    search_fields = PERSON_SEARCH
    list_select_related = ("producer__user",)
    ordering = ("-day", "producer")


@admin.register(RosterVersion)
class RosterVersionAdmin(ReadOnlyAdmin):
    """The roster as it stood, for recomputing decisions."""

    list_display = ("number", "created_at")
    search_fields = ("=number",)
    ordering = ("-number",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[RosterVersion]:
        """Without the documents, which are long; a page of one version reads its own."""
        return super().get_queryset(request).defer("data")
