"""The one text with which a STOP, a START or a HELP is answered at once."""

from datetime import datetime
from typing import Final

from phonenumber_field.phonenumber import PhoneNumber

from agency.messaging import send
from agency.messaging.letterhead import letterhead
from agency.messaging.models import Audience, Channel
from agency.templatetags.pages import phone as national
from leads import confirmations
from leads.inbound.words import Heading, Meaning
from leads.models import InboundMessage

STOPPED: Final = "{agency}: You're unsubscribed and will get no more texts or calls from us. Questions: {phone}"
STARTED: Final = "{agency}: You may get texts from us again. Msg & data rates may apply. Reply HELP for help, STOP to opt out."
HELP: Final = (
    "{agency}: insurance quotes and service. Questions: {phone}. Msg frequency varies. Msg & data rates may apply. "
    "Reply STOP to opt out."
)
WORDS: Final = {
    Meaning.OPT_OUT: (confirmations.STOPPED, STOPPED),
    Meaning.WRONG_NUMBER: (confirmations.STOPPED, STOPPED),
    Meaning.START: (confirmations.STARTED, STARTED),
    Meaning.HELP: (confirmations.HELP, HELP),
}


def answer(message: InboundMessage, heading: Heading, *, was_stopped: bool, now: datetime) -> None:
    """A text that asked for it is answered by one text, due now; who had asked to stop before gets no second confirmation."""
    if message.channel != Channel.SMS or heading.meaning not in WORDS:
        return
    kind, words = WORDS[heading.meaning]
    if kind == confirmations.STOPPED and was_stopped:
        return
    head = letterhead()
    send(
        channel=Channel.SMS,
        audience=Audience.CONSUMER,
        kind=kind,
        lead_id=message.lead_id,
        to=message.sender,
        body=words.format(agency=head.name, phone=national(PhoneNumber.from_string(head.phone)) if head.phone else head.website),
        dedupe_key=f"inbound:{message.pk}",
        now=now,
    )
