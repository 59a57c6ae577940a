"""Teams and territories."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import RelatedDropdownFilter

from agency.admin.base import KeyedAdmin
from producers.admin.forms import TerritoryForm
from producers.models import Team, Territory


@admin.register(Team)
class TeamAdmin(KeyedAdmin):
    """Pods of producers."""

    list_display = ("name", "key", "lead", "people", "active")
    list_filter = ("active",)
    search_fields = ("name", "key", "lead__user__name")
    list_select_related = ("lead__user",)
    autocomplete_fields = ("lead",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        """With the number of active members."""
        found: QuerySet[Any] = super().get_queryset(request).annotate(people=Count("members", filter=Q(members__active=True)))
        return found

    @admin.display(description="people", ordering="people")
    def people(self, team: Team) -> int:
        """Active members."""
        return int(team.people)  # type: ignore[attr-defined]  # annotated above


@admin.register(Territory)
class TerritoryAdmin(KeyedAdmin):
    """Areas by ZIP, county or state. A lead is in the one that names its ZIP, else its county, else its state."""

    form = TerritoryForm
    list_display = ("name", "key", "area", "team", "backup", "position", "active")
    list_editable = ("position",)
    list_filter = (("team", RelatedDropdownFilter), "active")
    search_fields = ("name", "key", "team__name")
    list_select_related = ("team", "backup__user")
    autocomplete_fields = ("team", "backup")
    fields = ("key", "name", "team", "backup", "zips", "counties", "states", "position", "active")

    @admin.display(description="area")
    def area(self, territory: Territory) -> str:
        """The first few of its parts and how many more there are."""
        parts = [*territory.zips, *territory.counties, *territory.states]
        more = f" and {len(parts) - 4} more" if len(parts) > 4 else ""
        return (", ".join(parts[:4]) or "–") + more
