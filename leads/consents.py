"""The consent ledger: taking back what was agreed to, and giving it anew."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NotRequired, TypedDict, Unpack

from django.db.models import Q

from agency.messaging.models import Message
from agency.models import User
from leads import followup
from leads.confirmations import CONFIRMATIONS
from leads.models import Consent, Lead
from routing import escalation

UNSUBSCRIBE: Final = "unsubscribe"
"""The event by which a person leaves our mailings."""
OPTED_OUT: Final = "opted_out"
"""The event that stops plans when a person asks to stop."""
BY_PHONE: Final = ("call", "sms")
"""A word about the number is about everything that goes to the number."""
ASKED_TO_STOP: Final = "They asked to stop."
OUTBOX: Final = {"call": "voice", "sms": "sms", "email": "email"}
"""What each channel of a consent is called in the outbox."""
STOPPED_BY: Final = {
    "sms": "STOP by text",
    "email": "STOP by e-mail",
    "call": "Asked on the phone to stop",
    "in_person": "Asked in person to stop",
    "producer": "Asked to stop",
    UNSUBSCRIBE: "Unsubscribed",
    "twilio": "STOP to the text provider",
}


class Said(TypedDict):
    """Who asked to stop, how and when."""

    lead: Lead | None
    via: str
    text: str
    by: NotRequired[User | None]
    at: datetime
    now: datetime


def stopped_words(row: Consent) -> str:
    """What taking it back came to, for the timeline: "STOP by text: nothing automatic will go to this number"."""
    closed = [name for name, where in (("number", row.phone), ("address", row.email)) if where]
    if not closed:
        return ": ".join(filter(None, ("Consent taken back", ", ".join(row.channels))))
    how = STOPPED_BY.get(row.via, "Asked to stop")
    return f"{how}: nothing automatic will go to this {' or '.join(closed)}"


def withdrawal(channels: Sequence[str], *, at: datetime, via: str, phone: str = "", email: str = "", text: str = "") -> Consent:
    """An unsaved row: these channels to this number and address are closed from `at` on."""
    return Consent(phone=phone, email=email, channels=list(channels), granted=False, text=text, at=at, via=via)


def opt_out(
    *,
    lead: Lead | None,
    channels: Sequence[str],
    phone: str = "",
    email: str = "",
    via: str,
    text: str = "",
    by: User | None = None,
    at: datetime,
    now: datetime,
    event: str = OPTED_OUT,
) -> Consent:
    """These channels to this number and address are closed, for every lead that has them: nothing automatic goes there any more.

    The word is in the ledger; plans that stop on `event` have stopped, on all those leads; what the outbox holds for the number
    or address on those channels is skipped. Every door that hears it ends here. The caller's transaction holds `lead`.
    """
    row = withdrawal(channels, at=at, via=via, phone=phone, email=email, text=text)
    row.lead, row.by = lead, by
    row.save()
    leads = {lead.pk} if lead else set()
    for mine in filter(None, (phone and Q(phone=phone), email and Q(email=email))):
        leads |= set(Lead.objects.filter(mine).values_list("pk", flat=True))
    followup.stop_each(leads, event=event, now=now)
    if "call" in channels:
        escalation.stop_number(phone, lead_id=lead.pk if lead else None, now=now, why=ASKED_TO_STOP)
        followup.no_calls(leads, why=ASKED_TO_STOP, now=now)
    unsent = Message.objects.filter(channel__in=[OUTBOX[name] for name in channels], to__in=[*filter(None, (phone, email))])
    followup.keep_back_all(unsent.exclude(kind__in=CONFIRMATIONS), why=ASKED_TO_STOP, now=now)
    return row


def opt_out_of_all(*, phone: str, email: str, **said: Unpack[Said]) -> Consent:
    """As `opt_out`, of everything that goes to this number and this address: what "stop" means unless they say less."""
    channels = [*(BY_PHONE if phone else ()), *(("email",) if email else ())]
    return opt_out(channels=channels, phone=phone, email=email, **said)


def email_is_closed(address: str) -> bool:
    """Whether the last word on e-mails to this address was to send no more."""
    concerned = Q(channels__contains=["email"]) | Q(channels=[], granted=False)
    spoken = Consent.objects.filter(concerned, email=address, reopens=True)
    last = spoken.order_by("at", "pk").last() if address else None
    return last is not None and not last.granted


def opt_in(
    *,
    lead: Lead | None,
    channels: Sequence[str],
    phone: str = "",
    email: str = "",
    via: str,
    text: str,
    at: datetime,
    by: User | None = None,
) -> Consent:
    """These channels to this number and address are open again. In the caller's transaction."""
    row = Consent(phone=phone, email=email, channels=list(channels), granted=True, text=text, at=at, via=via, lead=lead, by=by)
    row.save()
    return row
