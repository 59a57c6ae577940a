"""The agency's one row."""

import zoneinfo

from django import forms
from django.contrib import admin

from agency.admin.base import OneRowAdmin
from agency.admin.fields import WrittenFieldsMixin
from agency.models import Agency

UNKNOWN_TIMEZONE = "There is no timezone of this name; a right one is America/New_York."


class AgencyForm(forms.ModelForm):  # type: ignore[type-arg]
    """The agency as it is edited by hand."""

    class Meta:
        model = Agency
        exclude = ()  # noqa: DJ006 - the page lists its fields

    def clean_timezone(self) -> str:
        """A name of the tz database."""
        name: str = self.cleaned_data["timezone"]
        if name not in zoneinfo.available_timezones():
            raise forms.ValidationError(UNKNOWN_TIMEZONE)
        return name


@admin.register(Agency)
class AgencyAdmin(WrittenFieldsMixin, OneRowAdmin):
    """The agency: name, calendar, owner of last resort and how people hear of things."""

    form = AgencyForm
    written_fields = {"hours": dict, "notify": dict, "targets": dict}
    list_display = ("name", "phone", "timezone", "holidays", "fallback")
    list_select_related = ("fallback",)
    autocomplete_fields = ("fallback",)
    fieldsets = (
        (None, {"fields": ("name", "phone", "address", "website")}),
        ("Calendar", {"fields": ("timezone", "hours", "holidays")}),
        ("Routing", {"fields": ("fallback",)}),
        ("Notices and targets", {"fields": ("notify", "targets")}),
    )
