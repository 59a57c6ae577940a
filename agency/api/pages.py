"""Pages of results, and what stands at an address that is none."""

from datetime import UTC
from typing import Final

from django.http import HttpRequest, JsonResponse
from django.utils.dateparse import parse_datetime
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination, PageNumberPagination
from rest_framework.request import Request

NO_SUCH_ADDRESS: Final = "There is nothing at this address. Addresses of the API end with a slash."


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

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Where the page begins; 404 when the cursor is none of ours."""
        cursor: Cursor | None = super().decode_cursor(request)
        if cursor is not None and cursor.position is not None and not _is_instant(str(cursor.position)):
            raise NotFound(self.invalid_cursor_message)
        return cursor


def _is_instant(text: str) -> bool:
    try:
        found = parse_datetime(text)
        return found is not None and found.astimezone(UTC).year > 1
    except (ValueError, OverflowError):
        return False


def no_such_address(request: HttpRequest, rest: str) -> JsonResponse:
    """404 as JSON for any address below the API that is none."""
    return JsonResponse({"detail": NO_SUCH_ADDRESS}, status=404)
