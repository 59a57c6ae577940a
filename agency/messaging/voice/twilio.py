"""Calls through Twilio: our person's phone is rung; what is said then comes with the call, or is asked of us when they pick up.

Twilio has no key by which a call asked for twice is placed once. So a second attempt first looks whether the first one came
through: by its callbacks, which write the call's number down, then in Twilio's own list.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from twilio.twiml.voice_response import VoiceResponse

from agency.messaging import twilio
from agency.messaging.channels import RefusedError, UnavailableError
from agency.messaging.models import Message

if TYPE_CHECKING:
    from twilio.base.exceptions import TwilioRestException

BRIDGE: Final = "call_bridge"
"""The kind of message that asks our person whether to connect them with the lead."""
RINGS_FOR: Final = 20
"""Seconds a phone of ours rings: most voicemails pick up later."""
FRESH: Final = timedelta(minutes=2)
"""A bridge older than that is not rung any more: the task is in the inbox."""
SKEW: Final = timedelta(seconds=60)
"""By so much Twilio's clock may be behind ours."""
SAID_AT_MOST: Final = 600
EVENTS: Final = ["initiated", "ringing", "answered", "completed"]
HOOKS: Final = "/hooks/twilio/voice"

NO_SENDER: Final = "VOICE_URL does not say from which number to call (from=)."
NOT_PUBLIC: Final = "PUBLIC_BASE_URL is no https address: Twilio could not ask what to do when somebody picks up."
TOO_LATE: Final = "It came too late to ring: the call is in the inbox."
REFUSED: Final = "Twilio refused the call ({code})."
BUSY: Final = "Twilio takes no more calls right now ({code})."
NOT_ADMITTED: Final = "Twilio does not admit the account ({code})."
CANNOT_TELL: Final = "Whether the phone was rung already cannot be told now."


class TwilioProvider:
    """Rings through the account of `VOICE_URL`, over one pool of connections for each batch."""

    def __init__(self, url: str) -> None:
        """Nothing is connected yet."""
        self._account = twilio.account(url)
        self._client = twilio.client(self._account)

    def deliver(self, message: Message) -> str:
        """Twilio rings the person's phone; its number for the call. What becomes of it comes as callbacks."""
        from twilio.base.exceptions import TwilioRestException  # noqa: PLC0415  # see twilio.client

        if not self._account.sender:
            raise RefusedError(NO_SENDER)
        options = self._options(message)
        if message.attempts > 1 and (placed := self._placed_before(message)):
            return placed
        if message.kind == BRIDGE and _age(message) > FRESH:
            raise RefusedError(TOO_LATE)
        try:
            return str(self._client.calls.create(to=message.to, from_=self._account.sender, **options).sid)
        except TwilioRestException as error:
            if (found := _verdict(error)) is None:
                raise
            raise found from error

    def close(self) -> None:
        """The connections are closed."""
        if session := self._client.http_client.session:
            session.close()

    def _options(self, message: Message) -> dict[str, Any]:
        base = settings.PUBLIC_BASE_URL.rstrip("/")
        is_public = urlsplit(base).scheme == "https"
        options: dict[str, Any] = {"timeout": RINGS_FOR}
        if is_public:
            options |= {"status_callback": f"{base}{HOOKS}/status/{message.pk}/", "status_callback_event": EVENTS}
        if message.kind != BRIDGE:
            return options | {"twiml": spoken(message)}
        if not is_public:
            raise RefusedError(NOT_PUBLIC)
        return options | {"url": f"{base}{HOOKS}/agent/{message.pk}/"}

    def _placed_before(self, message: Message) -> str:
        """The call that an earlier attempt at this message placed, whose answer we never got; empty when there is none."""
        known = Message.objects.filter(pk=message.pk).values_list("provider_id", flat=True).first()
        return known or next(self._unclaimed(message), "")

    def _unclaimed(self, message: Message) -> Iterator[str]:
        """Calls to this person since the message was written that no other message has placed."""
        try:
            calls = self._client.calls.list(to=message.to, from_=self._account.sender, limit=20)
        except Exception as error:  # whatever it was: better to ring later than twice
            raise UnavailableError(CANNOT_TELL) from error
        since = message.created_at - SKEW
        found = [str(call.sid) for call in calls if call.date_created is None or call.date_created >= since]
        taken = set(Message.objects.filter(provider_id__in=found).values_list("provider_id", flat=True))
        return (sid for sid in found if sid not in taken)


def spoken(message: Message) -> str:
    """An alert as it is said to one of us, twice, before the line is closed."""
    words = ". ".join(filter(None, (message.subject.strip().rstrip("."), message.body.strip())))[:SAID_AT_MOST]
    response = VoiceResponse()
    for _ in range(2):
        response.say(words or "You have a new notice.")
        response.pause(length=1)
    response.hangup()
    return str(response)


def _age(message: Message) -> timedelta:
    """How old the message was when it was claimed."""
    from agency.messaging.delivery import LEASE  # noqa: PLC0415  # delivery imports the channels

    claimed_at = message.leased_until - LEASE if message.leased_until else message.created_at
    return claimed_at - message.created_at


def _verdict(error: "TwilioRestException") -> RefusedError | UnavailableError | None:
    """What an error of the API means; None when nobody can tell whether the phone rings: a 5xx."""
    status, code = int(error.status or 0), int(error.code or 0) or error.status
    if status == 429:
        return UnavailableError(BUSY.format(code=code))
    if status in (401, 403):
        return UnavailableError(NOT_ADMITTED.format(code=code))
    return RefusedError(REFUSED.format(code=code)) if 400 <= status < 500 else None
