"""Whether an automatic touch may go out: consent, opt-out, wrong number, hours. Asked when a step runs and again at delivery."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Q

from agency.messaging import Permission
from agency.messaging.models import Message
from leads.confirmations import CONFIRMATIONS, may_confirm
from leads.flags import WRONG_NUMBER
from leads.followup.windows import next_allowed, zones_of
from leads.models import Consent, Lead

NO_LEAD = "The message belongs to no lead."
NO_PHONE = "There is no phone number."
NO_EMAIL = "There is no e-mail address."
OPTED_OUT = "They asked on {day} not to be contacted this way."
NO_CONSENT = "There is no consent to {channel} on record."
QUIET_HOURS = "Quiet hours where they are ({local}): waits until {opening}."

NAMES = {"sms": ("sms", "text"), "voice": ("voice", "call", "phone"), "call": ("call", "voice", "phone"), "email": ("email",)}
"""What a consent may call each channel."""
NEEDS_CONSENT = {"sms": "texts", "voice": "automatic calls"}
BY_PHONE = ("sms", "voice", "call")


@dataclass(frozen=True, slots=True)
class Question:
    """May this lead be contacted on this channel at this number or address?"""

    lead: Lead
    channel: str
    address: str


def may_contact(lead: Lead, channel: str, now: datetime) -> Permission:
    """Whether the lead may be contacted automatically on a channel at `now`, and if not, why and when to ask again; one query.

    `call` is a person dialling, who needs no consent; `voice` is the system.
    """
    question = question_about(lead, channel)
    return answer(question, latest_word([question]), now)


def question_about(lead: Lead, channel: str) -> Question:
    """The question with the lead's present number or address."""
    return Question(lead, channel, lead.email if channel == "email" else str(lead.phone or ""))


def gate_messages(messages: Sequence[Message], now: datetime) -> Mapping[int, Permission]:
    """The gate as messaging asks it: a permission for each message, by the number or address it goes to; two queries."""
    leads = Lead.objects.in_bulk({message.lead_id for message in messages if message.lead_id})
    questions = {
        message.pk: Question(leads[message.lead_id], message.channel, message.to)
        for message in messages
        if message.lead_id is not None and message.lead_id in leads
    }
    words = latest_word(questions.values())
    answers = {pk: answer(question, words, now) for pk, question in questions.items()}
    confirming = {message.pk: may_confirm(message, now) for message in messages if message.kind in CONFIRMATIONS}
    return {message.pk: {**answers, **confirming}.get(message.pk, Permission(False, NO_LEAD)) for message in messages}


Words = Mapping[tuple[str, str], Consent]
"""(Address, channel) → the latest entry of the consent ledger that concerns it."""


def latest_word(questions: Iterable[Question]) -> Words:
    """What each number and address last agreed to or took back, on each channel; one query."""
    addresses = {question.address for question in questions if question.address}
    by_phone = Q(phone__in=addresses) & ~Q(phone="")
    by_email = Q(email__in=addresses) & ~Q(email="")
    words: dict[tuple[str, str], Consent] = {}
    for consent in Consent.objects.filter(by_phone | by_email).order_by("at", "pk") if addresses else ():
        for channel in _concerned(consent):
            words[(consent.email if channel == "email" else consent.phone, channel)] = consent
    return words


def answer(question: Question, words: Words, now: datetime) -> Permission:
    """The answer to one question, given the ledger."""
    if not question.address:
        return Permission(False, NO_EMAIL if question.channel == "email" else NO_PHONE)
    if question.channel in BY_PHONE and WRONG_NUMBER in question.lead.flags:
        return Permission(False, WRONG_NUMBER)
    word = words.get((question.address, question.channel))
    if word is not None and not word.granted:
        return Permission(False, OPTED_OUT.format(day=f"{word.at:%Y-%m-%d}"))
    if question.channel in NEEDS_CONSENT and word is None:
        return Permission(False, NO_CONSENT.format(channel=NEEDS_CONSENT[question.channel]))
    return _within_hours(question, now) if question.channel in BY_PHONE else Permission(True)


def _within_hours(question: Question, now: datetime) -> Permission:
    zones = zones_of(question.lead.timezone)
    opening = next_allowed(zones, now)
    if opening == now:
        return Permission(True)
    zone = ZoneInfo(zones[0])
    local, opens = now.astimezone(zone), opening.astimezone(zone)
    reason = QUIET_HOURS.format(local=f"{local:%H:%M} in {zones[0]}", opening=f"{opens:%Y-%m-%d %H:%M}")
    return Permission(False, reason, opening)


def _concerned(consent: Consent) -> list[str]:
    """The channels an entry speaks of; taking back without naming a channel takes back all."""
    named = {name.lower() for name in consent.channels}
    return [channel for channel, names in NAMES.items() if (named & set(names)) or (not named and not consent.granted)]
