"""What is checked when contact rules, stops and do-not-call lists are written by hand."""

from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from django import forms
from django.utils import timezone
from unfold.widgets import UnfoldAdminFileFieldWidget

from agency.hours import WEEKDAYS, parse_day, parse_week
from leads import donotcall
from leads.followup.legal_days import LISTS
from leads.followup.whereabouts import states
from leads.models import ContactWindow, DoNotCallList, EmergencyStop
from leads.models.contact import FEDERAL, UNKNOWN, Holidays

if TYPE_CHECKING:
    _RuleForm = forms.ModelForm[ContactWindow]
    _StopForm = forms.ModelForm[EmergencyStop]
    _ListForm = forms.ModelForm[DoNotCallList]
else:
    _RuleForm = _StopForm = _ListForm = forms.ModelForm

NO_STATE = "“{}” is no state."
NO_ZONE = "“{}” is no timezone: write America/Chicago."
NO_LIST = "There is no list of holidays for “{}”; there is {}."
NO_DAY = "“{}” is no day of the week."
NEEDS_LIST = "Say whose holidays."
NEEDS_HOURS = "Say which hours holidays have."
NEEDS_BOTH = "Most attempts and hours go together."
NOT_FEDERAL = "The rows for everywhere and for unknown whereabouts are lifted by nothing."
KEY_TAKEN = "There is a rule with this key already: change that one."
IN_FUTURE = "That day is still to come."
BACKWARDS = "It ends before it begins."


class RuleForm(_RuleForm):
    """A rule that can be held against a contact."""

    class Meta:
        model = ContactWindow
        exclude = ()

    def clean_key(self) -> str:
        """A new one."""
        key: str = self.cleaned_data["key"]
        if self.instance._state.adding and ContactWindow.objects.filter(key=key).exists():
            raise forms.ValidationError(KEY_TAKEN)
        return key

    def clean_place(self) -> str:
        """A state, everywhere, or nobody knows where."""
        place: str = self.cleaned_data["place"]
        if place not in (FEDERAL, UNKNOWN) and place.upper() not in states():
            raise forms.ValidationError(NO_STATE.format(place))
        return place if place in (FEDERAL, UNKNOWN) else place.upper()

    def clean_hours(self) -> dict[str, str]:
        """Days of the week with stretches of local time."""
        hours: dict[str, str] = self.cleaned_data["hours"] or {}
        if wrong := [day for day in hours if day not in WEEKDAYS]:
            raise forms.ValidationError(NO_DAY.format(wrong[0]))
        _checked(lambda: parse_week(hours))
        return {day: hours[day] for day in WEEKDAYS if hours.get(day)}

    def clean_holiday_hours(self) -> str:
        """Stretches of local time."""
        hours: str = self.cleaned_data["holiday_hours"]
        _checked(lambda: parse_day(hours))
        return hours

    def clean_holiday_list(self) -> str:
        """One there is."""
        name: str = self.cleaned_data["holiday_list"].upper()
        if name and name not in LISTS:
            raise forms.ValidationError(NO_LIST.format(name, ", ".join(LISTS)))
        return name

    def clean_timezone(self) -> str:
        """One there is."""
        zone: str = self.cleaned_data["timezone"]
        if zone and zone not in available_timezones():
            raise forms.ValidationError(NO_ZONE.format(zone))
        return zone

    def clean(self) -> dict[str, Any]:
        """What belongs together is there together."""
        data = super().clean() or self.cleaned_data
        place = data.get("place", self.instance.place)
        checks = (
            ("holiday_list", NEEDS_LIST, data.get("holidays") != Holidays.ALLOWED and not data.get("holiday_list")),
            ("holiday_hours", NEEDS_HOURS, data.get("holidays") == Holidays.OWN and not data.get("holiday_hours")),
            ("cap_hours", NEEDS_BOTH, (data.get("cap_attempts") is None) != (not data.get("cap_hours"))),
            ("relax", NOT_FEDERAL, place in (FEDERAL, UNKNOWN) and bool(data.get("relax"))),
            ("effective_until", BACKWARDS, _backwards(data.get("effective_from"), data.get("effective_until"))),
        )
        for field, problem, wrong in checks:
            if wrong and field not in self.errors:
                self.add_error(field, problem)
        return data


class StopForm(_StopForm):
    """An emergency stop of a place there is."""

    class Meta:
        model = EmergencyStop
        exclude = ()

    def clean_state(self) -> str:
        """A state."""
        state: str = self.cleaned_data["state"].upper()
        if state not in states():
            raise forms.ValidationError(NO_STATE.format(state))
        return state

    def clean(self) -> dict[str, Any]:
        """It ends after it begins."""
        data = super().clean() or self.cleaned_data
        if _backwards(data.get("since"), data.get("until")):
            self.add_error("until", BACKWARDS)
        return data


class DoNotCallForm(_ListForm):
    """A download of the list, read through once before anything is written."""

    file = forms.FileField(
        help_text="As downloaded: one number a line, as 2125550150 or 212,5550150.", widget=UnfoldAdminFileFieldWidget
    )

    class Meta:
        model = DoNotCallList
        fields = ("scrubbed_on", "san")

    def clean(self) -> dict[str, Any]:
        """Every line is a number, and no newer list is there."""
        data = super().clean() or self.cleaned_data
        day, file = data.get("scrubbed_on"), data.get("file")
        if day and day > timezone.now().date():
            self.add_error("scrubbed_on", IN_FUTURE)
        elif day and file:
            try:
                donotcall.check(file, scrubbed_on=day)
            except donotcall.DoNotCallError as error:
                self.add_error("file", str(error))
            file.seek(0)
        return data


def _checked(parse: Any) -> None:
    try:
        parse()
    except (ValueError, TypeError) as error:
        raise forms.ValidationError(str(error)) from None


def _backwards(start: Any, end: Any) -> bool:
    return start is not None and end is not None and end < start
