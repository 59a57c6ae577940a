"""Running the steps that are due. A step and what it leads to (a task, a message, a refusal) are one transaction.

Nothing here talks to the outside, so no step is ever half done: a crash leaves it due. The step and its lead are locked together,
and one that somebody is working on is passed over until the next sweep, so this never waits for anyone.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from math import inf
from time import monotonic

from django.db import OperationalError, transaction
from django.db.models import QuerySet

from agency.due import DueState, is_any, lock, record
from agency.messaging import send_all
from leads.followup import outcome, refusals
from leads.followup.pauses import end_pauses
from leads.followup.rounds import further_rounds
from leads.followup.rows import write
from leads.followup.selectors import rests
from leads.followup.transition import begin_nurture
from leads.models import FollowUpStep
from producers.models import Producer

JOINED = ("lead__owner__user", "lead__steward__user", "plan__steward__user", "step__template", "step__otherwise")
LOCKED = ("lead", "self")
"""The lead first: a step whose lead somebody holds is not locked either, so whoever holds the lead never waits for it."""
FIELDS = ("state", "due_at", "moved_from", "finished_at", "outcome", "message")
COULD_NOT_RUN = "It could not be run ({error})."

logger = logging.getLogger(__name__)

Ring = Callable[[Sequence[tuple[FollowUpStep, Producer]], datetime], object]
"""Takes calls that have become somebody's task, with whose task each is, in the transaction that holds their leads."""
_ringing: list[Ring] = []


def on_calls_due(ring: Ring) -> None:
    """Calls that become a task are handed to `ring` as well; a later one replaces it."""
    _ringing[:] = [ring]


def run_due(now: datetime, limit: int = 200, seconds: float = inf) -> int:
    """Every step due at `now` was done, handed to a person, refused with a reason or moved; return how many.

    Pauses that are over by then have ended first.

    Works in batches of `limit`, one transaction and a fixed number of queries each, and begins none after `seconds`. A step whose
    lead somebody holds is left out.
    """
    total, until = end_pauses(now), monotonic() + seconds
    while monotonic() < until and is_any(FollowUpStep, now) and (ran := _run_some(now, limit)):
        total += ran
    return total


def _run_some(now: datetime, limit: int) -> int:
    try:
        return _run_touches(_touches(), now, limit) or _run_transition(_transitions(), now)
    except OperationalError:  # the database is away or broke a deadlock: nothing is lost, and the next sweep tries again
        raise
    except Exception:
        logger.exception("A batch of follow-up steps failed; its steps are run one by one")
        return _run_one_by_one(now, limit)


def _run_touches(which: QuerySet[FollowUpStep], now: datetime, limit: int) -> int:
    """Run up to `limit` calls and messages in one transaction."""
    with transaction.atomic():
        steps = lock(which, now, limit, of=LOCKED)
        if steps:
            _run(steps, now)
    return len(steps)


def _run_transition(which: QuerySet[FollowUpStep], now: datetime) -> int:
    """Run one step that begins another plan, in a transaction of its own: it takes locks that others wait for."""
    with transaction.atomic():
        steps = lock(which, now, 1, of=LOCKED)
        for step in steps:
            begin_nurture(step, now)
            record(FollowUpStep, [step], FIELDS)
    return len(steps)


def _run_one_by_one(now: datetime, limit: int) -> int:
    """Run the due steps each on its own; the ones that fail are marked as failed, for a person to see."""
    keys = FollowUpStep.objects.filter(state=DueState.DUE, due_at__lte=now).order_by("due_at", "pk").values_list("pk", flat=True)
    ran = 0
    for key in list(keys[:limit]):
        try:
            ran += _run_touches(_touches().filter(pk=key), now, 1) or _run_transition(_transitions().filter(pk=key), now)
        except OperationalError:
            raise
        except Exception as error:
            logger.exception("Follow-up step %s failed", key)
            ran += FollowUpStep.objects.filter(pk=key, state=DueState.DUE).update(
                state=DueState.FAILED, finished_at=now, outcome=COULD_NOT_RUN.format(error=type(error).__name__)
            )
    return ran


def _touches() -> QuerySet[FollowUpStep]:
    return FollowUpStep.objects.exclude(rests()).exclude(channel="").select_related(*JOINED)


def _transitions() -> QuerySet[FollowUpStep]:
    return FollowUpStep.objects.exclude(rests()).filter(channel="").select_related("lead", "plan", "step__start__steward")


def _run(due: Sequence[FollowUpStep], now: datetime) -> None:
    steps = outcome.in_turn(due)
    batch = outcome.read(steps, now)
    drafts = {step.pk: outcome.decide(step, batch) for step in steps}
    written = {message.dedupe_key: message for message in send_all([draft for draft in drafts.values() if draft], now)}
    for step in steps:
        if draft := drafts[step.pk]:
            step.message = written.get(draft.dedupe_key)
    _replace_waiting_calls(steps, now)
    out_of_reach = _take_back_calls(steps, batch)
    record(FollowUpStep, [*steps, *out_of_reach], FIELDS)
    if refused := refusals.of_steps([*steps, *out_of_reach], batch.answers, now):
        refusals.keep(refused, now)
    for ring in _ringing:
        ring(outcome.tasks(steps, batch), now)
    write(further_rounds(steps, now))


def _replace_waiting_calls(steps: Sequence[FollowUpStep], now: datetime) -> None:
    """A lead has one call to make: an older one that nobody made gives way."""
    leads = {step.lead_id for step in steps if step.state == DueState.WAITING}
    if leads:
        FollowUpStep.objects.filter(lead__in=leads, state=DueState.WAITING).update(
            state=DueState.SKIPPED, finished_at=now, outcome=outcome.SUPERSEDED
        )


def _take_back_calls(steps: Sequence[FollowUpStep], batch: outcome.Batch) -> list[FollowUpStep]:
    """Calls that waited for somebody and that the texts just written have put beyond a cap: they say so. Unsaved."""
    leads = {step.lead_id: step.lead for step in steps if step.channel == "sms" and step.state == DueState.DONE}
    if not leads:
        return []
    calls = list(FollowUpStep.objects.filter(lead__in=leads, state=DueState.WAITING, channel="call").exclude(rests()))
    for call in calls:
        call.lead = leads[call.lead_id]
    return outcome.out_of_reach(calls, batch)
