"""Answers that the framework has no class for."""

from rest_framework import status
from rest_framework.exceptions import APIException, ParseError


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
