"""What is checked when people, lines and places are edited by hand."""

from collections import defaultdict
from datetime import time
from itertools import pairwise
from typing import TYPE_CHECKING, Any

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

from agency.admin.fields import ListField, ProblemsFormMixin, ShortListField
from agency.agencyfile.agency import read_notify
from agency.agencyfile.fields import Fields, Problems
from agency.models import User
from producers import services
from producers.agencyfile import territories
from producers.agencyfile.states import state_code
from producers.models import Appointment, Authority, License, LineOfBusiness, Producer, Territory, WorkingHours

if TYPE_CHECKING:
    _ProducerForm = forms.ModelForm[Producer]
    _LicenseForm = forms.ModelForm[License]
    _AppointmentForm = forms.ModelForm[Appointment]
    _LineForm = forms.ModelForm[LineOfBusiness]
    _TerritoryForm = forms.ModelForm[Territory]
    _HoursFormSet = forms.BaseInlineFormSet[WorkingHours, Producer, Any]
else:
    _ProducerForm = _LicenseForm = _AppointmentForm = _LineForm = _TerritoryForm = forms.ModelForm
    _HoursFormSet = forms.BaseInlineFormSet

KEY_TAKEN = "Someone already logs in with this key."
OWN_BACKUP = "Nobody can be their own backup."
HOURS_OVERLAP = "{day}: {first} and {second} overlap."
ENDS_BEFORE_IT_BEGINS = "This ends before it begins."
CLOSES_BEFORE_IT_OPENS = "This closes before it opens."
UNKNOWN_AUTHORITY = "There is no authority called {name}. Known: {known}."
REQUIRES_SHAPE = "Write one set of authorities per line, such as `- [property, casualty]`."
LANGUAGES = "Codes with commas between, such as en, es."
ZIPS = "Five digits, or a range such as 10001-10099; one to the line."
COUNTIES = "The state, a slash and the county, such as NY/Kings County; one to the line."
STATES = "Two capital letters, such as NJ."


class ProducerForm(ProblemsFormMixin, _ProducerForm):
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
        exclude = ("user",)
        field_classes = {"languages": ShortListField}
        widgets = {"languages": UnfoldAdminTextInputWidget}
        help_texts = {"languages": LANGUAGES}

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

    def clean_resident_state(self) -> str:
        """A jurisdiction that licenses producers, or none."""
        code: str = self.cleaned_data["resident_state"]
        return _state(code) if code else ""

    def clean_notify(self) -> dict[str, Any]:
        """Known channels."""
        problems = Problems()
        read_notify(Fields({"notify": self.cleaned_data["notify"]}, "", problems))
        if problems.found:
            raise ValidationError(problems.found)
        return dict(self.cleaned_data["notify"])

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


class LicenseForm(_LicenseForm):
    """A license with its authorities chosen from the list."""

    authority = forms.MultipleChoiceField(choices=Authority.choices, widget=UnfoldAdminSelect2MultipleWidget)

    class Meta:
        model = License
        exclude = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "number" in self.fields:
            self.fields["number"].required = True

    def clean_state(self) -> str:
        """A jurisdiction that licenses producers."""
        return _state(self.cleaned_data["state"])

    def clean(self) -> dict[str, Any]:
        """A license ends after it begins."""
        data = super().clean() or self.cleaned_data
        if data.get("effective") and data.get("expires") and data["expires"] < data["effective"]:
            self.add_error("expires", ENDS_BEFORE_IT_BEGINS)
        return data


class AppointmentForm(_AppointmentForm):
    """A carrier's appointment in a state that exists."""

    class Meta:
        model = Appointment
        exclude = ()

    def clean_state(self) -> str:
        """A jurisdiction that licenses producers."""
        return _state(self.cleaned_data["state"])

    def clean(self) -> dict[str, Any]:
        """An appointment ends after it begins."""
        data = super().clean() or self.cleaned_data
        if data.get("effective") and data.get("expires") and data["expires"] < data["effective"]:
            self.add_error("expires", ENDS_BEFORE_IT_BEGINS)
        return data


class WorkingHoursFormSet(_HoursFormSet):
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
            for first, second in pairwise(stretches):
                if second[0] < first[1]:
                    day = WorkingHours(weekday=weekday).get_weekday_display()
                    raise ValidationError(HOURS_OVERLAP.format(day=day, first=_span(first), second=_span(second)))


def _state(code: str) -> str:
    try:
        return state_code(code.strip().upper())
    except ValueError as error:
        raise ValidationError(str(error)) from error


def _span(stretch: tuple[time, time]) -> str:
    return f"{stretch[0]:%H:%M}-{stretch[1]:%H:%M}"


class LineOfBusinessForm(_LineForm):
    """A line with the sets of authorities of which any one suffices."""

    class Meta:
        model = LineOfBusiness
        exclude = ()
        field_classes = {"certifications": ListField, "alt_codes": ListField}

    def clean_requires(self) -> list[list[str]]:
        """Sets of known authorities, none of them empty."""
        requires = self.cleaned_data["requires"]
        if not all(isinstance(one, list) and one for one in requires):
            raise ValidationError(REQUIRES_SHAPE)
        for name in (name for one in requires for name in one):
            if name not in Authority.values:
                raise ValidationError(UNKNOWN_AUTHORITY.format(name=name, known=", ".join(Authority.values)))
        return [list(one) for one in requires]


class TerritoryForm(ProblemsFormMixin, _TerritoryForm):
    """An area, one ZIP range, county or state to the line, checked as in the agency file."""

    zips = ListField(
        forms.CharField(), required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}), label="ZIPs", help_text=ZIPS
    )
    counties = ListField(
        forms.CharField(), required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}), help_text=COUNTIES
    )
    states = ListField(forms.CharField(), required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}), help_text=STATES)

    class Meta:
        model = Territory
        exclude = ()

    def clean(self) -> dict[str, Any]:
        """Ranges run forwards, counties carry their states, and something is named."""
        data = super().clean() or self.cleaned_data
        problems = Problems()
        named = {name: data[name] for name in ("zips", "counties", "states") if data.get(name)}
        entries = territories.SECTION.check([{"key": "area", "name": "area", **named}], problems)
        self.blame(problems.found, "territories[0]")
        if not problems.found:
            data["zips"] = list(entries[0].zips)
        return data
