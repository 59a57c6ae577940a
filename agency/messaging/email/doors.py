"""What e-mail providers post to us: that it is theirs, and what it says, read by django-anymail's own views."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

TRACKING: Final = "tracking"
INBOUND: Final = "inbound"
NAMES: Final[Mapping[str, Mapping[str, str]]] = {
    TRACKING: {
        "brevo": "Brevo",
        "mailgun": "Mailgun",
        "postmark": "Postmark",
        "resend": "Resend",
        "sendgrid": "SendGrid",
        "sparkpost": "SparkPost",
    },
    # Brevo's and Resend's leave a part of the e-mail to be fetched: their customers have a mailbox looked into instead.
    INBOUND: {"mailgun": "Mailgun", "postmark": "Postmark", "sendgrid": "SendGrid", "sparkpost": "SparkPost"},
}
"""Kind of door → provider as the address has it → as anymail's class has it."""
SIGNED: Final[Mapping[tuple[str, str], str]] = {
    ("mailgun", TRACKING): "webhook_signing_key",
    ("mailgun", INBOUND): "webhook_signing_key",
    ("sendgrid", TRACKING): "tracking_webhook_verification_key",
}
"""What anymail calls the key, where the provider signs what it posts."""
ALWAYS_SIGNED: Final = "mailgun"
MOST: Final = 26_214_400
"""Bytes of an e-mail that comes in with everything attached to it."""


class ShutError(Exception):
    """There is no such door, or nothing by which whoever knocks could prove who they are."""


class ForgedError(Exception):
    """It does not come from the provider."""


class UnreadableError(Exception):
    """It comes from the provider and makes no sense."""


def events(request: HttpRequest, esp: str, kind: str) -> list[Any]:
    """The events that the provider posts, in anymail's words. Raises ShutError, ForgedError or UnreadableError."""
    from anymail.exceptions import AnymailWebhookValidationFailure  # noqa: PLC0415  # only once it is needed: it is large

    view = _view(esp, kind)
    try:
        view.run_validators(request)
        if kind == INBOUND and request.content_type == "application/json":
            _read_whole(request)
        return list(view.parse_events(request))
    except AnymailWebhookValidationFailure as error:
        raise ForgedError from error
    except Exception as error:
        # Whatever the provider sent: an error of ours in its place would be sent again for days.
        raise UnreadableError(type(error).__name__) from error


def _view(esp: str, kind: str) -> Any:
    name = NAMES.get(kind, {}).get(esp)
    secret, key = settings.EMAIL_WEBHOOK_SECRET, settings.EMAIL_WEBHOOK_KEY
    signed = SIGNED.get((esp, kind))
    if name is None or not (secret or (signed and key)) or (esp == ALWAYS_SIGNED and not key):
        raise ShutError
    made: Callable[..., Any] = import_string(f"anymail.webhooks.{esp}.{name}{kind.capitalize()}WebhookView")
    return made(webhook_secret=[secret] if secret else [], **({signed: key or None} if signed else {}))


def _read_whole(request: HttpRequest) -> None:
    """The body is there although it is larger than other bodies may be; who sent it has shown who they are."""
    body = request.read(MOST + 1)
    if len(body) > MOST:
        raise UnreadableError("too large")
    request._body = body  # Django's own `body` refuses by the limit for forms
