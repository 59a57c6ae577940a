"""What people type: the public form, the walk-in, and what is done with a lead. Fields are read by intake's own rules."""

import uuid
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from django import forms
from django.forms.utils import ErrorList

from agency.forms import Styled
from agency.templatetags.pages import phone as national
from leads import current
from leads.intake import fields as intake_fields
from leads.models import Lead, Source, SourceKind, Status, TouchChannel, TouchOutcome, Verdict
from leads.work.stopping import EVERYTHING, SCOPES
from producers.models import Family, Producer

CONSENT_TEXT: Final = (
    "I agree that {agency} may call and text me about my insurance request at the number I gave, also with automated dialling "
    "or recorded messages. Agreeing is no condition of buying anything. Message and data rates may apply; reply STOP to end them."
)
CONSENT_CHANNELS: Final = ["call", "sms"]
CAMPAIGN_FIELDS: Final = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "gclid", "fbclid", "msclkid")
REACHABLE: Final = "Give a phone number or an e-mail address."
PREMIUM_NEEDED: Final = "What is the premium?"
REASON_NEEDED: Final = "Why was it lost?"
ENTRY_KINDS: Final = (SourceKind.WALK_IN, SourceKind.PHONE)
LOST_REASONS: Final = (
    "Price", "Stayed with their carrier", "Bought elsewhere", "Not eligible", "Could not be reached", "Not interested",
    "Duplicate", "Bad data", "Other",
)  # fmt: skip
STATUS_STEPS: Final = (Status.CONTACTED, Status.QUOTED, Status.BOUND, Status.LOST, Status.NURTURE)
PAUSES: Final = ((1, "for a day"), (3, "for three days"), (7, "for a week"), (30, "for a month"), (0, "until I resume it"))
"""Days, and what the button says."""
OUTCOMES: Final = (
    TouchOutcome.NO_ANSWER,
    TouchOutcome.VOICEMAIL,
    TouchOutcome.REACHED,
    TouchOutcome.WRONG_NUMBER,
    TouchOutcome.OPTED_OUT,
)


class PageForm(Styled):
    """What is done with leads."""

    def add_intake_errors(self, errors: dict[str, list[str]]) -> None:
        """What intake refused stands beside its field, or above the form when the form has no such field."""
        for name, messages in errors.items():
            self.add_error(name if name in self.fields else None, ErrorList(messages))


def read_by(read: Callable[..., Any], **options: Any) -> Callable[[Any], Any]:
    """A cleaner for a field: intake's reader, its error turned into a form's."""

    def clean(value: Any) -> Any:
        try:
            return read(value, **options)
        except intake_fields.FieldError as error:
            raise forms.ValidationError(str(error)) from error

    return clean


def line_choices() -> list[tuple[str, Any]]:
    """The lines of insurance by family, as a select shows them; no query while nothing changed."""
    lines = current.configuration().roster.lines.values()
    groups = [(family.label, [(line.key, line.name) for line in lines if line.family == family]) for family in Family]
    return [("", "Please choose"), *((label, sorted(items, key=lambda item: item[1])) for label, items in groups if items)]


def text(label: str, most: int, *, required: bool = False, **attrs: str) -> forms.CharField:
    """A line of text."""
    return forms.CharField(label=label, max_length=most, required=required, widget=forms.TextInput(attrs=attrs))


class PersonForm(PageForm):
    """Who they are and what they want: the fields that every way in shares. By its hidden `token` the same form counts once."""

    token = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)
    first_name = text("First name", 100, required=True, autocomplete="given-name")
    last_name = text("Last name", 100, required=True, autocomplete="family-name")
    email = forms.CharField(
        label="E-mail", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"})
    )
    phone = forms.CharField(label="Phone", max_length=40, widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}))
    zip_code = text("ZIP code", 10, required=True, autocomplete="postal-code", inputmode="numeric")
    line = forms.ChoiceField(label="Insurance you need")
    current_carrier = text("Current insurer", 120)
    policy_expires_on = forms.DateField(
        label="Policy ends on", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    heard_from = text("How did you hear about us?", 120)
    notes = forms.CharField(
        label="Anything else we should know?", max_length=10_000, required=False, widget=forms.Textarea(attrs={"rows": "3"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["token"].initial = uuid.uuid4().hex
        self.fields["line"].choices = line_choices()  # type: ignore[attr-defined]  # the stub knows Field only

    def clean_email(self) -> str:
        """A checked address."""
        return str(read_by(intake_fields.email)(self.cleaned_data["email"]))

    def clean_phone(self) -> str:
        """A number that can exist; kept as typed, intake writes it its own way."""
        read_by(intake_fields.phone)(self.cleaned_data["phone"])
        return str(self.cleaned_data["phone"])

    def payload(self) -> dict[str, Any]:
        """What intake is to receive; empty fields are left out."""
        names = ("first_name", "last_name", "email", "phone", "zip_code", "line", "current_carrier", "heard_from", "notes")
        found = {name: self.cleaned_data[name] for name in names if self.cleaned_data.get(name)}
        if ends := self.cleaned_data.get("policy_expires_on"):
            found["policy_expires_on"] = ends.isoformat()
        return found


class QuoteForm(PersonForm):
    """The public form. `website` is a trap: people do not see it, programs fill it in."""

    consent = forms.BooleanField(required=False)
    website = forms.CharField(required=False, widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}))

    def __init__(self, *args: Any, agency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["consent"].label = CONSENT_TEXT.format(agency=agency)
        for name in CAMPAIGN_FIELDS:
            self.fields[name] = forms.CharField(required=False, max_length=300, widget=forms.HiddenInput)

    @property
    def is_trapped(self) -> bool:
        """Whether a program filled in what no person sees."""
        return bool(self.cleaned_data.get("website"))

    def campaign(self) -> dict[str, str]:
        """How the visitor came, as far as the address told."""
        return {name: self.cleaned_data[name] for name in CAMPAIGN_FIELDS if self.cleaned_data.get(name)}


class EntryForm(PersonForm):
    """A lead typed in by the agency: someone at the counter or on the phone. One way to reach them is enough."""

    source = forms.ModelChoiceField(Source.objects.none(), label="Where from", empty_label=None)
    premium_estimate = forms.DecimalField(label="Premium, roughly", required=False, min_value=0, max_digits=12, decimal_places=2)

    field_order = ("source", "first_name", "last_name", "phone", "email", "zip_code", "line")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sources = Source.objects.filter(active=True, kind__in=ENTRY_KINDS)
        self.fields["source"].queryset = sources  # type: ignore[attr-defined]  # the stub knows Field only
        for name in ("email", "phone", "zip_code", "line"):
            self.fields[name].required = False
            self.fields[name].widget.is_required = False
        for name, label in (("heard_from", "How they heard about us"), ("notes", "Notes"), ("line", "Line"), ("phone", "Phone")):
            self.fields[name].label = label

    def clean(self) -> dict[str, Any]:
        """Phone or e-mail is there."""
        data = dict(super().clean() or self.cleaned_data)
        if not data.get("email") and not data.get("phone") and not self.errors.keys() & {"email", "phone"}:
            self.add_error("phone", REACHABLE)
        return data

    def payload(self) -> dict[str, Any]:
        """What intake is to receive."""
        found = super().payload()
        if (premium := self.cleaned_data.get("premium_estimate")) is not None:
            found["premium_estimate"] = str(premium)
        return found


class EditForm(PageForm):
    """What is on record of the person and of what they want, to be put right. Only what was changed is judged, by the service."""

    first_name = text("First name", 100, required=True)
    last_name = text("Last name", 100, required=True)
    phone = forms.CharField(label="Phone", max_length=40, required=False, widget=forms.TextInput(attrs={"type": "tel"}))
    email = forms.CharField(
        label="E-mail", max_length=254, required=False, widget=forms.EmailInput(attrs={"spellcheck": "false"})
    )
    zip_code = text("ZIP code", 10, inputmode="numeric")
    line = forms.ChoiceField(label="Line", required=False)
    current_carrier = text("Current insurer", 120)
    policy_expires_on = forms.DateField(
        label="Policy ends on", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    premium_estimate = forms.DecimalField(
        label="Premium, roughly",
        required=False,
        max_digits=12,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )

    def __init__(self, *args: Any, lead: Lead, **kwargs: Any) -> None:
        known = {name: getattr(lead, name) for name in self.base_fields}
        known["phone"] = " ext. ".join(filter(None, (national(lead.phone), lead.phone_extension)))
        super().__init__(*args, initial=known, **kwargs)
        choices = line_choices()
        if lead.line and not any(lead.line == key for _, group in choices if isinstance(group, list) for key, _ in group):
            choices.insert(1, (lead.line, f"{lead.line} (not one of ours)"))
        self.fields["line"].choices = choices  # type: ignore[attr-defined]  # the stub knows Field only

    def changes(self) -> dict[str, Any]:
        """Field → new value, of what was changed."""
        return {name: self.cleaned_data[name] for name in self.changed_data}


class TouchForm(PageForm):
    """An attempt to reach the person, or their word: one tap, detail if wanted."""

    channel = forms.ChoiceField(choices=TouchChannel.choices, required=False, initial=TouchChannel.CALL, label="How")
    outcome = forms.ChoiceField(choices=TouchOutcome.choices, error_messages={"required": "What came of it?"})
    note = forms.CharField(max_length=2000, required=False, label="Note")

    def clean_channel(self) -> str:
        """A call unless said otherwise."""
        return self.cleaned_data["channel"] or TouchChannel.CALL


class StatusForm(PageForm):
    """How far the lead has come, with what each step must say."""

    status = forms.ChoiceField(label="Status", choices=[(step.value, step.label) for step in STATUS_STEPS])
    premium = forms.DecimalField(label="Premium, $ a year", required=False, min_value=0, max_digits=12, decimal_places=2)
    commission = forms.DecimalField(label="Commission, $", required=False, min_value=0, max_digits=12, decimal_places=2)
    carrier = text("Carrier", 120)
    number = text("Policy number", 60)
    effective_on = forms.DateField(label="In force from", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    lost_reason = forms.ChoiceField(
        label="Why lost", required=False, choices=[("", "Please choose"), *((reason, reason) for reason in LOST_REASONS)]
    )
    reason = text("Remark", 300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("premium", "commission"):
            self.fields[name].widget.attrs["inputmode"] = "decimal"

    def clean(self) -> dict[str, Any]:
        """A quote and a policy have a premium, a loss a reason."""
        data = dict(super().clean() or self.cleaned_data)
        status = data.get("status")
        if status in {Status.QUOTED, Status.BOUND} and data.get("premium") is None and "premium" not in self.errors:
            self.add_error("premium", PREMIUM_NEEDED)
        if status == Status.LOST and not data.get("lost_reason"):
            self.add_error("lost_reason", REASON_NEEDED)
        return data

    def details(self) -> dict[str, Any]:
        """What `set_status` is to know beside the status; only what this status has."""
        data, status = self.cleaned_data, self.cleaned_data["status"]
        found: dict[str, Any] = {"reason": data["reason"]}
        if status == Status.LOST:
            found["reason"] = ": ".join(filter(None, (data["lost_reason"], data["reason"])))
        if status in {Status.QUOTED, Status.BOUND}:
            found |= {"premium": data["premium"], "carrier": data["carrier"]}
        if status == Status.BOUND:
            found |= {name: data[name] for name in ("commission", "number", "effective_on")}
        return found


class DeclineForm(PageForm):
    """Handing a lead back, with why."""

    reason = forms.ChoiceField(label="Why", error_messages={"required": "Choose why."})

    def __init__(self, *args: Any, reasons: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = list(reasons)  # type: ignore[attr-defined]  # the stub knows Field only


class NoteForm(PageForm):
    """Something to write down."""

    text = forms.CharField(
        label="Note",
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": "2", "placeholder": "Write something down"}),
        error_messages={"required": "Write something first."},
    )


class StopForm(PageForm):
    """They asked to stop: what, and in which words."""

    scope = forms.ChoiceField(choices=[(name, label) for name, (label, _) in SCOPES.items()], initial=EVERYTHING)
    note = text("In their words", 300)


class PauseForm(PageForm):
    """For how long the follow-up rests."""

    days = forms.TypedChoiceField(choices=PAUSES, coerce=int)

    def until(self, now: datetime) -> datetime | None:
        """When it goes on by itself; None: when somebody resumes it."""
        days = self.cleaned_data["days"]
        return now + timedelta(days=days) if days else None


class FlagForm(PageForm):
    """A producer's word on a score."""

    verdict = forms.ChoiceField(choices=Verdict.choices)
    note = text("Why", 300)


class ReassignForm(PageForm):
    """A manager gives the lead to someone, or lets the rules choose again."""

    producer = forms.ModelChoiceField(Producer.objects.none(), label="To", required=False, empty_label="Let the rules choose")
    reason = text("Why", 300, required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Producer.objects.filter(active=True).exclude(role="marketing").select_related("user").order_by("user__name")
        self.fields["producer"].queryset = people  # type: ignore[attr-defined]  # the stub knows Field only


class ResubmitForm(PersonForm):
    """What was refused at intake, mended by a manager. A person has a name; what else is missing intake says."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.fields.keys() - {"first_name", "last_name"}:
            self.fields[name].required = False
            self.fields[name].widget.is_required = False
