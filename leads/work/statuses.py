"""Moving a lead on: contacted, quoted, bound, lost, into nurture, and open again."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from django.utils import timezone

from agency.models import User
from agency.roles import is_manager
from leads import followup
from leads.history import note_status
from leads.models import OPEN_STATUSES, Client, Lead, Plan, Policy, Quote, Status
from leads.work.appointments import check_appointment
from leads.work.credit import credit
from leads.work.desk import DOUBLE_PRESS, WorkError, at_work
from leads.work.licensed import require_license
from leads.work.returning import bring_back
from routing import escalation
from routing.assignment import close

NO_STATUS: Final = "Choose a status."
NO_PREMIUM: Final = "Say the premium."
NO_REASON: Final = "Say why it was lost."
NO_WAY_BACK: Final = "A lead we have talked to cannot become new again."
NOBODY_OWNS_IT: Final = "Somebody must own the lead first."
BOUND_STAYS: Final = "A sale is undone by a manager only."
NEGATIVE: Final = "Amounts are not negative."
TOO_MUCH: Final = "The commission is larger than the premium."
CLOSED: Final = "The lead is {status}."
ENDS_BEFORE: Final = "The policy ends before it begins."
SALES: Final = (Status.QUOTED, Status.BOUND)
"""What only somebody licensed may do."""


@dataclass(frozen=True, slots=True)
class Sale:
    """What was offered or sold."""

    premium: Decimal | None = None
    commission: Decimal | None = None
    carrier: str = ""
    line: str = ""
    number: str = ""
    effective_on: date | None = None
    expires_on: date | None = None


@dataclass(slots=True)
class Step:
    """One lead's step to another status."""

    lead: Lead
    by: User | None
    now: datetime
    reason: str
    sale: Sale = field(default_factory=Sale)


def set_status(
    lead: Lead,
    *,
    by: User | None,
    status: str,
    premium: Decimal | None = None,
    commission: Decimal | None = None,
    reason: str = "",
    now: datetime | None = None,
    carrier: str = "",
    line: str = "",
    number: str = "",
    effective_on: date | None = None,
    expires_on: date | None = None,
) -> None:
    """The lead has the status, with all that goes with it: quote or policy, history, timers, ownership, rates.

    Quoted and bound need a premium (dollars a year), and make another quote or policy when the lead is there already; lost needs
    a reason. A quote or a sale needs the owner's license, whoever presses, and that of whoever sells in the owner's place. A
    closed or nurtured lead that goes on is opened again first, so that its sale is somebody's. Pressing twice does it once.
    """
    now = timezone.now() if now is None else now
    sale = Sale(premium, commission, carrier, line, number, effective_on, expires_on)
    _check(status, sale, reason.strip())
    with at_work(lead, by, now) as locked:
        step = Step(locked, by, now, reason.strip(), sale)
        before = locked.status
        if before == Status.BOUND and status != Status.BOUND:
            _undo_sale(step)
        if before not in OPEN_STATUSES and (status in OPEN_STATUSES or (status == Status.BOUND and before != status)):
            _open_again(step, Status(status))
        _TO[Status(status)](step)
        locked.updated_at = now
        locked.save()
        note_status(locked, before, by=by, now=now, reason=step.reason)


def _check(status: str, sale: Sale, reason: str) -> None:
    if status not in Status.values:
        raise WorkError(NO_STATUS)
    if status in SALES and not sale.premium:
        raise WorkError(NO_PREMIUM)
    if status == Status.LOST and not reason:
        raise WorkError(NO_REASON)
    if (sale.premium or 0) < 0 or (sale.commission or 0) < 0:
        raise WorkError(NEGATIVE)
    if sale.premium and sale.commission and sale.commission > sale.premium:
        raise WorkError(TOO_MUCH)
    if sale.effective_on and sale.expires_on and sale.expires_on < sale.effective_on:
        raise WorkError(ENDS_BEFORE)


def _to_new(step: Step) -> None:
    if step.lead.status != Status.NEW:
        raise WorkError(NO_WAY_BACK)


def _to_contacted(step: Step) -> None:
    """A quoted lead stays quoted: it has been contacted."""
    lead = _owned(step.lead)
    _reached(step)
    if lead.status == Status.NEW:
        lead.status = Status.CONTACTED
        followup.stop(lead.pk, event="reached", now=step.now)
    credit(lead, now=step.now, attempted=True, contacted=True)


def _to_quoted(step: Step) -> None:
    lead, sale, now = _owned(step.lead), step.sale, step.now
    offer = {"lead": lead, "by": step.by, "premium": sale.premium, "carrier": sale.carrier, "line": sale.line or lead.line}
    if lead.status == Status.QUOTED and Quote.objects.filter(**offer, quoted_at__gt=now - DOUBLE_PRESS).exists():
        return
    Quote.objects.create(**offer, quoted_at=now, license=require_license(lead, line=sale.line, by=step.by, now=now))
    _reached(step)
    lead.status = Status.QUOTED
    lead.quoted_at = lead.quoted_at or now
    credit(lead, now=now, attempted=True, quoted=True)
    followup.stop(lead.pk, event="quoted", now=now)
    followup.start(lead, trigger="quoted", now=now)


def _to_bound(step: Step) -> None:
    lead, sale, now = _owned(step.lead), step.sale, step.now
    sold = {"lead": lead, "premium": sale.premium, "carrier": sale.carrier, "line": sale.line or lead.line, "number": sale.number}
    if lead.status == Status.BOUND and Policy.objects.filter(**sold, bound_at__gt=now - DOUBLE_PRESS).exists():
        return
    proof = require_license(lead, line=sale.line, by=step.by, now=now)
    check_appointment(lead, sale.carrier, now=now)
    Policy.objects.create(
        **sold,
        client=_client(lead, now),
        quote=Quote.objects.filter(lead=lead).order_by("-quoted_at").first(),
        producer=lead.owner,
        commission=sale.commission,
        effective_on=sale.effective_on,
        expires_on=sale.expires_on,
        bound_at=now,
        license=proof,
    )
    _reached(step)
    credit(lead, now=now, attempted=True, bound=True)
    _finish(step, Status.BOUND)


def _to_lost(step: Step) -> None:
    if step.lead.status == Status.LOST:
        return
    _finish(step, Status.LOST)
    step.lead.lost_reason = step.reason[:120]


def _to_nurture(step: Step) -> None:
    """The plan's steward, else whoever owned it, is accountable while nobody owns it."""
    lead = step.lead
    if lead.status == Status.NURTURE:
        return
    plan = Plan.objects.select_related("steward").filter(starts="nurture", active=True).order_by("position", "key").first()
    lead.steward = plan.steward if plan is not None and plan.steward is not None else lead.owner
    lead.closed_at, lead.lost_reason = None, ""
    lead.status = Status.NURTURE
    escalation.stop(lead.pk, now=step.now, why="nurture")
    close(lead, now=step.now, why="nurture")
    if plan is not None:
        followup.start(lead, trigger="nurture", now=step.now, plan_key=plan.key)


def _finish(step: Step, status: Status) -> None:
    """The lead is closed as sold or lost; its owner stays written on it, and nothing more runs."""
    lead, now = step.lead, step.now
    lead.status, lead.closed_at, lead.held_until = status, lead.closed_at or now, None
    escalation.stop(lead.pk, now=now, why=str(status))
    close(lead, now=now, why=str(status))
    followup.end_all(lead.pk, why=CLOSED.format(status=Status(status).label.lower()), now=now)


def _open_again(step: Step, status: Status) -> None:
    """A quote or a sale is made by whoever had the lead, or brings it back: it is not put down to somebody else instead."""
    lead = step.lead
    if status in SALES and (lead.owner is not None or step.by is not None):
        require_license(lead, line=step.sale.line, by=step.by, now=step.now)
    lead.lost_reason = ""
    bring_back(lead, by=step.by, now=step.now)
    if lead.status not in OPEN_STATUSES:
        raise WorkError(NOBODY_OWNS_IT)


def _undo_sale(step: Step) -> None:
    """The policies of a sale that did not hold are kept, as reversed."""
    if step.by is not None and not is_manager(step.by):
        raise WorkError(BOUND_STAYS)
    Policy.objects.filter(lead=step.lead, reversed_at__isnull=True).update(reversed_at=step.now)


def _reached(step: Step) -> None:
    """Whoever sets such a status has talked to the person, logged or not."""
    lead, now = step.lead, step.now
    lead.first_attempt_at = lead.first_attempt_at or now
    lead.contacted_at = lead.contacted_at or now
    lead.last_activity_at = max(lead.last_activity_at, now)
    escalation.stop(lead.pk, now=now, why="contact")


def _client(lead: Lead, now: datetime) -> Client:
    """Whoever bought is in the book of business, served by whoever sold to them."""
    if lead.client is None:
        lead.client = Client.objects.create(
            household_id=lead.household_id,
            first_name=lead.first_name,
            last_name=lead.last_name,
            email=lead.email,
            phone=lead.phone,
            zip_code=lead.zip_code,
            producer=lead.owner,
            created_at=now,
        )
    return lead.client


def _owned(lead: Lead) -> Lead:
    if lead.owner_id is None:
        raise WorkError(NOBODY_OWNS_IT)
    return lead


_TO: Final = {
    Status.NEW: _to_new,
    Status.CONTACTED: _to_contacted,
    Status.QUOTED: _to_quoted,
    Status.BOUND: _to_bound,
    Status.LOST: _to_lost,
    Status.NURTURE: _to_nurture,
}
