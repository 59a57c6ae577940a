"""Who the people are: what they may sell, where, when, and how much of it."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q, Value

STATE_CODE = RegexValidator(r"^[A-Z]{2}$", "Two capital letters, such as NY.")


class Family(models.TextChoices):
    """Families of lines: an open lead absorbs another of its own family."""

    PERSONAL = "personal", "Personal"
    COMMERCIAL = "commercial", "Commercial"
    LIFE = "life", "Life"
    HEALTH = "health", "Health"
    MEDICARE = "medicare", "Medicare"


class Authority(models.TextChoices):
    """Lines of authority on a producer license (NAIC Producer Licensing Model Act #218 section 7, and limited lines)."""

    PROPERTY = "property", "Property"
    CASUALTY = "casualty", "Casualty"
    PERSONAL_LINES = "personal_lines", "Personal lines"
    LIFE = "life", "Life"
    AH = "ah", "Accident and health"
    VARIABLE = "variable", "Variable life and annuity"
    SURETY = "surety", "Surety"
    CREDIT = "credit", "Credit"
    TITLE = "title", "Title"
    TRAVEL = "travel", "Travel"
    CROP = "crop", "Crop"
    PET = "pet", "Pet"
    RENTAL = "rental", "Rental"
    SURPLUS = "surplus", "Surplus lines"


class LineOfBusiness(models.Model):
    """A line of insurance, the family it belongs to and what a license must carry to sell it."""

    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    family = models.CharField(max_length=12, choices=Family.choices)
    code = models.CharField(max_length=10, blank=True, help_text="The ACORD-style code an agency management system uses.")
    alt_codes = ArrayField(
        models.CharField(max_length=10), default=list, blank=True, help_text="Other codes in use for the same line."
    )
    requires = models.JSONField(
        default=list, help_text='Any one of these sets of authorities suffices: [["property", "casualty"], ["personal_lines"]].'
    )
    certifications = ArrayField(
        models.CharField(max_length=60), default=list, blank=True, help_text="Each one must be held and in date."
    )
    note = models.CharField(max_length=200, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name_plural = "lines of business"
        ordering = ["family", "name"]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What someone does at the agency; each role is also a permission group of the same name."""

    PRODUCER = "producer", "Producer"
    CSR = "csr", "CSR"
    MANAGER = "manager", "Manager"
    MARKETING = "marketing", "Marketing"


class Presence(models.TextChoices):
    """What someone says of themselves right now."""

    AVAILABLE = "available", "Available"
    BUSY = "busy", "Busy"
    AWAY = "away", "Away"


class PresenceCause(models.TextChoices):
    """Where the present word on someone's presence comes from."""

    SELF = "self", "Their own word"
    CALL = "call", "A call"
    IDLE = "idle", "No request for some time"


class Team(models.Model):
    """A pod of producers with a lead."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    lead = models.ForeignKey("Producer", null=True, blank=True, on_delete=models.SET_NULL, related_name="leads_teams")
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Producer(models.Model):
    """Someone at the agency as routing sees them. Everyone in the agency file has one; marketing never owns a lead."""

    key = models.SlugField(max_length=60, unique=True)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="producer")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.PRODUCER)
    teams = models.ManyToManyField(Team, blank=True, related_name="members")
    lines = models.ManyToManyField(
        LineOfBusiness, blank=True, related_name="specialists", help_text="What they specialize in: a preference, never a gate."
    )
    level = models.CharField(max_length=40, blank=True, help_text="A name rules can refer to, such as senior.")
    languages = ArrayField(models.CharField(max_length=10), default=list, blank=True, help_text="Codes such as en, es.")
    weight = models.DecimalField(
        max_digits=6, decimal_places=3, default=1, validators=[MinValueValidator(0)], help_text="Share in weighted rotation."
    )
    backup = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="backs_up")
    resident_state = models.CharField(max_length=2, blank=True, validators=[STATE_CODE])
    npn = models.CharField(
        "national producer number", max_length=10, blank=True, validators=[RegexValidator(r"^\d{1,10}$", "Up to ten digits.")]
    )
    notify = models.JSONField(default=dict, blank=True, help_text="Own channels by event; empty: the agency's.")
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["key"]
        verbose_name = "person"
        verbose_name_plural = "people"

    def __str__(self) -> str:
        return self.user.name

    @property
    def name(self) -> str:
        """The name as the agency writes it."""
        return self.user.name


class License(models.Model):
    """A state's permission to sell. Both its first and its last day count, in the agency's timezone."""

    producer = models.ForeignKey(Producer, on_delete=models.CASCADE, related_name="licenses")
    state = models.CharField(max_length=2, validators=[STATE_CODE])
    number = models.CharField(max_length=40, blank=True)
    authority = ArrayField(models.CharField(max_length=20, choices=Authority.choices), default=list)
    effective = models.DateField()
    expires = models.DateField()
    resident = models.BooleanField(null=True, blank=True, help_text="Unknown: no home-state condition.")
    active = models.BooleanField(default=True, help_text="Off: suspended or surrendered.")
    source = models.CharField(
        max_length=60,
        blank=True,
        help_text="Where the record was taken from, such as the state's register or a copy of the license.",
    )
    verified_on = models.DateField(null=True, blank=True, help_text="When it was last held against that source.")

    class Meta:
        ordering = ["producer", "state", "effective"]
        constraints = [
            models.CheckConstraint(condition=Q(expires__gte=F("effective")), name="license_ends_after_it_begins"),
            models.UniqueConstraint(fields=["producer", "state", "number"], name="license_once"),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.number}, to {self.expires}"


class Certification(models.Model):
    """A training or registration that some lines need beside the license."""

    producer = models.ForeignKey(Producer, on_delete=models.CASCADE, related_name="certifications")
    name = models.CharField(max_length=60)
    effective = models.DateField()
    expires = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["producer", "name"]

    def __str__(self) -> str:
        return self.name


class Appointment(models.Model):
    """A carrier's permission to sell its policies in a state. Both ends count; no end: until it is taken back."""

    producer = models.ForeignKey(Producer, on_delete=models.CASCADE, related_name="appointments")
    carrier = models.CharField(max_length=120, help_text="As it is written on policies; capitals do not matter.")
    state = models.CharField(max_length=2, validators=[STATE_CODE])
    effective = models.DateField()
    expires = models.DateField(null=True, blank=True)
    active = models.BooleanField(default=True, help_text="Off: taken back.")

    class Meta:
        ordering = ["producer", "carrier", "state"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires__isnull=True) | Q(expires__gte=F("effective")), name="appointment_ends_after_it_begins"
            ),
            models.UniqueConstraint(fields=["producer", "carrier", "state"], name="appointment_once"),
        ]

    def __str__(self) -> str:
        return f"{self.carrier}, {self.state}"


class CapPeriod(models.TextChoices):
    """What a cap counts: open leads, or leads received in a calendar period of the agency."""

    OPEN = "open", "Open leads"
    DAY = "day", "Per day"
    WEEK = "week", "Per week"
    MONTH = "month", "Per month"


class LeadTier(models.TextChoices):
    """How warm a lead was when it was assigned, as far as caps tell leads apart by it."""

    HOT = "hot", "Hot"
    WARM = "warm", "Warm"
    COLD = "cold", "Cold"


class CapacityCap(models.Model):
    """The most leads someone takes, of all or of one family or tier; exceeded only by a manager and the owner of last resort."""

    producer = models.ForeignKey(Producer, on_delete=models.CASCADE, related_name="caps")
    period = models.CharField(max_length=5, choices=CapPeriod.choices)
    family = models.CharField(
        max_length=12, choices=Family.choices, blank=True, default="", db_default="", help_text="Empty: leads of any family."
    )
    tier = models.CharField(
        max_length=4, choices=LeadTier.choices, blank=True, default="", db_default="", help_text="Empty: leads of any tier."
    )
    limit = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["producer", "period", "family", "tier"], name="cap_once_per_period_and_kind")
        ]

    def __str__(self) -> str:
        kind = " ".join(word for word in (self.tier, self.family) if word)
        return f"{self.get_period_display()}{', ' + kind if kind else ''}: {self.limit}"

    @property
    def is_limited(self) -> bool:
        """Whether it counts only leads of one family or tier."""
        return bool(self.family or self.tier)


class Weekday(models.IntegerChoices):
    """Python's numbering."""

    MON = 0, "Monday"
    TUE = 1, "Tuesday"
    WED = 2, "Wednesday"
    THU = 3, "Thursday"
    FRI = 4, "Friday"
    SAT = 5, "Saturday"
    SUN = 6, "Sunday"


class WorkingHours(models.Model):
    """A stretch of one weekday, in the agency's timezone. Someone with none keeps the agency's hours."""

    producer = models.ForeignKey(Producer, on_delete=models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField(choices=Weekday.choices, validators=[MaxValueValidator(6)])
    opens = models.TimeField()
    closes = models.TimeField()

    class Meta:
        ordering = ["producer", "weekday", "opens"]
        verbose_name_plural = "working hours"
        constraints = [models.CheckConstraint(condition=Q(closes__gt=F("opens")), name="hours_close_after_they_open")]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}-{self.closes:%H:%M}"


class TimeOff(models.Model):
    """Days away, both ends counting, in the agency's timezone."""

    producer = models.ForeignKey(Producer, on_delete=models.CASCADE, related_name="time_off")
    starts_on = models.DateField()
    ends_on = models.DateField()
    note = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["producer", "starts_on"]
        verbose_name_plural = "time off"
        constraints = [models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="time_off_ends_after_it_begins")]

    def __str__(self) -> str:
        return f"{self.starts_on} to {self.ends_on}"


class Territory(models.Model):
    """An area by ZIP ranges, counties or states, owned by a team."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    zips = ArrayField(models.CharField(max_length=11), default=list, blank=True, help_text="ZIPs or ranges: 10001-10099.")
    counties = ArrayField(models.CharField(max_length=80), default=list, blank=True, help_text="Such as NY/Kings County.")
    states = ArrayField(models.CharField(max_length=2, validators=[STATE_CODE]), default=list, blank=True)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="territories")
    backup = models.ForeignKey(
        Producer,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Who takes over from a slow owner.",
    )
    position = models.PositiveIntegerField(default=0, help_text="Among equals the first wins.")
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name_plural = "territories"
        ordering = ["position", "key"]

    def __str__(self) -> str:
        return self.name


class RosterVersion(models.Model):
    """The static roster as it stood from `created_at` on: immutable, so that any decision can be recomputed."""

    number = models.PositiveBigIntegerField(primary_key=True)
    data = models.JSONField()
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"roster {self.number}"


class Load(models.Model):
    """The moving part of one person: what they hold, what they got this period, how they do, whether they are there.

    Kept by the services that change it, under the lock that writes an assignment; a recount must give the same figures.
    """

    producer = models.OneToOneField(Producer, on_delete=models.CASCADE, primary_key=True, related_name="load")
    open_leads = models.PositiveIntegerField(default=0)
    day = models.DateField(null=True, blank=True, help_text="The agency's day that `day_count` counts.")
    day_count = models.PositiveIntegerField(default=0)
    week = models.DateField(null=True, blank=True, help_text="Monday of the week that `week_count` counts.")
    week_count = models.PositiveIntegerField(default=0)
    month = models.DateField(null=True, blank=True, help_text="First day of the month that `month_count` counts.")
    month_count = models.PositiveIntegerField(default=0)
    last_assigned_at = models.DateTimeField(null=True, blank=True)
    presence = models.CharField(max_length=10, choices=Presence.choices, default=Presence.AVAILABLE)
    presence_at = models.DateTimeField(null=True, blank=True)
    presence_cause = models.CharField(
        max_length=4, choices=PresenceCause.choices, default=PresenceCause.SELF, db_default=PresenceCause.SELF
    )
    presence_until = models.DateTimeField(null=True, blank=True, help_text="When it ends by itself; empty: by somebody's word.")
    presence_after = models.CharField(
        max_length=10, choices=Presence.choices, default=Presence.AVAILABLE, db_default=Presence.AVAILABLE
    )
    seen_at = models.DateTimeField(null=True, blank=True, help_text="Their last request, to the minute, where silence counts.")
    other_load = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Renewals, service and the like, in leads' worth of work."
    )
    received_90d = models.PositiveIntegerField(default=0)
    bound_90d = models.PositiveIntegerField(default=0)
    responses_90d = models.PositiveIntegerField(default=0)
    response_seconds_90d = models.PositiveBigIntegerField(default=0, help_text="Working seconds to the first attempt, summed.")
    kinds_90d = models.JSONField(default=dict, db_default=Value({}, models.JSONField()), help_text="Received, bound by kind.")

    def __str__(self) -> str:
        return f"{self.producer_id}: {self.open_leads} open"


class PerformanceDay(models.Model):
    """What someone received, contacted, quoted and bound, per day received, line family and tier: rates read these buckets."""

    producer = models.ForeignKey(Producer, on_delete=models.CASCADE, related_name="performance")
    day = models.DateField()
    family = models.CharField(max_length=12, blank=True)
    tier = models.CharField(max_length=4, blank=True)
    received = models.PositiveIntegerField(default=0)
    contacted = models.PositiveIntegerField(default=0)
    quoted = models.PositiveIntegerField(default=0)
    bound = models.PositiveIntegerField(default=0)
    responses = models.PositiveIntegerField(default=0)
    response_seconds = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["producer", "day", "family", "tier"], name="performance_bucket_once")]

    def __str__(self) -> str:
        return f"{self.producer_id} {self.day}"
