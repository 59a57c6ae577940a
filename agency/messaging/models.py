"""The outbox: one row for everything that is to be said to anyone, on any channel."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from agency.due import GIVEN_UP, OUTCOME_LENGTH, DueState, DueWork


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


class Receipt(models.TextChoices):
    """How far the provider says a message got."""

    QUEUED = "queued", "Queued"
    SENT = "sent", "Sent"
    DELIVERED = "delivered", "Delivered"
    UNDELIVERED = "undelivered", "Not delivered"
    FAILED = "failed", "Failed"
    BOUNCED = "bounced", "Bounced"
    COMPLAINED = "complained", "Complained of"


class Severity(models.TextChoices):
    """How much it matters that staff hear of something at once; nothing of a message to a consumer."""

    NORMAL = "normal", "Normal"
    URGENT = "urgent", "Urgent"


class Message(DueWork):
    """One thing to be said to one person on one channel; its state says how far it got."""

    channel = models.CharField(max_length=10, choices=Channel.choices)
    audience = models.CharField(max_length=10, choices=Audience.choices)
    severity = models.CharField(max_length=6, choices=Severity.choices, default=Severity.NORMAL, db_default=Severity.NORMAL)
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
    withdrawn = models.CharField(
        max_length=OUTCOME_LENGTH, blank=True, help_text="Why it is not to be said after all, though a worker has it already."
    )
    provider_id = models.CharField(max_length=120, blank=True)
    receipt = models.CharField(max_length=12, choices=Receipt.choices, blank=True, help_text="How far it got, says the provider.")
    receipt_at = models.DateTimeField(null=True, blank=True)
    receipt_error = models.CharField(max_length=300, blank=True, help_text="Why it did not arrive, says the provider.")
    segments = models.PositiveSmallIntegerField(default=0, help_text="Of a text: how many the carrier counts it as.")
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dedupe_key"], name="message_said_once")]
        indexes = [
            # Read by the delivery sweep: what is due, oldest first.
            models.Index(fields=["due_at", "id"], condition=Q(state=DueState.DUE), name="message_due"),
            # Read by the sweep for the stuck: what is in flight past its lease.
            models.Index(fields=["leased_until"], condition=Q(state=DueState.IN_FLIGHT), name="message_in_flight"),
            # Read by the gate, which counts what was sent to a number.
            models.Index(
                fields=["to", "finished_at"],
                condition=Q(audience="consumer", channel__in=["sms", "voice"]),
                name="message_to_number",
            ),
            # Read by the list of what waits for a person, and counted on the manager's wall.
            models.Index(fields=["due_at", "id"], condition=Q(state__in=GIVEN_UP), name="message_given_up"),
            # Read by the bell on every page: one person's unread notices.
            models.Index(
                fields=["user", "-created_at"], condition=Q(channel="in_app", read_at__isnull=True), name="message_unread"
            ),
            # Read by receipts: which message the provider speaks of.
            models.Index(fields=["provider_id"], condition=~Q(provider_id=""), name="message_by_provider_id"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()}: {self.kind}"


class ProviderEvent(models.Model):
    """Something a provider told us, by its own number: told again, it is known."""

    provider = models.CharField(max_length=20)
    event_id = models.CharField(max_length=120)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "event_id"], name="provider_event_once")]

    def __str__(self) -> str:
        return f"{self.provider} {self.event_id}"
