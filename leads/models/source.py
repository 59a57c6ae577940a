"""Where leads come from, and the keys by which sources and people speak to the API."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from phonenumber_field.modelfields import PhoneNumberField


class SourceKind(models.TextChoices):
    """What sort of place leads come from."""

    ORGANIC = "organic", "Organic"
    PAID_SEARCH = "paid_search", "Paid search"
    PAID_SOCIAL = "paid_social", "Paid social"
    REFERRAL = "referral", "Referral"
    CARRIER = "carrier", "Carrier"
    VENDOR = "vendor", "Vendor"
    WALK_IN = "walk_in", "Walk-in"
    PHONE = "phone", "Phone"


class LeadKind(models.TextChoices):
    """How warm the line is when the lead arrives."""

    REAL_TIME = "real_time", "Real-time"
    LIVE_TRANSFER = "live_transfer", "Live transfer"
    AGED = "aged", "Aged"


class Source(models.Model):
    """One place leads come from, with what its leads are and cost by default."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=SourceKind.choices)
    lead_kind = models.CharField(max_length=14, choices=LeadKind.choices, default=LeadKind.REAL_TIME)
    exclusive = models.BooleanField(default=True)
    cost_per_lead = models.DecimalField(max_digits=9, decimal_places=2, default=0)
    implies = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, help_text="Events a lead has shown just by arriving from here."
    )
    phone = PhoneNumberField(
        null=True,
        blank=True,
        unique=True,
        help_text="Its own number at the provider of calls: who calls it comes from this source.",
    )
    position = models.PositiveIntegerField(default=0)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "key"]

    def __str__(self) -> str:
        return self.name


class ApiKey(models.Model):
    """A key of one source or one person; only its hash is kept."""

    name = models.CharField(max_length=120, blank=True)
    prefix = models.CharField(max_length=12, help_text="Its first characters, to tell keys apart.")
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the key, in hex.")
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.CASCADE, related_name="keys")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="api_keys")
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "API key"
        constraints = [
            models.CheckConstraint(
                condition=Q(source__isnull=False, user__isnull=True) | Q(source__isnull=True, user__isnull=False),
                name="api_key_is_a_source_s_or_a_person_s",
            )
        ]

    def __str__(self) -> str:
        return f"{self.prefix}… {self.name}"
