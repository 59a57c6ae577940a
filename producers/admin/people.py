"""People, each with their log-in, licenses, caps, hours and absences on one page."""

from collections import defaultdict
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from agency.admin.alerts import reach_column
from agency.admin.base import KeyedAdmin, link_to, table, who
from agency.admin.fields import Written, WrittenFieldsMixin
from producers import services
from producers.admin.forms import ProducerForm
from producers.admin.inlines import (
    AppointmentInline,
    CapacityCapInline,
    CertificationInline,
    LicenseInline,
    TimeOffInline,
    WorkingHoursInline,
)
from producers.admin.leaving import LeavingMixin
from producers.models import CapPeriod, Load, Presence, Producer

PERSON = (("name", "key"), ("email", "phone"), "role", "active")
WORK = ("teams", "lines", ("level", "weight"), "languages", "backup", ("resident_state", "npn"), "notify")
PRESENCE_COLOURS = {Presence.AVAILABLE.label: "success", Presence.BUSY.label: "warning", Presence.AWAY.label: "danger"}


@admin.register(Producer)
class ProducerAdmin(LeavingMixin, WrittenFieldsMixin, KeyedAdmin):
    """Everyone at the agency. What is changed here holds for the next lead."""

    form = ProducerForm
    actions_detail = ("leave",)
    written_fields = {"notify": Written()}
    inlines = (LicenseInline, AppointmentInline, CapacityCapInline, WorkingHoursInline, TimeOffInline, CertificationInline)
    list_display = ("name", "role", "team_names", "level", "licensed_in", "held", "presence", "active")
    list_filter = (
        ("role", ChoicesDropdownFilter),
        ("teams", RelatedDropdownFilter),
        ("lines", RelatedDropdownFilter),
        "level",
        "licenses__state",
        "active",
    )
    search_fields = ("key", "user__name", "user__email", "npn", "=licenses__number")
    list_select_related = ("user", "load")
    ordering = ("user__name", "key")
    autocomplete_fields = ("teams", "lines", "backup")
    readonly_fields = ("log_in", "moving_figures")
    fieldsets = (
        ("Person", {"fields": PERSON}),
        ("Work", {"fields": WORK}),
        ("At this moment", {"fields": ("moving_figures", "log_in")}),
    )
    add_fieldsets = (("Person", {"fields": (*PERSON, "password")}), ("Work", {"fields": WORK}))

    def get_prepopulated_fields(self, request: HttpRequest, obj: Producer | None = None) -> dict[str, tuple[str, ...]]:  # type: ignore[override]
        """The key follows the name while it is new."""
        return {"key": ("name",)} if obj is None else {}

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        """With how alerts reach each of them."""
        return (*super().get_list_display(request), reach_column(lambda producer: producer.user))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Producer]:
        """With teams, licenses and caps, in one query each."""
        return super().get_queryset(request).prefetch_related("teams", "licenses", "caps")

    def save_model(self, request: HttpRequest, obj: Producer, form: Any, change: bool) -> None:
        """Write the log-in and the person together; the role brings its permissions."""
        data = form.cleaned_data
        services.save_person(
            obj,
            name=data["name"],
            email=data["email"],
            phone=data["phone"] or "",
            password=data.get("password", ""),
            now=timezone.now(),
            by=who(request),
        )

    @admin.display(description="name", ordering="user__name")
    def name(self, producer: Producer) -> str:
        """As the agency writes it."""
        return producer.user.name

    @admin.display(description="teams")
    def team_names(self, producer: Producer) -> str:
        """All of them."""
        return ", ".join(team.name for team in producer.teams.all()) or "–"

    @admin.display(description="licensed in")
    def licensed_in(self, producer: Producer) -> str:
        """The states of licenses in force today."""
        today = timezone.now().date()
        states = {one.state for one in producer.licenses.all() if one.active and one.effective <= today <= one.expires}
        return ", ".join(sorted(states)) or "–"

    @admin.display(description="open leads", ordering="load__open_leads")
    def held(self, producer: Producer) -> str:
        """Held now, of how many at most."""
        load = _load(producer)
        cap = next((one.limit for one in producer.caps.all() if one.period == CapPeriod.OPEN and not one.is_limited), None)
        return f"{load.open_leads} of {cap}" if cap is not None else str(load.open_leads)

    @display(description="presence", ordering="load__presence", label=PRESENCE_COLOURS)
    def presence(self, producer: Producer) -> str:
        """What they say of themselves."""
        return Presence(_load(producer).presence).label

    @admin.display(description="log-in")
    def log_in(self, producer: Producer) -> SafeString | str:
        """The way to their password."""
        return link_to(producer.user, producer.user.username)

    @admin.display(description="leads")
    def moving_figures(self, producer: Producer) -> SafeString:
        """What they hold and got, each beside its cap."""
        load = _load(producer)
        caps: defaultdict[str, list[str]] = defaultdict(list)
        for one in producer.caps.all():
            kind = " ".join(word for word in (one.tier, one.family) if word)
            caps[one.period].append(f"{one.limit} {kind}".strip())
        counts = {
            CapPeriod.OPEN: (load.open_leads, "now"),
            CapPeriod.DAY: (load.day_count, load.day or "–"),
            CapPeriod.WEEK: (load.week_count, f"week of {load.week}" if load.week else "–"),
            CapPeriod.MONTH: (load.month_count, f"{load.month:%B %Y}" if load.month else "–"),
        }
        rows = [(period.label, count, ", ".join(caps[period]) or "no cap", when) for period, (count, when) in counts.items()]
        rows.append(("Other work", load.other_load, "counts as open leads", "now"))
        return table(("", "Leads", "Cap", "Counted for"), rows)


def _load(producer: Producer) -> Load:
    """Their figures; all zero before the first."""
    try:
        return producer.load
    except Load.DoesNotExist:
        return Load(producer=producer)
