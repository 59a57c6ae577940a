"""Attempts to reach the person, and words from them."""

from datetime import datetime
from typing import Final

from django.utils import timezone

from agency.messaging.models import Channel, Message
from agency.models import User
from agency.phones import e164
from leads import followup
from leads.confirmations import CONFIRMATIONS
from leads.consents import opt_out_of_all
from leads.flags import WRONG_NUMBER, flag, unflag
from leads.history import note_status
from leads.intake import fields
from leads.models import Direction, Lead, Status, Touch, TouchChannel, TouchOutcome
from leads.work.asked import settle
from leads.work.credit import credit
from leads.work.desk import DOUBLE_PRESS, WorkError, at_work
from leads.work.licensed import license_of_caller
from leads.work.returning import bring_back
from routing import escalation

NO_CHANNEL: Final = "Say how: a call, a text, an e-mail or in person."
NO_OUTCOME: Final = "Say what came of it."
NO_DIRECTION: Final = "Say who reached out to whom."
BY_PHONE: Final = (TouchChannel.CALL, TouchChannel.SMS)
CONTACTS: Final = (TouchOutcome.REACHED, TouchOutcome.REPLIED)


def log_touch(
    lead: Lead,
    *,
    by: User | None,
    channel: str,
    outcome: str,
    direction: str = Direction.OUT,
    at: datetime | None = None,
    note: str = "",
    now: datetime | None = None,
) -> Touch:
    """The touch is in the history and has had its effects: the ladder ends, the status moves, plans stop, a "stop" is kept.

    `at`: when it happened, never later than now. Pressing twice logs it once. Reaching out without a license is noted, never
    refused: what happened has happened.
    """
    now = timezone.now() if now is None else now
    happened = now if at is None else min(at, now)
    words = _checked(channel, outcome, direction, note)
    with at_work(lead, by, now) as locked:
        same = {"lead": locked, "by": by, "channel": channel, "outcome": outcome, "direction": direction, "note": words}
        twice = None if at is not None else Touch.objects.filter(**same, at__gt=now - DOUBLE_PRESS).first()
        if twice is not None:
            return twice
        proof = license_of_caller(locked, by, at=happened) if direction == Direction.OUT else {}
        by_hand = by is not None and channel == TouchChannel.CALL and direction == Direction.OUT
        about = settle(locked, outcome) if by_hand else None
        touch = Touch.objects.create(**same, at=happened, license=proof, message_id=about)
        take_effect(locked, touch, by, now)
        locked.updated_at = now
        locked.save()
    return touch


def _checked(channel: str, outcome: str, direction: str, note: str) -> str:
    for value, choices, message in (
        (channel, TouchChannel.values, NO_CHANNEL),
        (outcome, TouchOutcome.values, NO_OUTCOME),
        (direction, Direction.values, NO_DIRECTION),
    ):
        if value not in choices:
            raise WorkError(message)
    try:
        return fields.text(note, most=10_000, lines=True)
    except fields.FieldError as error:
        raise WorkError(str(error)) from None


def take_effect(lead: Lead, touch: Touch, by: User | None, now: datetime) -> None:
    """The touch has had its effects on the lead, unsaved, and on timers and plans. The caller's transaction holds the lead."""
    contact = touch.outcome in CONTACTS
    attempt = touch.direction == Direction.OUT or touch.outcome == TouchOutcome.REACHED
    if attempt and lead.first_attempt_at is None:
        lead.first_attempt_at = touch.at
    if contact:
        _contacted(lead, touch, by, now)
    credit(lead, now=touch.at, attempted=attempt, contacted=contact)
    if attempt or by is not None:  # what the system hears from the person does not excuse the owner
        escalation.stop(lead.pk, now=now, why="contact" if contact else "attempt")
    if touch.channel == TouchChannel.CALL and attempt:
        followup.call_logged(lead.pk, now=now)
    if contact:
        followup.stop(lead.pk, event=touch.outcome, now=now)
    if touch.outcome == TouchOutcome.OPTED_OUT:
        _opted_out(lead, touch, by, now)
    if touch.outcome == TouchOutcome.WRONG_NUMBER:
        _wrong_number(lead, now)
    elif contact and touch.channel in BY_PHONE:
        unflag(lead, WRONG_NUMBER)


def _contacted(lead: Lead, touch: Touch, by: User | None, now: datetime) -> None:
    before = lead.status
    lead.last_activity_at = max(lead.last_activity_at, touch.at)
    lead.contacted_at = lead.contacted_at or touch.at
    if lead.status == Status.NURTURE:
        bring_back(lead, by=by, now=now)  # whoever speaks to us again needs an owner again
    if lead.status in (Status.NEW, Status.NURTURE) and lead.owner_id is not None:
        lead.status = Status.CONTACTED
    note_status(lead, before, by=by, now=now, reason=touch.get_outcome_display())


def _wrong_number(lead: Lead, now: datetime) -> None:
    """Nothing more goes to the number, and nobody is asked to dial it."""
    flag(lead, WRONG_NUMBER)
    followup.no_calls([lead.pk], why=WRONG_NUMBER, now=now)
    written = Message.objects.filter(lead=lead, to=e164(lead.phone), channel__in=(Channel.SMS, Channel.VOICE))
    followup.keep_back_all(written.exclude(kind__in=CONFIRMATIONS), why=WRONG_NUMBER, now=now)


def _opted_out(lead: Lead, touch: Touch, by: User | None, now: datetime) -> None:
    """Whatever they said it by, and whatever they called it, everything stops: the scope, unless they name one, is all."""
    opt_out_of_all(
        lead=lead,
        phone=e164(lead.phone),
        email=lead.email,
        via=touch.channel,
        text=touch.note,
        by=by,
        at=touch.at,
        now=now,
    )
