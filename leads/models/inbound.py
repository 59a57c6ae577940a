"""What people say to us of themselves."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from leads.models.history import TouchChannel
from leads.models.lead import Lead


class InboundKind(models.TextChoices):
    """What their words were taken for."""

    OPT_OUT = "opt_out", "Asked to stop"
    WRONG_NUMBER = "wrong_number", "Wrong number"
    HELP = "help", "Asked for help"
    START = "start", "Asked to start again"
    WORDS = "words", "Words"


class InboundMessage(models.Model):
    """Every word that reached us, as it came, with what it was taken for; `open` ones wait for a person."""

    channel = models.CharField(max_length=10, choices=TouchChannel.choices)
    sender = models.CharField(max_length=254, help_text="The number or address it came from.")
    to = models.CharField(max_length=254, blank=True, help_text="Our number or address.")
    text = models.TextField(blank=True)
    lead = models.ForeignKey(Lead, null=True, blank=True, on_delete=models.SET_NULL, related_name="inbound")
    kind = models.CharField(max_length=12, choices=InboundKind.choices)
    complaint = models.BooleanField(default=False, help_text="It speaks of lawyers or of the do-not-call list.")
    open = models.BooleanField(default=False, help_text="Nobody has looked yet at what nobody could be sure of.")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    verdict = models.CharField(max_length=200, blank=True, help_text="What the person who looked made of it.")
    provider = models.CharField(max_length=20)
    event_id = models.CharField(max_length=120, help_text="The provider's own number for it.")
    at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "event_id"], name="inbound_message_once")]
        indexes = [
            # Read by the managers' list of what nobody could be sure of.
            models.Index(fields=["-at"], condition=Q(open=True), name="inbound_message_open"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()}: {self.get_kind_display()}"
