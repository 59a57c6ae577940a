"""The ground floor's records: who logs in, the agency itself, what is to be delivered, and which version of all is current."""

from typing import Any, Final

from django.contrib.auth.models import AbstractUser
from django.db import models
from phonenumber_field.modelfields import PhoneNumberField

from agency.messaging.devices import AlertPreference, PushDevice
from agency.messaging.models import Message, ProviderEvent

__all__ = [
    "Agency",
    "AlertPreference",
    "AppointmentCheck",
    "Heartbeat",
    "Message",
    "ProviderEvent",
    "PushDevice",
    "Revision",
    "User",
]


class User(AbstractUser):
    """Someone who can log in. `username` is the person's key in the agency file; roles are groups."""

    first_name = None  # type: ignore[assignment]  # one field holds the name as the agency writes it
    last_name = None  # type: ignore[assignment]
    name = models.CharField(max_length=150)
    phone = PhoneNumberField(blank=True, help_text="Where alerts and bridged calls go.")
    auto_dial = models.BooleanField(
        "rings by itself", default=True, help_text="Whether their phone rings by itself when a call of theirs is due."
    )

    REQUIRED_FIELDS = ["email", "name"]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        """The name as the agency writes it."""
        return self.name

    def get_short_name(self) -> str:
        """The first word of the name."""
        return self.name.split(" ", 1)[0]


RECORDING_NOTICE: Final = "This call is recorded."


class AppointmentCheck(models.TextChoices):
    """How binding a policy is held against carrier appointments, once any are on record."""

    WARN = "warn", "Note it and tell the managers"
    REQUIRE = "require", "Do not allow it"


class Agency(models.Model):
    """The agency itself: exactly one row."""

    name = models.CharField(max_length=200)
    phone = PhoneNumberField(blank=True)
    address = models.CharField(max_length=300, blank=True, help_text="Every commercial e-mail carries it.")
    website = models.URLField(blank=True)
    timezone = models.CharField(max_length=64, default="America/New_York")
    hours = models.JSONField(default=dict, help_text='Opening hours by weekday: {"mon": ["09:00-18:00"], ...}.')
    holidays = models.CharField(max_length=20, blank=True, help_text="Calendar of the `holidays` library, such as US.")
    fallback = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="The owner of last resort."
    )
    idle_minutes = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="After so many minutes without a request people count as away; 0: never."
    )
    notify = models.JSONField(default=dict, blank=True, help_text="Channels by which people hear of things.")
    targets = models.JSONField(default=dict, blank=True, help_text="What the dashboard and the monthly report are held against.")
    appointments = models.CharField(
        "carrier appointments",
        max_length=7,
        choices=AppointmentCheck.choices,
        default=AppointmentCheck.WARN,
        help_text="What happens when a policy is bound with a carrier that has not appointed its producer in the lead's state.",
    )
    record_calls = models.BooleanField(default=False, help_text="Everybody on the line hears the notice first.")
    recording_notice = models.CharField(
        max_length=300, default=RECORDING_NOTICE, help_text="What is said to both before a recorded call is connected."
    )

    contact_cap = models.PositiveSmallIntegerField(
        "most automatic attempts",
        default=8,
        db_default=8,
        help_text="Calls and texts to one number within the hours beside; 0: no limit of the agency's own.",
    )
    contact_cap_hours = models.PositiveSmallIntegerField("within hours", default=48, db_default=48)

    class Meta:
        verbose_name_plural = "agency"
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="agency_is_one_row")]
        # What someone may do that is more than one model's view, add, change or delete; agency/roles.py hands them out.
        permissions = [
            ("see_all_leads", "Can see every lead, not only their own"),
            ("see_personal_data", "Can see names, numbers and addresses of leads and clients"),
            ("work_leads", "Can accept, decline, log touches and move the status of leads they can see"),
            ("enter_leads", "Can enter a walk-in or a phone call as a new lead"),
            ("reassign_leads", "Can give a lead to someone else"),
            ("overrule_caps", "Can give someone more leads than their cap"),
            ("publish_rules", "Can publish routing rules and score models"),
            ("see_dashboard", "Can see the live dashboard of the whole agency"),
            ("see_reports", "Can see the reports on sources, routing and scoring"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the one row, whichever instance asks."""
        self.pk = 1
        super().save(*args, **kwargs)


class Revision(models.Model):
    """The current number of one kind of configuration: a new one, never used before, with every change to it.

    Processes cache what they read under the number they read it at; one query of this table tells them what is stale.
    """

    number = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=40, unique=True)

    def __str__(self) -> str:
        return f"{self.name} {self.number}"


class Heartbeat(models.Model):
    """When a background duty last ran, so that its silence is noticed."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%H:%M:%S}"
