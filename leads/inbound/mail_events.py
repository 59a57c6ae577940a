"""What the e-mail provider reports of an e-mail: how far it got, and what its reader did with it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from agency.messaging import first_time, record_receipt
from agency.messaging.email.esp import ROW
from agency.messaging.email.identity import UNSUBSCRIBE_PATH
from agency.messaging.models import Audience, Channel, Message, Receipt
from leads.intake import record_event
from leads.undeliverable import mark_undeliverable
from leads.unsubscribing import BY_COMPLAINT, BY_PROVIDER, unsubscribe

OPENED: Final = "email_open"
CLICKED: Final = "email_click"
RECEIPTS: Final[Mapping[str, str]] = {
    "queued": Receipt.QUEUED,
    "sent": Receipt.SENT,
    "delivered": Receipt.DELIVERED,
    "bounced": Receipt.BOUNCED,
    "rejected": Receipt.FAILED,
    "failed": Receipt.FAILED,
    "complained": Receipt.COMPLAINED,
}
"""What django-anymail calls an event → how far the e-mail got."""
BEHAVIOUR: Final[Mapping[str, str]] = {"opened": OPENED, "clicked": CLICKED}
NO_SUCH_ADDRESS: Final[Mapping[str, tuple[tuple[str, ...], frozenset[str]]]] = {
    "brevo": (("event",), frozenset({"hard_bounce", "invalid_email"})),
    "mailgun": (("event-data", "reason"), frozenset({"bounce", "suppress-bounce"})),
    "postmark": (("Type",), frozenset({"HardBounce", "BadEmailAddress"})),
    "resend": (("data", "bounce", "type"), frozenset({"Permanent"})),
    "sendgrid": (("type",), frozenset({"bounce"})),
    "sparkpost": (("bounce_class",), frozenset({"10", "30"})),
}
"""Where each provider says, in its own words, that there is no such address, and how: anymail has one word for all bounces."""


@dataclass(frozen=True, slots=True)
class Report:
    """An event as the provider's words come down to it; whatever they leave out is empty."""

    kind: str
    number: str
    """The provider's own number for the e-mail."""
    row: int | None
    """Ours, which the provider sends back."""
    recipient: str
    at: datetime
    link: str
    """What was clicked on."""
    said: str
    """The mail server's words."""
    reason: str
    key: str
    """The same for the same event: not every provider numbers its events, nor by the same number when it sends one again."""


def report(event: Any, now: datetime) -> Report:
    """Anymail's event in plain words, whatever the provider put into it."""
    moment = event.timestamp if isinstance(event.timestamp, datetime) and event.timestamp.tzinfo else None
    recipient, number, link = (_words(value) for value in (event.recipient, event.message_id, event.click_url))
    row = _words(event.metadata.get(ROW)) if isinstance(event.metadata, Mapping) else ""
    parts = (event.event_type, number, recipient, moment.isoformat() if moment else _words(event.event_id), link)
    return Report(
        kind=event.event_type,
        number=number,
        row=int(row) if row.isascii() and row.isdigit() and len(row) < 18 else None,
        recipient=recipient.strip().lower(),
        at=min(moment or now, now),
        link=link,
        said=_words(event.mta_response or event.description or event.reject_reason),
        reason=_words(event.reject_reason),
        key=hashlib.sha256("\n".join(parts).encode(errors="replace")).hexdigest(),
    )


@transaction.atomic
def take_in(esp: str, event: Any, *, now: datetime) -> bool:
    """The event has had its effect; False when it had it before."""
    told = report(event, now)
    message = _message_of(told)
    if not first_time(f"email:{esp}", told.key, now):
        return False
    if status := RECEIPTS.get(told.kind):
        number = told.number or (message.provider_id if message else "")
        record_receipt(number, status, told.at, told.said, message.pk if message else None)
    address, lead = told.recipient or (message.to if message else ""), message.lead if message else None
    if told.kind in ("bounced", "rejected") and (told.reason == "invalid" or _is_no_such_address(esp, event.esp_event)):
        mark_undeliverable(address, now=now)
    elif told.kind == "complained":
        unsubscribe(address, lead=lead, via=BY_COMPLAINT, now=now)
    elif told.kind == "unsubscribed" or (told.kind == "rejected" and told.reason == "unsubscribed"):
        unsubscribe(address, lead=lead, via=BY_PROVIDER, now=now)
    elif (kind := BEHAVIOUR.get(told.kind)) and message and lead and not _is_leaving(told.link):
        record_event(lead, kind, at=told.at, data={"message": message.pk}, now=now)
    return True


def _words(value: object) -> str:
    return "" if value is None else str(value).replace("\x00", "")[:2000]


def _message_of(told: Report) -> Message | None:
    """The e-mail it is about: by our own number, which the provider sends back, else by the provider's."""
    mails = Message.objects.filter(channel=Channel.EMAIL, audience=Audience.CONSUMER).select_related("lead")
    if told.row is not None:
        found = mails.filter(pk=told.row).first()
    else:
        found = mails.filter(provider_id=told.number).first() if told.number else None
    # Another installation may share the account with the provider, and count its e-mails by the same numbers.
    return found if found and told.recipient in ("", found.to.lower()) else None


def _is_no_such_address(esp: str, said: Any) -> bool:
    path, words = NO_SUCH_ADDRESS[esp]
    for name in path:
        said = said.get(name) if isinstance(said, Mapping) else None
    return str(said) in words


def _is_leaving(link: str) -> bool:
    """Whether the click was on our unsubscribe link, which is no sign of interest."""
    return link.startswith(f"{settings.PUBLIC_BASE_URL.rstrip('/')}{UNSUBSCRIBE_PATH}")
