"""Run inside the program's settings: a hundred thousand promises, and how soon those that fall due are kept.

`prepare` writes the leads and their steps, `drain` waits for the five thousand that fall due together, `lag` for those that fall
due one after another. Worker and beat run beside the last two. Each prints JSON.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db.models import QuerySet  # noqa: E402
from django.utils import timezone  # noqa: E402

from agency import revisions  # noqa: E402
from agency.due import DueState, record  # noqa: E402
from agency.messaging.models import Message  # noqa: E402
from leads.followup import step_rows  # noqa: E402
from leads.followup.plans import plans  # noqa: E402
from leads.followup.sequence import write  # noqa: E402
from leads.models import Consent, FollowUpStep, Household, Lead, Plan, PlanStep, Source, Template  # noqa: E402
from producers.models import Producer  # noqa: E402
from tests.afternoon import OFFSET  # noqa: E402

LEADS, STEPS = 10_000, 10
TOGETHER = 5_000
A_SECOND, SECONDS = 50, 60
PATIENCE = 240.0
LOOK = 0.05
"""Seconds between two looks at what was done: no figure is finer than this."""


def now() -> datetime:
    """The worker's time."""
    return timezone.now() + OFFSET


def prepare() -> None:
    """Ten thousand leads of the demo agency, each with ten texts to come within a month."""
    call_command("load_demo", verbosity=0)
    plan = Plan.objects.create(key="bench", name="Bench", starts="assigned", position=99)
    template = Template.objects.create(key="bench", channel="sms", body="{{ lead.first_name }}, {{ producer.name }} here.")
    PlanStep.objects.bulk_create(
        PlanStep(plan=plan, position=n, after=timedelta(days=n + 1), channel="sms", template=template, label=f"Text {n}")
        for n in range(STEPS)
    )
    revisions.bump(revisions.PLANS)
    leads = _leads(now())
    facts = next(one for one in plans() if one.key == "bench")
    for begin in range(0, LEADS, 1000):
        write([row for lead in leads[begin : begin + 1000] for row in step_rows(facts, lead.pk, lead.received_at)])


def _leads(at: datetime) -> list[Lead]:
    source, owners = Source.objects.get(key="website"), list(Producer.objects.filter(key__in=["sarah", "james"]))
    households = Household.objects.bulk_create(Household(created_at=at) for _ in range(LEADS))
    leads = Lead.objects.bulk_create(
        (
            Lead(
                household=household,
                source=source,
                first_name=f"First{n}",
                last_name=f"Last{n}",
                email=f"person{n}@load.example",
                phone=f"+1{(212, 315)[n // 10_000]}555{n % 10_000:04}",
                line="personal_auto",
                family="personal",
                zip_code="10001",
                state="NY",
                timezone="America/New_York",
                owner=owners[n % len(owners)],
                owned_since=at,
                status="new",
                received_at=at,
                updated_at=at,
                last_activity_at=at,
            )
            for n, household in enumerate(households)
        ),
        batch_size=1000,
    )
    Consent.objects.bulk_create(
        (
            Consent(
                lead=lead, phone=str(lead.phone), email=lead.email, channels=["sms", "email"], granted=True, text="Yes.", at=at
            )
            for lead in leads
        ),
        batch_size=1000,
    )
    return leads


def drain() -> dict[str, float]:
    """Five thousand texts fall due at once, among all that are to come: how many a second are sent."""
    keys = FollowUpStep.objects.filter(position=0).order_by("pk").values("pk")[:TOGETHER]
    pending = FollowUpStep.objects.filter(state=DueState.DUE).count()
    begun = time.monotonic()
    FollowUpStep.objects.filter(pk__in=keys).update(due_at=now())
    seconds = _until(lambda: _sent().count() >= TOGETHER) - begun
    return {"pending": pending, "due": TOGETHER, "seconds": round(seconds, 1), "per_second": round(TOGETHER / seconds, 1)}


def lag() -> dict[str, float]:
    """Fifty texts a second fall due for a minute: how long after its instant each was sent."""
    seen = Message.objects.order_by("-pk").values_list("pk", flat=True)[0]
    begin = now() + timedelta(seconds=3)
    steps = list(FollowUpStep.objects.filter(position=0, state=DueState.DUE).order_by("pk")[: A_SECOND * SECONDS])
    for n, step in enumerate(steps):
        step.due_at = begin + timedelta(seconds=n / A_SECOND)
    record(FollowUpStep, steps, ["due_at"])
    due_at, lags = {step.lead_id: step.due_at for step in steps}, {}

    def all_seen() -> bool:
        for lead in _sent().filter(pk__gt=seen).values_list("lead", flat=True):
            if lead not in lags:
                lags[lead] = (now() - due_at[lead]).total_seconds()
        return len(lags) >= len(steps)

    _until(all_seen)
    percentiles = statistics.quantiles(lags.values(), n=100)
    figures = {"p50_s": percentiles[49], "p99_s": percentiles[98], "most_s": max(lags.values())}
    return {"due": len(lags), "a_second": A_SECOND, **{name: round(value, 2) for name, value in figures.items()}}


def _sent() -> QuerySet[Message]:
    return Message.objects.filter(kind="follow_up", state=DueState.DONE)


def _until(holds: Callable[[], bool]) -> float:
    """The instant at which it came true."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            raise SystemExit(f"Not done within {PATIENCE:.0f} s: {_sent().count()} were sent.")
        time.sleep(LOOK)
    return time.monotonic()


if __name__ == "__main__":
    done = {"prepare": prepare, "drain": drain, "lag": lag}[sys.argv[1]]()
    print(json.dumps(done))
