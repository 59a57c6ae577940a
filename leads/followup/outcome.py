"""What becomes of one step that is due: a call to make, a message to send, a later hour, or a reason why not."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db.models import Q

from agency.due import DueState
from agency.messaging import Draft, Permission, staff_drafts
from agency.messaging.letterhead import Letterhead, letterhead
from agency.messaging.models import Audience, Channel
from leads.followup import signature
from leads.followup.daypart import Shift, another_part
from leads.followup.gate import BY_PHONE, Book, answer, question_about
from leads.followup.gate import read as read_book
from leads.followup.sequence import FROM_NURTURE, TO_NURTURE, TRIGGER_NURTURE
from leads.followup.templates import TemplateError, render
from leads.followup.words import claims_a_call
from leads.models import FollowUpStep, Status, Template, Touch
from producers import roster
from producers.facts import Roster
from producers.models import Producer
from producers.standins import stand_ins
from routing.ladder import working_time

LATE = timedelta(hours=1)
"""A message this late and a later one of its plan on the channel do not both go, so that an outage or a night ends in one."""

CLOSED = "The lead is closed."
SWITCHED_OFF = "The plan was switched off."
STEP_REMOVED = "The step was taken out of the plan."
NOBODY_TO_CALL = "Nobody is there to make the call."
NO_TEMPLATE = "The step has nothing to say: its template is missing."
CONDITION_UNMET = "Only if {condition}, which does not hold."
UNKNOWN_CONDITION = "{condition!r} is no condition that a step can have."
SUPERSEDED = "Not done before the next one was due."
SAID_EARLIER = "The one before it waited as long, and goes instead."
NOBODY_CALLED = "It says that somebody called, and nobody did."

LANE_FIELDS = ("lead", "plan", "channel", "state", "started_at", "due_at", "moved_from", "finished_at", "message")
CALL_LOGGED = "call_logged"
ONLY_IF = {CALL_LOGGED: "a call was made since the plan began"}
"""The conditions a step can have, in words."""
UNANSWERED = ("no_answer", "voicemail")

KIND_CALL = "call_due"
KIND_CALL_BACK = "call_back_due"
KIND_TOUCH = "follow_up"
NOTICE = "Call {name}: {label}"
AT_THE_TIME = "{name} asked to be called now."


class StepError(ValueError):
    """The step cannot be done as the plan has it."""


Lane = tuple[int, int | None, str]
"""(Lead, plan, channel): what gives way to what comes after it."""
Said = Sequence[tuple[datetime, datetime]]
"""When messages went out, and when each was planned."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What the steps of one batch need to know, read at once."""

    now: datetime
    working: Roster
    book: Book
    calls: Mapping[int, Sequence[tuple[datetime, str]]] = field(default_factory=dict)
    """Lead → when we called, and what came of it."""
    pending: Mapping[Lane, Sequence[tuple[datetime, int]]] = field(default_factory=dict)
    """Instants and steps that are still to come, in order."""
    head: Letterhead = field(default_factory=Letterhead)
    stand_ins: Mapping[int, Producer | None] = field(default_factory=dict)
    """Id of somebody on leave → who does their calls; None: nobody."""
    said: dict[tuple[Lane, datetime], list[tuple[datetime, datetime]]] = field(default_factory=lambda: defaultdict(list))
    """Lane and start of the plan → what went out of it, in this batch too."""
    attempts: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    """Number → the calls to make now and texts written in this batch, which count against the caps of what follows."""
    answers: dict[int, Permission] = field(default_factory=dict)
    """Step → what the gate said of it."""


def read(steps: Sequence[FollowUpStep], now: datetime) -> Batch:
    """All that deciding these steps takes; a fixed number of queries."""
    leads = {step.lead_id for step in steps}
    calls: dict[int, list[tuple[datetime, str]]] = {}
    for lead, at, result in Touch.objects.filter(lead__in=leads, channel="call", direction="out").values_list(
        "lead", "at", "outcome"
    ):
        calls.setdefault(lead, []).append((at, result))
    pending, said = _lanes(leads)
    return Batch(
        now=now,
        working=_at_work(now),
        book=read_book([question_about(step.lead, step.channel) for step in steps], now),
        calls=calls,
        pending=pending,
        head=letterhead(),
        stand_ins=stand_ins([who for step in steps if (who := speaker(step))], now),
        said=said,
    )


def _lanes(
    leads: Collection[int],
) -> tuple[dict[Lane, list[tuple[datetime, int]]], dict[tuple[Lane, datetime], list[tuple[datetime, datetime]]]]:
    """What is still to come for the leads, and what was said; one query."""
    pending: dict[Lane, list[tuple[datetime, int]]] = defaultdict(list)
    said: dict[tuple[Lane, datetime], list[tuple[datetime, datetime]]] = defaultdict(list)
    is_message = Q(state=DueState.DONE, finished_at__isnull=False) & ~Q(channel__in=("", "call"))
    rows = FollowUpStep.objects.filter(Q(state=DueState.DUE) | is_message, lead__in=leads).order_by("due_at", "pk")
    rows = rows.select_related("message").only(*LANE_FIELDS, *(f"message__{name}" for name in ("state", "due_at", "finished_at")))
    for row in rows:
        if row.finished_at is None:
            pending[lane(row)].append((row.due_at, row.pk))
        else:
            said[lane(row), row.started_at].append((_left_at(row, row.finished_at), row.planned_at))
    return pending, said


def _left_at(step: FollowUpStep, written_at: datetime) -> datetime:
    """When the step's message went out or, put off, will."""
    message = step.message
    if message is None or message.state not in (DueState.DUE, DueState.DONE):
        return written_at
    return max(written_at, message.finished_at or message.due_at)


def _at_work(now: datetime) -> Roster:
    people = roster.static()
    return replace(people, closed=roster.closed_days(people.holidays, roster.local_day(now, people.timezone)))


def decide(step: FollowUpStep, batch: Batch) -> Draft | None:
    """The step says what became of it; returned is the message that tells whoever is to know."""
    if why := moot(step):
        _skip(step, why, batch)
        return None
    draft = _call(step, batch) if step.channel == "call" else _touch(step, batch)
    if step.state == DueState.DONE:
        batch.said[lane(step), step.started_at].append((batch.now, step.planned_at))
    if step.channel in BY_PHONE and step.state in (DueState.DONE, DueState.WAITING) and batch.answers[step.pk].allowed:
        batch.attempts[_address(step)].append(batch.now)
    return draft


def in_turn(steps: Iterable[FollowUpStep]) -> list[FollowUpStep]:
    """The steps as they are decided: by when they are due, and of the same instant in the order of their plan."""
    return sorted(steps, key=lambda step: (step.due_at, step.planned_at, step.position, step.pk))


def out_of_reach(calls: Sequence[FollowUpStep], batch: Batch) -> list[FollowUpStep]:
    """Those of the waiting calls that nobody may make any more, for what the batch has decided: they say why."""
    refused = []
    for call in calls:
        permission = _allowed(call, batch)
        if not permission.allowed and permission.retry_at is None:
            _skip(call, permission.reason, batch)
            refused.append(call)
    return refused


def _allowed(step: FollowUpStep, batch: Batch) -> Permission:
    """The gate's answer now, counting what was decided before in the batch; it is kept."""
    found = batch.answers[step.pk] = ask(step, batch, batch.now, batch.attempts[_address(step)])
    return found


def _address(step: FollowUpStep) -> str:
    return question_about(step.lead, step.channel).address


def ask(step: FollowUpStep, batch: Batch, at: datetime, planned: Sequence[datetime] = ()) -> Permission:
    """The gate's answer for the step at `at`; `planned` are attempts to be counted as if they had been made."""
    return answer(question_about(step.lead, step.channel), batch.book, at, planned)


def moot(step: FollowUpStep) -> str:
    """Why the step has lost its point, or empty. Such a step ends its plan for the lead: no further round is begun."""
    if step.lead.status in (Status.BOUND, Status.LOST):
        return CLOSED
    if step.agreed or step.plan is None:
        return ""
    nurturing = step.plan.starts == TRIGGER_NURTURE
    if nurturing != (step.lead.status == Status.NURTURE):
        return FROM_NURTURE if nurturing else TO_NURTURE
    return "" if step.plan.active else SWITCHED_OFF


def speaker(step: FollowUpStep) -> Producer | None:
    """Whose task a call is and who signs a message: the owner, else whoever is accountable for the lead or its plan."""
    return step.lead.owner or step.lead.steward or (step.plan.steward if step.plan else None)


def _call(step: FollowUpStep, batch: Batch) -> Draft | None:
    """The call is somebody's task, or moved to another time of day, or has lost its point."""
    who = speaker(step)
    if who is None:
        _skip(step, NOBODY_TO_CALL, batch)
        return None
    if _overtaken(step, batch):
        _skip(step, SUPERSEDED, batch)
        return None
    shift = time_of_day(step, who, batch, batch.now, planned=batch.attempts[_address(step)])
    if shift.at > batch.now:
        _move(step, shift.at, shift.reason)
        return None
    permission = _allowed(step, batch)
    if not permission.allowed and permission.retry_at is None:
        _skip(step, permission.reason, batch)
        return None
    step.state, step.outcome = DueState.WAITING, ""
    return _notice(step, batch.stand_ins.get(who.pk, who) or who)


def _notice(step: FollowUpStep, who: Producer) -> Draft | None:
    if step.due_at <= step.started_at:
        return None  # the call at minute 0: the notice of the assignment says it
    [notice] = staff_drafts(
        KIND_CALL_BACK if step.agreed else KIND_CALL,
        user=who.user,
        channels=[Channel.IN_APP],
        subject=NOTICE.format(name=step.lead.name, label=step.label or "follow-up"),
        body=AT_THE_TIME.format(name=step.lead.first_name) if step.agreed else "",
        path=f"/leads/{step.lead_id}/",
        lead_id=step.lead_id,
        dedupe_key=f"followup:{step.pk}",
    )
    return notice


def tasks(steps: Sequence[FollowUpStep], batch: Batch) -> list[tuple[FollowUpStep, Producer]]:
    """The calls among these steps that are now somebody's task, with whose task each is."""
    waiting = [(step, speaker(step)) for step in steps if step.state == DueState.WAITING]
    return [(step, batch.stand_ins.get(who.pk, who) or who) for step, who in waiting if who is not None]


def time_of_day(
    step: FollowUpStep,
    who: Producer,
    batch: Batch,
    at: datetime,
    *,
    unanswered: Sequence[datetime] = (),
    planned: Sequence[datetime] = (),
) -> Shift:
    """When a call that is to be made at another time of day than the failed ones is made, if it is `at`'s turn.

    `unanswered` are calls taken to have failed beside those logged, `planned` attempts counted as if they had been made.
    """
    if step.agreed or step.step is None or not step.step.different_time_of_day:
        return Shift(at)

    def opens(instant: datetime) -> datetime | None:
        working = working_time(who.key, batch.working, instant, timedelta(0))
        permission = ask(step, batch, working, planned)
        return working if permission.allowed else permission.retry_at

    logged = [called for called, result in batch.calls.get(step.lead_id, ()) if result in UNANSWERED and called <= at]
    failed = [*logged, *unanswered]
    later = (due for due, pk in batch.pending.get(lane(step), ()) if due > at and pk != step.pk)
    return another_part(at, step.lead.timezone or batch.working.timezone, failed, opens, min(later, default=None))


def _touch(step: FollowUpStep, batch: Batch) -> Draft | None:
    said, overtaken = batch.said[lane(step), step.started_at], _overtaken(step, batch)
    if why := gives_way(step, batch.now, said, overtaken=overtaken, due_at=step.due_at):
        _skip(step, why, batch)
        return None
    try:
        template, why = template_of(step, called_since_start(step, batch))
        if template is None:
            _skip(step, why, batch)
            return None
        permission = _allowed(step, batch)
        draft = _message(step, template, batch) if permission.allowed else None
    except (StepError, TemplateError) as error:
        step.state, step.outcome, step.finished_at = DueState.FAILED, str(error), batch.now
        return None
    if draft is not None:
        step.state, step.outcome, step.finished_at = DueState.DONE, "", batch.now
    elif permission.retry_at is None:
        _skip(step, permission.reason, batch)
    else:
        _move(step, permission.retry_at, permission.reason)
    return draft


def gives_way(step: FollowUpStep, at: datetime, said: Said, *, overtaken: bool, due_at: datetime) -> str:
    """Why a message is not said at `at` for the sake of another of its plan on its channel, or empty.

    Of those that waited for the same instant the first is said that opens the conversation; in a conversation that is open
    it is the last. `said` is what went out of the plan on the channel; `overtaken`: a later one is due as well; it is the
    step's turn since `due_at`.
    """
    if any(finished - planned > LATE and due_at <= finished for finished, planned in said):
        return SAID_EARLIER
    return SUPERSEDED if said and overtaken and at - step.planned_at > LATE else ""


def called_since_start(step: FollowUpStep, batch: Batch) -> bool:
    """Whether we called since the plan began for the lead."""
    return any(called >= step.started_at for called, _ in batch.calls.get(step.lead_id, ()))


def template_of(step: FollowUpStep, called: bool) -> tuple[Template | None, str]:
    """What the step says, or None and why it has nothing to say. StepError when it cannot tell.

    A template that claims a call is said only where there was one, whether or not the step makes it a condition.
    """
    if step.step is None:
        raise StepError(STEP_REMOVED)
    if step.step.only_if and step.step.only_if not in ONLY_IF:
        raise StepError(UNKNOWN_CONDITION.format(condition=step.step.only_if))
    asked = step.step.only_if == CALL_LOGGED and not called
    if not asked and step.step.template is None:
        raise StepError(NO_TEMPLATE)
    claims = False
    for template in (None if asked else step.step.template, step.step.otherwise):
        if template is not None and (called or not claims_a_call(f"{template.subject} {template.body}")):
            return template, ""
        claims = claims or template is not None
    return None, NOBODY_CALLED if claims else CONDITION_UNMET.format(condition=ONLY_IF[CALL_LOGGED])


def _message(step: FollowUpStep, template: Template, batch: Batch) -> Draft:
    who = speaker(step)
    values = signature.values(step.lead, who.user if who else None, batch.head, batch.working.lines)
    return Draft(
        channel=step.channel,
        audience=Audience.CONSUMER,
        kind=KIND_TOUCH,
        user=who.user if who else None,
        lead_id=step.lead_id,
        to=question_about(step.lead, step.channel).address,
        subject=render(template.subject, values),
        body=render(template.body, values),
        path=f"/leads/{step.lead_id}/",
        dedupe_key=f"followup:{step.pk}",
    )


def lane(step: FollowUpStep) -> Lane:
    """What the step's turn is held against."""
    return (step.lead_id, step.plan_id, step.channel)


def _overtaken(step: FollowUpStep, batch: Batch) -> bool:
    """A later one of its plan on the same channel is due as well."""
    due = [pk for at, pk in batch.pending.get(lane(step), ()) if at <= batch.now]
    return bool(due) and due[-1] != step.pk


def _move(step: FollowUpStep, at: datetime, why: str) -> None:
    """The step is due later, and says why."""
    step.moved_from = step.planned_at
    step.due_at, step.outcome = at, why


def _skip(step: FollowUpStep, why: str, batch: Batch) -> None:
    """The step is not done, and says why."""
    step.state, step.outcome, step.finished_at = DueState.SKIPPED, why, batch.now
