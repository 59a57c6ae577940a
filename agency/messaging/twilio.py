"""What texts and calls share at Twilio: the account that a URL names, its client, and whether a request is really theirs."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from twilio.request_validator import HMAC_SHA256, RequestValidator, get_signature_algorithm

if TYPE_CHECKING:
    from twilio.rest import Client

TIMEOUT: Final = 10.0
"""Seconds a request to Twilio may take."""
SIGNATURE: Final = "X-Twilio-Signature"
SETTINGS: Final = "X-Twilio-Webhooks-Signature-Settings"

NO_ACCOUNT: Final = "{scheme}://: the account's SID and token are missing (twilio://SID:TOKEN@/?from=...)."
NO_SENDER: Final = "{scheme}://: it says neither from which number (from=) nor by which messaging service (messaging_service=)."


@dataclass(frozen=True, slots=True)
class Account:
    """An account at Twilio, and whom it speaks for. It is never printed: it holds the token."""

    sid: str
    token: str
    sender: str = ""
    """The number texts and calls come from, in E.164."""
    messaging_service: str = ""
    api: str = ""
    """Where the API is, when not at Twilio: for tests."""
    shared_key: str = ""
    """The secret of signatures by HMAC-SHA256, where the account signs its requests with one."""

    def __repr__(self) -> str:
        return f"Account({self.sid})"


@lru_cache(maxsize=8)
def account(url: str) -> Account:
    """The account of `twilio://SID:TOKEN@/?from=%2B12125550100[&messaging_service=MG…][&shared_key=…][&api=http://…]`.

    ImproperlyConfigured, with no word of the URL, when something is missing.
    """
    parts = urlsplit(url)
    named = {name: values[-1].strip() for name, values in parse_qs(parts.query).items()}
    found = Account(
        sid=unquote(parts.username or ""),
        token=unquote(parts.password or ""),
        sender=named.get("from", ""),
        messaging_service=named.get("messaging_service", ""),
        api=named.get("api", "").rstrip("/"),
        shared_key=named.get("shared_key", ""),
    )
    if not (found.sid and found.token):
        raise ImproperlyConfigured(NO_ACCOUNT.format(scheme=parts.scheme))
    if not (found.sender or found.messaging_service):
        raise ImproperlyConfigured(NO_SENDER.format(scheme=parts.scheme))
    return found


def account_of(url: str) -> Account | None:
    """As `account`, or None when the URL names another provider, none, or an account that is incomplete."""
    if urlsplit(url).scheme != "twilio":
        return None
    try:
        return account(url)
    except ImproperlyConfigured:
        return None


def client(account: Account, timeout: float = TIMEOUT) -> "Client":
    """A client of the real SDK with one connection pool; it never repeats a request by itself."""
    from twilio.http.http_client import TwilioHttpClient  # noqa: PLC0415  # loading it takes a fifth of a second
    from twilio.rest import Client  # noqa: PLC0415  # and only whoever sends needs it

    made = Client(account.sid, account.token, http_client=TwilioHttpClient(timeout=timeout, max_retries=0))
    if account.api:
        made.api.base_url = account.api
    return made


def is_signed(request: HttpRequest, account: Account) -> bool:
    """Whether Twilio signed this request with the account's secret.

    The address is rebuilt from `PUBLIC_BASE_URL`: behind a proxy the request itself does not know what Twilio called.
    """
    algorithm = get_signature_algorithm(request.headers.get(SETTINGS, ""))
    secret = account.shared_key if algorithm.upper() == HMAC_SHA256 and account.shared_key else account.token
    url = f"{settings.PUBLIC_BASE_URL.rstrip('/')}{request.get_full_path()}"
    signature = request.headers.get(SIGNATURE, "")
    return bool(RequestValidator(secret).validate(url, request.POST, signature, algorithm))
