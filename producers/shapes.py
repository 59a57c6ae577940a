"""How people, territories and licenses look in JSON, going out and coming in."""

import re
from typing import Any

from rest_framework import serializers

from producers.counties import counties
from producers.models import STATE_CODE, Authority, Family, LeadTier, License, Presence, Territory
from producers.standing import Standing

ZIPS = re.compile(r"^\d{5}(-\d{5})?$")
COUNTY = re.compile(r"^[A-Z]{2}/\S.*$")
BAD_ZIPS = "Each must be a ZIP or an inclusive range, such as 10001-10099."
NO_SUCH_COUNTY = "There is no such county: {}."
BAD_COUNTY = "Each must be a state and a county, such as NY/Kings County."
OF_WHAT = "Must name a family, a tier, or both."
UNTIL = "When busy or away ends by itself, such as a call; without it, when somebody says so."
NOTHING_SAID = "Say whether you are there, or how much other work you have."
ENDS_FIRST = "It expires before it is effective."


class LimitedCapsSerializer(serializers.Serializer[Any]):
    """Caps that count only leads of one family, of one tier, or of both."""

    family = serializers.ChoiceField(choices=Family.choices, required=False)
    tier = serializers.ChoiceField(choices=LeadTier.choices, required=False)
    open = serializers.IntegerField(required=False)
    day = serializers.IntegerField(required=False)
    week = serializers.IntegerField(required=False)
    month = serializers.IntegerField(required=False)


class CapsSerializer(serializers.Serializer[Any]):
    """The most leads someone takes; what is not there has no cap."""

    open = serializers.IntegerField(required=False)
    day = serializers.IntegerField(required=False)
    week = serializers.IntegerField(required=False)
    month = serializers.IntegerField(required=False)
    only = LimitedCapsSerializer(many=True, required=False)


class ProducerSerializer(serializers.Serializer[Standing]):
    """Someone who may own leads, as they stand now."""

    key = serializers.CharField()
    name = serializers.CharField()
    role = serializers.CharField()
    active = serializers.BooleanField()
    level = serializers.CharField()
    weight = serializers.DecimalField(max_digits=6, decimal_places=3, help_text="Share in weighted rotation.")
    teams = serializers.ListField(child=serializers.CharField())
    lines = serializers.ListField(child=serializers.CharField(), help_text="What they specialize in.")
    languages = serializers.ListField(child=serializers.CharField())
    backup = serializers.CharField(allow_null=True)
    caps = CapsSerializer()
    availability = serializers.ChoiceField(choices=Presence.choices, help_text="What they say of themselves.")
    available = serializers.BooleanField(help_text="Active, says available, not on time off, and on shift.")
    open_leads = serializers.IntegerField()
    other_load = serializers.IntegerField(help_text="Renewals, service and the like, in leads' worth of work.")
    capacity_remaining = serializers.IntegerField(
        allow_null=True, help_text="Leads until the first cap on all leads; null without one."
    )
    close_rate = serializers.FloatField(allow_null=True, help_text="0 to 1, trailing 90 days; null without history.")
    median_response_seconds = serializers.IntegerField(
        allow_null=True, help_text="From assignment to first attempt, trailing 90 days; null without history."
    )


class CapLimits(serializers.Serializer[Any]):
    """The most leads of each period; what is left out has no cap."""

    open = serializers.IntegerField(min_value=0, max_value=100_000, required=False, allow_null=True)
    day = serializers.IntegerField(min_value=0, max_value=100_000, required=False, allow_null=True)
    week = serializers.IntegerField(min_value=0, max_value=100_000, required=False, allow_null=True)
    month = serializers.IntegerField(min_value=0, max_value=100_000, required=False, allow_null=True)

    def to_internal_value(self, data: Any) -> Any:
        """Only names that exist."""
        if isinstance(data, dict) and (unknown := set(data) - set(self.fields)):
            raise serializers.ValidationError({str(name): [f"Must be one of {', '.join(self.fields)}."] for name in unknown})
        return super().to_internal_value(data)


class LimitedCapsInput(CapLimits):
    """Caps that count only leads of one family, of one tier, or of both."""

    family = serializers.ChoiceField(choices=Family.choices, required=False)
    tier = serializers.ChoiceField(choices=LeadTier.choices, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """It says of what."""
        if not attrs.get("family") and not attrs.get("tier"):
            raise serializers.ValidationError({"family": [OF_WHAT]})
        return attrs


class CapsInput(CapLimits):
    """The most leads someone takes, of all kinds, and under `only` of single ones."""

    only = LimitedCapsInput(many=True, required=False)


class ProducerChanges(serializers.Serializer[Any]):
    """What a manager may change of someone; lists and caps replace what was there."""

    level = serializers.CharField(max_length=40, allow_blank=True, required=False)
    weight = serializers.DecimalField(max_digits=6, decimal_places=3, min_value=0, required=False)
    languages = serializers.ListField(child=serializers.CharField(max_length=10), required=False)
    active = serializers.BooleanField(required=False)
    teams = serializers.ListField(child=serializers.CharField(max_length=60), required=False)
    lines = serializers.ListField(child=serializers.CharField(max_length=40), required=False)
    backup = serializers.CharField(max_length=60, allow_null=True, allow_blank=True, required=False)
    caps = CapsInput(required=False)
    availability = serializers.ChoiceField(choices=Presence.choices, required=False)
    until = serializers.DateTimeField(required=False, help_text=UNTIL)
    other_load = serializers.IntegerField(min_value=0, max_value=10_000, required=False)


class AvailabilityInput(serializers.Serializer[Any]):
    """Whether someone is there, and how much other work they have."""

    availability = serializers.ChoiceField(choices=Presence.choices, required=False)
    until = serializers.DateTimeField(required=False, help_text=UNTIL)
    other_load = serializers.IntegerField(
        min_value=0, max_value=10_000, required=False, help_text="Renewals, service and the like, in leads' worth of work."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """It says something."""
        if not set(attrs) - {"until"}:
            raise serializers.ValidationError({"availability": [NOTHING_SAID]})
        return attrs


class TerritorySerializer(serializers.ModelSerializer[Territory]):
    """An area and who looks after it."""

    team = serializers.SlugRelatedField[Any](slug_field="key", read_only=True, allow_null=True)
    backup = serializers.SlugRelatedField[Any](slug_field="key", read_only=True, allow_null=True)

    class Meta:
        model = Territory
        fields = ["key", "name", "zips", "counties", "states", "team", "backup", "active"]
        read_only_fields = fields


class TerritoryInput(serializers.Serializer[Any]):
    """An area by ZIP ranges, counties or states."""

    key = serializers.SlugField(max_length=60)
    name = serializers.CharField(max_length=120)
    zips = serializers.ListField(child=serializers.CharField(max_length=11), required=False)
    counties = serializers.ListField(child=serializers.CharField(max_length=80), required=False)
    states = serializers.ListField(child=serializers.CharField(max_length=2, validators=[STATE_CODE]), required=False)
    team = serializers.CharField(max_length=60, allow_null=True, required=False)
    backup = serializers.CharField(max_length=60, allow_null=True, required=False)
    active = serializers.BooleanField(required=False)

    def validate_zips(self, value: list[str]) -> list[str]:
        """ZIPs and ranges that do not run backwards."""
        if any(not ZIPS.match(one) or one.partition("-")[0] > (one.partition("-")[2] or one) for one in value):
            raise serializers.ValidationError(BAD_ZIPS)
        return value

    def validate_counties(self, value: list[str]) -> list[str]:
        """Counties with their state."""
        if any(not COUNTY.match(one) for one in value):
            raise serializers.ValidationError(BAD_COUNTY)
        known = counties()
        if unknown := [one for one in value if known is not None and one not in known]:
            raise serializers.ValidationError(NO_SUCH_COUNTY.format(", ".join(unknown)))
        return value


class TerritoryListInput(serializers.Serializer[Any]):
    """All territories, first match first."""

    results = TerritoryInput(many=True)


class LicenseSerializer(serializers.ModelSerializer[License]):
    """A state's permission to sell."""

    person = serializers.CharField(source="producer.key", read_only=True)

    class Meta:
        model = License
        fields = [
            "id",
            "person",
            "state",
            "number",
            "authority",
            "effective",
            "expires",
            "resident",
            "active",
            "source",
            "verified_on",
        ]
        read_only_fields = fields


class LicenseInput(serializers.Serializer[Any]):
    """A license; its first and its last day both count."""

    person = serializers.CharField(max_length=60)
    state = serializers.CharField(max_length=2, validators=[STATE_CODE])
    number = serializers.CharField(max_length=40, allow_blank=True, required=False, default="")
    authority = serializers.ListField(child=serializers.ChoiceField(choices=Authority.choices), allow_empty=False)
    effective = serializers.DateField()
    expires = serializers.DateField()
    resident = serializers.BooleanField(allow_null=True, required=False)
    # A field of the license, not of the serializer: the framework takes it out of the class.
    source = serializers.CharField(  # type: ignore[assignment]
        max_length=60, allow_blank=True, required=False, help_text="Where the record was taken from."
    )
    verified_on = serializers.DateField(allow_null=True, required=False, help_text="When it was last held against that source.")
    active = serializers.BooleanField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """It begins before it ends."""
        if attrs["expires"] < attrs["effective"]:
            raise serializers.ValidationError({"expires": [ENDS_FIRST]})
        return attrs


class LicenseListInput(serializers.Serializer[Any]):
    """Licenses of some people."""

    results = LicenseInput(many=True)
