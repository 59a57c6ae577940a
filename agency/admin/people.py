"""Log-ins and groups."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from agency.admin.alerts import reach_column
from agency.admin.base import ModelAdmin
from agency.models import User

if TYPE_CHECKING:

    class _UserAdmin(ModelAdmin):
        """Django's page for users under the theme, as the type checker sees it."""

    class _GroupAdmin(ModelAdmin):
        """See above."""

else:

    class _UserAdmin(DjangoUserAdmin, ModelAdmin):
        """Django's page for users under the theme."""

    class _GroupAdmin(DjangoGroupAdmin, ModelAdmin):
        """Django's page for groups under the theme."""


admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(_UserAdmin):
    """Log-ins. What someone may do follows from their role, which is set on their own page under People.

    Whoever is no superuser neither sees the switches that would make one nor touches a superuser's log-in.
    """

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("name", "username", "email", "phone", "roles", "is_active", "last_login")
    list_filter = ("is_active", "groups")
    search_fields = ("name", "username", "email")
    ordering = ("name", "username")
    autocomplete_fields = ("groups",)
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined", "roles")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("name", "email", "phone", "auto_dial")}),
        ("Access", {"fields": ("is_active", "roles")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    superuser_fieldsets = (
        *fieldsets,
        ("Beyond the roles", {"fields": ("is_staff", "is_superuser", "groups", "user_permissions"), "classes": ("collapse",)}),
    )
    add_fieldsets = (
        (
            None,
            {"classes": ("wide",), "fields": ("username", "name", "email", "phone", "usable_password", "password1", "password2")},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """With each one's groups, in one query more."""
        return super().get_queryset(request).prefetch_related("groups")

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        """With how alerts reach each of them."""
        return (*super().get_list_display(request), reach_column(lambda user: user))

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """The switches beyond the roles for superusers only."""
        if obj is not None and getattr(request.user, "is_superuser", False):
            return self.superuser_fieldsets
        return super().get_fieldsets(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """A person's log-in opens and closes with the person, under People."""
        fields = tuple(super().get_readonly_fields(request, obj))
        return (*fields, "is_active") if hasattr(obj, "producer") else fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A person's log-in is made with the person; one without a person is a superuser's matter."""
        return bool(getattr(request.user, "is_superuser", False))

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A superuser's log-in is a superuser's matter."""
        if isinstance(obj, User) and obj.is_superuser and not getattr(request.user, "is_superuser", False):
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody with a history is deleted: a log-in is switched off instead."""
        return False

    @admin.display(description="roles")
    def roles(self, user: User) -> str:
        """The groups someone is in."""
        names = [group.name for group in user.groups.all()]
        return ", ".join(["Superuser", *names] if user.is_superuser else names) or "–"


@admin.register(Group)
class GroupAdmin(_GroupAdmin):
    """Roles as groups; their permissions are written by the program, so whoever is no superuser only reads them."""

    search_fields = ("name",)
    list_display = ("name",)
