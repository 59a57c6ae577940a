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


Gate = Callable[[Sequence[Message], datetime], Mapping[int, Permission]]
"""Messages and the instant in, a permission for each message's id out; a fixed number of queries however many they are."""

_gates: list[Gate] = []


class NoGateError(RuntimeError):
    """Consumer messages are due and nobody can say whether they may leave."""


def register_gate(gate: Gate) -> None:
    """The gate is asked before every delivery to a consumer; a later one replaces it."""
    _gates[:] = [gate]


def ask(messages: Sequence[Message], now: datetime) -> Mapping[int, Permission]:
    """A permission for each message's id; NoGateError when no gate is registered."""
    if not messages:
        return {}
    if not _gates:
        raise NoGateError(NO_GATE)
    return _gates[0](messages, now)
