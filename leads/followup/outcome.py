"""What becomes of one step that is due: a call to make, a message to send, a later hour, or a reason why not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Max

from agency.due import DueState
from agency.messaging import Draft, staff_drafts
from agency.messaging.letterhead import Letterhead, letterhead
from agency.messaging.models import Audience, Channel
from leads.followup import signature
from leads.followup.gate import Book, Question, answer, question_about
from leads.followup.gate import read as read_book
from leads.followup.sequence import FROM_NURTURE, TO_NURTURE, TRIGGER_NURTURE
from leads.followup.templates import TemplateError, render
from leads.models import FollowUpStep, Status, Template, Touch
from producers import roster
from producers.facts import LineFacts
from producers.models import Producer
from producers.standins import stand_ins

LATE = timedelta(hours=1)
"""A message this late gives way to a later one of its plan on the same channel, so that an outage ends in one text, not three."""

CLOSED = "The lead is closed."
SWITCHED_OFF = "The plan was switched off."
STEP_REMOVED = "The step was taken out of the plan."
NOBODY_TO_CALL = "Nobody is there to make the call."
NO_TEMPLATE = "The step has nothing to say: its template is missing."
CONDITION_UNMET = "Only if {condition}, which does not hold."
UNKNOWN_CONDITION = "{condition!r} is no condition that a step can have."
SUPERSEDED = "Not done before the next one was due."

CALL_LOGGED = "call_logged"
ONLY_IF = {CALL_LOGGED: "a call was made since the plan began"}
"""The conditions a step can have, in words."""

KIND_CALL = "call_due"
KIND_TOUCH = "follow_up"


class StepError(ValueError):
    """The step cannot be done as the plan has it."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What the steps of one batch need to know, read at once."""

    now: datetime
    book: Book
    called_at: Mapping[int, datetime] = field(default_factory=dict)
    """Lead → when it was last called."""
    last_of: Mapping[tuple[int, int, str], int] = field(default_factory=dict)
    """(Lead, plan, channel) → the last step of those that are due."""
    head: Letterhead = field(default_factory=Letterhead)
    lines: Mapping[str, LineFacts] = field(default_factory=dict)
    stand_ins: Mapping[int, Producer | None] = field(default_factory=dict)
    """Id of somebody on leave → who does their calls; None: nobody."""


def read(steps: Sequence[FollowUpStep], now: datetime) -> Batch:
    """All that deciding these steps takes; a fixed number of queries."""
    leads = {step.lead_id for step in steps}
    calls = Touch.objects.filter(lead__in=leads, channel="call", direction="out").values_list("lead").annotate(Max("at"))
    due = FollowUpStep.objects.filter(lead__in=leads, state=DueState.DUE, due_at__lte=now).order_by("due_at", "pk")
    return Batch(
        now=now,
        book=read_book([question_about(step.lead, step.channel) for step in steps], now),
        called_at=dict(calls),
        last_of={(lead, plan, channel): pk for lead, plan, channel, pk in due.values_list("lead", "plan", "channel", "pk")},
        head=letterhead(),
        lines=roster.static().lines,
        stand_ins=stand_ins([who for step in steps if (who := speaker(step))], now),
    )


def decide(step: FollowUpStep, batch: Batch) -> Draft | None:
    """The step says what became of it; returned is the message that tells whoever is to know."""
    if why := moot(step):
        _skip(step, why, batch)
        return None
    return _call(step, batch) if step.channel == "call" else _touch(step, batch)


def moot(step: FollowUpStep) -> str:
    """Why the step has lost its point, or empty. Such a step ends its plan for the lead: no further round is begun."""
    nurturing = step.plan.starts == TRIGGER_NURTURE
    if step.lead.status in (Status.BOUND, Status.LOST):
        return CLOSED
    if nurturing != (step.lead.status == Status.NURTURE):
        return FROM_NURTURE if nurturing else TO_NURTURE
    return "" if step.plan.active else SWITCHED_OFF


def speaker(step: FollowUpStep) -> Producer | None:
    """Whose task a call is and who signs a message: the owner, else whoever is accountable for the lead or its plan."""
    return step.lead.owner or step.lead.steward or step.plan.steward


def _call(step: FollowUpStep, batch: Batch) -> Draft | None:
    who = speaker(step)
    permission = answer(question_about(step.lead, step.channel), batch.book, batch.now)
    if who is None or (not permission.allowed and permission.retry_at is None):
        _skip(step, permission.reason if who else NOBODY_TO_CALL, batch)
        return None
    if _overtaken(step, batch):
        _skip(step, SUPERSEDED, batch)
        return None
    step.state, step.outcome = DueState.WAITING, ""
    if step.due_at <= step.started_at:
        return None  # the call at minute 0: the notice of the assignment says it
    [notice] = staff_drafts(
        KIND_CALL,
        user=(batch.stand_ins.get(who.pk, who) or who).user,
        channels=[Channel.IN_APP],
        subject=f"Call {step.lead.name}: {step.label or 'follow-up'}",
        path=f"/leads/{step.lead_id}/",
        lead_id=step.lead_id,
        dedupe_key=f"followup:{step.pk}",
    )
    return notice


def tasks(steps: Sequence[FollowUpStep], batch: Batch) -> list[tuple[FollowUpStep, Producer]]:
    """The calls among these steps that are now somebody's task, with whose task each is."""
    waiting = [(step, speaker(step)) for step in steps if step.state == DueState.WAITING]
    return [(step, batch.stand_ins.get(who.pk, who) or who) for step, who in waiting if who is not None]


def _touch(step: FollowUpStep, batch: Batch) -> Draft | None:
    if batch.now - step.due_at > LATE and _overtaken(step, batch):
        _skip(step, SUPERSEDED, batch)
        return None
    question = question_about(step.lead, step.channel)
    try:
        template = _template(step, batch)
        if template is None:
            _skip(step, CONDITION_UNMET.format(condition=ONLY_IF[CALL_LOGGED]), batch)
            return None
        permission = answer(question, batch.book, batch.now)
        draft = _message(step, question, template, batch) if permission.allowed else None
    except (StepError, TemplateError) as error:
        step.state, step.outcome, step.finished_at = DueState.FAILED, str(error), batch.now
        return None
    if draft is not None:
        step.state, step.outcome, step.finished_at = DueState.DONE, "", batch.now
    elif permission.retry_at is None:
        _skip(step, permission.reason, batch)
        return None
    else:
        step.due_at, step.outcome = permission.retry_at, permission.reason
    return draft


def _template(step: FollowUpStep, batch: Batch) -> Template | None:
    """What the step says; None when its condition does not hold and it has nothing else to say. StepError when it cannot tell."""
    if step.step is None:
        raise StepError(STEP_REMOVED)
    if step.step.only_if and step.step.only_if not in ONLY_IF:
        raise StepError(UNKNOWN_CONDITION.format(condition=step.step.only_if))
    called_at = batch.called_at.get(step.lead_id)
    if step.step.only_if == CALL_LOGGED and (called_at is None or called_at < step.started_at):
        return step.step.otherwise
    if step.step.template is None:
        raise StepError(NO_TEMPLATE)
    return step.step.template


def _message(step: FollowUpStep, question: Question, template: Template, batch: Batch) -> Draft:
    who = speaker(step)
    values = signature.values(step.lead, who.user if who else None, batch.head, batch.lines)
    return Draft(
        channel=step.channel,
        audience=Audience.CONSUMER,
        kind=KIND_TOUCH,
        user=who.user if who else None,
        lead_id=step.lead_id,
        to=question.address,
        subject=render(template.subject, values),
        body=render(template.body, values),
        path=f"/leads/{step.lead_id}/",
        dedupe_key=f"followup:{step.pk}",
    )


def _overtaken(step: FollowUpStep, batch: Batch) -> bool:
    return batch.last_of.get((step.lead_id, step.plan_id, step.channel), step.pk) != step.pk


def _skip(step: FollowUpStep, why: str, batch: Batch) -> None:
    """The step is not done, and says why."""
    step.state, step.outcome, step.finished_at = DueState.SKIPPED, why, batch.now
