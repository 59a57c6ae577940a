"""Nobody is told nowhere: what failed everywhere, and whom nothing reaches, is told to the managers."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from agency.due import DueState
from agency.messaging import deliver_due, reach, send_all, staff_drafts, unheard
from agency.messaging.channels import RefusedError, UnavailableError
from agency.messaging.delivery import BACKOFF
from agency.messaging.models import Message
from agency.messaging.preferences import book
from agency.models import User
from agency.roles import GROUPS, MANAGER, set_group, sync_groups
from tests.messaging.pushing import Browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def rosa(harbor_point):
    sync_groups()
    rosa = User.objects.create(username="rosa", name="Rosa V.", email="rosa@harborpoint.example")
    set_group(rosa, "manager")
    return rosa


@pytest.fixture
def mailed(monkeypatch):
    """The provider of e-mails, which refuses or is down as the test says."""
    from agency.messaging import channels
    from tests.messaging.conftest import Provider

    provider = Provider()
    monkeypatch.setitem(channels.channels()["email"].providers, "", lambda url: provider)
    return provider


def refuse(error):
    def answer(message):
        raise error

    return answer


def alert(user, now, **more):
    said = {"subject": "New hot lead: Ana Ruiz", "path": "/leads/12/", "severity": "urgent"}
    return send_all(staff_drafts("lead_assigned", user=user, channels=["in_app", "email", "sms"], **{**said, **more}), now)


def told(user=None):
    rows = Message.objects.filter(kind=unheard.KIND)
    return list((rows if user is None else rows.filter(user=user)).order_by("pk").values_list("channel", "subject", "body"))


def test_an_alert_that_failed_everywhere_is_told_to_the_managers_once(rosa, sarah, texts, mailed, now):
    texts.answer = mailed.answer = refuse(RefusedError("No such address."))
    alert(sarah, now)
    deliver_due(now)
    subject = "Sarah M. could not be told: New hot lead: Ana Ruiz"
    body = "Every attempt outside the app failed (e-mail, text: No such address). It stands among their notices."
    assert told(rosa) == [("in_app", subject, body), ("email", subject, body)]
    assert {one.path for one in Message.objects.filter(kind=unheard.KIND)} == {"/leads/12/"}
    deliver_due(now + timedelta(minutes=1))  # the manager's own e-mail fails too, and is told to nobody
    assert len(told()) == 2


def test_one_channel_that_got_through_is_enough(rosa, sarah, texts, mailed, now):
    texts.answer = refuse(RefusedError("No such number."))
    alert(sarah, now)
    deliver_due(now)
    assert told() == []


def test_the_last_channel_to_give_up_tells(rosa, sarah, texts, mailed, now):
    texts.answer = refuse(RefusedError("No such number."))
    mailed.answer = refuse(UnavailableError("Down."))
    alert(sarah, now)
    at = now
    for wait in BACKOFF:
        deliver_due(at)
        assert told() == []
        at += wait
    deliver_due(at)
    assert [channel for channel, _, _ in told(rosa)] == ["in_app", "email"]


def test_two_alerts_are_told_apart(rosa, sarah, texts, mailed, now):
    alert(sarah, now, path="/leads/13/")
    texts.answer = mailed.answer = lambda message: refuse(RefusedError("No."))(message) if message.path == "/leads/12/" else "ok"
    alert(sarah, now)
    deliver_due(now)
    assert len(told()) == 2


def test_what_failed_for_a_consumer_is_no_alert(rosa, sarah, texts, now, open_gate):
    from agency.messaging import send

    texts.answer = refuse(RefusedError("No such number."))
    send(channel="sms", audience="consumer", kind="note", user=sarah, to="+12125550150", body="Hello", now=now)
    deliver_due(now)
    assert told() == []


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_two_workers_that_give_up_at_once_do_not_both_look_away(rosa, sarah, texts, mailed, now):
    """Each has one of the alert's channels, and records its failure before it sees the other's."""
    both = threading.Barrier(2, timeout=10)

    def wait_and_refuse(message):
        both.wait()
        raise RefusedError("No.")

    texts.answer = mailed.answer = wait_and_refuse
    alert(sarah, now)
    ids = list(Message.objects.exclude(channel="in_app").values_list("pk", flat=True))

    def work():
        try:
            deliver_due(now, limit=1)
        finally:
            connection.close()

    from agency.messaging import delivery

    original, delivery.STAFF_BATCH = delivery.STAFF_BATCH, 1
    try:
        workers = [threading.Thread(target=work) for _ in ids]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    finally:
        delivery.STAFF_BATCH = original
    assert set(Message.objects.filter(pk__in=ids).values_list("state", flat=True)) == {DueState.FAILED}
    assert [channel for channel, _, _ in told(rosa)] == ["in_app", "email"]


def test_the_managers_are_those_of_the_role():
    assert GROUPS[MANAGER] == unheard.MANAGERS


# --- Whom nothing reaches ---

MORNING = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)
"""Eight in New York."""


@pytest.fixture
def carrier(settings):
    """E-mail and texts are set up."""
    settings.EMAIL_URL, settings.SMS_URL = "smtp://mail.example", ""


def worker(user):
    sync_groups()
    set_group(user, "producer")
    return user


def named():
    return list(Message.objects.filter(kind=reach.KIND, channel="in_app").order_by("pk").values_list("subject", "body"))


def test_whoever_nothing_reaches_is_named_to_the_managers_once_a_day(rosa, sarah, james, carrier, now):
    worker(sarah), worker(james)
    assert reach.tell_managers(MORNING - timedelta(seconds=1)) == 0
    assert reach.tell_managers(MORNING) == 2  # in the app and by e-mail
    assert named() == [
        (
            "James K. cannot be reached outside the app",
            "Alerts wait among their notices. Push is on in no browser of theirs; texts are not set up (SMS_URL); "
            "there is no e-mail address.",
        )
    ]
    assert reach.tell_managers(MORNING + timedelta(hours=9)) == 0
    assert reach.tell_managers(MORNING + timedelta(days=1)) == 2


def test_where_nothing_is_set_up_that_is_said_once_for_all(rosa, sarah, james, settings, now):
    worker(sarah), worker(james)
    settings.EMAIL_URL = settings.SMS_URL = ""
    reach.tell_managers(MORNING)
    assert named() == [(reach.ALL, reach.ALL_BODY)]


def test_a_device_that_fails_reaches_nobody(rosa, sarah, james, settings, now):
    worker(james)
    device = Browser().device(james, "https://web.push.apple.com/a", now)
    assert reach.in_words(james, book()) == "push"
    assert reach.in_words(rosa, book()) == "only in the app"
    device.failure = "The push service refused it (403)."
    device.save()
    assert reach.in_words(james, book()) == "only in the app"


def test_nobody_is_named_who_left_or_has_no_leads(rosa, sarah, james, carrier, now):
    worker(james)
    User.objects.filter(pk=james.pk).update(is_active=False)
    mia = User.objects.create(username="mia", name="Mia R.")
    set_group(mia, "marketing")
    assert reach.tell_managers(MORNING) == 0
