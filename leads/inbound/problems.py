"""What a provider's refusal means for the lead, and who has to know of it."""

from datetime import datetime
from typing import Final

from django.db import transaction

from agency.messaging import send_all, staff_drafts
from agency.messaging.feedback import Problem
from agency.messaging.models import Audience, Channel, Message
from agency.messaging.sms.hold import hold
from leads.consents import BY_PHONE, opt_out
from leads.flags import NOT_TEXTABLE, flag
from leads.inbound.senders import Sender, is_opted_out
from leads.locks import locked
from leads.models import Lead
from leads.notices import tell_owner
from producers.managers import active_managers

AT_PROVIDER: Final = "twilio"
ASKED_PROVIDER: Final = "The number has asked Twilio to stop."
KIND: Final = "delivery_problem"
STOPPED: Final = "{name} asked to stop by text: nothing automatic will go to this number"
NO_TEXTS: Final = "{name}'s number takes no texts: call, or write an e-mail"
COLLEAGUE: Final = {
    Problem.OPTED_OUT: "{name}'s own phone has asked to stop: alerts by text do not reach it until START is sent from it",
    Problem.UNREACHABLE: "{name}'s own phone takes no texts: alerts do not reach it",
}
TO_MANAGERS: Final = {
    Problem.FILTERED: (
        "Carriers held a text of ours to be spam",
        "Look at its words: no shortened links, the agency's name, how to stop. Many of these and the number is blocked. "
        "The outbox shows which text it was.",
    ),
    Problem.UNREGISTERED: (
        "No text of ours arrives: the number is not registered (10DLC)",
        "Texts to consumers wait. Register the brand and the campaign with Twilio, or attach the number to them; docs/texts.md "
        "says how. After an hour they are tried again.",
    ),
    Problem.ACCOUNT: (
        "Twilio does not admit our account: no text goes out",
        "Look at the token in SMS_URL and at the balance in Twilio's console.",
    ),
}


def on_problem(message: Message, problem: Problem, now: datetime) -> None:
    """What follows from the refusal is written down, and whoever can do something about it is told."""
    if message.channel != Channel.SMS:
        return
    with transaction.atomic():
        if problem == Problem.UNREGISTERED:
            hold()
        if problem in TO_MANAGERS:
            subject, body = TO_MANAGERS[problem]
            _tell_managers(problem, subject, body, now)
        elif message.audience == Audience.STAFF:
            name = message.user.name if message.user else message.to
            _tell_managers(f"{problem}:{message.user_id}", COLLEAGUE[problem].format(name=name), "", now)
        elif problem == Problem.OPTED_OUT:
            _close(message, now)
        else:
            _mark(message, now)


def _close(message: Message, now: datetime) -> None:
    """The provider's list of who asked to stop is ours too."""
    if is_opted_out(Sender(Channel.SMS, message.to)):
        return
    lead = _lead(message)
    opt_out(lead=lead, channels=BY_PHONE, phone=message.to, via=AT_PROVIDER, text=ASKED_PROVIDER, at=now, now=now)
    if lead is not None:
        tell_owner(lead, KIND, subject=STOPPED.format(name=lead.name), now=now)


def _mark(message: Message, now: datetime) -> None:
    """The lead is known to have a number that takes no texts."""
    lead = _lead(message)
    if lead is None or str(lead.phone) != message.to or NOT_TEXTABLE in lead.flags:
        return
    flag(lead, NOT_TEXTABLE)
    lead.updated_at = now
    lead.save(update_fields=["flags", "updated_at"])
    tell_owner(lead, KIND, subject=NO_TEXTS.format(name=lead.name), now=now)


def _lead(message: Message) -> Lead | None:
    return locked(message.lead_id) if message.lead_id else None


def _tell_managers(what: str, subject: str, body: str, now: datetime) -> None:
    """Every manager knows, once a day."""
    managers = active_managers()
    drafts = [
        draft
        for manager in managers
        for draft in staff_drafts(
            KIND,
            user=manager.user,
            channels=[Channel.IN_APP, Channel.EMAIL],
            subject=subject,
            body=body,
            path="/admin/agency/message/?channel__exact=sms",
            dedupe_key=f"{KIND}:{what}:{now:%Y-%m-%d}:{manager.pk}",
        )
    ]
    send_all(drafts, now)
