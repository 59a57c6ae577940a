"""The REST API of the people: how they stand, their capacity, their territories and licenses, read and written at once."""

from typing import Any, cast

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import generics, serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from agency.api.access import IsManager, IsPerson, ManagersWrite
from agency.api.bodies import ListOrObjectParser
from agency.api.errors import flat
from agency.api.pages import Pages
from agency.api.schema import BAD_BODY, FIELD_ERRORS, NOT_FOUND
from agency.models import User
from producers.changes import ChangeError, change_producer, put_licenses, put_territories, put_territory
from producers.models import License, Producer, Territory
from producers.shapes import (
    AvailabilityInput,
    LicenseInput,
    LicenseListInput,
    LicenseSerializer,
    ProducerChanges,
    ProducerSerializer,
    TerritoryInput,
    TerritoryListInput,
    TerritorySerializer,
)
from producers.standing import people, standings

NO_PROFILE = "You have no profile among the people who work leads."
NO_ROWS = "Must be a list."
ANSWERS: dict[int, Any] = {400: FIELD_ERRORS, 404: NOT_FOUND, **BAD_BODY}


class Producers(generics.ListAPIView[Any]):
    """Everyone who may own leads."""

    permission_classes = [IsPerson]
    pagination_class = Pages
    serializer_class = ProducerSerializer
    filter_backends = []

    def get_queryset(self) -> QuerySet[Producer]:
        """By key."""
        return people()

    @extend_schema(tags=["people"], summary="People with their open leads, capacity and rates")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A page of people as they stand now."""
        keys = self.get_queryset().select_related(None).prefetch_related(None).values_list("key", flat=True)
        shown = people(self.paginate_queryset(keys))
        found: Any = standings(timezone.now(), shown)
        return self.get_paginated_response(ProducerSerializer(found, many=True).data)


class ProducerDetail(generics.GenericAPIView[Any]):
    """One person."""

    permission_classes = [ManagersWrite]
    serializer_class = ProducerSerializer

    @extend_schema(tags=["people"], summary="One person as they stand now", responses={200: ProducerSerializer, 404: NOT_FOUND})
    def get(self, request: Request, key: str) -> Response:
        """The person."""
        return _standing(key)

    @extend_schema(
        tags=["people"],
        summary="Change someone's capacity, teams, lines or availability",
        description="Managers. In force from the next lead on.",
        request=ProducerChanges,
        examples=[OpenApiExample("Fewer leads", value={"caps": {"open": 15, "day": 5}}, request_only=True)],
        responses={200: ProducerSerializer, **ANSWERS},
    )
    def patch(self, request: Request, key: str) -> Response:
        """The person is changed."""
        producer = get_object_or_404(people([key]))
        given = _checked(ProducerChanges(data=request.data))
        try:
            change_producer(producer, changes=given, now=timezone.now(), by=cast(User, request.user))
        except ChangeError as error:
            raise ValidationError(error.errors) from error
        return _standing(key)


class Me(generics.GenericAPIView[Any]):
    """The caller themselves."""

    permission_classes = [IsPerson]
    serializer_class = ProducerSerializer

    @extend_schema(tags=["people"], summary="How you stand now", responses={200: ProducerSerializer, 404: NOT_FOUND})
    def get(self, request: Request) -> Response:
        """The caller."""
        return _standing(_own(request).key)

    @extend_schema(
        tags=["people"],
        summary="Say whether you are there, and how much other work you have",
        request=AvailabilityInput,
        examples=[OpenApiExample("Gone for lunch", value={"availability": "away"}, request_only=True)],
        responses={200: ProducerSerializer, **ANSWERS},
    )
    def patch(self, request: Request) -> Response:
        """The caller is available, busy or away from now on, and has this much other work."""
        producer = _own(request)
        given = _checked(AvailabilityInput(data=request.data))
        try:
            change_producer(producer, changes=given, now=timezone.now())
        except ChangeError as error:
            raise ValidationError(error.errors) from error
        return _standing(producer.key)


class Territories(generics.GenericAPIView[Territory]):
    """All territories."""

    permission_classes = [IsManager]
    parser_classes = [ListOrObjectParser]
    serializer_class = TerritorySerializer

    def get_queryset(self) -> QuerySet[Territory]:
        """In the order in which they are looked at."""
        return Territory.objects.select_related("team", "backup").order_by("position", "key")

    @extend_schema(
        tags=["people"], operation_id="territories_list", summary="Territories, first match first", responses=TerritoryListInput
    )
    def get(self, request: Request) -> Response:
        """All of them on one page."""
        return _all(TerritorySerializer(self.get_queryset(), many=True))

    @extend_schema(
        tags=["people"],
        operation_id="territories_replace",
        summary="Replace the territories",
        description="Known by key. One that is not listed is switched off. A single object changes that one territory only.",
        request=TerritoryListInput,
        responses={200: TerritoryListInput, **ANSWERS},
    )
    def put(self, request: Request) -> Response:
        """The territories are those given."""
        given, single = _rows(TerritoryInput, request.data, "key")
        try:
            if single:
                put_territory(given[0])
            else:
                put_territories(given)
        except ChangeError as error:
            raise ValidationError(error.errors) from error
        return self.get(request)


class TerritoryDetail(generics.GenericAPIView[Territory]):
    """One territory."""

    permission_classes = [IsManager]
    serializer_class = TerritorySerializer

    @extend_schema(tags=["people"], summary="One territory", responses={200: TerritorySerializer, 404: NOT_FOUND})
    def get(self, request: Request, key: str) -> Response:
        """The territory."""
        return Response(TerritorySerializer(get_object_or_404(Territory.objects.select_related("team", "backup"), key=key)).data)

    @extend_schema(
        tags=["people"],
        summary="Make or replace one territory",
        request=TerritoryInput,
        responses={200: TerritorySerializer, **ANSWERS},
    )
    def put(self, request: Request, key: str) -> Response:
        """The territory is as given."""
        given = _checked(TerritoryInput(data={**dict(request.data), "key": key}))
        try:
            put_territory(given)
        except ChangeError as error:
            raise ValidationError(error.errors) from error
        return self.get(request, key)


class Licenses(generics.GenericAPIView[License]):
    """All licenses."""

    permission_classes = [IsManager]
    parser_classes = [ListOrObjectParser]
    serializer_class = LicenseSerializer

    def get_queryset(self) -> QuerySet[License]:
        """By person, state and date."""
        return License.objects.select_related("producer").order_by("producer__key", "state", "effective", "pk")

    @extend_schema(tags=["people"], operation_id="licenses_list", summary="Licenses of everyone", responses=LicenseListInput)
    def get(self, request: Request) -> Response:
        """All of them on one page."""
        return _all(LicenseSerializer(self.get_queryset(), many=True))

    @extend_schema(
        tags=["people"],
        operation_id="licenses_replace",
        summary="Replace the licenses of the people named",
        description=(
            "Known by person, state and number. What a named person holds beside these is switched off; nobody else is touched. "
            "A single object changes that one license only."
        ),
        request=LicenseListInput,
        responses={200: LicenseListInput, **ANSWERS},
    )
    def put(self, request: Request) -> Response:
        """The people named hold these licenses."""
        given, single = _rows(LicenseInput, request.data, "person")
        try:
            put_licenses(given, only_these=not single)
        except ChangeError as error:
            raise ValidationError(error.errors) from error
        return self.get(request)


def _standing(key: str) -> Response:
    found = standings(timezone.now(), people([key]))
    if not found:
        raise NotFound
    return Response(ProducerSerializer(found[0]).data)


def _own(request: Request) -> Producer:
    producer = people().filter(user=request.user.pk).first()
    if producer is None:
        raise NotFound(NO_PROFILE)
    return producer


def _checked(serializer: serializers.BaseSerializer[Any]) -> Any:
    if not serializer.is_valid():
        raise ValidationError(flat(serializer.errors))
    return serializer.validated_data


def _rows(kind: type[serializers.Serializer[Any]], data: Any, mark: str) -> tuple[list[Any], bool]:
    """The checked rows, and whether it was a single one: a list, `{"results": [...]}` as a list answers, or one object."""
    if isinstance(data, dict) and mark in data:
        return [_checked(kind(data=data))], True
    rows = data.get("results") if isinstance(data, dict) else data
    if not isinstance(rows, list):
        raise ValidationError({"results": [NO_ROWS]})
    found = [kind(data=row) for row in rows]
    wrong = ((f"results[{index}]", row) for index, row in enumerate(found) if not row.is_valid())
    errors = {name: what for path, row in wrong for name, what in flat(row.errors, path).items()}
    if errors:
        raise ValidationError(errors)
    return [row.validated_data for row in found], False


def _all(serializer: serializers.BaseSerializer[Any]) -> Response:
    rows: Any = serializer.data
    return Response({"count": len(rows), "next": None, "previous": None, "results": rows})
