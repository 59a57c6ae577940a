"""The outbox: what was said to whom, what is on its way and what is stuck."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter
from unfold.decorators import display

from agency.admin.base import ReadOnlyAdmin, as_typed, who
from agency.due import DueState
from agency.messaging import services
from agency.models import Message

SENT_AGAIN = "{count} of {of} will go out again, past the gate once more. Only stuck or failed messages can."
LEFT = "{count} of {of} are left as they are. Only stuck and failed messages wait for that."
STATE_COLOURS = {
    DueState.DUE.label: "info",
    DueState.IN_FLIGHT.label: "info",
    DueState.WAITING.label: "warning",
    DueState.DONE.label: "success",
    DueState.SKIPPED.label: "warning",
    DueState.STUCK.label: "danger",
    DueState.FAILED.label: "danger",
}


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    """Messages with their states; what is stuck waits here for a person to decide."""

    list_display = ("created_at", "coloured_state", "channel", "audience", "kind", "recipient", "lead", "attempts", "outcome")
    list_display_links = ("created_at",)
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("channel", ChoicesDropdownFilter),
        ("audience", ChoicesDropdownFilter),
        "kind",
        ("created_at", RangeDateTimeFilter),
    )
    search_fields = ("=to", "subject", "user__name", "lead__first_name", "lead__last_name")
    list_select_related = ("user", "lead")
    ordering = ("-created_at", "-id")
    fields = (
        ("channel", "audience", "severity", "kind"),
        ("recipient", "lead"),
        "subject",
        "as_sent",
        ("state", "attempts", "outcome"),
        ("created_at", "due_at", "finished_at"),
        ("leased_until", "read_at", "provider_id"),
    )
    readonly_fields = ("recipient", "as_sent")
    actions = ("send_again", "leave")

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Whoever may change messages decides about the stuck ones, though nobody edits their words."""
        return request.user.has_perm("agency.change_message")

    @admin.action(description="Send again (stuck or failed)", permissions=["decide"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        """Each is due once more."""
        now, by = timezone.now(), who(request)
        done = [services.send_again(pk, by=by, now=now) for pk in queryset.values_list("pk", flat=True)]
        messages.success(request, SENT_AGAIN.format(count=sum(done), of=len(done)))

    @admin.action(description="Leave as it is (stuck or failed)", permissions=["decide"])
    def leave(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        """Each is closed, whatever became of it."""
        now, by = timezone.now(), who(request)
        done = [services.leave(pk, by=by, now=now) for pk in queryset.values_list("pk", flat=True)]
        messages.success(request, LEFT.format(count=sum(done), of=len(done)))

    @display(description="state", ordering="state", label=STATE_COLOURS)
    def coloured_state(self, message: Message) -> str:
        """Where it stands."""
        return message.get_state_display()

    @admin.display(description="to", ordering="to")
    def recipient(self, message: Message) -> str:
        """The person and the address, whichever is known."""
        name = message.user.name if message.user else ""
        return f"{name} ({message.to})" if name and message.to else name or message.to or "–"

    @admin.display(description="text")
    def as_sent(self, message: Message) -> SafeString:
        """The words, with their line breaks."""
        return as_typed(message.body or "–")
