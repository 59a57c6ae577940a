"""Sources and API keys."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextInputWidget

from agency.admin.base import KeyedAdmin, ModelAdmin, go_to
from agency.admin.fields import ListField
from leads import keys
from leads.models import ApiKey, Source

if TYPE_CHECKING:
    _SourceForm = forms.ModelForm[Source]
    _KeyForm = forms.ModelForm[ApiKey]
else:
    _SourceForm = _KeyForm = forms.ModelForm

KEY_SHOWN_ONCE = "The key is {plain} – copy it now: it is shown this once and kept only as a hash."
KEY_REVOKED = "The key {prefix}… opens nothing from now on."
KEY_STATES = {"Live": "success", "Expired": "warning", "Revoked": "danger"}


class SourceForm(_SourceForm):
    """A source, with the events it implies as a list."""

    implies = ListField(
        forms.SlugField(max_length=40),
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="Events a lead has shown just by arriving from here, such as quote_request.",
    )

    class Meta:
        model = Source
        exclude = ()


@admin.register(Source)
class SourceAdmin(KeyedAdmin):
    """Where leads come from, and what one costs by default."""

    form = SourceForm
    list_display = ("name", "key", "kind", "lead_kind", "exclusive", "cost_per_lead", "live_keys", "position", "active")
    list_editable = ("position",)
    list_filter = (("kind", ChoicesDropdownFilter), ("lead_kind", ChoicesDropdownFilter), "exclusive", "active")
    search_fields = ("name", "key")
    fields = ("key", "name", "kind", ("lead_kind", "exclusive"), "cost_per_lead", "implies", "phone", "position", "active")
    actions_detail = ("issue_key",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        """With the number of keys not revoked."""
        found: QuerySet[Any] = super().get_queryset(request).annotate(live=Count("keys", filter=Q(keys__revoked_at__isnull=True)))
        return found

    def has_issue_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Whoever may make keys."""
        return bool(request.user.has_perm("leads.add_apikey"))

    @admin.display(description="keys", ordering="live")
    def live_keys(self, source: Source) -> int:
        """Keys not revoked."""
        return int(source.live)  # type: ignore[attr-defined]  # annotated above

    @action(
        description="Make an API key",
        url_path="issue-key",
        icon="vpn_key",
        permissions=["issue"],
        dialog={
            "title": "Make an API key for this source",
            "description": "Whoever holds it may post leads and events of this source, and nothing else. It is shown once.",
            "form_class": None,
            "form_submit_text": "Make the key",
        },
    )
    def issue_key(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        """A new key of the source exists and its text is shown, this once."""
        source = get_object_or_404(Source, pk=object_id)
        key, plain = keys.issue(source=source, name=source.name, now=timezone.now())
        messages.warning(request, KEY_SHOWN_ONCE.format(plain=plain))
        return go_to(request, reverse("admin:leads_apikey_change", args=[key.pk]))


class ApiKeyForm(_KeyForm):
    """A new key: whose it is, what for and until when."""

    class Meta:
        model = ApiKey
        fields = ("name", "source", "user", "expires_at")

    def clean(self) -> dict[str, Any]:
        """Exactly one holder."""
        data = super().clean() or self.cleaned_data
        if "source" in self.fields and (data.get("source") is None) == (data.get("user") is None):
            raise ValidationError(keys.ONE_HOLDER)
        return data


class KeyStateFilter(DropdownFilter):
    """Keys by whether they still open anything."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The choices."""
        return [("live", "Live"), ("over", "Expired or revoked")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> QuerySet[ApiKey]:
        """Live ones, or the others."""
        over = Q(revoked_at__isnull=False) | Q(expires_at__lte=timezone.now())
        if self.value() == "live":
            return queryset.exclude(over)
        return queryset.filter(over) if self.value() == "over" else queryset


@admin.register(ApiKey)
class ApiKeyAdmin(ModelAdmin):
    """Keys of sources and people: made here, shown once, revoked here, never changed."""

    form = ApiKeyForm
    list_display = ("prefix", "name", "holder", "state", "created_at", "last_used_at", "expires_at")
    list_filter = (KeyStateFilter, "source")
    search_fields = ("name", "prefix", "source__name", "user__name")
    list_select_related = ("source", "user")
    autocomplete_fields = ("source", "user")
    ordering = ("-created_at",)
    add_fieldsets = ((None, {"fields": ("name", "source", "user", "expires_at")}),)
    fields = ("name", "holder", "state", "prefix", ("created_at", "last_used_at"), ("expires_at", "revoked_at"))
    readonly_fields = ("holder", "state")
    actions = ("revoke_selected",)
    actions_detail = ("revoke",)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A key is read, or revoked by its action."""
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never: a revoked key stays to be read."""
        return False

    def has_revoke_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """As the role says."""
        return bool(request.user.has_perm("leads.change_apikey"))

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        """Make the key and show its text, this once."""
        data = form.cleaned_data
        made, plain = keys.issue(
            source=data["source"], user=data["user"], name=data["name"], expires_at=data["expires_at"], now=timezone.now()
        )
        obj.__dict__.update(made.__dict__)
        messages.warning(request, KEY_SHOWN_ONCE.format(plain=plain))

    @admin.display(description="holder")
    def holder(self, key: ApiKey) -> str:
        """The source or the person."""
        return str(key.source or key.user)

    @display(description="state", label=KEY_STATES)
    def state(self, key: ApiKey) -> str:
        """Whether it still opens anything."""
        if key.revoked_at is not None:
            return "Revoked"
        return "Expired" if key.expires_at is not None and key.expires_at <= timezone.now() else "Live"

    @action(
        description="Revoke",
        url_path="revoke",
        icon="block",
        permissions=["revoke"],
        dialog={
            "title": "Revoke this key",
            "description": "Whoever uses it is refused from now on. This cannot be taken back; make a new key instead.",
            "form_class": None,
            "form_submit_text": "Revoke the key",
        },
    )
    def revoke(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        """The key opens nothing any more."""
        self._revoke(request, get_object_or_404(ApiKey, pk=object_id))
        return go_to(request, reverse("admin:leads_apikey_changelist"))

    @admin.action(description="Revoke the selected keys", permissions=["revoke"])
    def revoke_selected(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        """None of them opens anything any more."""
        for key in queryset:
            self._revoke(request, key)

    def _revoke(self, request: HttpRequest, key: ApiKey) -> None:
        keys.revoke(key, now=timezone.now())
        messages.success(request, KEY_REVOKED.format(prefix=key.prefix))
