"""Redis and RabbitMQ in place of the folders: a poke arrives, and a broker that is down harms nobody."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from celery import Celery
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from agency import messaging, poke
from agency.due import DueState
from agency.health import broker_problem
from agency.messaging.models import Audience, Channel, Message
from agency.settings.broker import transport_options
from tests.services.servers import RabbitMQ, Redis, Server, running

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module", params=[Redis, RabbitMQ], ids=["redis", "rabbitmq"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(request.param, tmp_path_factory.mktemp("broker")) as server:
        yield server


@pytest.fixture
def broker(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The broker that this process pokes."""
    if not server.answers():
        server.start()
    app = Celery("agency", set_as_current=False)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    app.conf.update(broker_url=server.url, broker_transport_options=transport_options(server.url))
    monkeypatch.setattr("agency.poke.app", app)
    monkeypatch.setattr("agency.health.app", app)
    return server


@pytest.fixture
def worker(broker: Server, tmp_path: Path) -> Iterator[Path]:
    """A worker on that broker and this test's database; the folder its letters go to."""
    with process(broker, tmp_path, "worker", "--pool", "threads", "--concurrency", "2"):
        yield tmp_path / "mail"


@contextmanager
def process(broker: Server, folder: Path, *words: str) -> Iterator[None]:
    """A process of Celery's on that broker and this test's database."""
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "agency.settings",
        "DATABASE_URL": database_url(),
        "CELERY_BROKER_URL": broker.url,
        "DATA_DIR": str(folder),
    }
    command = [sys.executable, "-m", "celery", "--quiet", "-A", "agency", *words]
    started = subprocess.Popen(command, cwd=settings.BASE_DIR, env=env)
    try:
        yield
    finally:
        started.terminate()
        started.wait(20)


def database_url() -> str:
    """The address of the database that Django made for this test."""
    parameters = connection.get_connection_params()
    options = {"host": parameters["host"], "port": parameters.get("port")}
    query = urlencode({name: value for name, value in options.items() if value})
    return f"postgres://{quote(parameters.get('user') or '')}@/{parameters['dbname']}?{query}"


def promise() -> Message:
    """A letter to a colleague, committed to the outbox."""
    with transaction.atomic():
        return messaging.send(
            channel=Channel.EMAIL,
            audience=Audience.STAFF,
            kind="test",
            now=timezone.now(),
            to="ana@example.com",
            subject="A lead for you",
        )


def is_delivered(message: Message) -> bool:
    message.refresh_from_db()
    return message.state == DueState.DONE


def eventually(holds: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_poke_delivers_a_committed_message_without_a_sweep(broker: Server, worker: Path) -> None:
    first = promise()
    assert eventually(lambda: is_delivered(first), 90)  # the worker has to start first
    second = promise()
    assert eventually(lambda: is_delivered(second), 20)
    assert len(list(worker.glob("*.eml"))) == 2


@pytest.fixture
def beat(broker: Server, tmp_path: Path) -> Iterator[None]:
    """A beat on that broker and this test's database."""
    with process(broker, tmp_path, "beat", "--pidfile="):
        yield


def test_beat_sweeps_through_the_broker_and_goes_on_when_that_was_lost(broker: Server, worker: Path, beat: None) -> None:
    """By the setting alone: what falls due later is found by nobody's poke."""

    def falls_due_soon() -> Message:
        return messaging.send(
            channel=Channel.EMAIL, audience=Audience.STAFF, kind="test", now=timezone.now() - timedelta(minutes=1),
            to="ana@example.com", subject="Later", due_at=timezone.now() + timedelta(seconds=3),
        )  # fmt: skip

    first = falls_due_soon()
    assert eventually(lambda: is_delivered(first), 90)
    broker.stop()  # with all that was in it
    broker.start()
    second = falls_due_soon()
    assert eventually(lambda: is_delivered(second), 90)
    assert len(list(worker.glob("*.eml"))) == 2


def test_worker_finds_its_broker_again(broker: Server, worker: Path) -> None:
    first = promise()
    assert eventually(lambda: is_delivered(first), 90)
    broker.stop()
    broker.start()
    second = promise()

    def poked_and_delivered() -> bool:
        poke.send()  # the first ones may meet a connection that is dead and does not know it
        return is_delivered(second)

    assert eventually(poked_and_delivered, 90)


def test_broker_that_is_down_costs_the_sender_nothing(broker: Server) -> None:
    poke.send()
    broker.stop()
    started = time.monotonic()
    for _ in range(10):
        promise()
    assert time.monotonic() - started < 1
    started = time.monotonic()
    poke.send()
    assert time.monotonic() - started < 3
    assert broker_problem() is not None
