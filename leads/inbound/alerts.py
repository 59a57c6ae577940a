"""Who is told what somebody said."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from agency.messaging import send_all, staff_drafts
from agency.messaging.models import Channel
from leads.inbound.words import Heading, Meaning
from leads.locks import locked
from leads.models import InboundMessage, Lead
from leads.notices import URGENT, tell_owner
from producers.managers import active_managers
from producers.models import Producer
from routing.escalation import managers_of

KIND: Final = "lead_replied"
BRIEF: Final = "One of your leads answered"
SUBJECTS: Final = {
    Meaning.WORDS: "{name} answered by {way}",
    Meaning.HELP: "{name} asked for help by {way}",
    Meaning.START: "{name} may be contacted again: they wrote START",
    Meaning.OPT_OUT: "{name} asked to stop: nothing automatic will go to this {place}",
    Meaning.WRONG_NUMBER: "{name}'s number is wrong: nothing automatic will go to it",
}
TO_OTHERS: Final = {
    Meaning.WORDS: "{name} answered about another request: the plan here has stopped",
    Meaning.OPT_OUT: SUBJECTS[Meaning.OPT_OUT],
    Meaning.WRONG_NUMBER: SUBJECTS[Meaning.WRONG_NUMBER],
}
NOT_SURE: Final = "Nobody can be sure that they meant it: a manager can put it right."
COMPLAINT: Final = "{name} complains: look at what they wrote before anybody answers"
UNKNOWN: Final = "A {way} from somebody we do not know"
WAYS: Final = {"sms": "text", "email": "e-mail", "call": "phone call"}
PAGE: Final = "/admin/leads/inboundmessage/{pk}/change/"


def alert(message: InboundMessage, heading: Heading, leads: Sequence[Lead], now: datetime) -> None:
    """Whoever owns the lead, or another open one of the sender's, knows what was said; managers hear what needs them too.

    In the caller's transaction.
    """
    if message.lead_id is None:
        managers = active_managers()
        return tell_managers(list(managers), UNKNOWN.format(way=WAYS[message.channel]), message, now)
    lead = locked(message.lead_id)  # a nurtured one has an owner again
    words = {"name": lead.name, "way": WAYS[message.channel], "place": "address" if message.channel == "email" else "number"}
    body = "\n".join(filter(None, (message.text[:1000], "" if heading.sure else NOT_SURE)))
    tell_owner(lead, KIND, subject=SUBJECTS[heading.meaning].format(**words), body=body, now=now, severity=URGENT, brief=BRIEF)
    if heading.meaning in TO_OTHERS:
        others = {one.owner_id: one for one in leads if one.is_open and one.owner_id not in (None, lead.owner_id)}
        for one in others.values():
            tell_owner(one, KIND, subject=TO_OTHERS[heading.meaning].format(**words), body=body, now=now)
    if heading.complaint and lead.owner is not None:
        tell_managers(managers_of(lead.owner), COMPLAINT.format(**words), message, now)
    return None


def tell_managers(managers: Sequence[Producer], subject: str, message: InboundMessage, now: datetime) -> None:
    """They are told once, and led to where the words are."""
    send_all(
        [
            draft
            for manager in managers
            for draft in staff_drafts(
                "inbound_review",
                user=manager.user,
                channels=[Channel.IN_APP, Channel.EMAIL],
                subject=subject,
                body=message.text[:1000],
                path=PAGE.format(pk=message.pk),
                lead_id=message.lead_id,
                dedupe_key=f"inbound:{message.pk}:{manager.pk}",
            )
        ],
        now,
    )
