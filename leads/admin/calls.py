"""Calls that went through us."""

from django.contrib import admin
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter

from agency.admin.base import ReadOnlyAdmin
from leads.models import Call


@admin.register(Call)
class CallAdmin(ReadOnlyAdmin):
    """Who was rung for whom, how far it got, how long they talked, and why not."""

    list_display = ("created_at", "direction", "lead", "owner", "state", "end", "seconds", "result", "note")
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("end", ChoicesDropdownFilter),
        ("direction", ChoicesDropdownFilter),
        "manual",
        ("created_at", RangeDateTimeFilter),
    )
    list_select_related = ("lead", "owner__user")
    search_fields = ("lead__first_name", "lead__last_name", "=lead__phone", "=owner_sid", "=lead_sid")
    ordering = ("-created_at", "-id")
