"""What was offered and what was sold."""

from django.conf import settings
from django.db import models

from leads.models.lead import Client, Lead


class Quote(models.Model):
    """A price offered for a line; a lead may have several."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="quotes")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    carrier = models.CharField(max_length=120, blank=True)
    line = models.CharField(max_length=40, blank=True)
    premium = models.DecimalField(max_digits=12, decimal_places=2)
    quoted_at = models.DateTimeField()
    license = models.JSONField(default=dict, blank=True, help_text="Theirs who quoted it, when they did: the proof.")

    def __str__(self) -> str:
        return f"{self.carrier} ${self.premium}".strip()


class Policy(models.Model):
    """A policy sold or in force, with what it earns."""

    lead = models.ForeignKey(Lead, null=True, blank=True, on_delete=models.CASCADE, related_name="policies")
    client = models.ForeignKey(Client, null=True, blank=True, on_delete=models.SET_NULL, related_name="policies")
    quote = models.ForeignKey(Quote, null=True, blank=True, on_delete=models.SET_NULL, related_name="policies")
    producer = models.ForeignKey("producers.Producer", null=True, blank=True, on_delete=models.SET_NULL, related_name="policies")
    carrier = models.CharField(max_length=120, blank=True)
    line = models.CharField(max_length=40, blank=True)
    number = models.CharField(max_length=60, blank=True)
    premium = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    commission = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    effective_on = models.DateField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    bound_at = models.DateTimeField()
    reversed_at = models.DateTimeField(null=True, blank=True, help_text="Not taken, or canceled early.")
    license = models.JSONField(default=dict, blank=True, help_text="Theirs who sold it, when they did: the proof.")

    class Meta:
        verbose_name_plural = "policies"

    def __str__(self) -> str:
        return self.number or f"policy {self.pk}"
