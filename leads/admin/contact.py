"""The rules on when people may be contacted, emergency stops, do-not-call lists, and what was refused."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Min, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter, RangeDateTimeFilter
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm

from agency.admin.base import ModelAdmin, ReadOnlyAdmin, go_to, table, who
from agency.admin.fields import Written, WrittenFieldsMixin
from agency.hours import WEEKDAYS
from leads import contactrules, donotcall, emergencies
from leads.admin.contact_forms import DoNotCallForm, RuleForm, StopForm
from leads.models import ContactRefusal, ContactWindow, DoNotCallList, DoNotCallNumber, EmergencyStop
from leads.models.contact import Covers

TAKEN = "{row} is as shipped."
KEPT = "Nothing was changed."
ENDED = "The stop of {stop} is over."
LISTED = "{numbers} numbers of {areas} area codes are listed."


class VersionFilter(DropdownFilter):
    """The rules as they stand, or every version there ever was."""

    title = "versions"
    parameter_name = "versions"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The choice besides the newest ones."""
        return [("all", "Every version"), ("old", "Replaced versions")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ContactWindow]) -> QuerySet[ContactWindow]:
        """The newest, unless asked otherwise; one record is found whatever its version."""
        if self.value() in {"all", "old"}:
            return queryset if self.value() == "all" else queryset.filter(superseded_at__isnull=False)
        return queryset.filter(superseded_at__isnull=True)


@admin.register(ContactWindow)
class ContactWindowAdmin(WrittenFieldsMixin, ModelAdmin):
    """When people may be called and texted, place by place. A change is a new version; the old one stays to be read."""

    form = RuleForm
    list_before_template = "admin/leads/contact_rules.html"
    written_fields = {"hours": Written(rows=7, order=WEEKDAYS)}
    list_display = ("key", "place", "when", "on_holidays", "covers", "most", "lifted", "standing", "as_of", "version")
    list_filter = (
        VersionFilter,
        ("kind", ChoicesDropdownFilter),
        ("confidence", ChoicesDropdownFilter),
        "counsel",
        "emergency_ban",
    )
    search_fields = ("key", "place", "cite", "note")
    ordering = ("place", "key", "-version")
    actions = ("take_shipped",)
    readonly_fields = ("history",)
    fieldsets = (
        (None, {"fields": (("key", "place"), ("kind", "texts"), "timezone", ("effective_from", "effective_until"))}),
        ("Hours", {"fields": ("hours", ("holidays", "holiday_hours", "holiday_list"), ("relax", "relax_words", "relax_on"))}),
        ("Attempts", {"fields": (("cap_attempts", "cap_hours"), "cap_scope", ("cap_unless", "cap_unless_on"))}),
        ("Where it comes from", {"fields": ("cite", ("confidence", "counsel"), "as_of", "emergency_ban", "note")}),
        ("Versions", {"fields": ("history",)}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """The key too, once it exists."""
        fields = tuple(super().get_readonly_fields(request, obj))
        return (*fields, "key", "place") if obj is not None else fields

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Of the newest version only."""
        return super().has_change_permission(request, obj) and (obj is None or obj.superseded_at is None)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never: give it a last day instead."""
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """With the day since which all of it was held against the law."""
        as_of = ContactWindow.objects.filter(superseded_at__isnull=True).aggregate(day=Min("as_of"))["day"]
        return super().changelist_view(request, {**(extra_context or {}), "as_of": as_of})

    def save_model(self, request: HttpRequest, obj: ContactWindow, form: Any, change: bool) -> None:
        """A change is a new version, which takes the record's place; saving what was not changed writes nothing."""
        now = timezone.now()
        if not change:
            obj.created_at, obj.by = now, who(request)
            obj.save()
            return
        try:
            new = contactrules.revise(ContactWindow.objects.get(pk=obj.pk), contactrules.said(obj), by=who(request), now=now)
        except contactrules.ContactRuleError as error:
            messages.error(request, str(error))
            return
        obj.pk, obj.version = new.pk, new.version

    @admin.action(description="Take the shipped row", permissions=["change"])
    def take_shipped(self, request: HttpRequest, queryset: QuerySet[ContactWindow]) -> None:
        """The chosen rules are as this release has them; what a manager wrote stays among their versions."""
        for row in queryset:
            try:
                new = contactrules.take_shipped(row, by=who(request), now=timezone.now())
            except contactrules.ContactRuleError as error:
                messages.error(request, f"{row.key}: {error}")
            else:
                messages.success(request, TAKEN.format(row=new) if new.pk != row.pk else f"{row.key}: {KEPT}")

    @admin.display(description="hours")
    def when(self, row: ContactWindow) -> str:
        """Days of the same hours together."""
        return contactrules.hours_in_words(row.hours) + (f" ({row.timezone})" if row.timezone else "")

    @admin.display(description="holidays", ordering="holidays")
    def on_holidays(self, row: ContactWindow) -> str:
        """What holds on them."""
        return row.holiday_hours or row.get_holidays_display()

    @admin.display(description="covers", ordering="kind")
    def covers(self, row: ContactWindow) -> str:
        """In a word or two."""
        return ("all" if row.kind == Covers.ALL else "automatic") + ("" if row.texts else ", no texts")

    @admin.display(description="most attempts")
    def most(self, row: ContactWindow) -> str:
        """The cap, where there is one."""
        return f"{row.cap_attempts} in {row.cap_hours} h" if row.cap_attempts is not None else "–"

    @admin.display(description="lifted")
    def lifted(self, row: ContactWindow) -> str:
        """What counsel switched on."""
        switched = [name for name, on in (("hours", row.relax_on), ("cap", row.cap_unless_on)) if on]
        return ", ".join(switched) or "–"

    @display(description="rests on", ordering="confidence", label={"V": "success", "S": "info", "M": "warning"})
    def standing(self, row: ContactWindow) -> tuple[str, str]:
        """How sure it is, and whether this release ships it otherwise."""
        note = ", shipped row differs" if contactrules.differs_from_shipped(row) and row.superseded_at is None else ""
        return row.confidence, f"{row.get_confidence_display()}{note}"

    @admin.display(description="versions")
    def history(self, row: ContactWindow) -> SafeString:
        """Who changed what, when, and what it said before."""
        versions = list(ContactWindow.objects.filter(key=row.key).select_related("by").order_by("version"))
        pairs = zip([None, *versions], versions, strict=False)
        lines = [
            (
                new.version,
                f"{new.created_at:%Y-%m-%d %H:%M} UTC",
                new.by or ("shipped" if new.shipped else "–"),
                "; ".join(_change(*change) for change in contactrules.changes(old, new)),
            )
            for old, new in pairs
        ]
        return table(("Version", "Since", "By", "Changed"), lines[::-1])


def _change(name: str, before: object, after: object) -> str:
    return f"{name.replace('_', ' ')}: {before or '–'} → {after or '–'}"


@admin.register(EmergencyStop)
class EmergencyStopAdmin(ModelAdmin):
    """Nobody of a state or county is called or texted by the system while a stop holds; people are warned."""

    form = StopForm
    list_display = ("state", "county", "since", "until", "reason", "by", "ended_by")
    list_filter = ("state", ("since", RangeDateTimeFilter))
    list_select_related = ("by", "ended_by")
    search_fields = ("state", "county", "reason")
    fields = (("state", "county"), ("since", "until"), "reason")
    actions_detail = ("end_now",)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """All of it once it has begun: it is ended, not rewritten."""
        return () if obj is None else ("state", "county", "since", "until", "reason", "by", "ended_by", "created_at")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False

    def save_model(self, request: HttpRequest, obj: EmergencyStop, form: Any, change: bool) -> None:
        """The stop holds."""
        if not change:
            said = {name: form.cleaned_data[name] for name in ("state", "county", "since", "until", "reason")}
            obj.pk = emergencies.begin_stop(**said, by=who(request), now=timezone.now()).pk

    @action(
        description="End it now",
        url_path="end-now",
        icon="stop_circle",
        permissions=["end"],
        dialog={
            "title": "End this stop now",
            "description": "From now on the rows of the place hold again, and what waited goes out within their hours.",
            "form_class": None,
            "form_submit_text": "End the stop",
        },
    )
    def end_now(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        """The stop is over."""
        stop = get_object_or_404(EmergencyStop, pk=object_id)
        try:
            emergencies.end_stop(stop, by=who(request), now=timezone.now())
        except emergencies.EmergencyError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, ENDED.format(stop=stop))
        return go_to(request, reverse("admin:leads_emergencystop_changelist"))

    def has_end_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """As the role says."""
        return bool(request.user.has_perm("leads.change_emergencystop"))


@admin.register(DoNotCallList)
class DoNotCallListAdmin(ModelAdmin):
    """Downloads of the national do-not-call list. A newer one replaces what older ones said of its area codes."""

    form = DoNotCallForm
    list_display = ("scrubbed_on", "san", "numbers", "area_codes", "file_name", "created_at", "by")
    list_select_related = ("by",)
    search_fields = ("san", "file_name")
    fields = ("scrubbed_on", "san", "file")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """The file while it is new."""
        return self.fields if obj is None else ("scrubbed_on", "san", "numbers", "area_codes", "file_name", "created_at", "by")

    def save_model(self, request: HttpRequest, obj: DoNotCallList, form: Any, change: bool) -> None:
        """Every number of the file is listed."""
        file = form.cleaned_data["file"]
        made = donotcall.take_list(
            file, scrubbed_on=obj.scrubbed_on, san=obj.san, file_name=file.name, by=who(request), now=timezone.now()
        )
        obj.pk = made.pk
        messages.success(request, LISTED.format(numbers=f"{made.numbers:,}", areas=len(made.area_codes)))


@admin.register(DoNotCallNumber)
class DoNotCallNumberAdmin(ReadOnlyAdmin):
    """One number, and which download lists it."""

    list_display = ("__str__", "list")
    list_select_related = ("list",)
    search_fields = ("number__exact",)
    search_help_text = "Ten digits."
    ordering = ("number",)


@admin.register(ContactRefusal)
class ContactRefusalAdmin(ReadOnlyAdmin):
    """Every automatic touch that was refused, by which rule in which version, and what became of it."""

    list_display = ("at", "lead", "channel", "rule", "reason", "became")
    list_filter = ("channel", ("at", RangeDateTimeFilter))
    search_fields = ("lead__first_name", "lead__last_name", "=lead__email", "=lead__phone", "rule")
    list_select_related = ("lead",)
    ordering = ("-at", "-id")

    @admin.display(description="became of it", ordering="moved_to")
    def became(self, refusal: ContactRefusal) -> str:
        """Moved or dropped."""
        return f"moved to {refusal.moved_to:%Y-%m-%d %H:%M} UTC" if refusal.moved_to else "dropped"
