"""The ladder beside an ownership: what is due, done; and leads that were held, decided again."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from math import inf
from time import monotonic
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max, Q, Value
from django.db.models.functions import Least

from agency import due, revisions, statements
from agency.due import DueState
from agency.messaging import Draft, send_all, staff_drafts
from agency.messaging.models import Severity
from producers import roster as rosters
from producers.facts import Roster
from producers.managers import active_managers
from producers.models import Presence, Producer
from producers.standins import works_for
from routing import current, notices
from routing.assignment import AssignmentError, assign, facts_of, hand_over
from routing.current import Configuration
from routing.engine import LeadFacts
from routing.engine.conditions import territory_of
from routing.engine.ranking import capacity_score
from routing.ladder import SLA, DueRung, due_rungs
from routing.models import Assignment, EndReason, Hold, LadderStep

if TYPE_CHECKING:
    from leads.models import Lead

CAUSE = "escalation"
HELD = "SELECT 1 FROM routing_hold WHERE state = 'due' LIMIT 1"
MOST_ATTEMPTS = 5
PAUSE = timedelta(seconds=30)
"""How long what failed waits for its next attempt, times the attempts so far."""
NOT_OWNER = "The lead has another owner."
ATTEMPTED = "An attempt was made in time."
CONTACTED = "Contact was made in time."
TOO_OFTEN = "Taken back {count} times already: it stays where it is."
NOBODY_ELSE = "Nobody else could take it."
TURNED_HOT = "The lead turned hot: the ladder begins anew."
SLA_MISSED = "No attempt was made in time."
TOLD = "Told {who}"
NOBODY_TO_TELL = "There is nobody to tell."
TOLD_BEFORE = "The manager was told under an earlier owner."
NOT_TO_BE_CALLED = "Not to be called: {why}"
GIVEN_ON = "Given to {name}"
HELD_AGAIN = "Decided again: {reason}"
NO_ACTION = "Without an action for {minutes} minutes"
BACKUP = "{name} takes over as {whose} backup: {owner} did not act in time."
ALERT = "{waiting}: {name}, {line}"
ALERT_BODY = "Nobody has tried to reach {name} yet. {owner} has had the lead since {since:%H:%M}."
AGAIN_BODY = "{name} turned hot at {since:%H:%M}, and nobody has tried to reach them since. {owner} has the lead."
AWAY = " {owner} is on leave: you stand in."
TAKEN_BRIEF = "A lead has gone to someone else"
TAKEN = "{name} has gone to {other}"
TAKEN_BODY = "You did not try to reach {name} in time, so {other} has the lead now."

logger = logging.getLogger(__name__)

_why_not_call_of: "Callable[[Lead, datetime], str] | None" = None


def register_bar(function: "Callable[[Lead, datetime], str]") -> None:
    """From now on this says why nobody may call a lead, by hand either; empty when somebody may."""
    global _why_not_call_of  # noqa: PLW0603  # set once, when the apps are ready
    _why_not_call_of = function


def start(assignment: Assignment, lead: "Lead", roster: Roster, now: datetime) -> list[LadderStep]:
    """The ladder of an ownership that has none is due rung by rung, in the owner's working time; in the caller's transaction."""
    config = current.configuration(revisions.current())
    rungs = due_rungs(config.ladder, facts_of(lead, now), assignment.producer.key, roster, now=now, callback_at=lead.callback_at)
    return LadderStep.objects.bulk_create(_step(assignment, one) for one in rungs)


def restart(lead: "Lead", now: datetime) -> int:
    """The owner of a lead that turned hot has a ladder again, from its first rung on; returns how many rungs it has.

    What was left of the one before is skipped. A lead that was reached already is not taken back by it: there are reminders
    only. Without an owner nothing happens. The caller's transaction holds the lead.
    """
    held = Assignment.objects.filter(lead_id=lead.pk, ended_at__isnull=True).select_related("producer").first()
    if held is None:
        return 0
    LadderStep.objects.filter(lead_id=lead.pk, state=DueState.DUE).update(
        state=DueState.SKIPPED, finished_at=now, outcome=TURNED_HOT
    )
    before: int | None = held.ladder.aggregate(last=Max("round"))["last"]
    config = current.configuration(revisions.current())
    rungs = due_rungs(config.ladder, facts_of(lead, now), held.producer.key, rosters.roster(now), now=now)
    steps = [
        _step(held, one, round=(before or 0) + 1, started_at=now)
        for one in rungs
        if held.contacted_at is None or one.rung.action != "reassign"
    ]
    return len(LadderStep.objects.bulk_create(steps))


def _step(held: Assignment, due_rung: DueRung, **more: Any) -> LadderStep:
    rung = due_rung.rung
    return LadderStep(
        assignment=held,
        lead_id=held.lead_id,
        rung=due_rung.number,
        action=rung.action,
        to=rung.to,
        channels=list(rung.channels),
        due_at=due_rung.due_at,
        **more,
    )


def stop(lead_id: int, *, now: datetime, why: str) -> int:
    """Nothing more of the lead's ladder is due; returns how many rungs were skipped. An attempt alone may not be enough.

    `why`: attempt, contact, or the status that ended it. In the caller's transaction.
    """
    waiting = LadderStep.objects.filter(lead_id=lead_id, state=DueState.DUE)
    if why == "attempt" and _ladder_ends_on() != "attempt":
        waiting.filter(put_off=True).update(put_off=False)
        return 0
    return waiting.update(state=DueState.SKIPPED, finished_at=now, outcome=why)


def stop_number(phone: str, *, lead_id: int | None = None, now: datetime, why: str) -> int:
    """Nothing more is due of the ladders of this lead and the number's others, for `why` nobody may call; returns how many."""
    concerned = Q(lead_id=lead_id) | (Q(lead__phone=phone) if phone else Q())
    waiting = LadderStep.objects.filter(concerned, state=DueState.DUE)
    return waiting.update(state=DueState.SKIPPED, finished_at=now, outcome=NOT_TO_BE_CALLED.format(why=why))


def recount(lead: "Lead", *, now: datetime, agreed: bool) -> int:
    """What is still due of the lead's ladder counts from its call-back, or from now where none is ahead; returns how many rungs.

    `agreed`: the person or a manager set the time. An owner's puts off their own rungs, once until they try to reach the lead;
    the manager's it never puts off. The caller's transaction holds the lead.
    """
    waiting = list(LadderStep.objects.filter(lead_id=lead.pk, state=DueState.DUE).select_related("assignment__producer"))
    if not waiting:
        return 0
    config = current.configuration(revisions.current())
    closed = rosters.closed_days(config.roster.holidays, rosters.local_day(now, config.roster.timezone))
    rungs = due_rungs(
        config.ladder,
        facts_of(lead, now),
        waiting[0].assignment.producer.key,
        replace(config.roster, closed=closed),
        now=now,
        callback_at=lead.callback_at,
    )
    instants = {one.number: one.due_at for one in rungs}
    for step in waiting:
        instant = instants.get(step.rung, step.due_at)
        if agreed or instant <= step.due_at:
            step.due_at = instant
        elif step.to != "manager" and not step.put_off:
            step.due_at, step.put_off = instant, True
    return due.record(LadderStep, waiting, ("due_at", "put_off"))


def _ladder_ends_on() -> str:
    return current.configuration(revisions.current()).ladder.ends_on


def run_due(now: datetime, limit: int = 200, seconds: float = inf) -> int:
    """Every rung and hold that is due at `now` was done, or refused with a reason; returns how many, at most `limit`.

    None is begun after `seconds`.

    Each is a transaction of its own: nothing here talks to the outside, so a crash leaves it due, and one that somebody else is
    working on is passed over. What fails is tried again later and in the end left to a person, and does not stop the others.
    """
    done, until = 0, monotonic() + seconds
    for pick, act in ((_due_hold, _decide_again), (_due_rung, _climb)):
        while done < limit and monotonic() < until and _run_one(pick, act, now):
            done += 1
    return done


def _run_one(pick: Callable[[datetime], Any], act: Callable[[Any, datetime], tuple[DueState, str]], now: datetime) -> bool:
    """One piece of due work has been dealt with; False when there is none."""
    with transaction.atomic():
        work = pick(now)
        if work is None:
            return False
        try:
            with transaction.atomic():
                work.state, work.outcome = act(work, now)
            work.finished_at = now
        except Exception as error:
            logger.exception("%s %s could not be done", type(work).__name__, work.pk)
            work.attempts += 1
            work.state = DueState.STUCK if work.attempts >= MOST_ATTEMPTS else DueState.DUE
            work.outcome, work.due_at = str(error), now + PAUSE * work.attempts
        work.outcome = work.outcome[: due.OUTCOME_LENGTH]
        work.save(update_fields=["state", "outcome", "finished_at", "attempts", "due_at"])
    return True


def _due_hold(now: datetime) -> Hold | None:
    """A held lead whose time is over, or for whom somebody is free now."""
    if not statements.run(HELD):
        return None
    ready = Q(due_at__lte=now) | Q(awaits__load__presence=Presence.AVAILABLE)
    return (
        Hold.objects.filter(ready, state=DueState.DUE)
        .select_related("lead")
        .order_by("due_at", "pk")
        .select_for_update(skip_locked=True, of=("lead", "self"), no_key=True)
        .first()
    )


def _decide_again(hold: Hold, now: datetime) -> tuple[DueState, str]:
    facts = replace(facts_of(hold.lead, now), may_be_held=False)
    decision = assign(hold.lead, reason="hold", now=now, facts=facts)
    return DueState.DONE, HELD_AGAIN.format(reason=decision.reason)


def _due_rung(now: datetime) -> LadderStep | None:
    if not due.is_any(LadderStep, now):
        return None
    steps = LadderStep.objects.select_related("lead__owner__user", "assignment__producer__user")
    return next(iter(due.lock(steps, now, 1, of=("lead", "self"))), None)


def _climb(step: LadderStep, now: datetime) -> tuple[DueState, str]:
    """Do one rung, after looking again at everything it rests on."""
    config = current.configuration(revisions.current())
    if why := _moot(step, config, now):
        return DueState.SKIPPED, why
    if step.action == "reassign":
        return _reassign(step, config, now)
    if step.action == SLA:
        return DueState.DONE, SLA_MISSED
    people = _recipients(step, config, now)
    send_all([draft for one in people for draft in _alert(step, one, config, now)], now)
    told = ", ".join(one.user.name for one in people)
    return (DueState.DONE, TOLD.format(who=told)) if people else (DueState.SKIPPED, NOBODY_TO_TELL)


def _moot(step: LadderStep, config: Configuration, now: datetime) -> str:
    """Why a rung need not be done any more."""
    held = step.assignment
    if held.ended_at is not None or step.lead.owner_id != held.producer_id:
        return NOT_OWNER
    if _why_not_call_of is not None and (why := _why_not_call_of(step.lead, now)):
        stop_number("", lead_id=step.lead_id, now=now, why=why)
        return NOT_TO_BE_CALLED.format(why=why)
    if step.to == "manager" and _told_before(step):
        return TOLD_BEFORE
    if step.round:
        return ""  # whatever was tried since it began anew has skipped it
    if held.contacted_at is not None:
        return CONTACTED
    return ATTEMPTED if held.first_attempt_at is not None and config.ladder.ends_on == "attempt" else ""


def _told_before(step: LadderStep) -> bool:
    """Whether this rung was done under an owner who was too slow, since the lead last turned hot or was handed on by a person."""
    ends = Assignment.objects.filter(lead_id=step.lead_id, ended_at__isnull=False).exclude(end_reason=EndReason.ESCALATED)
    begun = LadderStep.objects.filter(lead_id=step.lead_id).aggregate(last=Max("started_at"))["last"]
    handed = ends.aggregate(last=Max("ended_at"))["last"]
    done = LadderStep.objects.filter(lead_id=step.lead_id, state=DueState.DONE, to=step.to, rung=step.rung)
    since = max((each for each in (begun, handed) if each is not None), default=None)
    return (done if since is None else done.filter(finished_at__gte=since)).exists()


# --- Telling ---


def _recipients(step: LadderStep, config: Configuration, now: datetime) -> list[Producer]:
    if step.to == "owner":
        who = works_for(step.assignment.producer, now)
        return [who] if who else managers_of(step.assignment.producer)
    if step.to == "backup":
        keys = [key for key, _ in _backups(step, config, facts_of(step.lead, now))]
        return [config.people[key].producer for key in keys[:1]]
    return managers_of(step.assignment.producer)


def managers_of(producer: Producer) -> list[Producer]:
    """Whom to tell of someone's leads: the active managers who lead their teams, else every active manager."""
    managers = active_managers()
    leading = managers.filter(leads_teams__members=producer).distinct().order_by("key")
    return list(leading) or list(managers.order_by("key"))


def _alert(step: LadderStep, one: Producer, config: Configuration, now: datetime) -> list[Draft]:
    lead, held = step.lead, step.assignment
    facts = facts_of(lead, now)
    zone = ZoneInfo(config.roster.timezone)
    # The owner answers for their own time, the manager is told how long the lead itself has waited.
    since = _first_owned_at(lead) if step.to == "manager" else held.started_at
    minutes = int((now - (step.started_at or since)).total_seconds() // 60)
    body = AGAIN_BODY if step.started_at else ALERT_BODY
    since = (step.started_at or held.started_at).astimezone(zone)
    body = body.format(name=lead.name, owner=held.producer.name, since=since)
    stands_in = step.to == "owner" and one.pk != held.producer_id
    return staff_drafts(
        f"ladder_{step.action}",
        user=one.user,
        channels=step.channels or [],
        subject=ALERT.format(waiting=NO_ACTION.format(minutes=minutes), name=lead.name, line=notices.line_of(facts, config)),
        body=body + (AWAY.format(owner=held.producer.name) if stands_in else ""),
        path=notices.page_of(lead.pk),
        lead_id=lead.pk,
        dedupe_key=f"ladder:{step.pk}:{one.pk}",
        severity=Severity.URGENT,
        brief=NO_ACTION.format(minutes=minutes),
        known=config.alerts,
    )


def _first_owned_at(lead: "Lead") -> datetime:
    return Assignment.objects.filter(lead_id=lead.pk).order_by("started_at").values_list("started_at", flat=True)[0]


# --- Taking back ---


def _reassign(step: LadderStep, config: Configuration, now: datetime) -> tuple[DueState, str]:
    lead, owner = step.lead, step.assignment.producer
    times = Assignment.objects.filter(lead_id=lead.pk, end_reason=EndReason.ESCALATED).count()
    if times >= config.ladder.max_reassignments:
        return DueState.SKIPPED, TOO_OFTEN.format(count=times)
    if lead.unplaced:
        return DueState.SKIPPED, NOBODY_ELSE
    told_later = list(lead.ladder.filter(state=DueState.DUE, to="manager").values_list("rung", "due_at"))
    try:
        with transaction.atomic():
            new_owner = _next_owner(step, config, now)
    except AssignmentError as error:
        return DueState.SKIPPED, str(error)
    for rung, due_at in told_later:  # the manager waits for the lead, not for its owner of the moment
        LadderStep.objects.filter(lead_id=lead.pk, state=DueState.DUE, rung=rung).update(due_at=Least("due_at", Value(due_at)))
    _tell_first_owner(lead, owner, new_owner, now)
    return DueState.DONE, GIVEN_ON.format(name=new_owner)


def _next_owner(step: LadderStep, config: Configuration, now: datetime) -> str:
    """The lead is with a backup who has room, else with whom the rules choose; returns their name. Else AssignmentError."""
    lead, owner = step.lead, step.assignment.producer
    note = f"No attempt in {int((now - step.assignment.started_at).total_seconds() // 60)} minutes"
    refused = set(
        Assignment.objects.filter(lead_id=lead.pk, end_reason__in=[EndReason.DECLINED, EndReason.ESCALATED]).values_list(
            "producer__key", flat=True
        )
    )
    loads = rosters.loads(now, config.roster.timezone)
    for key, whose in _backups(step, config, facts_of(lead, now)):
        if key in refused or (key in loads and capacity_score(loads[key]) < config.ladder.backup_minimum_capacity_score):
            continue
        words = BACKUP.format(name=config.people[key].user.name, whose=whose, owner=owner.name)
        try:
            with transaction.atomic():
                hand_over(lead, key, cause=CAUSE, words=words, note=note, now=now)
        except AssignmentError:
            continue  # a gate: the next one
        return config.people[key].user.name
    facts = replace(facts_of(lead, now), may_be_held=False, may_be_nurtured=False)
    decision = assign(lead, reason=CAUSE, now=now, exclude={owner.key}, facts=facts, end_note=note)
    if decision.producer is None or decision.outcome == "unplaced":
        raise AssignmentError(NOBODY_ELSE)  # rolled back by the caller: better a slow owner than none
    return config.people[decision.producer].user.name


def _backups(step: LadderStep, config: Configuration, facts: LeadFacts) -> list[tuple[str, str]]:
    """Who may take over, in order, and whose backup they are: the territory's, then the owner's own."""
    owner = step.assignment.producer.key
    territory = territory_of(facts, config.roster)
    person = config.roster.producers.get(owner)
    found = [(territory.backup, f"{territory.name}'s")] if territory and territory.backup else []
    found += [(person.backup, f"{person.name}'s")] if person and person.backup else []
    return [(key, whose) for key, whose in found if key != owner and key in config.roster.producers]


def _tell_first_owner(lead: "Lead", owner: Producer, other: str, now: datetime) -> None:
    config = current.configuration(revisions.current())
    send_all(
        staff_drafts(
            "lead_taken",
            user=owner.user,
            channels=config.channels(owner.key, "taken"),
            subject=TAKEN.format(name=lead.name, other=other),
            body=TAKEN_BODY.format(name=lead.name, other=other),
            path=notices.page_of(lead.pk),
            lead_id=lead.pk,
            brief=TAKEN_BRIEF,
            known=config.alerts,
        ),
        now,
    )
