"""What people said to us: every word as it came, and those that somebody has to look at."""

from django.contrib import admin
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter

from agency.admin.base import ReadOnlyAdmin
from leads.models import InboundMessage


@admin.register(InboundMessage)
class InboundMessageAdmin(ReadOnlyAdmin):
    """Words from outside; the open ones came from nobody we know, or may not mean what they were taken for."""

    list_display = ("at", "channel", "sender", "kind", "text", "lead", "open", "closed_by")
    list_filter = (
        "open",
        ("kind", ChoicesDropdownFilter),
        "complaint",
        ("channel", ChoicesDropdownFilter),
        ("at", RangeDateTimeFilter),
    )
    list_select_related = ("lead", "closed_by")
    search_fields = ("=sender", "text", "lead__first_name", "lead__last_name")
    ordering = ("-at", "-id")
