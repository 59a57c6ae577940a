"""Two lanes through the middleware: people come with sessions, forms and messages; machines with a key, and need none of it.

A request to the API that carries a bearer key passes these by. The names are those of Django's own middleware, so that
the order in the settings reads as always and Django's checks find what they look for.
"""

from typing import Any

from django.contrib.auth import middleware as auth
from django.contrib.messages import middleware as messages
from django.contrib.sessions import middleware as sessions
from django.http import HttpRequest
from django.middleware import clickjacking, csrf
from django_htmx import middleware as htmx

from agency import policy

API = "/api/"


def is_machine(request: HttpRequest) -> bool:
    """Whether this is a call of the API that speaks with a key of its own."""
    return request.path_info.startswith(API) and request.META.get("HTTP_AUTHORIZATION", "")[:7].lower() == "bearer "


class _PeopleOnly:
    get_response: Any

    def __call__(self, request: HttpRequest) -> Any:
        """Machines go straight on."""
        return self.get_response(request) if is_machine(request) else super().__call__(request)  # type: ignore[misc]


class PolicyMiddleware(_PeopleOnly, policy.PolicyMiddleware):
    """No browser reads a machine's answer."""


class SessionMiddleware(_PeopleOnly, sessions.SessionMiddleware):
    """Sessions are people's."""


class CsrfViewMiddleware(_PeopleOnly, csrf.CsrfViewMiddleware):
    """A key is never sent by a browser on its own, so a call with one cannot be forged."""


class AuthenticationMiddleware(_PeopleOnly, auth.AuthenticationMiddleware):
    """A machine's holder is found by its key."""


class MessageMiddleware(_PeopleOnly, messages.MessageMiddleware):
    """Messages are shown on pages."""


class XFrameOptionsMiddleware(_PeopleOnly, clickjacking.XFrameOptionsMiddleware):
    """Frames are for pages."""


class HtmxMiddleware(_PeopleOnly, htmx.HtmxMiddleware):
    """Partial answers are for pages."""
