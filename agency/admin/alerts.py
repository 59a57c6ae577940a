"""In which browsers people take pushes, and what they chose for their alerts: theirs to change, a manager's to see."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from agency.admin.base import ReadOnlyAdmin
from agency.messaging import reach
from agency.messaging.models import Channel
from agency.messaging.preferences import book
from agency.models import AlertPreference, PushDevice, User

REACHED = "alerts outside the app"
AS_THE_AGENCY = "as the agency does"
ONLY_IN_THE_APP = "only in the app"


@admin.register(PushDevice)
class PushDeviceAdmin(ReadOnlyAdmin):
    """Browsers that take pushes. One that was lost can be removed here; its address and keys are shown to nobody."""

    list_display = ("user", "label", "created_at", "seen_at", "failure")
    search_fields = ("user__name", "user__username", "label")
    list_select_related = ("user",)
    fields = ("user", "label", "created_at", "seen_at", "failure")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whoever the table of roles lets."""
        return request.user.has_perm("agency.delete_pushdevice")


@admin.register(AlertPreference)
class AlertPreferenceAdmin(ReadOnlyAdmin):
    """How each person wants to hear of things; set by themselves on their page for alerts."""

    list_display = ("user", "urgent_on", "normal_on", "quiet", "urgent_in_quiet", "names_on_push")
    search_fields = ("user__name", "user__username")
    list_select_related = ("user",)
    fields = ("user", "urgent_on", "normal_on", "quiet", "urgent_in_quiet", "names_on_push")

    @admin.display(description="urgent")
    def urgent_on(self, row: AlertPreference) -> str:
        """The channels beside the app."""
        return in_words(row.urgent)

    @admin.display(description="everything else")
    def normal_on(self, row: AlertPreference) -> str:
        """The channels beside the app."""
        return in_words(row.normal)

    @admin.display(description="quiet hours")
    def quiet(self, row: AlertPreference) -> str:
        """From when to when."""
        if row.quiet_from is None or row.quiet_until is None:
            return "–"
        return f"{row.quiet_from:%H:%M} to {row.quiet_until:%H:%M} {row.timezone}".strip()


def reach_column(user_of: Callable[[Any], User]) -> Callable[[Any], str]:
    """A column of a list of people: how alerts reach each of them, as of one reading of everyone's devices."""
    known = book()

    @admin.display(description=REACHED)
    def reached(row: Any) -> str:
        """The channels, or that there is none."""
        return reach.in_words(user_of(row), known)

    return reached


def in_words(channels: Sequence[str] | None) -> str:
    """A choice of channels as people read it."""
    if channels is None:
        return AS_THE_AGENCY
    return ", ".join(Channel(name).label for name in channels) or ONLY_IN_THE_APP
