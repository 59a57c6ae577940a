"""What happened to leads. These records are only ever added, by the program."""

from typing import Any, ClassVar

from django.contrib import admin
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter, RangeDateTimeFilter

from agency.admin.base import ReadOnlyAdmin, as_typed
from agency.admin.fields import written
from leads.models import Consent, Event, Note, ScoreFlag, StatusChange, Submission, Touch

LEAD_SEARCH = ("lead__first_name", "lead__last_name", "=lead__email", "=lead__phone")


class _HistoryAdmin(ReadOnlyAdmin):
    search_fields: ClassVar[tuple[str, ...]] = LEAD_SEARCH
    list_select_related: ClassVar[tuple[str, ...]] = ("lead", "by")
    ordering = ("-at", "-id")
    list_filter: ClassVar[tuple[Any, ...]] = (("at", RangeDateTimeFilter),)


@admin.register(Touch)
class TouchAdmin(_HistoryAdmin):
    """Every attempt to reach someone, and every word from them."""

    list_display = ("at", "lead", "channel", "direction", "outcome", "by")
    list_filter = (
        ("channel", ChoicesDropdownFilter),
        ("outcome", ChoicesDropdownFilter),
        "direction",
        *_HistoryAdmin.list_filter,
    )


@admin.register(Event)
class EventAdmin(_HistoryAdmin):
    """What people did."""

    list_display = ("at", "lead", "kind", "source")
    list_filter = ("kind", ("source", AutocompleteSelectFilter), *_HistoryAdmin.list_filter)
    list_select_related = ("lead", "source")


@admin.register(Note)
class NoteAdmin(_HistoryAdmin):
    """What people wrote down."""

    list_display = ("at", "lead", "by", "text")
    search_fields = (*LEAD_SEARCH, "text")


@admin.register(StatusChange)
class StatusChangeAdmin(_HistoryAdmin):
    """Each step of each lead's way."""

    list_display = ("at", "lead", "before", "after", "by", "reason")
    list_filter = (("after", ChoicesDropdownFilter), *_HistoryAdmin.list_filter)


@admin.register(Consent)
class ConsentAdmin(_HistoryAdmin):
    """Who agreed to what, word for word, and who took it back."""

    list_display = ("at", "lead", "granted", "channels", "phone", "email", "via")
    list_filter = ("granted", "via", *_HistoryAdmin.list_filter)
    search_fields = (*LEAD_SEARCH, "=phone", "=email")
    list_select_related = ("lead",)


@admin.register(ScoreFlag)
class ScoreFlagAdmin(_HistoryAdmin):
    """Scores that producers called wrong."""

    list_display = ("at", "lead", "verdict", "score", "by", "note")
    list_filter = (("verdict", ChoicesDropdownFilter), *_HistoryAdmin.list_filter)


@admin.register(Submission)
class SubmissionAdmin(ReadOnlyAdmin):
    """Every arrival, as it was sent."""

    list_display = ("received_at", "lead", "source", "door", "created", "external_id", "cost")
    list_filter = (("source", AutocompleteSelectFilter), "door", "created", ("received_at", RangeDateTimeFilter))
    search_fields = (*LEAD_SEARCH, "=external_id", "=idempotency_key")
    list_select_related = ("lead", "source")
    ordering = ("-received_at", "-id")
    fields = (
        ("lead", "source", "door"),
        ("received_at", "created", "cost"),
        ("external_id", "idempotency_key"),
        "as_sent",
    )
    readonly_fields = ("as_sent",)

    @admin.display(description="payload")
    def as_sent(self, submission: Submission) -> SafeString:
        """What was sent."""
        return as_typed(written(submission.payload))
