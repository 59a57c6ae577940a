"""Starting, continuing and stopping a lead's plans. Everything here runs in the transaction of the event that causes it."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import Q

from agency import revisions
from agency.due import DueState
from leads.current import configuration
from leads.facts import KnownPerson, facts_of, lead_facts
from leads.followup import callbacks
from leads.followup.facts import PlanFacts, step_rows, with_call_back
from leads.followup.plans import plans
from leads.followup.rows import PENDING, write
from leads.followup.selectors import is_open_call
from leads.followup.withdrawal import keep_back, take_back
from leads.models import FollowUpStep, Lead, Plan, Status
from routing.engine.conditions import unmet
from routing.engine.facts import ASSIGNED, NURTURED, UNPLACED, Decision, LeadFacts

TRIGGER_ASSIGNED = "assigned"
TRIGGER_QUOTED = "quoted"
TRIGGER_NURTURE = "nurture"

_PERSONAL = {"existing_client", "open_lead"}
"""Conditions on who the person is, apart from the lead in hand."""
STOPPED = "Stopped: {event}."
TO_NURTURE = "The lead went to nurture."
FROM_NURTURE = "The lead left nurture."
CALLED = "A call was logged."
SIGNED_ANEW = "Taken back: the lead has another owner, who says it."
AGREED_LATER = Q(agreed=True, state=DueState.DUE)
"""A call-back whose time has not come: no event of a plan ends it."""

_NOT_RUNNING = """NOT EXISTS (
    SELECT 1 FROM leads_followupstep AS old
    WHERE old.lead_id = new.lead_id AND old.plan_id = new.plan_id AND old.state IN ('due', 'waiting'))"""
_NOT_BEGUN_SINCE_NURTURE = """NOT EXISTS (
    SELECT 1 FROM leads_followupstep AS old
    WHERE old.lead_id = new.lead_id AND old.plan_id = new.plan_id AND old.started_at >= COALESCE((
        SELECT max(nurtured.started_at) FROM leads_followupstep AS nurtured JOIN leads_plan AS plan ON plan.id = nurtured.plan_id
        WHERE nurtured.lead_id = new.lead_id AND plan.starts = 'nurture'), '-infinity'))"""


def start(
    lead: Lead,
    *,
    trigger: str,
    now: datetime,
    plan_key: str | None = None,
    facts: LeadFacts | None = None,
    again: bool = False,
    fresh: bool = False,
) -> int:
    """The plans that begin on `trigger` and whose conditions hold have begun: all their steps are rows. Returns how many rows.

    With `plan_key`, that plan alone, whatever its conditions. Nurture begins the first plan that fits, and ends all others. What
    begins on assignment begins once until the lead was nurtured, unless `again`; what begins on a quote or on nurture, unless it
    is running. `fresh`: the lead was written a moment ago, so nothing has begun yet. The caller's transaction holds the lead.
    """
    chosen = choose(lead, trigger=trigger, now=now, plan_key=plan_key, facts=facts)
    if trigger == TRIGGER_NURTURE and not fresh:
        _end(Q(lead_id=lead.pk) & ~Q(plan__in=[plan.id for plan in chosen]) & ~AGREED_LATER, TO_NURTURE, now)
    rows = [row for plan in chosen for row in step_rows(plan, lead.pk, now)]
    call_back = lead.callback_at if lead.callback_at and lead.callback_at > now else None
    if fresh:
        return write(with_call_back(rows, lead.pk, call_back, now) if call_back else rows)
    once = trigger == TRIGGER_ASSIGNED and not again
    written = write(rows, where=_NOT_BEGUN_SINCE_NURTURE if once else _NOT_RUNNING)
    if call_back:
        callbacks.rebook(lead, now=now)
    return written


def choose(
    lead: Lead, *, trigger: str, now: datetime, plan_key: str | None = None, facts: LeadFacts | None = None
) -> list[PlanFacts]:
    """The plans that `trigger` begins for this lead; one query, and those for who the person is when a plan's condition asks."""
    numbers = revisions.current()
    named = [plan for plan in plans(numbers[revisions.PLANS]) if plan.starts == trigger and plan_key in (None, plan.key)]
    if plan_key is None and any(plan.when for plan in named):
        people = configuration(numbers).roster
        known = facts or _facts(lead, named, now)
        named = [plan for plan in named if not plan.when or not unmet(plan.when, known, people, now)]
    return named[:1] if trigger == TRIGGER_NURTURE else named


def stop(lead_id: int, *, event: str, now: datetime) -> int:
    """What is still to come of the plans that stop on `event` is skipped, unsent messages included; returns how many steps.

    A call-back whose time has not come yet stays: it was agreed with the person.
    """
    return stop_each([lead_id], event=event, now=now)


def stop_each(lead_ids: Collection[int], *, event: str, now: datetime) -> int:
    """As `stop`, for several leads at once: what one person says is said to all of them."""
    stopping = Plan.objects.filter(stops__contains=[event])
    return _end(Q(lead_id__in=lead_ids, plan__in=stopping) & ~AGREED_LATER, STOPPED.format(event=_words(event)), now)


def call_logged(lead_id: int, *, now: datetime) -> int:
    """The calls that somebody was to make by `now` are done; returns how many."""
    return FollowUpStep.objects.filter(is_open_call(now), lead_id=lead_id).update(
        state=DueState.DONE, finished_at=now, outcome=CALLED
    )


def no_calls(lead_ids: Collection[int], *, why: str, now: datetime) -> int:
    """The calls that somebody was to make by `now` are not to be made; returns how many."""
    return FollowUpStep.objects.filter(is_open_call(now), lead_id__in=lead_ids).update(
        state=DueState.SKIPPED, finished_at=now, outcome=why
    )


def on_decided(lead: Lead, decision: Decision, now: datetime, cause: str) -> None:
    """The lead's plans fit the decision: nurtured, that plan alone; owned, no nurture, and what an assignment begins has begun.

    A reassignment leaves running plans as they are: the sequence belongs to the lead. What is said from now on is signed by the
    new owner, also what was written and has not left.
    """
    fresh = cause == "intake" and lead.received_at == now
    if decision.outcome == NURTURED:
        start(lead, trigger=TRIGGER_NURTURE, now=now, plan_key=decision.plan, fresh=fresh)
    elif decision.outcome in (ASSIGNED, UNPLACED):
        if not fresh:
            leave_nurture(lead.pk, now=now)
            take_back(lead.pk, why=SIGNED_ANEW, now=now)
        if lead.status == Status.NEW:
            start(lead, trigger=TRIGGER_ASSIGNED, now=now, again=cause == "reopen", fresh=fresh)


def leave_nurture(lead_id: int, *, now: datetime) -> int:
    """What is still to come of nurture plans is skipped; returns how many steps."""
    return _end(Q(lead_id=lead_id, plan__starts=TRIGGER_NURTURE) & ~AGREED_LATER, FROM_NURTURE, now)


def end_all(lead_id: int, *, why: str, now: datetime) -> int:
    """What is still to come of any plan is skipped with the reason; returns how many steps."""
    return _end(Q(lead_id=lead_id), why, now)


def _end(which: Q, why: str, now: datetime) -> int:
    steps = FollowUpStep.objects.filter(which)
    keep_back(steps, why=why, now=now)
    return steps.filter(state__in=PENDING).update(state=DueState.SKIPPED, finished_at=now, outcome=why)


def _facts(lead: Lead, asking: Sequence[PlanFacts], now: datetime) -> LeadFacts:
    """The lead's facts, without asking who the person is unless one of the plans does."""
    if any(_PERSONAL & plan.when.keys() for plan in asking):
        return lead_facts(lead, now)
    return facts_of(lead, lead.source, KnownPerson())


def _words(event: str) -> str:
    return event.replace("_", " ")
