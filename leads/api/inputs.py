"""What the calls about one lead accept, checked field by field. A new lead is not among them: intake reads it itself."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from rest_framework import serializers

from leads import work
from leads.current import configuration
from leads.intake import fields
from leads.models import Direction, Status, TouchChannel, TouchOutcome, Verdict


class InstantField(serializers.DateTimeField):
    """An instant in UTC; one without an offset is read on the agency's clocks, as intake does."""

    def to_internal_value(self, value: Any) -> Any:
        """The instant."""
        try:
            moment = fields.moment(value, configuration().roster.timezone)
        except fields.FieldError as error:
            raise serializers.ValidationError(str(error)) from error
        if moment is None:
            raise serializers.ValidationError(fields.BAD_TIME)
        return moment


class MoneyField(serializers.DecimalField):
    """Dollars and cents, not below zero."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=12, decimal_places=2, min_value=Decimal(0), **options)


class EventInput(serializers.Serializer[Any]):
    """Something the person did."""

    kind = serializers.RegexField(r"^[A-Za-z0-9][\w.:-]{0,39}$", max_length=40, help_text="Such as pricing_view.")
    at = InstantField(required=False, help_text="Default: now.")
    data = serializers.DictField(required=False)  # type: ignore[assignment]  # a field's name, not the property

    def validate_data(self, value: dict[str, Any]) -> dict[str, Any]:
        """Bounded, and storable as it is."""
        try:
            return fields.mapping(value)
        except fields.FieldError as error:
            raise serializers.ValidationError(str(error)) from error


class TouchInput(serializers.Serializer[Any]):
    """An attempt to reach the person, or a word from them."""

    channel = serializers.ChoiceField(choices=TouchChannel.choices)
    direction = serializers.ChoiceField(choices=Direction.choices, default=Direction.OUT)
    outcome = serializers.ChoiceField(choices=TouchOutcome.choices)
    at = InstantField(required=False, help_text="Default: now; never later than now.")
    note = serializers.CharField(required=False, allow_blank=True, max_length=10_000)


class NoteInput(serializers.Serializer[Any]):
    """Something written down."""

    text = serializers.CharField(max_length=10_000)


class DeclineInput(serializers.Serializer[Any]):
    """Why the lead is handed back."""

    reason = serializers.ChoiceField(choices=[(key, key) for key in work.DECLINE_REASONS])


class ReassignInput(serializers.Serializer[Any]):
    """To whom, and why."""

    producer = serializers.CharField(required=False, allow_null=True, allow_blank=True, help_text="Default: the rules decide.")
    reason = serializers.CharField(max_length=300)


class StatusInput(serializers.Serializer[Any]):
    """The next status and what belongs to it."""

    status = serializers.ChoiceField(choices=Status.choices)
    premium = MoneyField(required=False, allow_null=True, help_text="Needed with quoted and bound: dollars a year.")
    commission = MoneyField(required=False, allow_null=True, help_text="With bound.")
    reason = serializers.CharField(required=False, allow_blank=True, max_length=120, help_text="Needed with lost.")
    carrier = serializers.CharField(required=False, allow_blank=True, max_length=120, help_text="With quoted or bound.")
    line = serializers.CharField(required=False, allow_blank=True, max_length=40, help_text="Default: the lead's.")
    number = serializers.CharField(required=False, allow_blank=True, max_length=60, help_text="Of the policy, with bound.")
    effective_on = serializers.DateField(required=False, allow_null=True, help_text="With bound.")
    expires_on = serializers.DateField(required=False, allow_null=True, help_text="With bound.")


class PauseInput(serializers.Serializer[Any]):
    """For how long the follow-up rests."""

    until = InstantField(required=False, allow_null=True, help_text="Default: until somebody resumes it.")


class SkipInput(serializers.Serializer[Any]):
    """Why a step is left out."""

    reason = serializers.CharField(required=False, allow_blank=True, max_length=200)


class FlagInput(serializers.Serializer[Any]):
    """A word on the score."""

    verdict = serializers.ChoiceField(choices=Verdict.choices)
    note = serializers.CharField(required=False, allow_blank=True, max_length=300)


class ConsentInput(serializers.Serializer[Any]):
    """What the person agreed to."""

    channels = serializers.ListField(child=serializers.ChoiceField(choices=["call", "sms", "email", "prerecorded"]))
    text = serializers.CharField(required=False, help_text="The words they saw.")
    at = serializers.DateTimeField(required=False)
    ip = serializers.IPAddressField(required=False)
    user_agent = serializers.CharField(required=False)
    certificate_url = serializers.URLField(required=False)


class LeadInput(serializers.Serializer[Any]):
    """A new lead. This describes what intake reads; it is not run."""

    first_name = serializers.CharField(max_length=100)
    last_name = serializers.CharField(max_length=100)
    email = serializers.CharField(required=False, allow_null=True, max_length=254, help_text="This or `phone` is needed.")
    phone = serializers.CharField(required=False, allow_null=True, max_length=40, help_text="US unless it starts with +.")
    zip_code = serializers.CharField(required=False, allow_null=True, help_text="ZIP or ZIP+4; unknown ones are flagged.")
    line = serializers.CharField(required=False, allow_null=True, help_text="A line's key; unknown ones are flagged.")
    source = serializers.CharField(  # type: ignore[assignment]  # a field's name, not its option
        required=False, help_text="With a person's key or session; a source's key has its own."
    )
    current_carrier = serializers.CharField(required=False, max_length=120)
    policy_expires_on = serializers.DateField(required=False, allow_null=True)
    heard_from = serializers.CharField(required=False, max_length=120)
    external_id = serializers.CharField(required=False, max_length=120, help_text="Your number for it: never taken in twice.")
    kind = serializers.ChoiceField(choices=["real_time", "live_transfer", "aged"], required=False)
    exclusive = serializers.BooleanField(required=False)
    premium_estimate = serializers.DecimalField(max_digits=12, decimal_places=2, required=False, allow_null=True)
    notes = serializers.CharField(required=False, max_length=10_000)
    callback_at = serializers.DateTimeField(required=False, allow_null=True)
    language = serializers.CharField(required=False, max_length=10)
    attributes = serializers.DictField(required=False)
    consent = ConsentInput(required=False)
    events = EventInput(many=True, required=False)


class LeadChanges(serializers.Serializer[Any]):
    """What may be mended. This describes what `leads.edits` reads; it is not run."""

    first_name = serializers.CharField(max_length=100, required=False)
    last_name = serializers.CharField(max_length=100, required=False)
    email = serializers.CharField(max_length=254, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
    zip_code = serializers.CharField(max_length=10, required=False, allow_blank=True)
    line = serializers.CharField(max_length=40, required=False, allow_blank=True)
    language = serializers.CharField(max_length=10, required=False, allow_blank=True)
    current_carrier = serializers.CharField(max_length=120, required=False, allow_blank=True)
    heard_from = serializers.CharField(max_length=120, required=False, allow_blank=True)
    policy_expires_on = serializers.DateField(required=False, allow_null=True)
    premium_estimate = serializers.DecimalField(max_digits=12, decimal_places=2, required=False, allow_null=True)
    callback_at = serializers.DateTimeField(required=False, allow_null=True)
    attributes = serializers.DictField(required=False)


def instant(value: datetime | None, now: datetime) -> datetime:
    """The instant given, but never later than now; now when none was."""
    return now if value is None else min(value, now)
