"""Where and when a person wants to be told: the browsers they turned push on in, and what they chose for their alerts."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class PushDevice(models.Model):
    """A browser in which someone has turned push on. Its endpoint is a secret: whoever has it and the keys can write to it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="push_devices")
    endpoint = models.CharField(max_length=1000, unique=True)
    p256dh = models.CharField(max_length=100)
    auth = models.CharField(max_length=40)
    label = models.CharField(max_length=80, help_text="Browser and system, as the browser named itself.")
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField(help_text="When the browser last spoke of it.")
    failure = models.CharField(
        max_length=200, blank=True, help_text="What its push service last refused; empty while it takes them."
    )

    class Meta:
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return self.label


class AlertPreference(models.Model):
    """What one person chose for their own alerts; who has none hears everything the agency's way."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="alert_preference")
    urgent = ArrayField(
        models.CharField(max_length=10),
        null=True,
        blank=True,
        help_text="Channels beside the app for what cannot wait; none stored: the agency's.",
    )
    normal = ArrayField(
        models.CharField(max_length=10),
        null=True,
        blank=True,
        help_text="Channels beside the app for everything else; none stored: the agency's. An empty list: the app alone.",
    )
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    timezone = models.CharField(max_length=64, blank=True, help_text="Of the quiet hours; empty: the agency's.")
    urgent_in_quiet = models.BooleanField("urgent alerts in quiet hours too", default=True)
    names_on_push = models.BooleanField(
        "names on push", default=False, help_text="Whether a push, which a locked screen shows, may name the lead."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False) & ~Q(quiet_from=models.F("quiet_until")),
                name="quiet_hours_have_two_ends",
            )
        ]

    def __str__(self) -> str:
        return f"Alerts of {self.user}"
