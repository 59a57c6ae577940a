"""What could not become a lead: seen, corrected and sent again."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import AutocompleteSelectFilter, DropdownFilter, RangeDateTimeFilter
from unfold.decorators import action

from agency.admin.base import ModelAdmin, link_to, table, who
from agency.admin.fields import Written, WrittenFieldsMixin
from leads import intake
from leads.models import RejectedIntake

RESUBMITTED = "{lead} is a lead now: {reason}"
STILL_WRONG = "{field}: {problem}"


class ResolvedFilter(DropdownFilter):
    """Whether someone has seen to it."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The choices."""
        return [("waiting", "Waiting"), ("resolved", "Resolved")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[RejectedIntake]) -> QuerySet[RejectedIntake]:
        """One kind or the other."""
        if self.value() in {"waiting", "resolved"}:
            return queryset.filter(resolved_at__isnull=self.value() == "waiting")
        return queryset


@admin.register(RejectedIntake)
class RejectedIntakeAdmin(WrittenFieldsMixin, ModelAdmin):
    """Rejected arrivals: mend the payload, then send it again."""

    written_fields = {"payload": Written(rows=16)}
    list_display = ("received_at", "source", "door", "wrong", "resolved_at", "resolved_by")
    list_filter = (ResolvedFilter, ("source", AutocompleteSelectFilter), "door", ("received_at", RangeDateTimeFilter))
    list_select_related = ("source", "resolved_by")
    search_fields = ("payload__last_name", "payload__email", "payload__phone")
    ordering = ("-received_at",)
    fields = (("received_at", "source", "door"), "problems", "payload", ("resolved_at", "resolved_by", "made"))
    readonly_fields = ("received_at", "source", "door", "problems", "resolved_at", "resolved_by", "made")
    actions_submit_line = ("resubmit",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """While nobody has resolved it."""
        return super().has_change_permission(request) and (obj is None or obj.resolved_at is None)

    def has_resubmit_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As for changing. The theme asks with the record's id where Django asks with the record."""
        record = obj if isinstance(obj, Model) else RejectedIntake.objects.filter(pk=obj).first()
        return self.has_change_permission(request, record)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False

    def save_model(self, request: HttpRequest, obj: RejectedIntake, form: Any, change: bool) -> None:
        """Save keeps the mended payload; the button beside it sends it in too."""
        if "leads_rejectedintake_resubmit" not in request.POST:
            obj.save(update_fields=["payload"])
            return
        try:
            receipt = intake.resubmit(obj, obj.payload, by=who(request), now=timezone.now())
        except intake.IntakeError as error:
            obj.save(update_fields=["payload"])
            for field, problems in error.errors.items():
                for problem in problems:
                    messages.error(request, STILL_WRONG.format(field=field, problem=problem))
        else:
            reason = receipt.decision.reason if receipt.decision else "joined an open lead"
            messages.success(request, RESUBMITTED.format(lead=receipt.lead, reason=reason))

    @action(description="Save and send in", permissions=["resubmit"])
    def resubmit(self, request: HttpRequest, obj: RejectedIntake) -> None:
        """Pressed beside Save; `save_model` does it."""

    @admin.display(description="what was wrong")
    def wrong(self, rejected: RejectedIntake) -> str:
        """The fields."""
        return ", ".join(rejected.errors)

    @admin.display(description="what was wrong")
    def problems(self, rejected: RejectedIntake) -> SafeString:
        """Each field with its messages."""
        return table(("Field", "Problem"), [(field, " ".join(found)) for field, found in rejected.errors.items()])

    @admin.display(description="became")
    def made(self, rejected: RejectedIntake) -> SafeString | str:
        """The lead it became."""
        return link_to(rejected.lead)
