"""Starting, continuing and stopping a lead's plans. Everything here runs in the transaction of the event that causes it."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import Q

from agency import bulk, revisions
from agency.due import DueState
from agency.messaging.models import Audience, Message
from leads.current import configuration
from leads.facts import KnownPerson, facts_of, lead_facts
from leads.followup.facts import PlanFacts, StepRow, step_rows
from leads.followup.plans import plans
from leads.followup.selectors import is_due_call
from leads.models import FollowUpStep, Lead, Plan, Status
from routing.engine.conditions import unmet
from routing.engine.facts import ASSIGNED, NURTURED, UNPLACED, Decision, LeadFacts

TRIGGER_ASSIGNED = "assigned"
TRIGGER_QUOTED = "quoted"
TRIGGER_NURTURE = "nurture"

_PERSONAL = {"existing_client", "open_lead"}
"""Conditions on who the person is, apart from the lead in hand."""
PENDING = (DueState.DUE, DueState.WAITING)
STOPPED = "Stopped: {event}."
TO_NURTURE = "The lead went to nurture."
FROM_NURTURE = "The lead left nurture."
CALLED = "A call was logged."

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
        _end(Q(lead_id=lead.pk) & ~Q(plan__in=[plan.id for plan in chosen]), TO_NURTURE, now)
    rows = [row for plan in chosen for row in step_rows(plan, lead.pk, now)]
    if fresh:
        return write(rows)
    once = trigger == TRIGGER_ASSIGNED and not again
    return write(rows, where=_NOT_BEGUN_SINCE_NURTURE if once else _NOT_RUNNING)


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


def write(rows: Sequence[StepRow], where: str = "") -> int:
    """The rows are stored by one statement, less those that exist or that `where` (SQL on `new`) rules out; returns how many."""
    return len(
        bulk.insert(FollowUpStep, [row.to_row() for row in rows], where=where, tail="ON CONFLICT DO NOTHING", returning="id")
    )


def stop(lead_id: int, *, event: str, now: datetime) -> int:
    """What is still to come of the plans that stop on `event` is skipped, unsent messages included; returns how many steps."""
    return stop_each([lead_id], event=event, now=now)


def stop_each(lead_ids: Collection[int], *, event: str, now: datetime) -> int:
    """As `stop`, for several leads at once: what one person says is said to all of them."""
    return _end(
        Q(lead_id__in=lead_ids, plan__in=Plan.objects.filter(stops__contains=[event])), STOPPED.format(event=_words(event)), now
    )


def call_logged(lead_id: int, *, now: datetime) -> int:
    """The calls that somebody was to make by `now` are done; returns how many."""
    return FollowUpStep.objects.filter(is_due_call(now), lead_id=lead_id).update(
        state=DueState.DONE, finished_at=now, outcome=CALLED
    )


def on_decided(lead: Lead, decision: Decision, now: datetime, cause: str) -> None:
    """The lead's plans fit the decision: nurtured, that plan alone; owned, no nurture, and what an assignment begins has begun.

    A reassignment leaves running plans as they are: the sequence belongs to the lead.
    """
    fresh = cause == "intake" and lead.received_at == now
    if decision.outcome == NURTURED:
        start(lead, trigger=TRIGGER_NURTURE, now=now, plan_key=decision.plan, fresh=fresh)
    elif decision.outcome in (ASSIGNED, UNPLACED):
        if not fresh:
            leave_nurture(lead.pk, now=now)
        if lead.status == Status.NEW:
            start(lead, trigger=TRIGGER_ASSIGNED, now=now, again=cause == "reopen", fresh=fresh)


def leave_nurture(lead_id: int, *, now: datetime) -> int:
    """What is still to come of nurture plans is skipped; returns how many steps."""
    return _end(Q(lead_id=lead_id, plan__starts=TRIGGER_NURTURE), FROM_NURTURE, now)


def end_all(lead_id: int, *, why: str, now: datetime) -> int:
    """What is still to come of any plan is skipped with the reason; returns how many steps."""
    return _end(Q(lead_id=lead_id), why, now)


def _end(which: Q, why: str, now: datetime) -> int:
    steps = FollowUpStep.objects.filter(which)
    Message.objects.filter(
        pk__in=steps.filter(message__state=DueState.DUE).values("message"), state=DueState.DUE, audience=Audience.CONSUMER
    ).update(state=DueState.SKIPPED, finished_at=now, outcome=why)
    return steps.filter(state__in=PENDING).update(state=DueState.SKIPPED, finished_at=now, outcome=why)


def _facts(lead: Lead, asking: Sequence[PlanFacts], now: datetime) -> LeadFacts:
    """The lead's facts, without asking who the person is unless one of the plans does."""
    if any(_PERSONAL & plan.when.keys() for plan in asking):
        return lead_facts(lead, now)
    return facts_of(lead, lead.source, KnownPerson())


def _words(event: str) -> str:
    return event.replace("_", " ")
