"""Strict, bounded JSON in; JSON out."""

import json
import math
from typing import Any, Final, NoReturn

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from agency.api.errors import PayloadTooLarge, UnreadableError
from agency.api.limits import MAX_BODY, MAX_DEPTH

TOO_LARGE: Final = f"The body is larger than {MAX_BODY // 1024} kB."
TOO_DEEP: Final = f"The body is nested more than {MAX_DEPTH} levels deep."
NOT_JSON: Final = "The body is not valid JSON."
NOT_AN_OBJECT: Final = "The body must be a JSON object."
BAD_TEXT: Final = "The body holds characters that are no text (a null or half of a surrogate pair)."


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


class AlwaysJSON(BaseContentNegotiation):
    """Answers JSON whatever is asked for; a body of a type that no parser takes is refused with 415."""

    def select_parser(self, request: Request, parsers: Any) -> BaseParser | None:
        """The parser of the body's media type, parameters aside."""
        kind = request.content_type.partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == kind), None)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> tuple[BaseRenderer, str]:
        """The first renderer of the view."""
        return renderers[0], renderers[0].media_type


def read_bounded(stream: Any) -> bytes:
    """The body; PayloadTooLarge when it is over the limit."""
    raw: bytes = stream.read(MAX_BODY + 1)
    if len(raw) > MAX_BODY:
        raise PayloadTooLarge(TOO_LARGE)
    return raw


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
