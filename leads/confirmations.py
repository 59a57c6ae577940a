"""Answers to a person's own word, which may go to them although they asked to stop: one, at once, or not at all."""

from datetime import datetime, timedelta
from typing import Final

from agency.messaging import Permission
from agency.messaging.models import Message

STOPPED: Final = "opt_out_confirmation"
STARTED: Final = "start_confirmation"
HELP: Final = "help_answer"
CONFIRMATIONS: Final = frozenset({STOPPED, STARTED, HELP})
"""Kinds of messages that only answer what the person has just written."""
WITHIN: Final = timedelta(minutes=5)
"""47 CFR 64.1200(a)(12): a confirmation this late counts as a message of its own."""
TOO_LATE: Final = "An answer to their own text goes out within five minutes or not at all."


def may_confirm(message: Message, now: datetime) -> Permission:
    """Whether an answer to the person's own word may still go out."""
    return Permission(True) if now - message.created_at <= WITHIN else Permission(False, TOO_LATE, rule="confirmation")
