"""When people may be contacted, and whom: rows of law that managers edit, stops, do-not-call lists, and what was refused."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from leads.models.lead import Lead

FEDERAL = "US"
UNKNOWN = "unknown"
"""The place of somebody of whom neither state nor timezone is known."""


class Holidays(models.TextChoices):
    """What a rule says of the holidays on its list."""

    ALLOWED = "allowed", "Like any day"
    NONE = "none", "No contact"
    OWN = "own", "Hours of their own"


class Covers(models.TextChoices):
    """Which contacts a rule speaks of."""

    ALL = "all", "Everything by phone, people's own calls too"
    AUTOMATED = "automated", "What the system sends or dials"


class Relax(models.TextChoices):
    """What the statute itself says lifts its hours."""

    NOTHING = "", "Nothing"
    CONSENT = "consent", "Consent on record for the channel"
    INQUIRY = "inquiry", "Consent, or an inquiry of the last 90 days"


class CapUnless(models.TextChoices):
    """What the statute itself says lifts its cap."""

    NOTHING = "", "Nothing"
    PURCHASE = "purchase", "A purchase of the last 18 months"


class Confidence(models.TextChoices):
    """What the row rests on."""

    READ = "V", "The law's own words were read"
    SECOND_HAND = "S", "A secondary source was read"
    UNCONFIRMED = "M", "From memory, not confirmed"


class ContactWindow(models.Model):
    """One version of one rule on when people of one place may be called and texted. Versions are only ever added."""

    key = models.SlugField(
        max_length=40, help_text="What its versions have in common: FL, or PA-2027 for a second rule of a state."
    )
    version = models.PositiveIntegerField(default=1)
    place = models.CharField(
        max_length=8, help_text="A state such as FL; US for everywhere; unknown for people of unknown whereabouts."
    )
    hours = models.JSONField(
        default=dict, blank=True, help_text="Local hours by weekday, such as mon: 08:00-20:00. A day left out: none."
    )
    holidays = models.CharField(max_length=8, choices=Holidays.choices, default=Holidays.ALLOWED)
    holiday_hours = models.CharField(max_length=60, blank=True, help_text="Such as 13:00-21:00, where holidays have their own.")
    holiday_list = models.CharField(max_length=8, blank=True, help_text="Whose holidays: US, or a state that has a list.")
    timezone = models.CharField(
        max_length=64, blank=True, help_text="Only where the law names the zone itself, wherever people are."
    )
    kind = models.CharField("covers", max_length=10, choices=Covers.choices, default=Covers.ALL)
    texts = models.BooleanField("covers texts", default=True)
    cap_attempts = models.PositiveSmallIntegerField("most attempts", null=True, blank=True, help_text="Calls and texts together.")
    cap_hours = models.PositiveSmallIntegerField("within hours", null=True, blank=True, help_text="A rolling window, not a day.")
    cap_scope = models.CharField(max_length=60, blank=True, help_text="What the law counts by. Counted here: all to one number.")
    cap_unless = models.CharField("cap lifted by", max_length=12, choices=CapUnless.choices, blank=True)
    cap_unless_on = models.BooleanField("counsel: lift the cap so", default=False)
    emergency_ban = models.BooleanField(
        default=False, help_text="The law bans contact during a declared emergency: see emergency stops."
    )
    relax = models.CharField("hours lifted by", max_length=10, choices=Relax.choices, blank=True)
    relax_words = models.CharField(max_length=120, blank=True, help_text="The same in the statute's words.")
    relax_on = models.BooleanField("counsel: lift the hours so", default=False)
    effective_from = models.DateField(null=True, blank=True, help_text="First day in force; empty: always.")
    effective_until = models.DateField(null=True, blank=True, help_text="Last day in force; empty: no end.")
    cite = models.CharField(max_length=300, blank=True)
    confidence = models.CharField(max_length=1, choices=Confidence.choices, default=Confidence.UNCONFIRMED)
    counsel = models.BooleanField(
        "ask counsel", default=True, help_text="Counsel should look before anything looser is relied on."
    )
    note = models.TextField(blank=True)
    as_of = models.DateField(help_text="The day on which somebody last held the row against the law.")
    shipped = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(editable=False)
    superseded_at = models.DateTimeField(null=True, blank=True, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )

    class Meta:
        verbose_name = "contact rule"
        ordering = ["place", "key", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="contact_window_version_once"),
            models.UniqueConstraint(fields=["key"], condition=Q(superseded_at__isnull=True), name="contact_window_one_current"),
            models.CheckConstraint(
                condition=Q(cap_attempts__isnull=True, cap_hours__isnull=True) | Q(cap_attempts__isnull=False, cap_hours__gte=1),
                name="contact_window_cap_has_hours",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} v{self.version}"


class EmergencyStop(models.Model):
    """Nobody of a state, or of one of its counties, is called or texted by the system for a time."""

    state = models.CharField(max_length=2)
    county = models.CharField(
        max_length=80, blank=True, help_text="As leads have it, such as Kings County; empty: the whole state."
    )
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True, help_text="Empty: until somebody ends it.")
    reason = models.CharField(max_length=300)
    created_at = models.DateTimeField(editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False, verbose_name="begun by"
    )
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )

    class Meta:
        ordering = ["-since"]
        constraints = [
            models.CheckConstraint(condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="emergency_stop_ends_later")
        ]

    def __str__(self) -> str:
        return f"{self.county}, {self.state}" if self.county else self.state


class DoNotCallList(models.Model):
    """One download of the national do-not-call list, for the area codes it was made for."""

    scrubbed_on = models.DateField("downloaded on", help_text="The day the list was downloaded; good for 31 days.")
    san = models.CharField(
        "subscription number", max_length=40, blank=True, help_text="The account number (SAN) of the download."
    )
    area_codes = ArrayField(models.CharField(max_length=3), default=list, blank=True, editable=False)
    file_name = models.CharField(max_length=200, blank=True, editable=False)
    numbers = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )

    class Meta:
        verbose_name = "do-not-call list"
        ordering = ["-scrubbed_on", "-id"]

    def __str__(self) -> str:
        return f"do-not-call list of {self.scrubbed_on}"


class DoNotCallNumber(models.Model):
    """One number of the newest list for its area code: ten digits."""

    list = models.ForeignKey(DoNotCallList, on_delete=models.CASCADE, related_name="entries", db_index=False)
    number = models.BigIntegerField()

    class Meta:
        verbose_name = "do-not-call number"
        indexes = [
            # Read by the gate: is this number listed? And by an upload, which replaces whole area codes.
            models.Index(fields=["number"], name="do_not_call_number"),
        ]

    def __str__(self) -> str:
        return f"{self.number:010d}"


class ContactRefusal(models.Model):
    """One automatic touch that the gate refused: which rule, in which version, and what became of the touch."""

    lead = models.ForeignKey(Lead, null=True, blank=True, on_delete=models.SET_NULL, related_name="refusals", db_index=False)
    channel = models.CharField(max_length=10)
    rule = models.CharField(max_length=60)
    reason = models.CharField(max_length=300)
    at = models.DateTimeField()
    moved_to = models.DateTimeField(null=True, blank=True, help_text="Empty: it was dropped.")
    step = models.ForeignKey("leads.FollowUpStep", null=True, blank=True, on_delete=models.SET_NULL, related_name="refusals")
    message = models.ForeignKey("agency.Message", null=True, blank=True, on_delete=models.SET_NULL, related_name="refusals")

    class Meta:
        indexes = [
            # Read by the lead's page; by auditors through the second.
            models.Index(fields=["lead", "at"], name="contact_refusal_of_lead"),
            models.Index(fields=["-at"], name="contact_refusal_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.channel}: {self.rule}"
