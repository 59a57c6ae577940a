"""The outbox: one row for everything that is to be said to anyone, on any channel."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from agency.due import DueState, DueWork


class Channel(models.TextChoices):
    """The ways of telling someone something."""

    IN_APP = "in_app", "In the app"
    EMAIL = "email", "E-mail"
    SMS = "sms", "Text"
    VOICE = "voice", "Call"
    PUSH = "push", "Push"


class Audience(models.TextChoices):
    """Whom a message is for: staff are told at least once, consumers at most once."""

    STAFF = "staff", "Staff"
    CONSUMER = "consumer", "Consumer"


class Message(DueWork):
    """One thing to be said to one person on one channel; its state says how far it got."""

    channel = models.CharField(max_length=10, choices=Channel.choices)
    audience = models.CharField(max_length=10, choices=Audience.choices)
    kind = models.CharField(max_length=40, help_text="What the message is about, such as lead_assigned.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="messages")
    lead = models.ForeignKey("leads.Lead", null=True, blank=True, on_delete=models.CASCADE, related_name="messages")
    to = models.CharField(max_length=254, blank=True, help_text="Address or number; empty in the app.")
    subject = models.CharField(max_length=300, blank=True)
    body = models.TextField(blank=True)
    path = models.CharField(max_length=200, blank=True, help_text="The page the message is about.")
    dedupe_key = models.CharField(  # noqa: DJ001  # NULLs are never the same key
        max_length=120, null=True, blank=True, help_text="A second message with the same key cannot exist."
    )
    provider_id = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dedupe_key"], name="message_said_once")]
        indexes = [
            # Read by the delivery sweep: what is due, oldest first.
            models.Index(fields=["due_at", "id"], condition=Q(state=DueState.DUE), name="message_due"),
            # Read by the sweep for the stuck: what is in flight past its lease.
            models.Index(fields=["leased_until"], condition=Q(state=DueState.IN_FLIGHT), name="message_in_flight"),
            # Read by the bell on every page: one person's unread notices.
            models.Index(
                fields=["user", "-created_at"], condition=Q(channel="in_app", read_at__isnull=True), name="message_unread"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()}: {self.kind}"
