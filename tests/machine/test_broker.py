"""The folders that stand in for a broker, the poke that uses them, and the page that says whether all is well."""

import logging
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from celery import Celery
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone
from kombu import Connection

from agency import broker, health, poke
from agency.models import Heartbeat


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    broker.use_folders(tmp_path)
    return tmp_path


def connect(folder: Path) -> Connection:
    queue = str(folder / "queue")
    options = {"data_folder_in": queue, "data_folder_out": queue, "control_folder": str(folder / "control")}
    return Connection("filesystem://localhost", transport_options=options)


def test_messages_come_out_once_and_in_order(folders: Path) -> None:
    with connect(folders) as connection:
        queue = connection.SimpleQueue("work")
        for number in range(20):
            queue.put({"number": number})
        received = [queue.get(timeout=1) for _ in range(20)]
        for message in received:
            message.ack()
        assert [message.payload["number"] for message in received] == list(range(20))
        with pytest.raises(queue.Empty):
            queue.get(block=False)
    assert list((folders / "queue").iterdir()) == []


def test_reader_never_meets_a_half_written_message(folders: Path) -> None:
    """With kombu's own channel this fails within a second, at the messages or at the table of queues."""
    body = {"text": "x" * 20_000}
    failures: list[Exception] = []
    done = threading.Event()

    def write() -> None:
        with connect(folders) as connection:
            queue = connection.SimpleQueue("work")
            for _ in range(300):
                queue.put(body)
        done.set()

    def read() -> None:
        with connect(folders) as connection:
            queue = connection.SimpleQueue("work")
            while not done.is_set() or any((folders / "queue").iterdir()):
                try:
                    queue.get(block=False).ack()
                except queue.Empty:
                    continue
                except Exception as error:  # what would end a worker
                    failures.append(error)
                    return

    threads = [threading.Thread(target=write), threading.Thread(target=read), threading.Thread(target=read)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []


def test_purge_leaves_empty_folders(folders: Path) -> None:
    with connect(folders) as connection:
        connection.SimpleQueue("work").put({})
    broker.purge(folders)
    assert [path.name for path in sorted(folders.rglob("*"))] == ["control", "queue"]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """When hints were sent."""
    moments: list[float] = []
    monkeypatch.setattr(poke, "send", lambda: moments.append(time.monotonic()))
    monkeypatch.setattr(poke, "_sender", poke.Sender())
    yield moments
    time.sleep(2 * poke.INTERVAL)


@pytest.mark.django_db(transaction=True)
def test_poke_waits_for_the_commit_and_a_rollback_sends_none(sent: list[float]) -> None:
    with transaction.atomic():
        poke.poke()
        time.sleep(2 * poke.INTERVAL)
        assert sent == []
    time.sleep(2 * poke.INTERVAL)
    assert len(sent) == 1
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        poke.poke()
        raise ZeroDivisionError
    time.sleep(2 * poke.INTERVAL)
    assert len(sent) == 1


@pytest.mark.django_db(transaction=True)
def test_many_pokes_become_few_and_the_last_is_not_lost(sent: list[float]) -> None:
    started = time.monotonic()
    while time.monotonic() < started + 0.55:
        poke.poke()
        time.sleep(0.001)
    last = time.monotonic()
    time.sleep(3 * poke.INTERVAL)
    assert 2 <= len(sent) <= 8
    assert sent[-1] >= last - poke.INTERVAL


def test_broker_that_fails_costs_a_line_in_the_log(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    nowhere = Celery("nowhere", broker="redis://127.0.0.1:1/0", set_as_current=False)
    nowhere.conf.broker_transport_options = {"max_retries": 0}
    monkeypatch.setattr(poke, "app", nowhere)
    with caplog.at_level(logging.WARNING):
        poke.send()
    assert "the sweep will find the work" in caplog.text


@pytest.mark.django_db
class TestHealth:
    def test_all_is_well_after_a_recent_sweep(self, client: Client) -> None:
        Heartbeat.objects.create(name=health.SWEEP, at=timezone.now())
        answer = client.get("/healthz")
        assert (answer.status_code, answer.json()["healthy"]) == (200, True)

    def test_says_that_the_sweep_never_ran(self, client: Client) -> None:
        answer = client.get("/healthz")
        assert (answer.status_code, answer.json()["sweep"]) == (503, "has never run")

    def test_says_since_when_the_sweep_is_silent(self, client: Client) -> None:
        Heartbeat.objects.create(name=health.SWEEP, at=timezone.now() - timedelta(seconds=42))
        answer = client.get("/healthz")
        assert (answer.status_code, answer.json()["sweep"]) == (503, "last ran 42 s ago")

    def test_says_that_the_workers_clock_is_ahead(self, client: Client) -> None:
        Heartbeat.objects.create(name=health.SWEEP, at=timezone.now() + timedelta(hours=1))
        answer = client.get("/healthz")
        assert answer.status_code == 503
        assert "s ahead of this one" in answer.json()["sweep"]

    def test_says_that_the_broker_does_not_answer(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        nowhere = Celery("nowhere", broker="redis://127.0.0.1:1/0", set_as_current=False)
        monkeypatch.setattr(health, "app", nowhere)
        answer = client.get("/healthz")
        assert answer.status_code == 503
        assert "does not answer" in answer.json()["broker"]

    def test_says_that_the_database_does_not_answer(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(**conditions: object) -> None:
            raise DatabaseError

        monkeypatch.setattr(Heartbeat.objects, "filter", fail)
        answer = client.get("/healthz")
        assert answer.status_code == 503
        assert answer.json()["database"] == "does not answer (DatabaseError)"
