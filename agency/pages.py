"""What every page shares: who may see it, in which timezone it speaks, how it is sent, and how often one may ask."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page

from agency.models import Agency, User
from agency.roles import ABILITIES, role_of

View = Callable[..., HttpResponseBase]
Seen = Callable[[User, datetime], None]
DEFAULT_TIMEZONE = "America/New_York"


class PageRequest(HttpRequest):
    """A request to a page behind the log-in: with the person, their role and the agency."""

    user: User  # nobody else gets past `page`
    agency: Agency
    role: str


def the_agency() -> Agency:
    """The agency's one row, or a nameless one before it was set up; one query."""
    return Agency.objects.first() or Agency(name="Your agency", timezone=DEFAULT_TIMEZONE)


_on_seen: list[Seen] = []


def on_seen(function: Seen) -> None:
    """From now on this is called with whoever asks for a page by themselves, where the agency counts silence."""
    if function not in _on_seen:
        _on_seen.append(function)


def public_page(view: View) -> View:
    """The view runs in the agency's timezone with `request.agency`; its answer is compressed and kept by no cache."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        agency = the_agency()
        cast(PageRequest, request).agency = agency
        with timezone.override(agency.timezone):
            return view(request, *args, **kwargs)

    return never_cache(gzip_page(inner))


def page(*abilities: str) -> Callable[[View], View]:
    """A public page that asks for a log-in, and answers 403 to roles with none of these abilities; sets `request.role`."""
    roles = {role for ability in abilities for role in ABILITIES[ability]}

    def decorate(view: View) -> View:
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            role = role_of(request.user)
            if not role or (roles and role not in roles):
                raise PermissionDenied
            asked = cast(PageRequest, request)
            asked.role = role
            if asked.agency.idle_minutes and not _asks_by_itself(request):
                for seen in _on_seen:
                    seen(asked.user, timezone.now())
            return view(request, *args, **kwargs)

        return login_required(public_page(inner))

    return decorate


def _asks_by_itself(request: HttpRequest) -> bool:
    """Whether an open page looked for news, with nobody there perhaps."""
    return request.method == "GET" and "HX-Request" in request.headers and "v" in request.GET


def within_rate(name: str, limit: int, seconds: int) -> bool:
    """Whether this is at most the `limit`-th call under `name` in the window of `seconds`; counted across processes."""
    key = _rate_key(name)
    cache.add(key, 0, seconds)
    try:
        return cache.incr(key) <= limit
    except ValueError:  # it expired between the two calls
        cache.set(key, 1, seconds)
        return True


def forget_rate(name: str) -> None:
    """The count under `name` begins anew."""
    cache.delete(_rate_key(name))


def _rate_key(name: str) -> str:
    return "rate:" + hashlib.sha256(name.encode()).hexdigest()


def client_ip(request: HttpRequest) -> str:
    """The visitor's address: the last one the proxy in front wrote down, when the settings say there is one."""
    forwarded = str(request.headers.get("X-Forwarded-For", "")).split(",")[-1].strip()
    if forwarded and getattr(settings, "SECURE_PROXY_SSL_HEADER", None):
        return forwarded
    return str(request.META.get("REMOTE_ADDR", ""))
