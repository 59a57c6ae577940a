"""A lead that changes hands while somebody waits for it."""

import time
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction

from agency.messaging.models import Message
from leads import work
from leads.intake import receive, record_event
from leads.models import Lead, Policy, Source
from producers.models import Producer
from tests.races.conftest import NOW

pytestmark = [pytest.mark.races, pytest.mark.usefixtures("agency")]

ANA = {"first_name": "Ana", "last_name": "Ruiz", "phone": "(212) 555-0143", "zip_code": "10005", "line": "personal_auto"}
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def ana(agency):
    return receive(ANA, source=Source.objects.get(key="website"), now=NOW).lead


@pytest.fixture
def rosa(agency):
    return Producer.objects.get(key="rosa").user


def while_it_moves(lead, rosa, deed) -> Producer:
    """Rosa gives the lead to the other one of the pod, who is returned; `deed` begins before that is committed."""
    other = Producer.objects.get(key="james" if lead.owner.key == "sarah" else "sarah")
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            work.reassign(Lead.objects.get(pk=lead.pk), by=rosa, producer=other, reason="Knows them", now=LATER)
            waiting = pool.submit(on_a_connection_of_its_own, deed)
            until_somebody_waits(waiting)
        waiting.result(timeout=30)
    return other


def on_a_connection_of_its_own(deed):
    try:
        return deed()
    finally:
        connection.close()


def until_somebody_waits(deed: Future) -> None:
    deadline = time.monotonic() + 30
    with connection.cursor() as cursor:
        while time.monotonic() < deadline and not deed.done():
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    raise AssertionError("nobody waited for the lead")


def test_whoever_has_it_now_hears_that_the_person_is_back(ana, rosa):
    other = while_it_moves(ana, rosa, lambda: receive(ANA, source=Source.objects.get(key="referral"), now=LATER))
    assert Message.objects.get(kind="lead_came_back").user == other.user


def test_whoever_has_it_now_hears_that_it_turned_hot(ana, rosa):
    record_event(ana, "guide_download", at=NOW, now=NOW)
    assert ana.score == 55
    other = while_it_moves(ana, rosa, lambda: record_event(ana, "pricing_view", at=LATER, now=LATER))
    assert (ana.score, Message.objects.get(kind="lead_turned_hot", channel="in_app").user) == (65, other.user)


def test_a_sale_is_whose_the_lead_is_now(ana, rosa):
    other = while_it_moves(ana, rosa, lambda: work.set_status(ana, by=rosa, status="bound", premium=Decimal(1840), now=LATER))
    assert (Policy.objects.get().producer, ana.client.producer) == (other, other)


def test_whoever_has_it_now_may_work_it(ana, rosa):
    other = Producer.objects.get(key="james" if ana.owner.key == "sarah" else "sarah")
    while_it_moves(ana, rosa, lambda: work.accept(ana, by=other.user, now=LATER))
    assert ana.owner == other
