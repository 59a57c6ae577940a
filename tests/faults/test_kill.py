"""`kill -9` between commit and delivery: real processes, real signals. Nothing is lost, and no consumer hears anything twice."""

import json
import signal
import sys
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models import F
from django.utils import timezone

from agency.due import DueState
from agency.messaging import delivery, send
from agency.messaging.models import Message
from agency.models import Heartbeat, User
from leads.models import Lead
from tests.faults.machine import MANAGE, Machine, MailServer, eventually, free_port, kill
from tests.leads.following import maria, office
from tests.office import ANA, open_office

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.races, pytest.mark.timeout(300)]

SWEEP = [*MANAGE, "sweep"]
WORKER = [sys.executable, "-m", "celery", "--quiet", "-A", "agency", "worker", "--pool", "threads", "--concurrency", "2"]
BEAT = [sys.executable, "-m", "celery", "--quiet", "-A", "agency", "beat", "--pidfile="]


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    place = Machine(tmp_path)
    yield place
    place.close()


@pytest.fixture
def sarah(db: None) -> User:
    return User.objects.create(username="sarah", name="Sarah M.", email="sarah@harborpoint.example", phone="+12125550111")


def mail_to(user: User, audience: str = "staff", **more) -> Message:
    to = user.email if audience == "staff" else "maria@home.example"
    return send(channel="email", audience=audience, kind="note", user=user, to=to, subject="Hello", now=timezone.now(), **more)


def after_the_lease() -> None:
    """As if the lease of whatever is in flight had run out: nobody waits half a minute for it."""
    Message.objects.filter(state="in_flight").update(leased_until=F("leased_until") - delivery.LEASE - timedelta(seconds=1))


def test_a_lead_taken_in_by_a_killed_web_process_is_told_once_after_restart(machine: Machine) -> None:
    key = open_office().keys["website"]
    port = free_port()
    web = machine.start(
        [sys.executable, "-m", "gunicorn", "agency.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "1", "--no-control-socket"]
    )
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/v1/leads/",
        data=json.dumps(ANA).encode(),
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    assert eventually(lambda: "Listening at" in machine.said(web)), machine.said(web)
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert answer.status == 201
    kill(web)
    [lead] = Lead.objects.all()
    owner = lead.owner.user
    assert Message.objects.filter(user=owner, channel="in_app", state=DueState.DONE).exists()
    waiting = Message.objects.filter(user=owner, channel="email", kind="lead_assigned")
    assert [message.state for message in waiting] == [DueState.DUE]
    for _ in range(2):
        machine.run(SWEEP)
    assert [message.state for message in waiting.all()] == [DueState.DONE]
    assert len([letter for letter in machine.letters() if owner.email in letter.read_text()]) == 1


def test_a_process_killed_right_after_the_commit_loses_nothing(machine: Machine, sarah: User) -> None:
    process = machine.python(
        """
from django.db import transaction
from django.utils import timezone
from agency.messaging import send
from agency.models import User
with transaction.atomic():
    transaction.on_commit(lambda: os.kill(os.getpid(), signal.SIGKILL))
    sarah = User.objects.get(username="sarah")
    send(channel="email", audience="staff", kind="note", user=sarah, subject="Hello", now=timezone.now())
"""
    )
    assert process.wait(60) == -signal.SIGKILL
    assert Message.objects.get().state == DueState.DUE
    for _ in range(2):
        machine.run(SWEEP)
    assert len(machine.letters()) == 1


def test_a_worker_killed_after_delivery_and_before_it_wrote_that_down_leaves_one_letter(machine: Machine, sarah: User) -> None:
    mail_to(sarah)
    process = machine.python(
        """
from django.utils import timezone
from agency.messaging import delivery
delivery._record = lambda messages, *_: messages and os.kill(os.getpid(), signal.SIGKILL)
delivery.deliver_due(timezone.now())
"""
    )
    assert process.wait(60) == -signal.SIGKILL
    assert (Message.objects.get().state, len(machine.letters())) == (DueState.IN_FLIGHT, 1)
    machine.run(SWEEP)
    assert Message.objects.get().state == DueState.IN_FLIGHT  # somebody may still be at it
    after_the_lease()
    machine.run(SWEEP)
    assert (Message.objects.get().state, Message.objects.get().attempts) == (DueState.DONE, 2)
    assert len(machine.letters()) == 1  # the second delivery replaced the first


def test_a_worker_killed_while_the_mail_server_thinks(machine: Machine) -> None:
    """Staff are told again; to the consumer nothing goes out a second time, and a person finds it on the list of the stuck."""
    sarah = office()["sarah"]
    to_staff = mail_to(sarah.user)
    to_consumer = mail_to(sarah.user, audience="consumer", lead_id=maria(sarah).pk)
    silent, healthy = MailServer(silent=True), MailServer()
    process = machine.start(SWEEP, EMAIL_URL=silent.url)
    assert eventually(lambda: silent.letters), machine.said(process)
    kill(process)
    assert set(Message.objects.values_list("state", flat=True)) == {DueState.IN_FLIGHT}
    after_the_lease()
    for _ in range(2):
        machine.run(SWEEP, EMAIL_URL=healthy.url)
    to_staff.refresh_from_db()
    to_consumer.refresh_from_db()
    assert (to_staff.state, to_staff.attempts) == (DueState.DONE, 2)
    assert (to_consumer.state, to_consumer.outcome) == (DueState.STUCK, delivery.EXPIRED_CONSUMER)
    assert ["To: sarah@harborpoint.example" in letter for letter in healthy.letters] == [True]
    identity = f"Message-ID: <message-{to_staff.pk}."  # the same as on the first attempt
    assert all(identity in letter for letter in [*silent.letters, *healthy.letters])
    for server in (silent, healthy):
        server.close()


def test_a_worker_is_poked_by_the_commit_and_needs_no_beat(machine: Machine, sarah: User) -> None:
    worker = machine.start(WORKER)
    promise = machine.python(
        """
from django.utils import timezone
from agency import poke
from agency.messaging import send
from agency.models import User
sarah = User.objects.get(username="sarah")
send(channel="email", audience="staff", kind="note", user=sarah, subject="Hello", now=timezone.now())
poke.send()  # the hint that the commit gives from a thread, which ends with this short process
"""
    )
    assert promise.wait(60) == 0
    assert eventually(lambda: Message.objects.get().state == DueState.DONE), machine.said(worker)
    assert len(machine.letters()) == 1


def test_worker_and_beat_killed_and_started_again_deliver_what_was_promised_meanwhile(machine: Machine, sarah: User) -> None:
    first = [machine.start(WORKER), machine.start(BEAT)]
    assert eventually(lambda: Heartbeat.objects.filter(name="sweep").exists()), "\n".join(map(machine.said, first))
    for process in first:
        kill(process)
    promised = [mail_to(sarah), mail_to(sarah, audience="staff")]
    for command in (WORKER, BEAT):
        machine.start(command)
    done = Message.objects.filter(state=DueState.DONE)
    assert eventually(lambda: done.count() == 2), "\n".join(map(machine.said, machine.processes[2:]))
    stopped = Heartbeat.objects.get(name="sweep").at
    assert eventually(lambda: Heartbeat.objects.get(name="sweep").at > stopped)  # further sweeps find nothing to do
    assert len(machine.letters()) == 2
    assert {message.attempts for message in done} == {1}
    assert {message.pk for message in done} == {message.pk for message in promised}
