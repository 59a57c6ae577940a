"""The question asked just before a consumer is spoken to. Whoever knows the answer registers it when the apps are ready."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from agency.messaging.models import Message

NO_GATE = "No gate is registered: nothing may be said to consumers."


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether something may be said now; if not, why, and when to ask again (never, when `retry_at` is None)."""

    allowed: bool
    reason: str = ""
    retry_at: datetime | None = None
    rule: str = ""
    """What refused it, with its version where it has one: `FL hours v2`, `cap FL v1`, `opt-out`, `national do-not-call`."""
    free_at: datetime | None = None
    """When nothing would stand against it any more, though it is dropped and not asked again; for people."""


Gate = Callable[[Sequence[Message], datetime], Mapping[int, Permission]]
"""Messages and the instant in, a permission for each message's id out; a fixed number of queries however many they are."""
Recorder = Callable[[Sequence[tuple[Message, Permission]], datetime], None]
"""Keeps what the gate refused, for whoever asks later."""

_gates: list[Gate] = []
_recorders: list[Recorder] = []


class NoGateError(RuntimeError):
    """Consumer messages are due and nobody can say whether they may leave."""


def register_gate(gate: Gate, record: Recorder | None = None) -> None:
    """The gate is asked before every delivery to a consumer, and `record` is given what it refuses; later ones replace both."""
    _gates[:] = [gate]
    _recorders[:] = [record] if record else []


def ask(messages: Sequence[Message], now: datetime) -> Mapping[int, Permission]:
    """A permission for each message's id, the refusals on record; NoGateError when no gate is registered."""
    if not messages:
        return {}
    if not _gates:
        raise NoGateError(NO_GATE)
    answers = _gates[0](messages, now)
    refused = [(message, answers[message.pk]) for message in messages if not answers[message.pk].allowed]
    for record in _recorders if refused else ():
        record(refused, now)
    return answers
