"""Replays that somebody asked for."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class ReplayState(models.TextChoices):
    """Where a replay stands."""

    QUEUED = "queued", "Waiting to start"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "Canceled"
    FAILED = "failed", "Failed"


class ReplayRun(models.Model):
    """A past stream of leads under a rule set: a promise until it is done, then what would have changed."""

    ruleset = models.ForeignKey("routing.RuleSet", on_delete=models.CASCADE, related_name="replays")
    since = models.DateTimeField()
    until = models.DateTimeField(help_text="Not included.")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=10, choices=ReplayState.choices, default=ReplayState.QUEUED)
    done = models.PositiveIntegerField(default=0, help_text="Decisions so far.")
    total = models.PositiveIntegerField(default=0, help_text="Decisions in the period.")
    result = models.JSONField(null=True, blank=True)
    error = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, blank=True, help_text="Whoever runs it gives a sign before this.")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "replay"
        ordering = ["-created_at", "-pk"]
        constraints = [models.CheckConstraint(condition=Q(until__gt=models.F("since")), name="replay_ends_after_it_begins")]
        indexes = [
            # Read by whoever looks for replays to run.
            models.Index(fields=["id"], condition=Q(state__in=["queued", "running"]), name="replay_to_run"),
        ]

    def __str__(self) -> str:
        return f"{self.ruleset_id}: {self.since:%Y-%m-%d} to {self.until:%Y-%m-%d}, {self.get_state_display().lower()}"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state not in (ReplayState.QUEUED, ReplayState.RUNNING)
