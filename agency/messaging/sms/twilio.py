"""Texts through Twilio."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.conf import settings
from requests.exceptions import RequestException
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from agency.messaging import twilio
from agency.messaging.channels import RefusedError, UnavailableError
from agency.messaging.feedback import Problem
from agency.messaging.models import Audience, Message
from agency.messaging.sms import hold
from agency.messaging.sms.text import LONGEST, as_sent

STATUS_PATH: Final = "/hooks/twilio/sms/status/"
VALID_FOR: Final = 900
"""Seconds for which Twilio may keep a text to a consumer in its queue: no longer than the hour it was allowed at holds."""

EMPTY: Final = "The text is empty."
TOO_LONG: Final = f"The text is longer than {LONGEST:,} letters."
REFUSED: Final = "Twilio refused it ({code}): {why}"
BUSY: Final = "Twilio cannot take it now ({code})."
NOT_ADMITTED: Final = "Twilio does not admit the account ({code}): is the token right, and the account paid?"
NO_ANSWER: Final = "Twilio does not answer."

OPTED_OUT: Final = "the number has asked Twilio to stop"
NO_NUMBER: Final = "it is no number that takes texts"
LANDLINE: Final = "it is a landline"
PROBLEMS: Final[Mapping[int, tuple[Problem | None, str]]] = {
    21610: (Problem.OPTED_OUT, OPTED_OUT),
    21211: (Problem.UNREACHABLE, NO_NUMBER),
    21217: (Problem.UNREACHABLE, NO_NUMBER),
    21614: (Problem.UNREACHABLE, NO_NUMBER),
    30005: (Problem.UNREACHABLE, "the carrier does not know the number"),
    30006: (Problem.UNREACHABLE, LANDLINE),
    30007: (Problem.FILTERED, "the carrier took it for spam"),
    30034: (Problem.UNREGISTERED, "our number is not registered with the carriers (10DLC)"),
    30003: (None, "the phone is off or out of reach"),
    30004: (None, "the carrier or the phone blocks it"),
    30008: (None, "the carrier does not say why"),
    21612: (None, "texts cannot go from our number to theirs"),
    21408: (None, "the account may not send to that country"),
}
"""Code → what it means beyond the message, and in words."""
TOO_MANY: Final = frozenset({429, 20429, 14107, 63038})
NOT_US: Final = frozenset({20003, 20005, 20008, 20403})
"""Codes by which Twilio says that it does not admit the account."""


class TwilioProvider:
    """Sends through the account of `SMS_URL`, over one pool of connections for each batch."""

    def __init__(self, url: str) -> None:
        """Nothing is connected yet."""
        self._account = twilio.account(url)
        self._client = twilio.client(self._account)
        self._held = hold.is_held()

    def deliver(self, message: Message) -> str:
        """Twilio has taken the text. What it does with it afterwards comes as receipts."""
        body = as_sent(audience=message.audience, subject=message.subject, body=message.body, path=message.path)
        if not body.strip():
            raise RefusedError(EMPTY)
        if len(body) > LONGEST:
            raise RefusedError(TOO_LONG)
        if self._held and message.audience == Audience.CONSUMER:
            raise UnavailableError(hold.HELD, wait=hold.FOR)
        return self._send(message, body)

    def close(self) -> None:
        """The connections are closed."""
        if session := self._client.http_client.session:
            session.close()

    def _send(self, message: Message, body: str) -> str:
        from twilio.base.exceptions import TwilioRestException, TwilioServiceException  # noqa: PLC0415  # see twilio.client

        try:
            made = self._client.messages.create(to=message.to, body=body, **self._options(message))
        except (TwilioRestException, TwilioServiceException) as error:
            if (found := verdict(int(error.status or 0), int(error.code or 0))) is None:
                raise
            self._held = self._held or found.problem == Problem.UNREGISTERED
            raise found from error
        except RequestException as error:
            if _never_connected(error):
                raise UnavailableError(NO_ANSWER) from error
            raise
        return str(made.sid)

    def _options(self, message: Message) -> dict[str, Any]:
        account, base = self._account, settings.PUBLIC_BASE_URL.rstrip("/")
        options: dict[str, Any] = (
            {"messaging_service_sid": account.messaging_service} if account.messaging_service else {"from_": account.sender}
        )
        if base.startswith("https://"):  # it refuses an address that it could not call
            options["status_callback"] = f"{base}{STATUS_PATH}?message={message.pk}"
        if message.audience == Audience.CONSUMER:
            options["validity_period"] = VALID_FOR
        return options


def verdict(status: int, code: int) -> RefusedError | UnavailableError | None:
    """What an error of the API means for the message; None when nobody can tell whether it was sent: a 5xx."""
    if status == 429 or code in TOO_MANY:
        return UnavailableError(BUSY.format(code=code or status))
    if status in (401, 403) and (code in NOT_US or code == status):
        return UnavailableError(NOT_ADMITTED.format(code=code), Problem.ACCOUNT)
    if not 400 <= status < 500:
        return None
    problem, why = PROBLEMS.get(code, (None, f"HTTP {status}"))
    return RefusedError(REFUSED.format(code=code, why=why), problem)


def explain(code: str) -> str:
    """An error code of a receipt with what it means; empty for none."""
    why = PROBLEMS.get(int(code), (None, ""))[1] if code.isascii() and code.isdigit() else ""
    return f"{why} ({code})" if why else code


def problem_of(code: str) -> Problem | None:
    """What an error code of a receipt means beyond its message."""
    return PROBLEMS.get(int(code), (None, ""))[0] if code.isascii() and code.isdigit() else None


def _never_connected(error: BaseException) -> bool:
    """Whether the request certainly never left: there was no connection to send it on."""
    return any(isinstance(one, NewConnectionError | ConnectTimeoutError) for one in _causes(error))


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        one = waiting.pop()
        if isinstance(one, BaseException) and id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
