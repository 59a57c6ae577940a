"""A message as an e-mail: who it is from, what stands under it, and an identity that stays the same on every attempt."""

from email.utils import format_datetime, formataddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage

from agency.messaging.letterhead import Letterhead
from agency.messaging.models import Audience, Message

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
