"""Lines as Twilio reads them."""

from typing import Any, Final

from django.conf import settings
from twilio.twiml.voice_response import VoiceResponse

from agency.messaging import twilio
from agency.messaging.voice.twilio import EVENTS, HOOKS, RINGS_FOR
from leads.calls.lines import Ask, Connect, Line, Say

WAITS_FOR_A_KEY: Final = 6
"""Seconds."""
DIALS_FOR: Final = 25
"""Seconds their phone rings."""
RECORD: Final = "record-from-answer-dual"


def of_line(line: Line, key: int) -> str:
    """The document for a call out; `key` is the number in its addresses."""
    response = VoiceResponse()
    if isinstance(line, Ask):
        _ask(response, line, f"{HOOKS}/agent-accept/{key}/")
        response.hangup()
    elif isinstance(line, Connect):
        _connect(response, line, key)
    else:
        _say(response, line)
    return str(response)


def of_caller(line: Line, key: int, caller: str) -> str:
    """The document for somebody who calls us; `key` is the number of the call, `caller` theirs, which our phone shows."""
    response = VoiceResponse()
    if not isinstance(line, Connect):
        _say(response, Say(line.words))
        return str(response)
    if line.notice:
        response.say(line.notice)
    more: dict[str, Any] = {"record": RECORD, "recording_status_callback": f"{HOOKS}/incoming-recorded/{key}/"}
    dial = response.dial(
        **({"action": f"{HOOKS}/incoming-next/{key}/", "method": "POST"} if key else {}),
        answer_on_bridge=True,
        caller_id=caller or sender(),
        timeout=RINGS_FOR,
        **(more if line.notice else {}),
    )
    dial.number(line.number, **({"url": f"{HOOKS}/whisper/{key}/", "method": "POST"} if key else {}))
    return str(response)


def of_whisper(line: Line, key: int) -> str:
    """What our person hears when they pick up for a caller."""
    response = VoiceResponse()
    if isinstance(line, Ask):
        _ask(response, line, f"{HOOKS}/whisper-accept/{key}/")
    response.hangup()
    return str(response)


def of_answer(is_taken: bool) -> str:
    """Nothing more: they are connected; or our line is closed."""
    response = VoiceResponse()
    if not is_taken:
        response.hangup()
    return str(response)


def notice(words: str) -> str:
    """What the other side hears before it is connected."""
    response = VoiceResponse()
    if words:
        response.say(words)
    return str(response)


def sender() -> str:
    """The agency's own number at the provider."""
    account = twilio.account_of(settings.VOICE_URL)
    return account.sender if account else ""


def recorded(line_notice: str, key: int) -> dict[str, Any]:
    """What of a Dial records the call; nothing where there is no notice."""
    if not line_notice:
        return {}
    return {"record": RECORD, "recording_status_callback": f"{HOOKS}/recorded/{key}/"}


def _ask(response: VoiceResponse, line: Ask, where: str) -> None:
    gather = response.gather(action=where, method="POST", num_digits=1, timeout=WAITS_FOR_A_KEY, action_on_empty_result=True)
    gather.say(line.words)


def _say(response: VoiceResponse, line: Say) -> None:
    if line.words:
        response.say(line.words)
    response.hangup()


def _connect(response: VoiceResponse, line: Connect, key: int) -> None:
    response.say(" ".join(filter(None, (line.words, line.notice))))
    dial = response.dial(
        action=f"{HOOKS}/dial-done/{key}/",
        method="POST",
        answer_on_bridge=True,
        caller_id=sender(),
        timeout=DIALS_FOR,
        **recorded(line.notice, key),
    )
    heard = {"url": f"{HOOKS}/notice/", "method": "POST"} if line.notice else {}
    dial.number(
        line.number,
        status_callback=f"{HOOKS}/leg-status/{key}/",
        status_callback_event=" ".join(EVENTS),
        status_callback_method="POST",
        **heard,
    )
