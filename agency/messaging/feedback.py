"""What a provider's refusal means beyond the one message: told to whoever registered, when the apps are ready."""

import logging
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from agency.messaging.models import Message

logger = logging.getLogger(__name__)


class Problem(StrEnum):
    """Why a provider would not, or could not, deliver."""

    OPTED_OUT = "opted_out"
    """The person has asked the provider to stop."""
    UNREACHABLE = "unreachable"
    """The number or address takes no such messages, now or ever."""
    FILTERED = "filtered"
    """A carrier held the message to be spam."""
    UNREGISTERED = "unregistered"
    """The sender is not registered for such messages: none will arrive."""
    ACCOUNT = "account"
    """The provider does not know us, or wants to be paid."""


Listener = Callable[[Message, Problem, datetime], None]

_listeners: list[Listener] = []


def register_listener(listener: Listener) -> None:
    """From now on this hears of every problem; it replaces whoever did before."""
    _listeners[:] = [listener]


def report(message: Message, problem: Problem, now: datetime) -> None:
    """Whoever listens has heard of it. Never raises: the message itself says already what came of it."""
    for listener in _listeners:
        try:
            listener(message, problem, now)
        except Exception:
            logger.exception("What message %s ran into (%s) could not be taken in", message.pk, problem)
