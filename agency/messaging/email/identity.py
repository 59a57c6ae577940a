"""Who an e-mail is from, which one it is, and where answers to it go."""

import re
from urllib.parse import urlsplit

from django.conf import settings

from agency.messaging.email.tokens import lead_of, reply_token, unsubscribe_token
from agency.messaging.letterhead import Letterhead
from agency.messaging.models import Message

REPLY = "reply"
UNSUBSCRIBE = "unsubscribe"
UNSUBSCRIBE_PATH = "/u/"
_OURS = re.compile(r"<?message-(\d{1,18})\.(\d{1,12})@[^<>\s]+>?")
_PLUS = re.compile(rf"({REPLY}|{UNSUBSCRIBE})\+([0-9a-z-]+)@(.+)", re.IGNORECASE)


def from_address(head: Letterhead) -> str:
    """The address that e-mails are sent from: as set, else `leads@` the agency's own site."""
    host = (urlsplit(head.website).hostname or "").removeprefix("www.")
    configured = settings.DEFAULT_FROM_EMAIL
    return f"leads@{host}" if host and configured.endswith("@localhost") else configured


def message_id(message: Message, head: Letterhead) -> str:
    """The same for every attempt at one row, so that a mail system that saw it once can tell."""
    return f"<message-{message.pk}.{int(message.created_at.timestamp())}@{from_address(head).rpartition('@')[2]}>"


def row_of(identity: str) -> tuple[int, int] | None:
    """(Row, second it was written in) of a `Message-ID` that `message_id` made, else None."""
    found = _OURS.fullmatch(identity.strip())
    return (int(found[1]), int(found[2])) if found else None


def unsubscribe_url(message: Message) -> str:
    """Where whoever got this e-mail asks for no more of them."""
    return f"{settings.PUBLIC_BASE_URL.rstrip('/')}{UNSUBSCRIBE_PATH}{unsubscribe_token(message.pk)}/"


def reply_address(message: Message) -> str:
    """Where answers go: the lead's own address where inbound e-mail is set up, else the signer's, else nowhere in particular."""
    return _inbound(REPLY, message.lead_id) or (message.user.email if message.user else "")


def unsubscribe_address(message: Message) -> str:
    """Where an e-mail to asks for no more of them, or empty while inbound e-mail is not set up."""
    return _inbound(UNSUBSCRIBE, message.lead_id)


def addressed(address: str) -> tuple[str, int] | None:
    """(`reply` or `unsubscribe`, lead) of an address that one of our e-mails carried, else None."""
    found = _PLUS.fullmatch(address.strip())
    if found is None or found[3].lower() != settings.INBOUND_EMAIL_DOMAIN.lower():
        return None
    lead = lead_of(found[2])
    return None if lead is None else (found[1].lower(), lead)


def _inbound(purpose: str, lead_id: int | None) -> str:
    domain = settings.INBOUND_EMAIL_DOMAIN
    return f"{purpose}+{reply_token(lead_id)}@{domain}" if domain and lead_id is not None else ""
