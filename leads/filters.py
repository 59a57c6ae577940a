"""How a list of leads is narrowed: by the API's parameters and by what someone types into a search box."""

import re
from functools import reduce
from operator import and_
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django_filters.fields import IsoDateTimeField

from leads.models import Lead, Status, Tier

_SPACE_FOR_PLUS = re.compile(r"(T[\d:.]+) (\d\d:?\d\d)$")


class InstantField(IsoDateTimeField):  # type: ignore[misc]  # django-filter has no types
    """RFC 3339, forgiving the one thing that addresses do to it: an unescaped `+` of the offset arrives as a space."""

    def to_python(self, value: Any) -> Any:
        """The instant."""
        return super().to_python(_SPACE_FOR_PLUS.sub(r"\1+\2", value) if isinstance(value, str) else value)


class InstantFilter(django_filters.IsoDateTimeFilter):  # type: ignore[misc]
    """An instant with its offset."""

    field_class = InstantField


class LeadFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`status` and `tier` may be repeated; a key that nobody has finds nothing."""

    status = django_filters.MultipleChoiceFilter(choices=Status.choices)
    tier = django_filters.MultipleChoiceFilter(choices=Tier.choices)
    owner = django_filters.CharFilter(field_name="owner__key", help_text="A person's key.")
    source = django_filters.CharFilter(field_name="source__key", help_text="A source's key.")
    line = django_filters.CharFilter(help_text="A line's key.")
    state = django_filters.CharFilter(lookup_expr="iexact", help_text="Two letters.")
    received_after = InstantFilter(field_name="received_at", lookup_expr="gte", help_text="At this instant or later.")
    received_before = InstantFilter(field_name="received_at", lookup_expr="lt", help_text="Before this instant.")
    q = django_filters.CharFilter(method="search", help_text="Name, e-mail address, phone number or id.")

    class Meta:
        model = Lead
        fields: list[str] = []

    def search(self, queryset: QuerySet[Lead], name: str, value: str) -> QuerySet[Lead]:
        """Only what the search finds."""
        return search_leads(queryset, value)


def search_leads(leads: QuerySet[Lead], text: str) -> QuerySet[Lead]:
    """Leads that fit every word: the start of a name or of an e-mail address, digits of the phone number, or the id."""
    number = re.sub(r"\D", "", text)
    if len(number) >= 7 and re.fullmatch(r"[\d\s().+-]+", text):
        return leads.filter(phone__contains=number[-10:])
    words = text.split()[:6]
    return leads.filter(reduce(and_, (_fits(word) for word in words))) if words else leads


def _fits(word: str) -> Q:
    found = Q(first_name__istartswith=word) | Q(last_name__istartswith=word) | Q(email__istartswith=word)
    # A name of several words is found by each of them.
    found |= Q(first_name__icontains=f" {word}") | Q(last_name__icontains=f" {word}")
    return found | Q(pk=int(word)) if word.isascii() and word.isdigit() and len(word) < 19 else found
