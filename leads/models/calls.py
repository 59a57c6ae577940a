"""Calls that go through us: who was rung, how far it got, how it ended."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from leads.models.history import Direction, TouchOutcome
from leads.models.lead import Lead
from leads.models.plans import FollowUpStep

CONVERSATION: Final = timedelta(seconds=60)
"""From so long a connection on, we propose that they talked; the person says."""


class CallState(models.TextChoices):
    """How far a call got; it never goes back."""

    QUEUED = "queued", "Waiting for its turn"
    RINGING = "ringing", "Rings our phone"
    ANSWERED = "answered", "We picked up"
    ACCEPTED = "accepted", "We pressed 1"
    DIALING = "dialing", "Rings theirs"
    BRIDGED = "bridged", "They talk"
    ENDED = "ended", "Over"


RANK: Final[Mapping[str, int]] = {state: rank for rank, state in enumerate(CallState.values)}


class CallEnd(models.TextChoices):
    """How a call ended."""

    COMPLETED = "completed", "Talked"
    OWNER_NO_ANSWER = "owner_no_answer", "We did not pick up"
    OWNER_BUSY = "owner_busy", "Our phone was busy"
    OWNER_FAILED = "owner_failed", "Our phone could not be rung"
    DECLINED = "declined", "We said later"
    NO_ANSWER = "no_answer", "No answer"
    BUSY = "busy", "Busy"
    FAILED = "failed", "Could not be put through"
    REFUSED = "refused", "Not allowed"
    MOOT = "moot", "No longer needed"
    MISSED = "missed", "Missed"
    LOST = "lost", "No word of how it ended"


UNANSWERED: Final = frozenset({CallEnd.NO_ANSWER, CallEnd.BUSY, CallEnd.FAILED})
"""The lead's phone was dialed, and nobody answered it."""


class Call(models.Model):
    """One call between a person of ours and a lead: out, where our phone rings first, or in."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="calls", db_index=False)  # call_of_lead
    owner = models.ForeignKey(
        "producers.Producer",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="calls",
        db_index=False,
        help_text="Whose phone rings, or was rung last.",
    )
    direction = models.CharField(max_length=3, choices=Direction.choices, default=Direction.OUT)
    manual = models.BooleanField(default=False, help_text="Somebody pressed Call; else it was due.")
    step = models.ForeignKey(
        FollowUpStep, null=True, blank=True, on_delete=models.SET_NULL, related_name="calls", help_text="The call that was due."
    )
    message = models.OneToOneField(
        "agency.Message", null=True, blank=True, on_delete=models.SET_NULL, related_name="call", help_text="What rings our phone."
    )
    state = models.CharField(max_length=8, choices=CallState.choices, default=CallState.QUEUED)
    due_at = models.DateTimeField(help_text="When it is to be placed; once it is, by when it must be over.")
    rung = ArrayField(
        models.CharField(max_length=60), default=list, blank=True, help_text="Of a call to us: who was rung, in order."
    )

    owner_sid = models.CharField(max_length=64, blank=True, help_text="The provider's number for our end.")
    lead_sid = models.CharField(max_length=64, blank=True, help_text="The provider's number for theirs.")
    created_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True, help_text="We picked up.")
    accepted_at = models.DateTimeField(null=True, blank=True, help_text="We pressed 1, and their phone was dialed.")
    bridged_at = models.DateTimeField(null=True, blank=True, help_text="They were connected.")
    ended_at = models.DateTimeField(null=True, blank=True)
    seconds = models.PositiveIntegerField(default=0, help_text="How long they were connected.")
    end = models.CharField(max_length=16, choices=CallEnd.choices, blank=True)
    note = models.CharField(max_length=300, blank=True, help_text="Why not, and by which rule.")
    result = models.CharField(
        max_length=12, choices=TouchOutcome.choices, blank=True, help_text="What came of it, as was said or as is plain."
    )
    recording_url = models.URLField(max_length=300, blank=True, help_text="Only where recording is switched on.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lead"], condition=Q(direction="out") & ~Q(state=CallState.ENDED), name="one_call_to_a_lead_at_a_time"
            ),
            models.UniqueConstraint(fields=["owner_sid"], condition=~Q(owner_sid=""), name="call_owner_sid_once"),
            models.UniqueConstraint(fields=["lead_sid"], condition=~Q(lead_sid=""), name="call_lead_sid_once"),
        ]
        indexes = [
            # Read by the sweep: what waits for its turn, and what should be over.
            models.Index(fields=["due_at"], condition=~Q(state=CallState.ENDED), name="call_unfinished"),
            # Read by whoever is about to be rung: are they on a call?
            models.Index(fields=["owner"], condition=~Q(state=CallState.ENDED), name="call_of_owner"),
            # Read by the lead page and the inbox: what has no result yet; by the timeline.
            models.Index(fields=["lead", "-created_at"], name="call_of_lead"),
        ]

    def __str__(self) -> str:
        return f"{self.get_direction_display()}: {self.get_end_display() if self.end else self.get_state_display()}"

    @property
    def asks(self) -> bool:
        """Whether somebody still has to say how it went."""
        return self.bridged_at is not None and not self.result

    @property
    def proposal(self) -> str:
        """What we suppose came of a call in which they were connected: an outcome, for the person to say."""
        return TouchOutcome.REACHED if self.seconds >= CONVERSATION.total_seconds() else TouchOutcome.VOICEMAIL

    @property
    def lasted(self) -> str:
        """How long they were connected, in words: `1 min 14 s`."""
        minutes, seconds = divmod(self.seconds, 60)
        return " ".join(filter(None, (f"{minutes} min" if minutes else "", f"{seconds} s" if seconds or not minutes else "")))
