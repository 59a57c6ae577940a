"""Pausing, resuming and leaving out steps by hand."""

import pytest
from django.db import IntegrityError, transaction

from agency.due import DueState
from agency.messaging.models import Message
from leads import followup, work
from leads.followup import selectors
from leads.models import FollowUpPause, FollowUpStep, Lead
from leads.timeline import timeline
from leads.work import steering
from routing.engine.facts import ASSIGNED, Decision
from tests.leads.following import DAY, HOUR, MINUTE, NOON, maria, office, step_of, steps_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return office()


@pytest.fixture
def sarah(people):
    return people["sarah"]


@pytest.fixture
def lead(sarah):
    found = maria(sarah)
    followup.start(found, trigger="assigned", now=NOON)
    return found


def labels(lead, **which):
    return [step.label for step in steps_of(lead, **which)]


def test_while_paused_nothing_happens(lead, sarah):
    work.pause(lead, by=sarah.user, now=NOON + MINUTE)
    assert followup.run_due(NOON + 60 * DAY) == 0
    assert not Message.objects.exists()


def test_resumed_everything_is_later_by_the_pause(lead, sarah):
    followup.run_due(NOON + 5 * MINUTE)
    Message.objects.update(state="done", finished_at=NOON + 5 * MINUTE)
    work.pause(lead, by=sarah.user, now=NOON + 30 * MINUTE)
    work.resume(lead, by=sarah.user, now=NOON + 3 * DAY + 30 * MINUTE)
    assert [step.due_at - NOON for step in steps_of(lead, state="due")][1:4] == [
        3 * DAY + HOUR,
        3 * DAY + 4 * HOUR,
        3 * DAY + 4 * HOUR,
    ]
    followup.run_due(NOON + 3 * DAY + HOUR)
    assert Message.objects.filter(audience="consumer").count() == 2  # those of the first five minutes


def test_a_call_that_was_somebody_s_task_rests_too_and_comes_back(lead, sarah):
    followup.run_due(NOON)
    work.pause(lead, by=sarah.user, now=NOON + MINUTE)
    assert not selectors.due_calls(NOON + HOUR)
    work.resume(lead, by=sarah.user, now=NOON + HOUR)
    followup.run_due(NOON + HOUR)
    assert labels(lead, state="waiting") == ["First call"]


def test_a_pause_ends_by_itself_at_its_time(lead, sarah):
    work.pause(lead, by=sarah.user, until=NOON + 2 * DAY, now=NOON)
    followup.run_due(NOON + 2 * DAY + 5 * MINUTE)
    pause = FollowUpPause.objects.get()
    assert (pause.ended_at, pause.ended_by) == (NOON + 2 * DAY, None)
    assert step_of(lead, "Introduction").finished_at == NOON + 2 * DAY + 5 * MINUTE


def test_a_message_that_has_not_left_is_taken_back_and_said_after_the_pause(lead, sarah):
    followup.run_due(NOON + 5 * MINUTE)
    work.pause(lead, by=sarah.user, now=NOON + 6 * MINUTE)
    assert set(Message.objects.filter(audience="consumer").values_list("state", "outcome")) == {("skipped", steering.PAUSED)}
    work.resume(lead, by=sarah.user, now=NOON + DAY)
    followup.run_due(NOON + DAY)
    assert Message.objects.filter(audience="consumer", state="due").count() == 2


def test_a_plan_that_begins_during_a_pause_rests_too(lead, sarah):
    work.pause(lead, by=sarah.user, now=NOON)
    followup.start(lead, trigger="quoted", now=NOON + DAY)
    assert followup.run_due(NOON + 10 * DAY) == 0
    work.resume(lead, by=sarah.user, now=NOON + 10 * DAY)
    assert step_of(lead, "Any questions").due_at == NOON + 11 * DAY


def test_an_agreed_call_back_does_not_rest(lead, sarah):
    lead.callback_at = NOON + 2 * HOUR
    lead.save()
    followup.rebook(lead, now=NOON)
    work.pause(lead, by=sarah.user, now=NOON + MINUTE)
    assert followup.run_due(NOON + 2 * HOUR) == 1
    assert labels(lead, state="waiting") == ["First call"]


def test_stop_events_end_what_rests(lead, sarah):
    work.pause(lead, by=sarah.user, now=NOON)
    followup.stop(lead.pk, event="replied", now=NOON + HOUR)
    assert not FollowUpStep.objects.filter(state="due").exists()


def test_one_pause_at_a_time(lead, sarah):
    work.pause(lead, by=sarah.user, now=NOON)
    with pytest.raises(work.WorkError, match=steering.ALREADY_PAUSED):
        work.pause(lead, by=sarah.user, now=NOON + HOUR)
    with pytest.raises(IntegrityError), transaction.atomic():
        FollowUpPause.objects.create(lead=lead, since=NOON)


def test_what_cannot_be_done_is_said(lead, sarah, people):
    with pytest.raises(work.WorkError, match=steering.NOT_PAUSED):
        work.resume(lead, by=sarah.user, now=NOON)
    with pytest.raises(work.WorkError, match=steering.ENDS_TOO_SOON):
        work.pause(lead, by=sarah.user, until=NOON, now=NOON)
    with pytest.raises(work.WorkError):
        work.pause(lead, by=people["james"].user, now=NOON)
    followup.end_all(lead.pk, why="Lost.", now=NOON)
    with pytest.raises(work.WorkError, match=steering.NOTHING_LEFT):
        work.pause(lead, by=sarah.user, now=NOON)


def test_pauses_are_in_the_history(lead, sarah):
    work.pause(lead, by=sarah.user, now=NOON)
    work.resume(lead, by=sarah.user, now=NOON + HOUR)
    told = [(entry.title, entry.by) for entry in timeline(lead) if entry.kind == "pause"]
    assert told == [("Follow-up goes on", "Sarah M."), ("Follow-up paused", "Sarah M.")]


def test_a_step_is_left_out_by_name_and_the_rest_stays(lead, sarah):
    step = step_of(lead, "Introduction")
    work.skip_step(lead, step.pk, by=sarah.user, reason="Knows us", now=NOON)
    step.refresh_from_db()
    assert (step.state, step.outcome) == (DueState.SKIPPED, "Left out by Sarah M.: Knows us")
    followup.run_due(NOON + 5 * MINUTE)
    assert not Message.objects.filter(channel="email").exists()
    with pytest.raises(work.WorkError, match="not to come"):
        work.skip_step(lead, step.pk, by=sarah.user, now=NOON)


def test_leaving_out_a_month_of_nurture_leaves_the_next(people):
    lead = maria(None, steward=people["rosa"])
    followup.start(lead, trigger="nurture", now=NOON)
    work.skip_step(lead, step_of(lead, "Monthly e-mail").pk, by=people["rosa"].user, now=NOON)
    assert [step.due_at for step in steps_of(lead, state="due")] == [NOON + 30 * DAY]


def test_after_a_reassignment_what_has_not_left_is_said_by_the_new_owner_and_once(lead, people):
    followup.run_due(NOON + 5 * MINUTE)
    Message.objects.filter(channel="email", audience="consumer").update(state="done", finished_at=NOON + 5 * MINUTE)
    Lead.objects.update(owner=people["james"])
    lead.refresh_from_db()
    given = Decision(outcome=ASSIGNED, producer="james", rule="r", ruleset=1, roster=1, reason="because")
    followup.on_decided(lead, given, NOON + 30 * MINUTE, "escalation")
    followup.run_due(NOON + 30 * MINUTE)
    texts = Message.objects.filter(channel="sms", audience="consumer").order_by("pk")
    assert [(text.state, "James K." in text.body) for text in texts] == [("skipped", False), ("due", True)]
    assert Message.objects.filter(channel="email", audience="consumer").count() == 1  # no second introduction
