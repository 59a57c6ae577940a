"""The agency's one row."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin

from agency.admin.base import OneRowAdmin
from agency.admin.fields import ProblemsFormMixin, Written, WrittenFieldsMixin
from agency.agencyfile.agency import NOT_AN_OWNER, SECTION
from agency.agencyfile.fields import Problems
from agency.models import Agency, User

if TYPE_CHECKING:
    _Form = forms.ModelForm[Agency]
else:
    _Form = forms.ModelForm

CHECKED = ("name", "timezone", "hours", "holidays", "idle_minutes", "notify", "targets")


class AgencyForm(ProblemsFormMixin, _Form):
    """The agency as it is edited by hand, checked as in the agency file."""

    class Meta:
        model = Agency
        exclude = ()

    def clean_fallback(self) -> User | None:
        """Someone who may own leads."""
        user: User | None = self.cleaned_data["fallback"]
        person = getattr(user, "producer", None)
        if user is not None and (person is None or not person.active or person.role == "marketing"):
            raise forms.ValidationError(NOT_AN_OWNER.format(user))
        return user

    def clean(self) -> dict[str, Any]:
        """Hold the calendar, notices and targets against what the agency file allows."""
        data = super().clean() or self.cleaned_data
        raw = {name: data[name] for name in CHECKED if data.get(name)}
        if owner := data.get("fallback"):
            raw["fallback"] = owner.username
        raw["contact_cap"] = {"attempts": data.get("contact_cap"), "hours": data.get("contact_cap_hours")}
        problems = Problems(names={"owner": frozenset({raw.get("fallback", "")})})
        SECTION.check(raw, problems)
        self.blame(problems.found, "agency")
        return data


@admin.register(Agency)
class AgencyAdmin(WrittenFieldsMixin, OneRowAdmin):
    """The agency: name, calendar, owner of last resort and how people hear of things."""

    form = AgencyForm
    written_fields = {"hours": Written(rows=8), "notify": Written(), "targets": Written(rows=9)}
    list_display = ("name", "phone", "timezone", "holidays", "fallback")
    list_select_related = ("fallback",)
    autocomplete_fields = ("fallback",)
    fieldsets = (
        (None, {"fields": ("name", "phone", "address", "website")}),
        ("Calendar", {"fields": ("timezone", "hours", "holidays")}),
        (
            "Routing",
            {
                "fields": (
                    "fallback",
                    "idle_minutes",
                    "appointments",
                )
            },
        ),
        ("Contacting people", {"fields": (("contact_cap", "contact_cap_hours"),)}),
        ("Calls", {"fields": ("record_calls", "recording_notice")}),
        ("Notices and targets", {"fields": ("notify", "targets")}),
    )
