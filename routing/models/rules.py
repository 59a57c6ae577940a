"""Rule sets: who gets which lead, in versions."""

from django.conf import settings
from django.db import models
from django.db.models import Q, Value


class RuleSetState(models.TextChoices):
    """A rule set is drafted, in force, or kept to be read."""

    DRAFT = "draft", "Draft"
    PUBLISHED = "published", "Published"
    ARCHIVED = "archived", "Archived"


class RuleSet(models.Model):
    """One version of all routing rules; exactly one is in force, and none is changed once it was."""

    version = models.PositiveIntegerField(unique=True)
    state = models.CharField(max_length=10, choices=RuleSetState.choices, default=RuleSetState.DRAFT)
    note = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    copied_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="copies")

    class Meta:
        ordering = ["-version"]
        constraints = [models.UniqueConstraint(fields=["state"], condition=Q(state="published"), name="one_rule_set_is_in_force")]

    def __str__(self) -> str:
        return f"Rule set {self.version} ({self.get_state_display().lower()})"


class Rule(models.Model):
    """When these conditions hold, do this. Conditions and actions are the vocabulary of the agency file."""

    ruleset = models.ForeignKey(RuleSet, on_delete=models.CASCADE, related_name="rules")
    position = models.PositiveIntegerField(default=0)
    name = models.CharField(max_length=160)
    when = models.JSONField(default=dict, blank=True)
    then = models.JSONField(default=dict)

    class Meta:
        ordering = ["ruleset", "position"]
        constraints = [
            models.UniqueConstraint(fields=["ruleset", "name"], name="rule_name_once_per_set"),
        ]

    def __str__(self) -> str:
        return self.name


class Rotation(models.Model):
    """The ledger of turns under one rule name: it survives publication and its shortfalls always sum to zero.

    `ledger` maps a producer's key to `{"owed": millionths of a lead, "entitled": ..., "received": ...}`.
    """

    name = models.CharField(max_length=160, unique=True)
    ledger = models.JSONField(default=dict)
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class RotationCorrection(models.Model):
    """A balance put right by hand: so much of a lead moved from what one person is owed to what another is. Written once."""

    rotation = models.ForeignKey(Rotation, on_delete=models.PROTECT, related_name="corrections")
    giver = models.ForeignKey(
        "producers.Producer", on_delete=models.PROTECT, related_name="+", help_text="Who is owed less from now on."
    )
    taker = models.ForeignKey(
        "producers.Producer", on_delete=models.PROTECT, related_name="+", help_text="Who is owed more from now on."
    )
    amount = models.PositiveIntegerField(help_text="Millionths of a lead.")
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="correction_moves_something"),
            models.CheckConstraint(condition=~Q(giver=models.F("taker")), name="correction_is_between_two"),
        ]

    def __str__(self) -> str:
        return f"{self.rotation_id}: {self.amount / 1_000_000:.2f} from {self.giver_id} to {self.taker_id}"


class EscalationPolicy(models.Model):
    """What happens, and when, to an owner who does not act: one row, as the agency file writes it."""

    rungs = models.JSONField(
        default=list, help_text='[{"after": "5m", "action": "alert", "channels": [...], "to": "owner"}, ...]'
    )
    sla = models.CharField(
        max_length=8, blank=True, default="", db_default="", help_text="Such as 90s: the first attempt is late after it."
    )
    ladders = models.JSONField(
        default=list,
        db_default=Value([], models.JSONField()),
        blank=True,
        help_text='Another ladder for some leads, the first that fits: [{"when": {...}, "sla": "30s", "rungs": [...]}, ...]',
    )
    max_reassignments = models.PositiveSmallIntegerField(default=2)
    backup_minimum_capacity_score = models.PositiveSmallIntegerField(default=6)
    ends_on = models.CharField(
        max_length=10, choices=[("attempt", "The first attempt"), ("contact", "The first contact")], default="attempt"
    )

    class Meta:
        verbose_name_plural = "escalation policy"
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="escalation_policy_is_one_row")]

    def __str__(self) -> str:
        return f"{len(self.rungs)} rungs"
