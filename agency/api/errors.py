"""Answers that the framework has no class for."""

from collections.abc import Mapping
from typing import Any

from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.settings import api_settings


class PayloadTooLarge(APIException):
    """413: the body is over the limit."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
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


def flat(errors: Any, path: str = "") -> dict[str, list[str]]:
    """Nested field errors as `{path: [message]}`, such as `caps.open` or `states[2]`."""
    if isinstance(errors, Mapping):
        inner = ((_step(path, name), what) for name, what in errors.items())
    elif any(isinstance(what, Mapping | list) for what in errors):
        inner = ((f"{path}[{index}]", what) for index, what in enumerate(errors) if what)
    else:
        return {path: [str(what) for what in errors]}
    return {name: messages for where, what in inner for name, messages in flat(what, where).items()}


def _step(path: str, name: Any) -> str:
    if path and name == api_settings.NON_FIELD_ERRORS_KEY:
        return path
    return f"{path}[{name}]" if path and str(name).isdigit() else f"{path}.{name}".lstrip(".")
