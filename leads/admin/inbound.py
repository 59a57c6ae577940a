"""What people said to us: every word as it came, and those that somebody has to look at."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter

from agency.admin.base import ReadOnlyAdmin, as_typed, who
from leads.inbound import review
from leads.models import InboundMessage

CLOSED = "{count} of {of} are closed. Only open ones wait for that."
RESTORED = (
    "{count} of {of} are undone. Only open ones can be that were taken for a request to stop, of people who had agreed before "
    "and have said nothing since."
)


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
    fields = (
        ("channel", "sender", "to"),
        ("kind", "complaint", "lead"),
        "as_said",
        ("at", "received_at"),
        ("open", "closed_at", "closed_by", "verdict"),
        ("provider", "event_id"),
    )
    readonly_fields = ("as_said",)
    actions = ("close", "restore")

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Whoever may change these decides about the open ones, though nobody edits the words."""
        return request.user.has_perm("leads.change_inboundmessage")

    @admin.action(description="Seen: it stays as it was taken", permissions=["decide"])
    def close(self, request: HttpRequest, queryset: QuerySet[InboundMessage]) -> None:
        """Each has been looked at."""
        now, by = timezone.now(), who(request)
        done = [review.close(pk, by=by, now=now) for pk in queryset.values_list("pk", flat=True)]
        messages.success(request, CLOSED.format(count=sum(done), of=len(done)))

    @admin.action(description="No request to stop: open the number again", permissions=["decide"])
    def restore(self, request: HttpRequest, queryset: QuerySet[InboundMessage]) -> None:
        """What each was taken for is undone, where there is something to go back to."""
        now, by = timezone.now(), who(request)
        done = [review.restore(pk, by=by, now=now) for pk in queryset.values_list("pk", flat=True)]
        messages.success(request, RESTORED.format(count=sum(done), of=len(done)))

    @admin.display(description="words")
    def as_said(self, message: InboundMessage) -> SafeString:
        """As they came, with their line breaks."""
        return as_typed(message.text or "–")
