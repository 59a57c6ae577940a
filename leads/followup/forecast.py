"""What will happen to a lead by itself, and when, as things stand: the run that is to come, gone through without doing anything.

Every call is taken to be made and unanswered, so that attempts to come count against the caps.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heapify, heappop, heappush

from django.db.models import Q

from agency.due import DueState
from agency.messaging import Permission
from agency.messaging.models import Message
from leads.followup import outcome, signature
from leads.followup.outcome import Batch
from leads.followup.places import quiet_hours
from leads.followup.rows import PENDING
from leads.followup.templates import TemplateError, render
from leads.followup.transition import why_not
from leads.models import FollowUpPause, FollowUpStep, Lead

RESTS = "Rests until the follow-up is resumed."
PAUSED_UNTIL = "The follow-up is paused until then."
OVERTAKEN = "The one after it comes at the same time."
BY_PHONE = ("call", "sms", "voice")
MOST_MOVES = 20
"""Of one step in one forecast."""


@dataclass(frozen=True, slots=True)
class Coming:
    """One touch that is to come. `at` is None while nobody can tell: it rests, or will be dropped."""

    id: int
    plan: str
    label: str
    channel: str
    planned_at: datetime
    at: datetime | None
    why_moved: str = ""
    """Why not when it was planned."""
    why_dropped: str = ""
    """Why it will not happen, as things stand."""
    rule: str = ""
    """What the gate moves or drops it by, with its version."""
    signer: str = ""
    """Whose task it is, or who signs it."""
    agreed: bool = False
    """A call at a time agreed with the person."""
    is_open: bool = False
    """A call that somebody is to make by now."""
    is_written: bool = False
    """A message that is in the outbox, and waits there."""


@dataclass(frozen=True, slots=True)
class OpenCall:
    """The call to make now, and what to say."""

    id: int
    label: str
    due_at: datetime
    script: str


@dataclass(frozen=True, slots=True)
class Forecast:
    """All that is to come, soonest first, what will not happen at its planned instant."""

    steps: Sequence[Coming] = ()
    pause: FollowUpPause | None = None
    call: OpenCall | None = None


@dataclass(slots=True)
class _Run:
    """A run gone through in thought."""

    batch: Batch
    steps: Sequence[FollowUpStep]
    waiting: dict[int, datetime] = field(default_factory=dict)
    """Step (by its number) → when it is its turn."""
    why: dict[int, Permission] = field(default_factory=dict)
    """Step → what moved or dropped it."""
    at: dict[int, datetime] = field(default_factory=dict)
    """Step → when it happens."""
    attempts: list[datetime] = field(default_factory=list)
    calls: list[datetime] = field(default_factory=list)


def coming(lead: Lead, now: datetime) -> Forecast:
    """What is to come for the lead, each shift and each refusal with its reason; eleven queries however much it is.

    That includes what is written and has not left.

    The lead is loaded with owner and steward.
    """
    unsent = Q(state=DueState.DONE, message__state=DueState.DUE)
    found = outcome.in_turn(
        FollowUpStep.objects.filter(Q(state__in=PENDING) | unsent, lead=lead).select_related(
            "plan__steward__user", "step__template", "step__otherwise", "step__script", "step__start__steward__user", "message"
        )
    )
    for step in found:
        step.lead = lead
    steps = [step for step in found if step.state != DueState.DONE]
    written = [_waits(step, step.message, now) for step in found if step.state == DueState.DONE and step.message]
    if not steps:
        return Forecast(written)
    pause = FollowUpPause.objects.filter(lead=lead, ended_at__isnull=True).select_related("by").first()
    batch = outcome.read(steps, now)
    run = _Run(batch, steps, attempts=[one.at for one in written if one.at and one.channel in BY_PHONE])
    run.waiting = {number: _begins(step, pause, now) for number, step in enumerate(steps) if _goes_on(step, pause)}
    _go_through(run)
    to_come = [*written, *(_coming(run, number, step, pause, now) for number, step in enumerate(steps))]
    in_order = sorted(to_come, key=lambda one: (one.at or one.planned_at, one.planned_at, one.id))
    return Forecast(in_order, pause, _open_call(steps, pause, batch))


def _waits(step: FollowUpStep, message: Message, now: datetime) -> Coming:
    """A message that is written: when it leaves, and why not before."""
    who = outcome.speaker(step)
    return Coming(
        id=step.pk,
        plan=str(step.plan or ""),
        label=str(step),
        channel=step.channel,
        planned_at=step.planned_at,
        at=max(message.due_at, now),
        why_moved=message.outcome,
        signer=who.user.name if who else "",
        is_written=True,
    )


def _goes_on(step: FollowUpStep, pause: FollowUpPause | None) -> bool:
    return pause is None or pause.until is not None or step.agreed


def _begins(step: FollowUpStep, pause: FollowUpPause | None, now: datetime) -> datetime:
    """When it is first its turn."""
    if pause is not None and pause.until is not None and not step.agreed:
        return step.due_at + (pause.until - max(pause.since, step.started_at))
    return step.due_at if step.state == DueState.WAITING else max(step.due_at, now)


def _go_through(run: _Run) -> None:
    """Everything that goes on has found its instant, or the reason why it has none."""
    turns = [(at, False, number) for number, at in run.waiting.items()]
    heapify(turns)
    moves = 0
    while turns:
        at, _, number = heappop(turns)
        step = run.steps[number]
        del run.waiting[number]
        verdict = _verdict(run, number, step, at)
        moved = verdict.retry_at is not None and verdict.retry_at > at and moves < MOST_MOVES * len(run.steps)
        if verdict.reason:
            run.why[number] = verdict
        if moved and verdict.retry_at is not None:
            moves += 1
            run.waiting[number] = verdict.retry_at
            # A call that waits for an opening is somebody's task by then: what the run itself does at the opening comes first.
            heappush(turns, (verdict.retry_at, step.channel == "call" and bool(verdict.rule), number))
        elif verdict.allowed:
            _happens(run, number, step, at)


def _happens(run: _Run, number: int, step: FollowUpStep, at: datetime) -> None:
    run.at[number] = at
    if step.channel == "call":
        run.calls.append(at)
    elif step.channel:
        run.batch.said[outcome.lane(step), step.started_at].append((at, step.planned_at))
    if step.channel in BY_PHONE:
        run.attempts.append(at)


def _verdict(run: _Run, number: int, step: FollowUpStep, at: datetime) -> Permission:
    """What becomes of the step when it is its turn: done, moved to another instant, or dropped."""
    if why := outcome.moot(step):
        return Permission(False, why)
    if not step.channel:
        why = why_not(step)
        return Permission(not why, why)
    permission = outcome.ask(step, run.batch, at, run.attempts)
    return _call(run, step, at, permission) if step.channel == "call" else _touch(run, step, at, permission)


def _call(run: _Run, step: FollowUpStep, at: datetime, permission: Permission) -> Permission:
    who = outcome.speaker(step)
    if who is None:
        return Permission(False, outcome.NOBODY_TO_CALL)
    shift = outcome.time_of_day(step, who, run.batch, at, unanswered=run.calls, planned=run.attempts)
    if shift.at > at:
        return Permission(False, shift.reason, shift.at)
    mates = [turn for number, turn in run.waiting.items() if _same_lane(run.steps[number], step)]
    later = permission.retry_at
    gives_way = not permission.allowed and later is not None and any(turn <= later for turn in mates)
    return Permission(False, OVERTAKEN) if gives_way else permission


def _touch(run: _Run, step: FollowUpStep, at: datetime, permission: Permission) -> Permission:
    if not permission.allowed and permission.retry_at is None:
        return permission
    overtaken = any(turn <= at and _same_lane(run.steps[number], step) for number, turn in run.waiting.items())
    said = run.batch.said[outcome.lane(step), step.started_at]
    if why := outcome.gives_way(step, at, said, overtaken=overtaken, due_at=at):
        return Permission(False, OVERTAKEN if why == outcome.SUPERSEDED else why)
    try:
        template, why = outcome.template_of(step, bool(run.calls) or outcome.called_since_start(step, run.batch))
    except outcome.StepError as error:
        return Permission(False, str(error))
    if template is None:
        return Permission(False, why)
    return permission


def _same_lane(one: FollowUpStep, other: FollowUpStep) -> bool:
    return (one.plan_id, one.channel) == (other.plan_id, other.channel)


def _coming(run: _Run, number: int, step: FollowUpStep, pause: FollowUpPause | None, now: datetime) -> Coming:
    at, why = run.at.get(number), run.why.get(number)
    rests = not _goes_on(step, pause)
    dropped = "" if at is not None or rests or why is None else why.reason
    moved = ""
    if rests:
        moved = RESTS
    elif at is not None and at != step.planned_at:
        moved = _why_moved(step, why, pause)
    who = outcome.speaker(step)
    return Coming(
        id=step.pk,
        plan=str(step.plan or ""),
        label=str(step),
        channel=step.channel,
        planned_at=step.planned_at,
        at=at,
        why_moved=moved,
        why_dropped=dropped,
        rule=why.rule if why else "",
        signer=who.user.name if who else run.batch.head.name,
        agreed=step.agreed,
        is_open=step.state == DueState.WAITING and not rests,
    )


def _why_moved(step: FollowUpStep, why: Permission | None, pause: FollowUpPause | None) -> str:
    if why is not None:
        return quiet_hours(why.rule) or why.reason
    return PAUSED_UNTIL if pause is not None and not step.agreed else step.outcome


def _open_call(steps: Sequence[FollowUpStep], pause: FollowUpPause | None, batch: Batch) -> OpenCall | None:
    """The call that waits for somebody, with its script filled in."""
    for step in steps:
        if step.channel == "call" and step.due_at <= batch.now and (pause is None or step.agreed):
            return OpenCall(step.pk, str(step), step.due_at, script_of(step, batch))
    return None


def script_of(step: FollowUpStep, batch: Batch) -> str:
    """What to say on the call, names filled in; empty without a script, or with one that cannot be read."""
    script = step.step.script if step.step else None
    who = outcome.speaker(step)
    if script is None or not script.active:
        return ""
    try:
        return render(script.body, signature.values(step.lead, who.user if who else None, batch.head, batch.working.lines))
    except TemplateError:
        return ""
