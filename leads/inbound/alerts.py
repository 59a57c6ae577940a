"""Who is told what somebody said."""

from datetime import datetime
from typing import Final

from leads.inbound.words import Heading, Meaning
from leads.models import InboundMessage, Lead
from leads.notices import URGENT, tell_owner

KIND: Final = "lead_replied"
BRIEF: Final = "One of your leads answered"
SUBJECTS: Final = {
    Meaning.WORDS: "{name} answered by {way}",
    Meaning.HELP: "{name} asked for help by {way}",
    Meaning.START: "{name} may be contacted again: they wrote START",
    Meaning.OPT_OUT: "{name} asked to stop: nothing automatic will go to this {place}",
    Meaning.WRONG_NUMBER: "{name}'s number is wrong: nothing automatic will go to it",
}
WAYS: Final = {"sms": "text", "email": "e-mail", "call": "phone"}


def alert(message: InboundMessage, heading: Heading, lead: Lead | None, now: datetime) -> None:
    """Whoever owns the lead knows what was said. In the caller's transaction."""
    if lead is None:
        return
    lead.refresh_from_db()  # a nurtured one has an owner again
    place = "address" if message.channel == "email" else "number"
    subject = SUBJECTS[heading.meaning].format(name=lead.name, way=WAYS[message.channel], place=place)
    tell_owner(lead, KIND, subject=subject, body=message.text[:1000], now=now, severity=URGENT, brief=BRIEF)
