"""What every page of the admin has in common, and what a page of append-only records does not offer."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django_htmx.http import HttpResponseClientRedirect

from agency.models import User

if TYPE_CHECKING:

    class _ModelAdmin(admin.ModelAdmin[Any]):
        """The theme carries no types; for the type checker its classes are Django's."""

    class _TabularInline(admin.TabularInline[Any, Any]):
        """See above."""

    class _StackedInline(admin.StackedInline[Any, Any]):
        """See above."""

else:
    from unfold.admin import ModelAdmin as _ModelAdmin
    from unfold.admin import StackedInline as _StackedInline
    from unfold.admin import TabularInline as _TabularInline

PER_PAGE = 50


class ModelAdmin(_ModelAdmin):
    """A page of the admin in the project's manner: filters applied together, no second count of the whole table."""

    list_per_page = PER_PAGE
    list_filter_submit = True
    show_full_result_count = False
    warn_unsaved_form = True
    compressed_fields = True


class TabularInline(_TabularInline):
    """Rows of a child record inside its parent's page."""

    extra = 0
    show_change_link = False


class StackedInline(_StackedInline):
    """Cards of a child record inside its parent's page."""

    extra = 0
    show_change_link = False


class ReadOnlyAdmin(ModelAdmin):
    """A record that only the program writes: to be searched and read, never added, changed or deleted by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False


class ReadOnlyInline(TabularInline):
    """Child records that only the program writes."""

    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False


class OneRowAdmin(ModelAdmin):
    """A record of which there is exactly one: changed in place, never added or deleted by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only while the one row is missing."""
        return super().has_add_permission(request) and not self.model._default_manager.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False


def who(request: HttpRequest) -> User:
    """The person at the browser: nobody else gets into the admin."""
    return cast(User, request.user)


def go_to(request: HttpRequest, url: str) -> HttpResponse:
    """Where a dialog leads when it is done: the theme sends it by htmx, which would follow a redirect inside the dialog."""
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(url)
    return HttpResponseRedirect(url)


def link_to(record: Model | None, text: str = "") -> SafeString | str:
    """A link to the record's page in the admin; a dash where there is no record."""
    if record is None:
        return "–"
    name = f"admin:{record._meta.app_label}_{record._meta.model_name}_change"
    return format_html(
        '<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>', reverse(name, args=[record.pk]), text or str(record)
    )


def link_to_page(name: str, text: str, *args: Any) -> SafeString | str:
    """A link to a page outside the admin by its URL name; the bare text where no such page is installed."""
    try:
        href = reverse(name, args=args)
    except NoReverseMatch:
        return text
    return format_html('<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>', href, text)


def as_typed(text: str) -> SafeString:
    """Text of several lines, its line breaks kept."""
    return format_html('<pre class="text-xs" style="white-space: pre-wrap">{}</pre>', text)


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> SafeString:
    """A plain table for a read-only field; every cell is escaped unless it is already safe."""
    if not rows:
        return SafeString("–")
    heading = format_html_join("", '<th class="pr-6 py-1 text-left font-semibold">{}</th>', ((one,) for one in head))
    lines = [format_html_join("", '<td class="pr-6 py-1 align-top">{}</td>', ((one,) for one in row)) for row in rows]
    body = format_html_join("", "<tr>{}</tr>", ((line,) for line in lines))
    return format_html('<table class="tabular-nums"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>', heading, body)


class KeyedAdmin(ModelAdmin):
    """A record that rules and files refer to by its key: the key is set once, and the record is switched off, never deleted."""

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """The key, once it exists."""
        fields = tuple(super().get_readonly_fields(request, obj))
        return (*fields, "key") if obj is not None else fields

    def get_prepopulated_fields(self, request: HttpRequest, obj: Model | None = None) -> dict[str, Sequence[str]]:
        """The key follows the name while it is new."""
        names = {field.name for field in self.model._meta.get_fields()}
        return {"key": ("name",)} if obj is None and "name" in names else {}

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False
