"""Claiming due work: in order, once, whoever else is claiming."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, connections, transaction
from django.db.models import QuerySet

from agency.due import LEASE, DueState, claim, lock, record
from agency.messaging.models import Message

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


def rows(count: int, due_at: datetime = NOW) -> list[Message]:
    return Message.objects.bulk_create(
        Message(channel="sms", audience="staff", kind="note", due_at=due_at, created_at=NOW) for _ in range(count)
    )


def keys(found: list[Message]) -> list[int]:
    return [row.pk for row in found]


@pytest.mark.django_db
def test_claimed_rows_are_in_flight_under_a_lease():
    [row] = rows(1)
    [claimed] = claim(Message.objects.all(), NOW)
    assert (claimed.pk, claimed.state, claimed.leased_until, claimed.attempts) == (row.pk, DueState.IN_FLIGHT, NOW + LEASE, 1)
    row.refresh_from_db()
    assert (row.state, row.leased_until, row.attempts) == (DueState.IN_FLIGHT, NOW + LEASE, 1)


@pytest.mark.django_db
def test_the_longest_due_come_first_and_no_more_than_asked_for():
    late, later, last = (rows(1, NOW - timedelta(minutes=minutes))[0] for minutes in (3, 2, 1))
    assert keys(claim(Message.objects.all(), NOW, limit=2)) == [late.pk, later.pk]
    assert keys(claim(Message.objects.all(), NOW, limit=2)) == [last.pk]
    assert claim(Message.objects.all(), NOW) == []


@pytest.mark.django_db
def test_what_is_not_due_is_not_claimed():
    rows(1, NOW + timedelta(microseconds=1))
    assert claim(Message.objects.all(), NOW) == []


@pytest.mark.django_db
def test_a_claim_is_one_statement_however_many_rows(django_assert_num_queries):
    rows(50)
    with transaction.atomic(), django_assert_num_queries(3):  # and the savepoint's two
        assert len(claim(Message.objects.all(), NOW, limit=50)) == 50


@pytest.mark.django_db
def test_records_are_one_statement_and_touch_only_what_is_named(django_assert_num_queries):
    written = rows(50)
    for row in written:
        row.state, row.outcome, row.kind = DueState.DONE, "x" * 400, "changed"
    with django_assert_num_queries(1):
        assert record(Message, written, ("state", "outcome")) == 50
    row = Message.objects.first()
    assert (row.state, row.kind, len(row.outcome)) == (DueState.DONE, "note", 300)


class Other(threading.Thread):
    """Claims everything in a transaction of its own and keeps what it got."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.got: list[int] = []
        self.pid: int | None = None
        self.connected = threading.Event()

    def run(self) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                self.pid = cursor.fetchone()[0]
            self.connected.set()
            self.got = keys(claim(Message.objects.all(), NOW))
        finally:
            connections.close_all()

    def wait_until_it_waits(self) -> None:
        """The other is blocked by a lock."""
        self.connected.wait(10)
        with connection.cursor() as cursor:
            while self.is_alive():
                cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [self.pid])
                if cursor.fetchone()[0]:
                    return


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_claim_the_same_row():
    rows(10)
    other = Other()
    with transaction.atomic():
        mine = keys(claim(Message.objects.all(), NOW, limit=4))
        other.start()
        other.join(20)  # it does not wait for this transaction
        assert not other.is_alive()
    assert (len(mine), len(other.got)) == (4, 6)
    assert not set(mine) & set(other.got)


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_workers_claim_the_same_rows(monkeypatch):
    """The race is real: this is what the lock prevents."""
    rows(10)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_: self)
    other = Other()
    with transaction.atomic():
        mine = keys(claim(Message.objects.all(), NOW, limit=4))
        other.start()
        other.wait_until_it_waits()
    other.join(20)
    assert set(mine) <= set(other.got)


@pytest.mark.django_db(transaction=True)
def test_many_workers_share_a_backlog_without_a_row_done_twice():
    rows(200)
    taken: list[int] = []

    def work() -> None:
        try:
            while batch := claim(Message.objects.all(), NOW, limit=7):
                taken.extend(keys(batch))
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work, daemon=True) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert len(taken) == 200
    assert len(set(taken)) == 200


@pytest.mark.django_db(transaction=True)
def test_locked_rows_are_passed_over_and_stay_due_after_a_crash():
    rows(3)
    other = Other()
    with pytest.raises(RuntimeError), transaction.atomic():
        assert len(lock(Message.objects.all(), NOW, limit=2)) == 2
        other.start()
        other.join(20)
        raise RuntimeError
    assert len(other.got) == 1
    assert Message.objects.filter(state=DueState.DUE).count() == 2
