"""E-mails through the API of an e-mail provider, spoken by django-anymail."""

from collections.abc import Mapping
from dataclasses import dataclass
from ssl import SSLCertVerificationError
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from agency.messaging.channels import RefusedError, UnavailableError
from agency.messaging.email.letter import letter
from agency.messaging.letterhead import letterhead
from agency.messaging.models import Message

ROW: Final = "message"
"""What our own number for an e-mail is called where the provider keeps it."""
NO_KEY: Final = "EMAIL_URL: {scheme}:// needs the provider's key before the @."
NO_DOMAIN: Final = "EMAIL_URL: {scheme}:// needs the sending domain after the @."
REFUSED_RECIPIENT: Final = "The e-mail provider does not send to this address."
REFUSED: Final = "The e-mail provider refused it ({code})."
CANNOT_SAY: Final = "This e-mail provider cannot send such a letter."
KEY_REFUSED: Final = "The e-mail provider does not accept our key ({code})."
TOO_MANY: Final = "The e-mail provider has had too much from us for now (429)."
NO_ANSWER: Final = "The e-mail provider does not answer."


@dataclass(frozen=True, slots=True)
class Esp:
    """What anymail's backend calls the parts of a provider's URL."""

    key: str
    domain: str = ""
    options: Mapping[str, str] | None = None
    """Further words of the URL's query → the backend's name for them."""


ESPS: Final[Mapping[str, Esp]] = {
    "brevo": Esp("api_key"),
    "mailgun": Esp("api_key", domain="sender_domain"),
    "postmark": Esp("server_token", options={"stream": "message_stream"}),
    "resend": Esp("api_key"),
    "sendgrid": Esp("api_key"),
    "sparkpost": Esp("api_key", options={"subaccount": "subaccount"}),
}
"""URL scheme, which is also anymail's name for it → how its URL is read. Those that need no further package."""


class EspProvider:
    """Sends through the provider of a URL such as `postmark://KEY@/`, over one connection per batch."""

    def __init__(self, url: str) -> None:
        """Nothing is connected yet."""
        scheme = urlsplit(url).scheme
        backend = import_string(f"anymail.backends.{scheme}.EmailBackend")
        self._backend = backend(**backend_options(url), timeout=settings.EMAIL_TIMEOUT)
        self._head = letterhead()

    def deliver(self, message: Message) -> str:
        """The provider has taken the e-mail; its number for it. Only what proves that nothing was sent is said to be refused."""
        # Once it is needed, and not with this module: it brings the HTTP client with it.
        from anymail import exceptions as anymail  # noqa: PLC0415

        mail = letter(message, self._head)
        mail.metadata = {ROW: str(message.pk)}  # type: ignore[attr-defined]  # anymail's: it comes back with every event
        self._backend.open()
        try:
            self._backend.send_messages([mail])
        except anymail.AnymailRecipientsRefused as error:
            raise RefusedError(REFUSED_RECIPIENT) from error
        except (anymail.AnymailUnsupportedFeature, anymail.AnymailInvalidAddress, anymail.AnymailSerializationError) as error:
            raise RefusedError(CANNOT_SAY) from error
        except anymail.AnymailRequestsAPIError as error:
            verdict = _verdict(error.status_code) if error.status_code else _never_connected(error)
            if verdict is None:
                raise
            raise verdict from error
        return str(mail.anymail_status.message_id or "")  # type: ignore[attr-defined]  # written by anymail

    def close(self) -> None:
        """The connection is closed."""
        self._backend.close()


def backend_options(url: str) -> dict[str, Any]:
    """What anymail's backend is made with; ImproperlyConfigured, without the key in it, when the URL lacks something."""
    parts = urlsplit(url)
    esp, query = ESPS[parts.scheme], parse_qs(parts.query)
    if not parts.username:
        raise ImproperlyConfigured(NO_KEY.format(scheme=parts.scheme))
    if esp.domain and not parts.hostname:
        raise ImproperlyConfigured(NO_DOMAIN.format(scheme=parts.scheme))
    options = {esp.key: unquote(parts.username)}
    if esp.domain:
        options[esp.domain] = str(parts.hostname)
    named = {"api": "api_url", **(esp.options or {})}
    return options | {name: query[word][-1] for word, name in named.items() if word in query}


def _verdict(code: int) -> Exception | None:
    """What an answer of the provider means for the e-mail; None: it may have been sent all the same."""
    if code in (401, 403):
        return UnavailableError(KEY_REFUSED.format(code=code))
    if code == 429:
        return UnavailableError(TOO_MANY)
    if code in (400, 402, 404, 405, 406, 410, 413, 415, 422):
        return RefusedError(REFUSED.format(code=code))
    return None


def _never_connected(error: BaseException | None) -> Exception | None:
    """A promise that nothing was sent, when no connection came about; None when one may have been."""
    while error is not None:
        reason = error.args[0] if error.args else None
        if isinstance(reason, MaxRetryError):
            reason = reason.reason
        if isinstance(reason, NewConnectionError | ConnectTimeoutError) or _distrusted(reason):
            return UnavailableError(NO_ANSWER)
        error = error.__cause__
    return None


def _distrusted(reason: object) -> bool:
    """Whether the other side could not show who it is, which is before anything is said."""
    return isinstance(reason, Exception) and bool(reason.args) and isinstance(reason.args[0], SSLCertVerificationError)
