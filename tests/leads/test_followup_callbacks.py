"""A call-back agreed with Maria: the next call is at its time, the rest of the plan waits for it, and nothing loses it."""

from datetime import timedelta

import pytest

from agency.due import DueState
from agency.messaging.models import Message
from leads import followup
from leads.followup import callbacks, selectors
from leads.followup.facts import CALL_BACK
from leads.models import FollowUpStep
from tests.leads.following import DAY, HOUR, MINUTE, NOON, maria, office, step_of, steps_of

pytestmark = pytest.mark.django_db

TOMORROW_TEN = NOON + 22 * HOUR


@pytest.fixture
def people():
    return office()


@pytest.fixture
def sarah(people):
    return people["sarah"]


def booked(sarah, at, **more):
    """Maria's lead with a call-back and the default plan running from noon."""
    lead = maria(sarah, callback_at=at, **more)
    followup.start(lead, trigger="assigned", now=NOON, fresh=True)
    return lead


def book(lead, at, now):
    lead.callback_at = at
    lead.save()
    followup.rebook(lead, now=now)


def offsets(lead) -> list[tuple[timedelta, str]]:
    return [(step.due_at - NOON, step.channel) for step in steps_of(lead, state__in=("due", "waiting"))]


def test_booked_at_intake_the_first_call_is_then_and_the_rest_keeps_its_distance(sarah):
    lead = booked(sarah, TOMORROW_TEN)
    assert offsets(lead)[:5] == [
        (22 * HOUR, "call"),
        (22 * HOUR + 5 * MINUTE, "sms"),
        (22 * HOUR + 5 * MINUTE, "email"),
        (23 * HOUR, "call"),
        (26 * HOUR, "call"),
    ]
    first = step_of(lead, "First call")
    assert (first.agreed, first.planned_at) == (True, NOON)
    assert FollowUpStep.objects.filter(lead=lead).count() == 11


def test_nothing_is_said_before_the_time_and_the_owner_is_reminded_at_it(sarah):
    lead = booked(sarah, TOMORROW_TEN)
    assert followup.run_due(TOMORROW_TEN - MINUTE) == 0
    assert not Message.objects.exists()
    followup.run_due(TOMORROW_TEN)
    notice = Message.objects.get()
    assert (notice.user, notice.subject, notice.kind) == (sarah.user, "Call Maria Lopez: First call", "call_back_due")
    assert [step.label for step in selectors.due_calls(TOMORROW_TEN).filter(lead=lead)] == ["First call"]


def test_a_time_that_has_passed_books_nothing(sarah):
    assert offsets(booked(sarah, NOON - HOUR))[0] == (0 * HOUR, "call")


def test_set_while_the_plan_runs_the_next_call_moves_and_what_follows_waits(sarah):
    lead = booked(sarah, None)
    followup.run_due(NOON + 5 * MINUTE)
    followup.call_logged(lead.pk, now=NOON + 6 * MINUTE)
    book(lead, TOMORROW_TEN, NOON + 10 * MINUTE)
    assert offsets(lead)[:4] == [(22 * HOUR, "call"), (25 * HOUR, "call"), (25 * HOUR, "sms"), (45 * HOUR, "call")]
    assert step_of(lead, "Second call").outcome == callbacks.AGREED
    assert step_of(lead, "Third call").outcome == callbacks.WAITS


def test_an_earlier_call_back_moves_the_call_alone(sarah):
    lead = booked(sarah, None)
    followup.run_due(NOON + 4 * HOUR)
    followup.call_logged(lead.pk, now=NOON + 4 * HOUR)
    book(lead, NOON + 6 * HOUR, NOON + 5 * HOUR)
    assert offsets(lead)[:2] == [(6 * HOUR, "call"), (48 * HOUR, "call")]


def test_a_call_waiting_for_somebody_is_the_next_call(sarah):
    lead = booked(sarah, None)
    followup.run_due(NOON)
    book(lead, TOMORROW_TEN, NOON + 2 * MINUTE)
    first = step_of(lead, "First call")
    assert (first.state, first.due_at) == (DueState.DUE, TOMORROW_TEN)
    assert not selectors.due_calls(NOON + HOUR)


def test_changed_it_moves_everything_again(sarah):
    lead = booked(sarah, TOMORROW_TEN)
    book(lead, NOON + 2 * DAY, NOON + HOUR)
    assert offsets(lead)[:2] == [(48 * HOUR, "call"), (48 * HOUR + 5 * MINUTE, "sms")]
    book(lead, TOMORROW_TEN, NOON + 2 * HOUR)
    assert offsets(lead)[:2] == [(22 * HOUR, "call"), (22 * HOUR + 5 * MINUTE, "sms")]


def test_called_off_the_plan_goes_on_from_now_not_all_at_once(sarah):
    lead = booked(sarah, NOON + 3 * DAY)
    book(lead, None, NOON + 2 * DAY)
    assert offsets(lead)[:3] == [(48 * HOUR, "call"), (48 * HOUR + 5 * MINUTE, "sms"), (48 * HOUR + 5 * MINUTE, "email")]
    assert not FollowUpStep.objects.filter(agreed=True).exists()


def test_it_outlives_what_stops_the_plan(sarah):
    lead = booked(sarah, TOMORROW_TEN)
    followup.stop(lead.pk, event="replied", now=NOON + HOUR)
    assert offsets(lead) == [(22 * HOUR, "call")]
    followup.end_all(lead.pk, why="The lead is lost.", now=NOON + 2 * HOUR)
    assert offsets(lead) == []


def test_reaching_them_when_its_time_has_come_fulfils_it(sarah):
    lead = booked(sarah, TOMORROW_TEN)
    followup.run_due(TOMORROW_TEN)
    followup.stop(lead.pk, event="reached", now=TOMORROW_TEN + MINUTE)
    assert offsets(lead) == []


def test_a_lead_without_a_plan_gets_a_call_of_its_own(sarah):
    lead = maria(sarah, status="contacted")
    book(lead, TOMORROW_TEN, NOON)
    [call] = steps_of(lead)
    assert (call.label, call.plan, call.due_at) == (CALL_BACK, None, TOMORROW_TEN)
    book(lead, NOON + 2 * DAY, NOON + HOUR)
    assert offsets(lead) == [(48 * HOUR, "call")]
    followup.run_due(NOON + 2 * DAY)
    assert Message.objects.get().subject == f"Call Maria Lopez: {CALL_BACK}"
    followup.call_logged(lead.pk, now=NOON + 2 * DAY + MINUTE)
    assert step_of(lead, CALL_BACK).state == DueState.DONE


def test_called_off_that_call_is_given_up(sarah):
    lead = maria(sarah, status="contacted")
    book(lead, TOMORROW_TEN, NOON)
    book(lead, None, NOON + HOUR)
    assert step_of(lead, CALL_BACK).outcome == callbacks.CALLED_OFF


def test_a_plan_that_begins_later_has_its_first_call_then(sarah):
    lead = maria(sarah, status="contacted")
    book(lead, NOON + 3 * DAY, NOON)
    followup.start(lead, trigger="quoted", now=NOON + HOUR)
    assert offsets(lead) == [(3 * DAY, "call"), (5 * DAY, "email")]
    assert step_of(lead, CALL_BACK).outcome == callbacks.TAKEN_OVER


def test_in_nurture_whoever_is_accountable_is_reminded(people):
    lead = maria(None, callback_at=TOMORROW_TEN, steward=people["rosa"])
    followup.start(lead, trigger="nurture", now=NOON, fresh=True)
    followup.run_due(TOMORROW_TEN)
    assert Message.objects.get(kind="call_back_due").user == people["rosa"].user


def test_a_message_never_claims_a_call_before_the_call_back(sarah):
    booked(sarah, TOMORROW_TEN)
    followup.run_due(TOMORROW_TEN + 5 * MINUTE)
    assert "I will call" in Message.objects.get(channel="sms").body
