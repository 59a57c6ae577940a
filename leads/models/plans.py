"""How leads are scored and followed up: the model, the plans and what is said in them."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from agency.due import GIVEN_UP, DueState, DueWork
from agency.messaging.models import Channel
from leads.models.lead import Lead


class ScoreModel(models.Model):
    """One version of how points add up; exactly one is in force, and none is changed once it was."""

    version = models.PositiveIntegerField(unique=True)
    name = models.CharField(max_length=120)
    state = models.CharField(
        max_length=10, choices=[("draft", "Draft"), ("champion", "In force"), ("archived", "Archived")], default="draft"
    )
    tiers = models.JSONField(default=dict, help_text='{"hot": 65, "warm": 40}; below warm is cold.')
    decay = models.JSONField(default=list, help_text='[{"after_days": 30, "keep": 0.8}, ...], since the last activity.')
    rules = models.JSONField(default=list, help_text="As the agency file writes them, in order.")
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["state"], condition=Q(state="champion"), name="one_score_model_is_in_force")
        ]

    def __str__(self) -> str:
        return f"{self.name} (version {self.version})"


class Template(models.Model):
    """What is said to a consumer, or by a caller, on one channel."""

    key = models.SlugField(max_length=60, unique=True)
    channel = models.CharField(max_length=10, choices=[*Channel.choices, ("call", "Call script")])
    subject = models.CharField(max_length=300, blank=True)
    body = models.TextField()
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key


class Plan(models.Model):
    """A sequence of touches that begins when something happens to a lead."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    starts = models.CharField(max_length=10, choices=[("assigned", "Assigned"), ("quoted", "Quoted"), ("nurture", "Nurture")])
    when = models.JSONField(default=dict, blank=True)
    stops = models.JSONField(default=list, blank=True)
    repeats = models.DurationField(null=True, blank=True)
    steward = models.ForeignKey("producers.Producer", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    position = models.PositiveIntegerField(default=0)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "key"]

    def __str__(self) -> str:
        return self.name


class PlanStep(models.Model):
    """One touch of a plan, so long after its start."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveIntegerField()
    after = models.DurationField()
    channel = models.CharField(max_length=10, blank=True, choices=[("call", "Call"), ("sms", "Text"), ("email", "E-mail")])
    label = models.CharField(max_length=120, blank=True)
    template = models.ForeignKey(Template, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    script = models.ForeignKey(Template, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    only_if = models.CharField(max_length=40, blank=True)
    otherwise = models.ForeignKey(Template, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    different_time_of_day = models.BooleanField(default=False)
    start = models.ForeignKey(
        Plan, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="Begins this plan."
    )

    class Meta:
        ordering = ["plan", "position"]
        constraints = [
            models.UniqueConstraint(  # deferred: steps that change places do so one by one
                fields=["plan", "position"], name="plan_step_position_once", deferrable=models.Deferrable.DEFERRED
            )
        ]

    def __str__(self) -> str:
        return self.label or f"step {self.position}"


class FollowUpStep(DueWork):
    """One touch promised to one lead: a row from the moment its plan begins."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="follow_ups", db_index=False)  # follow_up_step_once
    plan = models.ForeignKey(  # plans are never deleted
        Plan, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False, help_text="Empty: a call-back."
    )
    step = models.ForeignKey(PlanStep, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    position = models.PositiveIntegerField()
    cycle = models.PositiveIntegerField(default=0, help_text="Which round of a repeating plan.")
    started_at = models.DateTimeField(help_text="When the plan began for this lead.")
    moved_from = models.DateTimeField(null=True, blank=True, help_text="When the plan has it, if it was moved since.")
    agreed = models.BooleanField(default=False, help_text="A call at the time agreed with the person.")
    channel = models.CharField(max_length=10, blank=True)
    label = models.CharField(max_length=120, blank=True)
    message = models.ForeignKey(
        "agency.Message", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lead", "plan", "started_at", "cycle", "position"], name="follow_up_step_once"),
            models.UniqueConstraint(
                fields=["lead"], condition=Q(agreed=True, state__in=["due", "waiting"]), name="one_agreed_call_of_a_lead"
            ),
        ]
        indexes = [
            # Read when a message is deleted: the step that sent it forgets it. Most steps never have one.
            models.Index(fields=["message"], condition=Q(message__isnull=False), name="followup_message"),
            # Read by the sweep of follow-ups.
            models.Index(fields=["due_at", "id"], condition=Q(state=DueState.DUE), name="followup_step_due"),
            # Read by the list of what waits for a person, and counted on the manager's wall.
            models.Index(fields=["due_at", "id"], condition=Q(state__in=GIVEN_UP), name="followup_given_up"),
            # Read by the lead page and the inbox: what comes next; and by whatever stops a plan.
            models.Index(fields=["lead", "due_at"], condition=Q(state__in=["due", "waiting"]), name="followup_of_lead"),
        ]

    def __str__(self) -> str:
        return self.label or f"step {self.position}"

    @property
    def planned_at(self) -> datetime:
        """When it was promised for, before anything moved it."""
        return self.moved_from or self.due_at


class FollowUpPause(models.Model):
    """A stretch in which nothing automatic happens to a lead: begun by hand, ended by hand or at its time."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="pauses")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True, help_text="Empty: until somebody resumes it.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-since"]
        constraints = [
            # Read by the sweep of follow-ups as well: whose steps rest.
            models.UniqueConstraint(fields=["lead"], condition=Q(ended_at__isnull=True), name="one_pause_of_a_lead"),
        ]
        indexes = [
            # Read by the sweep of follow-ups: pauses that are over.
            models.Index(fields=["until"], condition=Q(ended_at__isnull=True), name="pause_until"),
        ]

    def __str__(self) -> str:
        return f"Pause since {self.since:%Y-%m-%d %H:%M}"
