"""A message as an e-mail: who it is from, what stands under it, and an identity that stays the same on every attempt."""

import re
from email.utils import format_datetime, formataddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage

from agency.messaging.letterhead import Letterhead
from agency.messaging.models import Audience, Message

_START = (
    'Content-Type: text/plain; charset="utf-8"',
    "MIME-Version: 1.0",
    "Content-Transfer-Encoding: 7bit",
)
_PLAIN_LINE = re.compile(r"(?!.*=\?)(?! )[ -~]{0,76}(?<! )|")
"""What needs neither folding nor encoding, in a header or in the text."""
_ADDRESS = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
ASK_TO_STOP = "You can ask us to stop at any time: answer with the word STOP."


def letter(message: Message, head: Letterhead) -> EmailMessage:
    """The e-mail of a message. Consumers see the agency's postal address; their answers go to whoever signed."""
    headers = {"Message-ID": message_id(message, head), "Date": format_datetime(message.created_at)}
    consumer = message.audience == Audience.CONSUMER
    signer = message.user.email if consumer and message.user else ""
    return EmailMessage(
        subject=" ".join(message.subject.split()) or head.name,
        body=_consumer_body(message, head) if consumer else _staff_body(message),
        from_email=formataddr((head.name, _from_address(head))),
        to=[message.to],
        reply_to=[signer] if signer else None,
        headers=headers,
    )


def as_bytes(message: Message, head: Letterhead) -> bytes:
    """The e-mail as it travels. Plain words are put together here, to the same bytes as by Python's mail package but faster."""
    mail = letter(message, head)
    headers = [("Subject", mail.subject), ("From", mail.from_email), ("To", message.to), *mail.extra_headers.items()]
    lines = [f"{name}: {value}" for name, value in headers]
    if mail.reply_to or not (
        _ADDRESS.fullmatch(message.to) and all(map(_PLAIN_LINE.fullmatch, [*lines, *str(mail.body).split("\n")]))
    ):
        return mail.message().as_bytes()
    return "\n".join([*_START, *lines, "", str(mail.body)]).encode("ascii")


def message_id(message: Message, head: Letterhead) -> str:
    """The same for every attempt at one row, so that a mail system that saw it once can tell."""
    return f"<message-{message.pk}.{int(message.created_at.timestamp())}@{_from_address(head).rpartition('@')[2]}>"


def _from_address(head: Letterhead) -> str:
    host = (urlsplit(head.website).hostname or "").removeprefix("www.")
    configured = settings.DEFAULT_FROM_EMAIL
    return f"leads@{host}" if host and configured.endswith("@localhost") else configured


def _consumer_body(message: Message, head: Letterhead) -> str:
    return "\n".join([message.body, "", "-- ", *filter(None, [head.name, head.address]), ASK_TO_STOP, ""])


def _staff_body(message: Message) -> str:
    link = f"{settings.PUBLIC_BASE_URL.rstrip('/')}{message.path}" if message.path else ""
    return "\n\n".join(filter(None, [message.body, link])) + "\n"
