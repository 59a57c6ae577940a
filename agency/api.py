"""What every part of the REST API shares: strict bounded JSON in, JSON out, who may call, pages of results."""

import json
import math
from typing import Any, Final, NoReturn

from django.http import HttpRequest, JsonResponse
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.pagination import CursorPagination, PageNumberPagination
from rest_framework.parsers import BaseParser
from rest_framework.permissions import BasePermission
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from agency.models import User
from agency.roles import ABILITIES, is_manager, role_of

MAX_BODY: Final = 256 * 1024
MAX_DEPTH: Final = 20
_MOST_DROPPED: Final = 16 * 1024 * 1024
TOO_LARGE: Final = f"The body is larger than {MAX_BODY // 1024} kB."
TOO_DEEP: Final = f"The body is nested more than {MAX_DEPTH} levels deep."
NOT_JSON: Final = "The body is not valid JSON."
NOT_AN_OBJECT: Final = "The body must be a JSON object."
BAD_TEXT: Final = "The body holds characters that are no text (a null or half of a surrogate pair)."
NO_SUCH_ADDRESS: Final = "There is nothing at this address. Addresses of the API end with a slash."


class PayloadTooLarge(APIException):
    """413: the body is over the limit."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = TOO_LARGE
    default_code = "too_large"


class Conflict(APIException):
    """409: the request is well-formed but does not fit how things stand."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class UnreadableError(ParseError):
    """400: the body is not JSON we accept; `raw` is what was sent."""

    def __init__(self, detail: str, raw: bytes) -> None:
        super().__init__(detail)
        self.raw = raw


class StrictJSONParser(BaseParser):
    """Accepts one JSON object of bounded size and depth whose texts and numbers PostgreSQL can store."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> dict[str, Any]:
        """The object; PayloadTooLarge or UnreadableError otherwise."""
        return read_object(read_bounded(stream))


class ListOrObjectParser(StrictJSONParser):
    """Accepts a list as well, for calls that replace a whole list."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """The list or object."""
        raw = read_bounded(stream)
        data = read_json(raw)
        if not isinstance(data, list | dict):
            raise UnreadableError(NOT_AN_OBJECT, raw)
        return data


class DetailSerializer(serializers.Serializer[Any]):
    """What went wrong, in a sentence."""

    detail = serializers.CharField()


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Says in the schema how a key is sent."""

    target_class = "leads.keys.BearerKeyAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """The scheme."""
        return {"type": "http", "scheme": "bearer", "description": "A source's or a person's API key."}


FIELD_ERRORS: Final = OpenApiResponse(
    {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
    description="What is wrong with each field; `detail` alone when the body could not be read.",
    examples=[OpenApiExample("A wrong field", value={"phone": ["This is not a phone number."]})],
)
NOT_FOUND: Final = OpenApiResponse(DetailSerializer, description="There is none, or it is not yours to see.")
CONFLICT: Final = OpenApiResponse(DetailSerializer, description="It does not fit how things stand; `detail` says why.")
BAD_BODY: Final = {
    401: OpenApiResponse(DetailSerializer, description="No key or session, or one that opens nothing."),
    403: OpenApiResponse(DetailSerializer, description="Not yours to do."),
    413: OpenApiResponse(DetailSerializer, description=TOO_LARGE),
    415: OpenApiResponse(DetailSerializer, description="The body is not `application/json`."),
}


class AlwaysJSON(BaseContentNegotiation):
    """Answers JSON whatever is asked for; a body of a type that no parser takes is refused with 415."""

    def select_parser(self, request: Request, parsers: Any) -> BaseParser | None:
        """The parser of the body's media type, parameters aside."""
        kind = request.content_type.partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == kind), None)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> tuple[BaseRenderer, str]:
        """The first renderer of the view."""
        return renderers[0], renderers[0].media_type


class IsPerson(BasePermission):
    """Somebody who logged in or sent a personal key; a source's key is not a person."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether a user stands behind the request."""
        return isinstance(request.user, User)


class IsManager(IsPerson):
    """Managers and superusers."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether the user is a manager."""
        return isinstance(request.user, User) and is_manager(request.user)


class ManagersWrite(IsPerson):
    """Everyone of the agency reads; managers write."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether the user may do this."""
        if not isinstance(request.user, User):
            return False
        return request.method in ("GET", "HEAD", "OPTIONS") or is_manager(request.user)


def may(ability: str) -> type[BasePermission]:
    """The permission class of one of `agency.roles.ABILITIES`."""
    roles = ABILITIES[ability]

    class May(IsPerson):
        def has_permission(self, request: Request, view: APIView) -> bool:
            return isinstance(request.user, User) and role_of(request.user) in roles

    return May


class Pages(PageNumberPagination):
    """Numbered pages with a count, for lists that stay short."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200


class Stream(CursorPagination):
    """Pages by position, newest first, for lists that grow: no count, and a page costs the same however far back it is."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    ordering = ("-received_at", "-id")


def read_bounded(stream: Any) -> bytes:
    """The body; PayloadTooLarge when it is over the limit.

    The rest of a large body is read and dropped: a connection closed on unread data loses the answer on its way to the sender.
    """
    raw: bytes = stream.read(MAX_BODY + 1)
    if len(raw) <= MAX_BODY:
        return raw
    dropped = len(raw)
    while dropped < _MOST_DROPPED and (more := stream.read(MAX_BODY)):
        dropped += len(more)
    raise PayloadTooLarge


def read_json(raw: bytes) -> Any:
    """The JSON in `raw`; UnreadableError when it is none, or nothing that could be stored as it is."""
    try:
        data = json.loads(raw.decode(), parse_constant=_refuse, parse_float=_finite)
    except RecursionError as error:
        raise UnreadableError(TOO_DEEP, raw) from error
    except ValueError as error:
        raise UnreadableError(NOT_JSON, raw) from error
    if problem := _problem(data, 1):
        raise UnreadableError(problem, raw)
    return data


def read_object(raw: bytes) -> dict[str, Any]:
    """The JSON object in `raw`; UnreadableError when it is anything else."""
    data = read_json(raw)
    if not isinstance(data, dict):
        raise UnreadableError(NOT_AN_OBJECT, raw)
    return data


def no_such_address(request: HttpRequest, rest: str) -> JsonResponse:
    """404 as JSON for any address below the API that is none."""
    return JsonResponse({"detail": NO_SUCH_ADDRESS}, status=404)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _problem(value: Any, depth: int) -> str:
    if isinstance(value, str):
        return "" if _is_text(value) else BAD_TEXT
    if isinstance(value, (dict, list)):
        if depth > MAX_DEPTH:
            return TOO_DEEP
        inner = [*value.keys(), *value.values()] if isinstance(value, dict) else value
        return next(filter(None, (_problem(one, depth + 1) for one in inner)), "")
    return ""


def _is_text(value: str) -> bool:
    if value.isascii():
        return "\x00" not in value
    return not any(char == "\x00" or "\ud800" <= char <= "\udfff" for char in value)
