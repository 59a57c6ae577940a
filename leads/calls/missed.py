"""A call to us that nobody took: who is told, what becomes due, and what the caller reads."""

from datetime import datetime
from typing import Final

from agency.due import DueState
from agency.messaging import send, send_all, staff_drafts
from agency.messaging.letterhead import letterhead
from agency.messaging.models import Audience, Channel
from agency.phones import e164
from leads.calls.ending import finish
from leads.followup import signature
from leads.followup.templates import render
from leads.models import Call, CallEnd, CallState, FollowUpStep, Lead, Source, Template
from leads.notices import URGENT, tell_owner
from leads.work.calls import log_missed
from producers.managers import active_managers
from producers.models import Producer
from producers.roster import static
from routing import escalation
from routing.notices import page_of

KIND: Final = "missed_call"
TEXT_KIND: Final = "missed_call_text"
TEMPLATE: Final = "missed_call"
"""The key of the template that the text is written by, where the agency has one."""
GOODBYE: Final = "Thank you for calling {agency}. Nobody is free at this moment. We call you back."
MISSED: Final = "Missed call from {name}: call back now"
BRIEF: Final = "A missed call"
CALL_BACK: Final = "Call back: a missed call"
TEXT: Final = "{agency}: sorry we missed your call. We will call you back shortly. Reply STOP to opt out."
STRANGER: Final = "Somebody who showed no number called {source}."


def note(call: Call, lead: Lead, now: datetime) -> None:
    """The call is over and was missed, once: a call is due, whoever works the lead is told, and the caller gets one text.

    The text goes through the gate like any other. The caller's transaction holds both.
    """
    if call.state == CallState.ENDED or not finish(call, lead, CallEnd.MISSED, now=now):
        return
    log_missed(lead, call, now=now)
    FollowUpStep.objects.create(
        lead=lead, position=0, started_at=now, due_at=now, channel="call", label=CALL_BACK, state=DueState.DUE
    )
    escalation.restart(lead, now)
    tell_owner(lead, KIND, subject=MISSED.format(name=lead.name), now=now, severity=URGENT, brief=BRIEF)
    send(
        channel=Channel.SMS,
        audience=Audience.CONSUMER,
        kind=TEXT_KIND,
        user=lead.owner.user if lead.owner else None,
        lead_id=lead.pk,
        to=e164(lead.phone),
        body=_text(lead),
        dedupe_key=f"missed:{call.pk}",
        now=now,
    )


def tell_stand_in(call: Call, lead: Lead, who: Producer, now: datetime) -> None:
    """Whoever is rung without owning the lead sees on their own page who is calling."""
    if lead.owner_id == who.pk:
        return
    drafts = staff_drafts(
        "lead_calls",
        user=who.user,
        channels=[Channel.IN_APP],
        subject=f"{lead.name} is calling now",
        path=page_of(lead.pk),
        lead_id=lead.pk,
    )
    send_all(drafts, now)


def tell_of_stranger(source: Source, now: datetime) -> None:
    """The managers know that somebody called who cannot be called back."""
    managers = active_managers()
    send_all(
        [
            draft
            for one in managers
            for draft in staff_drafts(
                "withheld_call", user=one.user, channels=[Channel.IN_APP], subject=STRANGER.format(source=source.name)
            )
        ],
        now,
    )


def _text(lead: Lead) -> str:
    head = letterhead()
    template = Template.objects.filter(key=TEMPLATE, channel=Channel.SMS, active=True).first()
    if template is None:
        return TEXT.format(agency=head.name)
    return render(template.body, signature.values(lead, lead.owner.user if lead.owner else None, head, static().lines))
