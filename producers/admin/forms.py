"""What is checked when people, lines and places are edited by hand."""

import re
from collections import defaultdict
from datetime import time
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from phonenumber_field.formfields import PhoneNumberField
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelect2MultipleWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from agency.admin.fields import TypedListField
from agency.models import User
from producers import services
from producers.models import STATE_CODE, Authority, LineOfBusiness, Producer, Territory, WorkingHours

KEY_TAKEN = "Someone already logs in with this key."
OWN_BACKUP = "Nobody can be their own backup."
HOURS_OVERLAP = "{day}: {first} and {second} overlap."
CLOSES_BEFORE_IT_OPENS = "This closes before it opens."
UNKNOWN_AUTHORITY = "There is no authority called {name}. Known: {known}."
REQUIRES_SHAPE = "Write one set of authorities per line, such as `- [property, casualty]`."
ZIP_SHAPE = "Write five digits, or a range such as 10001-10099."
ZIP_RANGE_BACKWARDS = "The range {zips} ends before it begins."
COUNTY_SHAPE = "Write the state, a slash and the county, such as NY/Kings County."
_ZIPS = re.compile(r"^(\d{5})(?:-(\d{5}))?$")
_COUNTY = re.compile(r"^[A-Z]{2}/\S.*$")


class ProducerForm(forms.ModelForm):  # type: ignore[type-arg]
    """A person together with their log-in: name, address and number are kept on the latter."""

    name = forms.CharField(max_length=150, widget=UnfoldAdminTextInputWidget)
    email = forms.EmailField(label="E-mail", widget=UnfoldAdminEmailInputWidget)
    phone = PhoneNumberField(required=False, widget=UnfoldAdminTextInputWidget, help_text="Where alerts and bridged calls go.")
    password = forms.CharField(
        label="First password",
        required=False,
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text="To be changed after the first log-in. Left empty, the log-in waits until a password is set under Log-ins.",
    )

    class Meta:
        model = Producer
        exclude = ("user",)  # noqa: DJ006 - the page lists its fields
        field_classes = {"languages": TypedListField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            user = self.instance.user
            for field in ("name", "email", "phone"):
                if field in self.fields:
                    self.fields[field].initial = getattr(user, field)

    def clean_key(self) -> str:
        """A key nobody logs in with yet."""
        key: str = self.cleaned_data["key"]
        if not self.instance.pk and User.objects.filter(username=key).exists():
            raise ValidationError(KEY_TAKEN)
        return key

    def clean_backup(self) -> Producer | None:
        """Somebody else."""
        backup: Producer | None = self.cleaned_data["backup"]
        if backup is not None and backup.pk == self.instance.pk:
            raise ValidationError(OWN_BACKUP)
        return backup

    def clean_password(self) -> str:
        """Good enough for a log-in, or empty."""
        password: str = self.cleaned_data["password"]
        if password:
            validate_password(password)
        return password

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if not self.errors and (why := services.why_not_leave(self.instance)):
            self.add_error(None, why)


class LicenseForm(forms.ModelForm):  # type: ignore[type-arg]
    """A licence with its authorities chosen from the list."""

    authority = forms.MultipleChoiceField(choices=Authority.choices, widget=UnfoldAdminSelect2MultipleWidget)


class WorkingHoursFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]
    """A person's stretches of work: each ends after it begins and no two of a day overlap."""

    def clean(self) -> None:
        """Name the day on which two stretches overlap."""
        super().clean()
        days: dict[int, list[tuple[time, time]]] = defaultdict(list)
        for form in self.forms:
            data = getattr(form, "cleaned_data", {})
            if data.get("DELETE") or data.get("weekday") is None or not data.get("opens") or not data.get("closes"):
                continue
            if data["closes"] <= data["opens"]:
                form.add_error("closes", CLOSES_BEFORE_IT_OPENS)
            days[data["weekday"]].append((data["opens"], data["closes"]))
        for weekday, stretches in days.items():
            stretches.sort()
            for first, second in zip(stretches, stretches[1:], strict=False):
                if second[0] < first[1]:
                    day = WorkingHours(weekday=weekday).get_weekday_display()
                    raise ValidationError(HOURS_OVERLAP.format(day=day, first=_span(first), second=_span(second)))


def _span(stretch: tuple[time, time]) -> str:
    return f"{stretch[0]:%H:%M}-{stretch[1]:%H:%M}"


class LineOfBusinessForm(forms.ModelForm):  # type: ignore[type-arg]
    """A line with the sets of authorities of which any one suffices."""

    class Meta:
        model = LineOfBusiness
        exclude = ()  # noqa: DJ006 - the page lists its fields
        field_classes = {"certifications": TypedListField, "alt_codes": TypedListField}

    def clean_requires(self) -> list[list[str]]:
        """Sets of known authorities, none of them empty."""
        requires = self.cleaned_data["requires"]
        if not all(isinstance(one, list) and one for one in requires):
            raise ValidationError(REQUIRES_SHAPE)
        for name in (name for one in requires for name in one):
            if name not in Authority.values:
                raise ValidationError(UNKNOWN_AUTHORITY.format(name=name, known=", ".join(Authority.values)))
        return [list(one) for one in requires]


class TerritoryForm(forms.ModelForm):  # type: ignore[type-arg]
    """An area, one ZIP range, county or state to the line."""

    zips = TypedListField(
        forms.CharField(max_length=11), required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}), label="ZIPs", help_text=ZIP_SHAPE
    )
    counties = TypedListField(
        forms.CharField(max_length=80), required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}), help_text=COUNTY_SHAPE
    )
    states = TypedListField(
        forms.CharField(max_length=2, validators=[STATE_CODE]), required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 2})
    )

    class Meta:
        model = Territory
        exclude = ()  # noqa: DJ006 - the page lists its fields

    def clean_zips(self) -> list[str]:
        """ZIPs and ranges that run forwards."""
        zips: list[str] = self.cleaned_data["zips"]
        for one in zips:
            found = _ZIPS.match(one)
            if not found:
                raise ValidationError(f"{one}: {ZIP_SHAPE}")
            if found[2] and found[2] < found[1]:
                raise ValidationError(ZIP_RANGE_BACKWARDS.format(zips=one))
        return zips

    def clean_counties(self) -> list[str]:
        """Counties with their states."""
        counties: list[str] = self.cleaned_data["counties"]
        for one in counties:
            if not _COUNTY.match(one):
                raise ValidationError(f"{one}: {COUNTY_SHAPE}")
        return counties
