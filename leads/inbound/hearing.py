"""Taking in what somebody said: once, whatever the provider repeats, with all that follows from it in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from agency.messaging import first_time
from agency.phones import e164
from leads import followup, work
from leads.consents import BY_PHONE, opt_in, opt_out, opt_out_of_all
from leads.inbound import answers, senders
from leads.inbound.alerts import alert
from leads.inbound.senders import Sender
from leads.inbound.words import Heading, Meaning, classify, fresh
from leads.models import Direction, InboundMessage, Lead, Touch, TouchChannel, TouchOutcome

LONGEST_NOTE: Final = 10_000
WRONG_NUMBER: Final = "wrong_number"
"""The event that stops plans when there is nobody of that name at the number."""
OUTCOMES: Final = {
    Meaning.WORDS: TouchOutcome.REPLIED,
    Meaning.OPT_OUT: TouchOutcome.OPTED_OUT,
    Meaning.WRONG_NUMBER: TouchOutcome.WRONG_NUMBER,
}


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of it."""

    message: InboundMessage
    lead: Lead | None
    meaning: Meaning
    is_new: bool
    """False: it was heard before, and nothing happened now."""


def heard(
    *,
    channel: str,
    sender: str,
    text: str,
    provider: str,
    event_id: str,
    at: datetime,
    now: datetime,
    to: str = "",
    lead: Lead | None = None,
    told_as: Meaning | None = None,
) -> Heard:
    """The words are kept and have had their effect, once for each of the provider's `event_id`.

    The lead is the one given, else the sender's: open before nurtured before closed, the newest of them. Words stop the plans
    that stop on a reply, on every open lead of the sender, and bring a nurtured lead back to an owner; "stop" closes every number
    and address of theirs that we have, whichever of them they wrote from; whoever owns the lead is told. `told_as`: what the
    provider took it for, and has answered itself.
    """
    who = Sender(channel, sender.strip().lower() if channel == TouchChannel.EMAIL else sender.strip())
    with transaction.atomic():
        if not first_time(provider, event_id, now):
            known = InboundMessage.objects.select_related("lead").get(provider=provider[:20], event_id=event_id[:120])
            return Heard(known, known.lead, Meaning(known.kind), is_new=False)
        senders.hold(who)
        stopped = senders.is_opted_out(who)
        heading = _read(fresh(text) if channel == TouchChannel.EMAIL else text, stopped, told_as)
        leads = list(senders.leads_of(who))
        about = lead or next(iter(leads), None)
        message = _kept(who, text, heading, about)
        message.provider, message.event_id, message.to = provider[:20], event_id[:120], to[:254]
        message.at, message.received_at = min(at, now), now
        message.save()
        _touch(message, heading, now)
        _follow_from(message, heading, who, leads, now)
        if told_as is None:
            answers.answer(message, heading, was_stopped=stopped, now=now)
        alert(message, heading, leads, now)
    return Heard(message, about, heading.meaning, is_new=True)


def _read(text: str, stopped: bool, told_as: Meaning | None) -> Heading:
    heading = classify(text, opted_out=stopped)
    return heading if told_as in (None, heading.meaning) else Heading(told_as, complaint=heading.complaint)


def _kept(who: Sender, text: str, heading: Heading, lead: Lead | None) -> InboundMessage:
    """What was said, unsaved; open for a person where the sender or the meaning is not certain."""
    return InboundMessage(
        channel=who.channel,
        sender=who.address[:254],
        text=text.replace("\x00", ""),
        lead=lead,
        kind=heading.meaning.value,
        complaint=heading.complaint,
        open=lead is None or not heading.sure,
    )


def _touch(message: InboundMessage, heading: Heading, now: datetime) -> None:
    """The lead's history has the words, with their effect on the lead itself."""
    lead, words = message.lead, message.text[:LONGEST_NOTE]
    outcome = OUTCOMES.get(heading.meaning)
    if lead is None:
        return
    if outcome is None:
        Touch.objects.create(lead=lead, channel=message.channel, direction=Direction.IN, at=message.at, note=words)
        return
    work.log_touch(
        lead, by=None, channel=message.channel, direction=Direction.IN, outcome=outcome, at=message.at, note=words, now=now
    )


def _follow_from(message: InboundMessage, heading: Heading, who: Sender, leads: Sequence[Lead], now: datetime) -> None:
    """What the words mean for the number or address, whichever lead they are about."""
    lead, words = message.lead, message.text
    if heading.meaning == Meaning.WORDS:
        others = [one.pk for one in leads if one.is_open and one != lead]
        followup.stop_each(others, event=TouchOutcome.REPLIED, now=now)
    elif heading.meaning == Meaning.START:
        opt_in(lead=lead, channels=[who.channel], phone=who.phone, email=who.email, via=who.channel, text=words, at=message.at)
    elif heading.meaning == Meaning.WRONG_NUMBER:
        opt_out(
            lead=lead,
            channels=["email"] if who.email else BY_PHONE,
            phone=who.phone,
            email=who.email,
            via=who.channel,
            text=words,
            at=message.at,
            now=now,
            event=WRONG_NUMBER,
        )
    elif heading.meaning == Meaning.OPT_OUT:
        for one, phone, email in _theirs(who, lead, leads):
            opt_out_of_all(lead=one, phone=phone, email=email, via=who.channel, text=words, at=message.at, now=now)


def _theirs(who: Sender, lead: Lead | None, leads: Sequence[Lead]) -> list[tuple[Lead | None, str, str]]:
    """Each number with its address that "stop" closes, and the lead it stands on, but for what the lead's own touch closed."""
    found: dict[tuple[str, str], Lead | None] = {(e164(one.phone), one.email.lower()): one for one in reversed(leads)}
    found = found or {(who.phone, who.email): lead}
    if lead is not None:
        found.pop((e164(lead.phone), lead.email.lower()), None)
    return [(one, phone, email) for (phone, email), one in found.items()]
