"""A message as an e-mail: whom it is from, and as bytes."""

import re
from email.utils import format_datetime, formataddr

from django.conf import settings
from django.core.mail import EmailMessage

from agency.messaging.email.commercial import commercial
from agency.messaging.email.identity import from_address, message_id
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


def letter(message: Message, head: Letterhead) -> EmailMessage:
    """The e-mail of a message: a plain note to staff, or a commercial one, which RefusedError may keep from leaving."""
    if message.audience == Audience.CONSUMER:
        return commercial(message, head)
    return EmailMessage(
        subject=" ".join(message.subject.split()) or head.name,
        body=_staff_body(message),
        from_email=formataddr((head.name, from_address(head))),
        to=[message.to],
        headers={"Message-ID": message_id(message, head), "Date": format_datetime(message.created_at)},
    )


def as_bytes(message: Message, head: Letterhead) -> bytes:
    """The e-mail as it travels. Plain words to staff are put together here, to the same bytes as by Python's mail package
    but faster."""
    mail = letter(message, head)
    if message.audience == Audience.CONSUMER:
        return mail.message().as_bytes()
    headers = [("Subject", mail.subject), ("From", mail.from_email), ("To", message.to), *mail.extra_headers.items()]
    lines = [f"{name}: {value}" for name, value in headers]
    if not (_ADDRESS.fullmatch(message.to) and all(map(_PLAIN_LINE.fullmatch, [*lines, *str(mail.body).split("\n")]))):
        return mail.message().as_bytes()
    return "\n".join([*_START, *lines, "", str(mail.body)]).encode("ascii")


def _staff_body(message: Message) -> str:
    link = f"{settings.PUBLIC_BASE_URL.rstrip('/')}{message.path}" if message.path else ""
    return "\n\n".join(filter(None, [message.body, link])) + "\n"
