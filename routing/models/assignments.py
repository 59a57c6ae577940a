"""Decisions, ownerships, holds and the ladder that runs beside an ownership."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from agency.due import GIVEN_UP, DueState, DueWork


class Outcome(models.TextChoices):
    """What a decision came to."""

    ASSIGNED = "assigned", "Assigned"
    HELD = "held", "Held"
    NURTURED = "nurtured", "Nurtured"
    UNPLACED = "unplaced", "Unplaced"


class RoutingDecision(models.Model):
    """One run of the engine with everything it looked at: written once, recomputable ever after."""

    lead = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="decisions", db_index=False)  # decision_of_lead
    at = models.DateTimeField()
    cause = models.CharField(max_length=40, help_text="Why the engine was asked: intake, decline, escalation, manual, ...")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who asked; empty: the system by itself.",
    )
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    producer = models.ForeignKey("producers.Producer", null=True, blank=True, on_delete=models.PROTECT, related_name="decisions")
    rule = models.CharField(max_length=160, blank=True)
    ruleset = models.ForeignKey("routing.RuleSet", null=True, blank=True, on_delete=models.PROTECT, related_name="decisions")
    roster = models.ForeignKey(
        "producers.RosterVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="decisions", db_index=False
    )
    reason = models.TextField(help_text="One sentence a manager understands.")
    facts = models.JSONField(help_text="The lead, the loads and the rotations as the engine saw them.")
    trace = models.JSONField(help_text="Each rule tried and each person considered.")

    class Meta:
        indexes = [
            # Read by the lead page: its decisions, newest first.
            models.Index(fields=["lead", "-at"], name="decision_of_lead"),
            # Read by replay and the routing report: a period's decisions in order.
            models.Index(fields=["at", "id"], name="decision_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}: {self.reason}"


class EndReason(models.TextChoices):
    """Why an ownership ended."""

    DECLINED = "declined", "Declined"
    ESCALATED = "escalated", "Taken back for slowness"
    REASSIGNED = "reassigned", "Reassigned by hand"
    NURTURED = "nurtured", "Moved to nurture"
    CLOSED = "closed", "Closed"
    OFFBOARDED = "offboarded", "Left the agency"


class DeclineReason(models.TextChoices):
    """Why somebody handed a lead back; kept as the note of the ownership that ended by it."""

    LICENCE = "licence", "Not licensed for it"
    BAD_DATA = "bad_data", "Bad data"
    CONFLICT = "conflict", "Conflict of interest"
    TOO_BUSY = "too_busy", "Too busy"
    NOT_MY_LINE = "not_my_line", "Not my line"
    OTHER = "other", "Another reason"


def note_in_words(end_reason: str, note: str) -> str:
    """The note of an ownership that ended, as people read it: a decline's is one of the reasons."""
    if end_reason == EndReason.DECLINED and note in DeclineReason.values:
        return str(DeclineReason(note).label).lower()
    return note


class Assignment(models.Model):
    """One person's ownership of one lead, from one instant to another; its stamps are written once."""

    lead = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="assignments")
    # assignment_of_producer serves as its index.
    producer = models.ForeignKey("producers.Producer", on_delete=models.PROTECT, related_name="assignments", db_index=False)
    decision = models.ForeignKey(RoutingDecision, on_delete=models.PROTECT, related_name="assignments")
    rotation = models.CharField(max_length=160, blank=True, help_text="The ledger whose turn it took, if any.")
    family = models.CharField(
        max_length=12, blank=True, default="", db_default="", help_text="Of the lead, when it was assigned."
    )
    tier = models.CharField(max_length=4, blank=True, default="", db_default="", help_text="Of the lead, when it was assigned.")
    started_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)
    first_attempt_at = models.DateTimeField(null=True, blank=True)
    contacted_at = models.DateTimeField(null=True, blank=True)
    quoted_at = models.DateTimeField(null=True, blank=True)
    bound_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=12, choices=EndReason.choices, blank=True)
    end_note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lead"], condition=Q(ended_at__isnull=True), name="lead_has_one_owner"),
        ]
        indexes = [
            # Read by the wall: a person's ownerships of a day.
            models.Index(fields=["producer", "-started_at"], name="assignment_of_producer"),
            # Read under the routing lock: what someone with a cap on a family or tier holds.
            models.Index(
                fields=["producer", "family", "tier"], condition=Q(ended_at__isnull=True), name="assignment_open_by_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id} with {self.producer_id} since {self.started_at:%Y-%m-%d %H:%M}"


class LadderStep(DueWork):
    """One rung of the escalation ladder beside one ownership; round 0 begins with it, a later one when the lead turns hot."""

    assignment = models.ForeignKey(
        Assignment, on_delete=models.CASCADE, related_name="ladder", db_index=False
    )  # ladder_rung_once
    lead = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="ladder")
    rung = models.PositiveSmallIntegerField(help_text="0: the limit for the first attempt.")
    round = models.PositiveSmallIntegerField(default=0, db_default=0)
    started_at = models.DateTimeField(null=True, blank=True, help_text="When a later round began; empty in the first.")
    action = models.CharField(
        max_length=10, choices=[("alert", "Alert"), ("warn", "Warn"), ("reassign", "Reassign"), ("sla", "Time limit")]
    )
    to = models.CharField(max_length=10, choices=[("owner", "Owner"), ("backup", "Backup"), ("manager", "Manager")])
    channels = models.JSONField(default=list, blank=True)
    put_off = models.BooleanField(
        default=False, db_default=False, help_text="The owner put it off by a call-back, and has not tried since."
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assignment", "round", "rung"], name="ladder_rung_once")]
        indexes = [
            # Read by the sweep of the ladder.
            models.Index(fields=["due_at", "id"], condition=Q(state=DueState.DUE), name="ladder_step_due"),
            # Read by the list of what waits for a person, and counted on the manager's wall.
            models.Index(fields=["due_at", "id"], condition=Q(state__in=GIVEN_UP), name="ladder_given_up"),
            # Read when contact stops a lead's ladder, and by the inbox for its next rung.
            models.Index(fields=["lead", "due_at"], condition=Q(state=DueState.DUE), name="ladder_of_lead"),
        ]

    def __str__(self) -> str:
        return (
            self.get_action_display() if self.action == "sla" else f"{self.get_action_display()} {self.get_to_display().lower()}"
        )


class Hold(DueWork):
    """A lead waiting a few seconds for a clearly better producer; decided again at `due_at`."""

    lead = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="holds")
    decision = models.ForeignKey(RoutingDecision, on_delete=models.CASCADE, related_name="holds")
    awaits = models.ForeignKey(
        "producers.Producer",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Who is worth the wait: as soon as they are free, the lead is decided again.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lead"], condition=Q(state=DueState.DUE), name="lead_is_held_once"),
        ]
        indexes = [
            # Read by the sweep of holds.
            models.Index(fields=["due_at", "id"], condition=Q(state=DueState.DUE), name="hold_due"),
            # Read by the list of what waits for a person, and counted on the manager's wall.
            models.Index(fields=["due_at", "id"], condition=Q(state__in=GIVEN_UP), name="hold_given_up"),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id} until {self.due_at:%H:%M:%S}"
