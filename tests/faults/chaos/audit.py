"""Run inside the copy's settings; each prints JSON.

`audit settle SECONDS` waits until nothing more is to be done, at most so long, and prints what is left. With `--at-once`, leases
that nobody holds any more are taken as run out, as half a minute later they would be. `audit count FILE` compares the database
with what `FILE` says was taken in and was really sent, and prints the figures and every problem.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import django

django.setup()

from django.db.models import Count, F, Q  # noqa: E402
from django.utils import timezone  # noqa: E402

from agency.due import DueState  # noqa: E402
from agency.messaging import delivery  # noqa: E402
from agency.messaging.models import Message  # noqa: E402
from leads.models import OPEN_STATUSES, FollowUpStep, Lead, Status, Touch  # noqa: E402
from routing.models import Assignment, Hold, LadderStep  # noqa: E402
from routing.recheck import recheck  # noqa: E402
from tests.afternoon import OFFSET  # noqa: E402
from tests.routing.recount import differences  # noqa: E402

SOON = timedelta(minutes=10)
"""What is due within this is waited for: later attempts, and the rest of the hour. What comes after the hour is hours away."""
CALM = 2.0
"""Seconds without any change after which what is in flight is in nobody's hands."""
KINDS = (Message, FollowUpStep, LadderStep, Hold)


def now() -> datetime:
    """The copy's own time."""
    return timezone.now() + OFFSET


def pending() -> dict[str, int]:
    """What is still to be done, by kind."""
    open_work = Q(state=DueState.DUE, due_at__lte=now() + SOON) | Q(state=DueState.IN_FLIGHT)
    return {model.__name__: number for model in KINDS if (number := model.objects.filter(open_work).count())}


def settle(seconds: float, at_once: bool) -> dict[str, int]:
    """Returns when nothing is left, or what is left when time is up."""
    deadline, seen, since = time.monotonic() + seconds, (0, 0), time.monotonic()
    while (left := pending()) and time.monotonic() < deadline:
        flying = Message.objects.filter(state=DueState.IN_FLIGHT)
        state = (sum(left.values()), flying.count())
        if state != seen:
            seen, since = state, time.monotonic()
        elif at_once and state[0] == state[1] and time.monotonic() - since > CALM:
            flying.update(leased_until=F("leased_until") - delivery.LEASE)
        time.sleep(0.2)
    return left


def audit(record: dict[str, Any]) -> dict[str, Any]:
    """The figures, and everything that is not as it must be."""
    problems = [*_owners(record["accepted"]), *_steps(), *_messages(record), *_ladders(), *differences(now())]
    problems += [f"decision {one.decision}: {one.difference}" for one in recheck() if one.difference]
    return {"problems": problems, "figures": _figures(record)}


def _owners(accepted: list[int]) -> Iterator[str]:
    """Every lead that was taken in is there once, with one owner or in nurture."""
    stored = set(Lead.objects.values_list("pk", flat=True))
    yield from (f"lead {pk} was taken in and is gone" for pk in set(accepted) - stored)
    yield from (f"lead {pk} was taken in twice" for pk, number in Counter(accepted).items() if number > 1)
    yield from (f"lead {pk} is there and was never taken in" for pk in stored - set(accepted))
    yield from (f"{one['email']} is there twice" for one in Lead.objects.values("email").annotate(n=Count("pk")).filter(n__gt=1))
    held = Counter(Assignment.objects.filter(ended_at=None).values_list("lead", flat=True))
    owners = dict(Assignment.objects.filter(ended_at=None).values_list("lead", "producer"))
    for lead in Lead.objects.all():
        if lead.status in OPEN_STATUSES and (held[lead.pk] != 1 or owners.get(lead.pk) != lead.owner_id):
            yield f"lead {lead.pk} is {lead.status} with {held[lead.pk]} owners: {owners.get(lead.pk)}, {lead.owner_id}"
        if lead.status == Status.NURTURE and (held[lead.pk] or lead.owner_id or not lead.steward_id):
            yield f"lead {lead.pk} is in nurture with an owner or without a steward"
        if not lead.decisions.exists():
            yield f"lead {lead.pk} has no decision"


def _steps() -> Iterator[str]:
    """Every step of the hour was sent, refused with a reason, waits for a person, or is on a list for one."""
    for step in FollowUpStep.objects.select_related("message"):
        if step.state == DueState.DONE and step.channel in ("sms", "email") and step.message is None:
            yield f"step {step.pk} is done and sent nothing"
        if step.state in (DueState.SKIPPED, DueState.FAILED, DueState.STUCK) and not step.outcome:
            yield f"step {step.pk} is {step.state} without a reason"
    keys = Message.objects.filter(dedupe_key__startswith="followup:", audience="consumer").values_list("dedupe_key", flat=True)
    yield from (f"{key} wrote two messages" for key, number in Counter(keys).items() if number > 1)
    running = Lead.objects.filter(status=Status.NEW, source__kind="organic", owner__isnull=False).annotate(n=Count("follow_ups"))
    yield from (f"lead {lead.pk} has an owner and no sequence" for lead in running if not lead.n)


def _ladders() -> Iterator[str]:
    """Every rung was done or skipped with a reason; what was told is in the outbox."""
    for rung in LadderStep.objects.exclude(state=DueState.DUE):
        if rung.state == DueState.STUCK or not rung.outcome:
            yield f"rung {rung.pk} is {rung.state}: {rung.outcome}"
    told = LadderStep.objects.filter(state=DueState.DONE, action__in=["alert", "warn"]).values_list("pk", flat=True)
    keys = Message.objects.filter(dedupe_key__startswith="ladder:").values_list("dedupe_key", flat=True)
    written = {int(key.split(":")[1]) for key in keys if key}
    yield from (f"rung {pk} was done and told nobody" for pk in set(told) - written)
    assigned = set(Assignment.objects.values_list("lead", flat=True).distinct())
    heard = set(Message.objects.filter(audience="staff", kind="lead_assigned").values_list("lead", flat=True))
    yield from (f"lead {pk} was assigned and nobody was told" for pk in assigned - heard)


def _messages(record: dict[str, Any]) -> Iterator[str]:
    """What the outbox says was sent is what the world outside was given: consumers once, staff at least once."""
    letters = Counter(record["letters"])
    rows = Message.objects.filter(channel="email")
    for pk, state, audience, outcome in rows.values_list("pk", "state", "audience", "outcome"):
        yield from _compared(f"letter {pk}", state, audience, outcome, letters.pop(pk, 0))
    yield from (f"{number} letters of message {pk}, which is not there" for pk, number in letters.items())
    texts = set(Message.objects.filter(channel="sms", audience="consumer").values_list("pk", flat=True))
    for pk, number in Counter(record["texts"]).items():  # a line of the log may be lost when all is killed at once: at most once
        if pk in texts and number > 1:
            yield f"text {pk} was given to a consumer {number} times"
    stopped = dict(Touch.objects.filter(outcome="opted_out").values_list("lead", "at"))
    late = Message.objects.filter(audience="consumer", lead__in=stopped, state=DueState.DONE)
    for message in late:
        if message.created_at > stopped[message.lead_id]:
            yield f"message {message.pk} was written and sent after its lead had asked to stop"


def _compared(name: str, state: str, audience: str, outcome: str, given: int) -> Iterator[str]:
    if state == DueState.DONE and not given:
        yield f"{name} is done and never arrived"
    if audience == "consumer" and given > 1:
        yield f"{name} was given to a consumer {given} times"
    if given and audience == "consumer" and state not in (DueState.DONE, DueState.STUCK):
        yield f"{name} arrived and is {state}"
    if state in (DueState.SKIPPED, DueState.STUCK, DueState.FAILED) and not outcome:
        yield f"{name} is {state} without a reason"
    if audience == "staff" and state != DueState.DONE:
        yield f"{name} to staff is {state}: {outcome}"


def _figures(record: dict[str, Any]) -> dict[str, int]:
    consumer, staff = Message.objects.filter(audience="consumer"), Message.objects.filter(audience="staff")
    letters, texts = Counter(record["letters"]), Counter(record["texts"])
    outside = consumer.values_list("pk", flat=True)
    states = Counter(consumer.values_list("state", flat=True))
    return {
        "leads": Lead.objects.count(),
        "with an owner": Lead.objects.filter(owner__isnull=False).count(),
        "in nurture": Lead.objects.filter(status=Status.NURTURE).count(),
        "reassigned by the ladder": Assignment.objects.filter(end_reason="escalated").count(),
        "steps run": FollowUpStep.objects.exclude(state=DueState.DUE).count(),
        "calls waiting for a person": FollowUpStep.objects.filter(state=DueState.WAITING).count(),
        "steps refused or overtaken": FollowUpStep.objects.filter(state=DueState.SKIPPED).count(),
        "to consumers: sent": states[DueState.DONE],
        "to consumers: refused": states[DueState.SKIPPED],
        "to consumers: put off": states[DueState.DUE],
        "to consumers: stuck, for a person": states[DueState.STUCK],
        "to consumers: twice": sum(letters[pk] > 1 or texts[pk] > 1 for pk in outside),
        "to staff: letters and texts": staff.exclude(channel="in_app").filter(state=DueState.DONE).count(),
        "to staff: letters that came again": sum(letters.values()) - len(letters),
        "rungs run": LadderStep.objects.exclude(state=DueState.DUE).count(),
    }


def main(command: str, argument: str, *flags: str) -> list[str] | dict[str, Any]:
    """What the command has to say."""
    if command == "settle":
        return [f"still to be done: {number} {kind}" for kind, number in settle(float(argument), "--at-once" in flags).items()]
    return audit(json.loads(Path(argument).read_text()))


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
