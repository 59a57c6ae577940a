"""Pages of results, and what stands at an address that is none."""

from typing import Final

from django.http import HttpRequest, JsonResponse
from rest_framework.pagination import CursorPagination, PageNumberPagination

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


def no_such_address(request: HttpRequest, rest: str) -> JsonResponse:
    """404 as JSON for any address below the API that is none."""
    return JsonResponse({"detail": NO_SUCH_ADDRESS}, status=404)
