"""One look at everything that is due."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_celery_beat.models import PeriodicTask

from agency import schedule
from agency.messaging.models import Message
from agency.models import Heartbeat
from leads import followup, sweep, tasks
from tests.leads.following import MINUTE, NOON, maria, office

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(settings, tmp_path):
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    found = maria(office()["sarah"])
    followup.start(found, trigger="assigned", now=NOON)
    return found


def test_a_step_that_is_due_reaches_the_provider_in_the_same_sweep(lead, tmp_path):
    assert sweep.sweep(NOON + 5 * MINUTE) == {
        "presence": 0,
        "escalation": 0,
        "follow_up": 3,
        "calls": 0,
        "licences": 0,
        "messages": 2,
    }
    assert [m.state for m in Message.objects.filter(audience="consumer")] == ["done", "done"]
    assert len(list((tmp_path / "mail").iterdir())) == 1


def test_a_second_sweep_finds_nothing(lead):
    sweep.sweep(NOON + 5 * MINUTE)
    assert sweep.sweep(NOON + 5 * MINUTE) == {
        "presence": 0,
        "escalation": 0,
        "follow_up": 0,
        "calls": 0,
        "licences": 0,
        "messages": 0,
    }


def test_a_sweep_leaves_a_heartbeat_of_the_instant_at_which_it_ended(lead, monkeypatch):
    passing = iter([0.0, 0.5, 0.0, 42.0])
    monkeypatch.setattr(sweep, "monotonic", lambda: next(passing))
    sweep.sweep(NOON)
    assert Heartbeat.objects.get(name="sweep").at == NOON + timedelta(seconds=0.5)
    sweep.sweep(NOON + MINUTE)  # there was much to do
    assert Heartbeat.objects.get(name="sweep").at == NOON + MINUTE + timedelta(seconds=42)


def test_an_idle_sweep_is_cheap(db):
    sweep.sweep(NOON)
    with CaptureQueriesContext(connection) as queries:
        sweep.sweep(NOON + timedelta(seconds=1))
    # Whether silence counts, presence; holds, rungs; pauses that are over, steps; whose phone is to ring; when licenses were last
    # looked through; the expired, the due; and the heartbeat.
    assert len([query for query in queries if "SAVEPOINT" not in query["sql"]]) == 11


def test_one_kind_of_work_that_fails_does_not_hold_up_the_others_and_is_noticed(lead, monkeypatch):
    def failing(now):
        raise RuntimeError("broken")

    monkeypatch.setitem(sweep.STAGES, "escalation", failing)
    with pytest.raises(ExceptionGroup):
        sweep.sweep(NOON + 5 * MINUTE)
    assert Message.objects.filter(audience="consumer", state="done").count() == 2
    assert not Heartbeat.objects.filter(name="sweep").exists()


def test_the_command_says_what_was_done(db):
    out = StringIO()
    call_command("sweep", stdout=out)
    kinds = ["presence", "escalation", "follow up", "calls", "licences", "messages", "replays"]
    assert out.getvalue().splitlines() == [f"{kind}: 0" for kind in kinds]


def test_the_task_sweeps(db):
    tasks.sweep()
    assert Heartbeat.objects.filter(name="sweep").exists()


def test_the_beat_sends_a_sweep_every_second_and_drops_the_ones_nobody_took(db):
    task = PeriodicTask.objects.get(name="Sweep")
    assert (task.task, task.interval.every, task.interval.period, task.enabled) == ("leads.tasks.sweep", 1, "seconds", True)
    assert task.expire_seconds == 5


def test_writing_the_schedule_again_changes_nothing_that_a_manager_chose(db):
    PeriodicTask.objects.filter(name="Sweep").update(enabled=False, expire_seconds=99)
    call_command("migrate", verbosity=0)
    [task] = PeriodicTask.objects.filter(name="Sweep")
    assert (task.enabled, task.expire_seconds) == (False, 5)


def test_every_duty_of_the_schedule_is_a_task_that_exists(db):
    from agency.celery import app

    app.loader.import_default_modules()
    assert {duty.task for duty in schedule.duties()} <= set(app.tasks)
    assert all(duty.expires >= timedelta(seconds=1) for duty in schedule.duties())
