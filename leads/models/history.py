"""What happened to a lead. These rows are only ever added."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from leads.models.lead import Lead, Status
from leads.models.source import Source


class Submission(models.Model):
    """One arrival, as it was sent: the first one makes a lead, later ones of the same person join it."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="submissions")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="submissions", db_index=False)  # its constraints
    door = models.CharField(max_length=20, help_text="Where it came in: api, form, manual, ...")
    payload = models.JSONField(help_text="What was sent, untouched.")
    idempotency_key = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001  # NULLs are never the same key
    external_id = models.CharField(max_length=120, null=True, blank=True)  # noqa: DJ001  # nor the same number
    body_hash = models.CharField(max_length=64, help_text="SHA-256 of the payload in canonical form.")
    created = models.BooleanField(help_text="Whether this arrival made the lead.")
    cost = models.DecimalField(max_digits=9, decimal_places=2, default=0)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "idempotency_key"], name="submission_key_once"),
            models.UniqueConstraint(fields=["source", "external_id"], name="submission_external_id_once"),
        ]

    def __str__(self) -> str:
        return f"{self.door} {self.received_at:%Y-%m-%d %H:%M}"


class RejectedIntake(models.Model):
    """What somebody sent that could not become a lead, kept so that a person can mend it and send it again."""

    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.SET_NULL, related_name="rejected")
    door = models.CharField(max_length=20)
    payload = models.JSONField()
    errors = models.JSONField(help_text="{field: [message]}")
    received_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    lead = models.ForeignKey(Lead, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-received_at"]

    def __str__(self) -> str:
        return ", ".join(self.errors)


class Event(models.Model):
    """Something the person did: a page viewed, a mail opened, a quote requested."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="events", db_index=False)  # event_of_lead
    kind = models.CharField(max_length=40)
    at = models.DateTimeField()
    data = models.JSONField(default=dict, blank=True)
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False)

    class Meta:
        indexes = [
            # Read by scoring and the timeline: one lead's events in order.
            models.Index(fields=["lead", "at"], name="event_of_lead"),
        ]

    def __str__(self) -> str:
        return self.kind


class TouchChannel(models.TextChoices):
    """How somebody reached out."""

    CALL = "call", "Call"
    SMS = "sms", "Text"
    EMAIL = "email", "E-mail"
    IN_PERSON = "in_person", "In person"


class Direction(models.TextChoices):
    """Who reached out to whom."""

    OUT = "out", "Out"
    IN = "in", "In"


class TouchOutcome(models.TextChoices):
    """What came of it."""

    NO_ANSWER = "no_answer", "No answer"
    VOICEMAIL = "voicemail", "Voicemail"
    REACHED = "reached", "Reached"
    REPLIED = "replied", "Replied"
    WRONG_NUMBER = "wrong_number", "Wrong number"
    OPTED_OUT = "opted_out", "Asked to stop"


class Touch(models.Model):
    """One attempt to reach the person, or one word from them."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="touches", db_index=False)  # touch_of_lead
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    channel = models.CharField(max_length=10, choices=TouchChannel.choices)
    direction = models.CharField(max_length=3, choices=Direction.choices, default=Direction.OUT)
    outcome = models.CharField(max_length=12, choices=TouchOutcome.choices, blank=True)
    at = models.DateTimeField()
    note = models.TextField(blank=True)
    message = models.ForeignKey("agency.Message", null=True, blank=True, on_delete=models.SET_NULL, related_name="touches")
    license = models.JSONField(
        default=dict, blank=True, help_text="Of whoever reached out, as it was then: the proof, or what was missing."
    )

    class Meta:
        verbose_name_plural = "touches"
        indexes = [
            # Read by the timeline and the attempt caps.
            models.Index(fields=["lead", "at"], name="touch_of_lead"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()}: {self.get_outcome_display()}"


class Note(models.Model):
    """What somebody wrote down."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="notes")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    text = models.TextField()

    def __str__(self) -> str:
        return self.text[:60]


class StatusChange(models.Model):
    """One step of a lead's way, with who took it and why."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="status_changes", db_index=False)
    before = models.CharField(max_length=10, choices=Status.choices)
    after = models.CharField(max_length=10, choices=Status.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            # Read by the timeline; by reports through the second.
            models.Index(fields=["lead", "at"], name="status_change_of_lead"),
            models.Index(fields=["after", "at"], name="status_change_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"


class Consent(models.Model):
    """What the person agreed to, or took back, word for word: a ledger. It outlives the lead, as the number stays closed."""

    lead = models.ForeignKey(
        Lead, null=True, blank=True, on_delete=models.SET_NULL, related_name="consents", help_text="None: nobody we know."
    )
    phone = models.CharField(max_length=20, blank=True)
    email = models.EmailField(blank=True)
    channels = ArrayField(models.CharField(max_length=12), default=list)
    granted = models.BooleanField(default=True, help_text="Off: taken back.")
    text = models.TextField(blank=True, help_text="The words shown.")
    at = models.DateTimeField()
    reopens = models.BooleanField(
        default=True, help_text="Off: handed on by somebody else without its own time, so it lifts no earlier withdrawal."
    )
    ip = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.CharField(max_length=400, blank=True)
    certificate_url = models.URLField(max_length=300, blank=True)
    via = models.CharField(max_length=40, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,  # nobody asks for one person's entries
        help_text="Who wrote it down; nobody: they said it themselves.",
    )

    class Meta:
        indexes = [
            # Read by the gate: what holds for this number or address.
            models.Index(fields=["phone", "-at"], condition=~Q(phone=""), name="consent_of_phone"),
            models.Index(fields=["email", "-at"], condition=~Q(email=""), name="consent_of_email"),
        ]

    def __str__(self) -> str:
        return f"{'granted' if self.granted else 'withdrawn'}: {', '.join(self.channels)}"


class Verdict(models.TextChoices):
    """What a producer says of a score."""

    TOO_HIGH = "too_high", "Too high"
    TOO_LOW = "too_low", "Too low"


class ScoreFlag(models.Model):
    """A producer's word that a score is wrong."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="score_flags")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    score = models.PositiveSmallIntegerField(help_text="The score that was judged.")
    note = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return self.get_verdict_display()
