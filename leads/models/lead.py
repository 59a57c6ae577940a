"""The lead and the people behind it."""

from django.db import models
from django.db.models import Q
from phonenumber_field.modelfields import PhoneNumberField

from leads.models.source import LeadKind, Source


class Status(models.TextChoices):
    """How far a lead has come. Open means new, contacted or quoted."""

    NEW = "new", "New"
    CONTACTED = "contacted", "Contacted"
    QUOTED = "quoted", "Quoted"
    BOUND = "bound", "Bound"
    LOST = "lost", "Lost"
    NURTURE = "nurture", "Nurture"


OPEN_STATUSES = (Status.NEW, Status.CONTACTED, Status.QUOTED)


class Tier(models.TextChoices):
    """How much the lead wants to buy, as the score has it."""

    HOT = "hot", "Hot"
    WARM = "warm", "Warm"
    COLD = "cold", "Cold"


class Household(models.Model):
    """The same people, across their leads and policies."""

    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"household {self.pk}"


class Client(models.Model):
    """Someone the agency already serves: the book of business."""

    household = models.ForeignKey(Household, null=True, blank=True, on_delete=models.SET_NULL, related_name="clients")
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100)
    email = models.EmailField(blank=True)
    phone = PhoneNumberField(blank=True)
    zip_code = models.CharField(max_length=10, blank=True)
    csr = models.ForeignKey("producers.Producer", null=True, blank=True, on_delete=models.SET_NULL, related_name="serves")
    producer = models.ForeignKey("producers.Producer", null=True, blank=True, on_delete=models.SET_NULL, related_name="sold_to")
    external_id = models.CharField(max_length=80, blank=True, help_text="The agency management system's number.")
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["last_name", "first_name"]
        indexes = [
            # Read by intake: is this person a client already?
            models.Index(fields=["phone"], condition=~Q(phone=""), name="client_phone"),
            models.Index(fields=["email"], condition=~Q(email=""), name="client_email"),
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class Lead(models.Model):
    """One person's wish for one family of insurance, from arrival to outcome, with exactly one owner."""

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="leads")
    client = models.ForeignKey(Client, null=True, blank=True, on_delete=models.SET_NULL, related_name="leads")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="leads", db_index=False)  # lead_by_source
    kind = models.CharField(max_length=14, choices=LeadKind.choices, default=LeadKind.REAL_TIME)
    exclusive = models.BooleanField(default=True)
    external_id = models.CharField(max_length=120, blank=True, help_text="The sender's own number for it.")

    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    email = models.EmailField(blank=True)
    phone = PhoneNumberField(blank=True)
    phone_extension = models.CharField(max_length=12, blank=True)
    language = models.CharField(max_length=10, blank=True)

    zip_code = models.CharField(max_length=10, blank=True, help_text="As given, ZIP or ZIP+4.")
    city = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=2, blank=True)
    county = models.CharField(max_length=80, blank=True)
    timezone = models.CharField(max_length=64, blank=True)

    line = models.CharField(max_length=40, blank=True, help_text="A line's key; what was sent, when it is no known line.")
    family = models.CharField(max_length=12, blank=True)
    current_carrier = models.CharField(max_length=120, blank=True)
    policy_expires_on = models.DateField(null=True, blank=True)
    heard_from = models.CharField(max_length=120, blank=True)
    premium_estimate = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    callback_at = models.DateTimeField(null=True, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    flags = models.JSONField(default=list, blank=True, help_text="What could not be recognized at intake.")

    status = models.CharField(max_length=10, choices=Status.choices, default=Status.NEW)
    owner = models.ForeignKey("producers.Producer", null=True, blank=True, on_delete=models.PROTECT, related_name="leads")
    owned_since = models.DateTimeField(null=True, blank=True)
    steward = models.ForeignKey(
        "producers.Producer",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="nurtures",
        help_text="Accountable while nurture holds the lead without an owner.",
    )
    held_until = models.DateTimeField(null=True, blank=True)
    unplaced = models.BooleanField(default=False, help_text="Nobody could take it: with the owner of last resort.")

    score = models.PositiveSmallIntegerField(default=0)
    tier = models.CharField(max_length=4, choices=Tier.choices, default=Tier.COLD)
    score_reasons = models.JSONField(default=list, blank=True, help_text="[{points, reason}], largest first.")
    score_model = models.ForeignKey(
        "leads.ScoreModel", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    mql_at = models.DateTimeField(null=True, blank=True)
    sql_at = models.DateTimeField(null=True, blank=True)

    received_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    last_activity_at = models.DateTimeField()
    first_attempt_at = models.DateTimeField(null=True, blank=True)
    contacted_at = models.DateTimeField(null=True, blank=True)
    quoted_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    lost_reason = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(email="") | ~Q(phone=""), name="lead_can_be_reached"),
            models.CheckConstraint(condition=Q(score__lte=100), name="lead_score_is_at_most_100"),
            models.CheckConstraint(
                condition=Q(owner__isnull=False)
                | Q(status=Status.NURTURE)
                | Q(held_until__isnull=False)
                | Q(closed_at__isnull=False),
                name="lead_has_an_owner_or_says_why_not",
            ),
        ]
        indexes = [
            # Read by intake: the same person and household, whatever became of their leads.
            models.Index(fields=["phone"], condition=~Q(phone=""), name="lead_phone"),
            models.Index(fields=["email"], condition=~Q(email=""), name="lead_email"),
            # Read by the inbox and the board: one owner's open leads.
            models.Index(
                fields=["owner", "owned_since"], condition=Q(status__in=["new", "contacted", "quoted"]), name="lead_inbox"
            ),
            # Read by lists, the wall and reports: a period's leads.
            models.Index(fields=["-received_at", "-id"], name="lead_by_arrival"),
            models.Index(fields=["source", "received_at"], name="lead_by_source"),
            # Read by the nurture pool under its steward.
            models.Index(fields=["steward"], condition=Q(status="nurture"), name="lead_nurtured"),
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def name(self) -> str:
        """First and last name."""
        return str(self)

    @property
    def is_open(self) -> bool:
        """New, contacted or quoted."""
        return self.status in OPEN_STATUSES
