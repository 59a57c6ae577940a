"""A provider that takes every message and says nothing to anyone: the row is the record."""

import logging

from agency.messaging.models import Message

logger = logging.getLogger(__name__)


class ConsoleProvider:
    """Records deliveries in the log, by number only."""

    silent = True

    def __init__(self, url: str = "") -> None:
        """The address is not used."""

    def deliver(self, message: Message) -> str:
        """The message counts as delivered; the log names its number and nothing of its contents."""
        logger.info("%s %s recorded, not sent: no provider is set", message.channel, message.pk)
        return f"console-{message.pk}"

    def close(self) -> None:
        """Nothing to release."""
