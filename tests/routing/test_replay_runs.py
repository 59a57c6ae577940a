"""Replays on request: at once or by a worker, by API or in the admin, with progress and a way to stop them."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django_celery_beat.models import PeriodicTask
from rest_framework.test import APIClient

from routing import tasks
from routing.admin import replay as pages
from routing.models import ReplayRun, ReplayState, RuleSet
from routing.simulation import OUTCOMES_NOT_REPLAYED, ReplayCancelledError, runs
from routing.simulation.runs import BACKWARDS, INTERRUPTED, LEASE, MOST_ATTEMPTS, SIGN, ReplayError, cancel, request, run_due
from tests.office import NOW, Office, hand_in, open_office

PERIOD = {"since": NOW - timedelta(days=1), "until": NOW + timedelta(days=1)}


@pytest.fixture
def office(db) -> Office:
    """Three people asked for a quote: James has the first and the third, Sarah the second."""
    office = open_office()
    for n in range(3):
        hand_in(office, now=NOW + timedelta(minutes=n), email=f"ana{n}@mail.example", phone=f"(212) 555-01{50 + n}")
    return office


@pytest.fixture
def long(office, monkeypatch) -> None:
    """Three decisions are too many to wait for."""
    monkeypatch.setattr(runs, "AT_ONCE", 2)
    monkeypatch.setattr(runs.app, "send_task", lambda *_, **__: None)


def ask(**more) -> ReplayRun:
    """Rosa asks what the rules in force would have done."""
    return request(RuleSet.objects.get(), **{**PERIOD, "by": None, "now": NOW, "clock": lambda: NOW, **more})


def test_a_small_replay_is_done_when_the_asking_returns(office):
    run = ask(by=office.rosa.user)
    assert (run.state, run.done, run.total, run.error) == (ReplayState.DONE, 3, 3, "")
    assert (run.created_at, run.started_at, run.finished_at, run.leased_until) == (NOW, NOW, NOW, None)
    assert run.result["moved"] == 0
    assert {one["key"]: one["would"] for one in run.result["people"]} == {"james": 2, "sarah": 1}
    assert run.is_over


def test_a_period_goes_forwards(office):
    with pytest.raises(ReplayError, match=BACKWARDS):
        ask(until=PERIOD["since"])
    assert not ReplayRun.objects.exists()


def test_a_long_replay_waits_for_a_worker_who_is_told(office, long, monkeypatch, django_capture_on_commit_callbacks):
    told = []
    monkeypatch.setattr(runs.app, "send_task", lambda name, **_: told.append(name))
    with django_capture_on_commit_callbacks(execute=True):
        run = ask()
    assert (run.state, run.done, run.total, run.result) == (ReplayState.QUEUED, 0, 3, None)
    assert told == ["routing.tasks.run_replays"] == [tasks.run_replays.name]
    assert tasks.run_replays() == 1
    run.refresh_from_db()
    assert (run.state, run.done, run.result["decisions"]) == (ReplayState.DONE, 3, 3)
    assert tasks.run_replays() == 0


def test_a_broker_that_is_gone_loses_nothing(office, long, monkeypatch, django_capture_on_commit_callbacks):
    def gone(*_, **__):
        raise ConnectionError("nobody there")

    monkeypatch.setattr(runs.app, "send_task", gone)
    with django_capture_on_commit_callbacks(execute=True):
        run = ask()
    assert run_due(NOW, lambda: NOW) == 1
    run.refresh_from_db()
    assert run.state == ReplayState.DONE


def test_the_schedule_looks_for_replays(db):
    task = PeriodicTask.objects.get(name="Replays")
    assert (task.task, task.interval.every, task.interval.period) == ("routing.tasks.run_replays", 10, "seconds")


def test_one_replay_runs_at_a_time(office, long):
    ask()
    running = ask()
    ReplayRun.objects.filter(pk=running.pk).update(state=ReplayState.RUNNING, leased_until=NOW + LEASE, attempts=1)
    assert run_due(NOW, lambda: NOW) == 0


def test_a_replay_whose_worker_died_begins_anew_and_not_for_ever(office, long):
    run = ask()
    ReplayRun.objects.filter(pk=run.pk).update(state=ReplayState.RUNNING, leased_until=NOW, attempts=1)
    later = NOW + timedelta(seconds=1)
    assert run_due(later, lambda: later) == 1
    run.refresh_from_db()
    assert (run.state, run.attempts) == (ReplayState.DONE, 2)
    ReplayRun.objects.filter(pk=run.pk).update(state=ReplayState.RUNNING, leased_until=NOW, attempts=MOST_ATTEMPTS)
    assert run_due(later, lambda: later) == 0
    run.refresh_from_db()
    assert (run.state, run.error) == (ReplayState.FAILED, INTERRUPTED)


def test_what_goes_wrong_is_said(office, monkeypatch):
    def broken(*_, **__):
        raise ValueError("two and two is five")

    monkeypatch.setattr(runs, "replay", broken)
    run = ask()
    assert (run.state, run.error) == (ReplayState.FAILED, "It could not be finished: two and two is five")


def test_it_says_how_far_it_is_twice_a_second(office, long):
    run = ask()
    ReplayRun.objects.filter(pk=run.pk).update(state=ReplayState.RUNNING, attempts=1)
    run.refresh_from_db()
    now = [NOW]
    sign = runs.Signs(run, lambda: now[0])
    seen = []
    for done, wait in ((0, SIGN / 2), (1, SIGN / 2), (2, SIGN / 4), (3, SIGN)):
        assert sign(done, 3)
        run.refresh_from_db()
        seen.append((run.done, run.leased_until - NOW))
        now[0] += wait
    assert seen == [(0, LEASE), (0, LEASE), (2, LEASE + SIGN), (3, LEASE + SIGN * 1.25)]


def test_a_cancelled_replay_stops_at_its_next_sign(office, long, monkeypatch):
    run = ask()
    real = runs.replay

    def cancelled_meanwhile(*given, progress, **more):
        assert cancel(run, now=NOW)
        with pytest.raises(ReplayCancelledError):
            real(*given, progress=progress, **more)
        raise ReplayCancelledError

    monkeypatch.setattr(runs, "replay", cancelled_meanwhile)
    run_due(NOW, lambda: NOW)
    run.refresh_from_db()
    assert (run.state, run.result, run.finished_at) == (ReplayState.CANCELLED, None, NOW)
    assert not cancel(run, now=NOW)
    assert run_due(NOW, lambda: NOW) == 0


# --- By API ---

SENT = {"since": "2026-11-23T00:00:00Z", "until": "2026-11-26T00:00:00Z"}


def send(office: Office, method: str, name: str, *args, **body):
    """Rosa calls."""
    client = APIClient(headers=office.key("rosa"))
    return getattr(client, method)(reverse(f"api:{name}", args=args), body or None, format="json")


def test_a_small_replay_is_answered_at_once(office):
    answer = send(
        office, "post", "simulate", RuleSet.objects.get().pk, since="2026-11-23T00:00:00Z", until="2026-11-26T00:00:00Z"
    )
    assert answer.status_code == 200
    body = answer.json()
    assert (body["state"], body["done"], body["total"]) == ("done", 3, 3)
    assert (body["result"]["note"], body["result"]["moved"]) == (OUTCOMES_NOT_REPLAYED, 0)
    assert send(office, "get", "replay", body["id"]).json() == body


def test_a_long_replay_has_an_address_to_look_at_and_to_stop(office, long):
    answer = send(
        office, "post", "simulate", RuleSet.objects.get().pk, since="2026-11-23T00:00:00Z", until="2026-11-26T00:00:00Z"
    )
    assert answer.status_code == 202
    body = answer.json()
    assert answer["Location"] == body["url"] == f"/api/v1/replays/{body['id']}/"
    assert (body["state"], body["result"]) == ("queued", None)
    assert send(office, "delete", "replay", body["id"]).json()["state"] == "cancelled"
    assert ReplayRun.objects.get().state == ReplayState.CANCELLED


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, {"since": ["This field is required."], "until": ["This field is required."]}),
        ({"since": "2026-11-26T00:00:00Z", "until": "2026-11-23T00:00:00Z"}, {"until": [BACKWARDS]}),
    ],
)
def test_what_is_wrong_with_a_period_is_said(office, body, wrong):
    answer = send(office, "post", "simulate", RuleSet.objects.get().pk, **body)
    assert (answer.status_code, answer.json()) == (400, wrong)


# --- In the admin ---


@pytest.fixture
def rosa(office) -> Client:
    """The manager, logged in."""
    client = Client()
    client.force_login(office.rosa.user)
    return client


def press(client: Client, first: str = "2026-11-23", last: str = "2026-11-25"):
    """What would have changed in these days?"""
    page = reverse("admin:routing_ruleset_replay", args=[RuleSet.objects.get().pk])
    return client.post(page, {"first": first, "last": last}, follow=True)


def test_the_rule_set_s_page_asks_for_the_days(office, rosa, time_machine):
    time_machine.move_to(NOW, tick=False)
    ruleset = RuleSet.objects.get()
    assert "What would have changed?" in rosa.get(reverse("admin:routing_ruleset_change", args=[ruleset.pk])).content.decode()
    page = rosa.get(reverse("admin:routing_ruleset_replay", args=[ruleset.pk])).content.decode()
    assert 'value="2026-10-25"' in page and 'value="2026-11-24"' in page
    assert OUTCOMES_NOT_REPLAYED in page


def test_the_result_is_in_plain_words(office, rosa):
    answer = press(rosa)
    page = answer.content.decode()
    assert answer.redirect_chain == [(reverse("admin:routing_replayrun_change", args=[ReplayRun.objects.get().pk]), 302)]
    assert "<strong>0</strong> of 3 decisions would have sent the lead elsewhere" in page
    assert "Leads of 2026-11-23 to 2026-11-25" in page
    assert OUTCOMES_NOT_REPLAYED in page
    assert "James K." in page and "Taking turns" in page
    run = ReplayRun.objects.get()
    assert (run.since.isoformat(), run.until.isoformat()) == ("2026-11-23T05:00:00+00:00", "2026-11-26T05:00:00+00:00")


def test_days_in_the_wrong_order_are_refused(office, rosa):
    assert pages.BACKWARDS in press(rosa, "2026-11-25", "2026-11-23").content.decode()


def test_a_long_replay_shows_how_far_it_is_and_can_be_stopped(office, rosa, long):
    page = press(rosa).content.decode()
    assert "Waiting to start: 0 of 3 decisions." in page
    assert '<meta http-equiv="refresh" content="2">' in page
    stopped = rosa.post(reverse("admin:routing_replayrun_change", args=[ReplayRun.objects.get().pk]), follow=True)
    assert pages.CANCELLED in stopped.content.decode()
    assert 'http-equiv="refresh"' not in stopped.content.decode()
    assert ReplayRun.objects.get().state == ReplayState.CANCELLED


def test_replays_are_listed_in_a_few_queries(office, rosa, django_assert_max_num_queries):
    for _ in range(5):
        ask()
    with django_assert_max_num_queries(20):
        assert rosa.get(reverse("admin:routing_replayrun_changelist")).status_code == 200


def test_nobody_else_gets_there(office):
    run = ask()
    client = Client()
    client.force_login(office.sarah.user)
    for page in (
        reverse("admin:routing_ruleset_replay", args=[run.ruleset_id]),
        reverse("admin:routing_replayrun_change", args=[run.pk]),
    ):
        assert client.get(page)["Location"].startswith("/admin/login/")
