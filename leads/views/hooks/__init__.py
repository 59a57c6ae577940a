"""Doors for what providers tell us: no session, no form token, but a signature; bad data is never an error of ours."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from agency.messaging import twilio

View = Callable[..., HttpResponseBase]


def signed_by_twilio(setting: str) -> Callable[[View], View]:
    """The view gets what Twilio posts under the account of this setting; anybody else gets 403."""

    def decorate(view: View) -> View:
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            account = twilio.account_of(getattr(settings, setting))
            if account is None or not twilio.is_signed(request, account):
                return HttpResponse(status=403)
            return view(request, *args, **kwargs)

        return csrf_exempt(require_POST(never_cache(inner)))

    return decorate


def field(request: HttpRequest, *names: str, most: int = 254) -> str:
    """The first of these fields that was sent with something in it, in what the database can keep."""
    sent = (request.POST.get(name, "").replace("\x00", "") for name in names)
    return next((value[:most] for value in sent if value), "")
