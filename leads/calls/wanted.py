"""Whether a call is still to be made: asked before our phone rings, when it is picked up, and before theirs is dialed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q

from agency.due import DueState
from agency.messaging import Permission
from leads.calling import bars_everyone
from leads.followup import refusals
from leads.followup.gate import may_contact
from leads.followup.gate.verdict import LICENSE, UNLICENSED
from leads.licensing import license_check
from leads.models import Call, CallEnd, CallState, Direction, Lead, Status
from leads.work.desk import may_work
from producers.roster import static
from producers.standins import works_for

DONE: Final = "This call was made already."
CLOSED: Final = "This lead is closed."
NOT_THEIRS: Final = "This lead is with somebody else by now."
TALKING: Final = "Somebody is on the phone with them already."


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why a call is not made."""

    end: CallEnd
    reason: str
    note: str
    """The same with the rule that says so, for the record."""
    retry_at: datetime | None = None
    """When it may be made after all."""
    permission: Permission | None = None
    """What the gate said, where it was the gate."""


def why_not(call: Call, lead: Lead, now: datetime) -> WhyNot | None:
    """Why the call is not to be made at `now`; None when it is. The caller's transaction holds both."""
    reason = _moot(call, lead, now)
    if reason:
        return WhyNot(CallEnd.MOOT, reason, reason)
    permission = may_contact(lead, "call" if call.manual else "voice", now)
    if not permission.allowed and (not call.manual or bars_everyone(permission)):
        words = " ".join(filter(None, (permission.reason, permission.rule and f"({permission.rule})")))
        return WhyNot(CallEnd.REFUSED, permission.reason, words, permission.retry_at, permission)
    if not call.manual and (lacking := _lacking(call, lead, now)):
        return WhyNot(CallEnd.REFUSED, lacking, f"{lacking} ({LICENSE})")
    return None


def keep_refusal(call: Call, no: WhyNot, now: datetime) -> None:
    """What the gate refused is on record with its rule, as it is of messages. In the caller's transaction."""
    if no.permission is not None:
        refusals.keep([refusals.of_call(call.lead_id, call.step, no.permission, now)], now)


def _moot(call: Call, lead: Lead, now: datetime) -> str:
    if not call.manual and call.step is not None and call.step.state != DueState.WAITING:
        return DONE
    if not call.manual and lead.status in (Status.BOUND, Status.LOST):
        return CLOSED
    if not is_theirs(call, lead, now):
        return NOT_THEIRS
    calling_us = Q(direction=Direction.IN) & ~Q(state=CallState.ENDED)
    talking = Call.objects.filter(Q(state__in=(CallState.DIALING, CallState.BRIDGED)) | calling_us, lead=lead).exclude(pk=call.pk)
    return TALKING if talking.exists() else ""


def _lacking(call: Call, lead: Lead, now: datetime) -> str:
    """What license the person who was rung lacks for the lead; empty when none. By hand they are warned, and it is noted."""
    check = license_check(lead, call.owner.key if call.owner else None, static(), now)
    return "" if check.allowed or call.owner is None else UNLICENSED.format(name=call.owner.name, why=check.why)


def is_theirs(call: Call, lead: Lead, now: datetime) -> bool:
    """Whether the lead is with the person who was rung: as owner or stand-in, as steward in nurture; by hand, whoever may."""
    who = call.owner
    if who is None:
        return False
    if call.manual:
        return may_work(lead, who.user, now)
    if lead.status == Status.NURTURE or lead.owner is None:
        return who.pk == lead.steward_id or (
            call.step is not None and call.step.plan is not None and who == call.step.plan.steward
        )
    return who.pk == lead.owner_id or works_for(lead.owner, now) == who
