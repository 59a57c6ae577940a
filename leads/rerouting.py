"""What becomes of an open lead's ownership when its place or line turns out to be another."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from agency import revisions
from agency.messaging import send_all, staff_drafts
from agency.models import User
from leads.history import note_status
from leads.models import Lead, Status
from producers.models import Producer
from routing import current
from routing.assignment import assign, barred
from routing.engine.facts import Decision, LeadFacts

DECIDING: Final = ("zip_code", "state", "county", "line", "family")
"""What licenses and territories are about."""
GONE: Final = "{name} has gone to {other}"
GONE_BRIEF: Final = "A lead has gone to someone else"
GONE_BODY: Final = "What is known of {name} has changed, so you may no longer have this lead: {why}. {other} has it now."


def whereabouts(lead: Lead) -> tuple[str, ...]:
    """What `look_again` should be told about when it changes."""
    return tuple(getattr(lead, name) for name in DECIDING)


def look_again(lead: Lead, facts: LeadFacts, *, cause: str, by: User | None, reason: str = "", now: datetime) -> Decision | None:
    """The open lead, whose place or line has changed, is with somebody who may have it; None when nothing was to decide.

    Decided again are a lead that nobody could take, and one whose owner lacks license or certification for what it is now: they
    are told why. The caller owns the transaction, and holds and has saved the lead.
    """
    owner = lead.owner
    if not lead.is_open or owner is None:
        return None
    why = "; ".join(barred(lead, facts, now))
    if not why and not lead.unplaced:
        return None
    before, worked = lead.status, lead.status != Status.NEW
    if not lead.unplaced or worked:  # somebody has begun: it is neither put to rest nor kept waiting
        facts = replace(facts, may_be_nurtured=False, may_be_held=False)
    unplaced = lead.unplaced
    decision = assign(lead, reason=cause, now=now, facts=facts, by=by, end_note=why)
    note_status(lead, before, by=by, now=now, reason=reason or cause)
    if not unplaced and lead.owner is not None and lead.owner != owner:
        _tell(lead, owner, why, now)
    return decision


def _tell(lead: Lead, owner: Producer, why: str, now: datetime) -> None:
    other = lead.owner.name if lead.owner else ""
    config = current.configuration(revisions.current())
    send_all(
        staff_drafts(
            "lead_taken",
            user=owner.user,
            channels=config.channels(owner.key, "taken"),
            subject=GONE.format(name=lead.name, other=other),
            body=GONE_BODY.format(name=lead.name, other=other, why=why),
            path=f"/leads/{lead.pk}/",
            lead_id=lead.pk,
            brief=GONE_BRIEF,
            known=config.alerts,
        ),
        now,
    )
