"""Steps that fall together: one book for the calls and texts of a batch, one text for a night, and what the page says of it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from agency import messaging
from agency.due import DueState
from agency.messaging.models import Message
from leads import followup
from leads.followup import callbacks, outcome, selectors
from leads.followup.forecast import coming
from leads.locks import locked
from leads.models import ContactRefusal, FollowUpStep, PlanStep, Template, Touch
from leads.timeline import timeline
from tests.leads.following import HOUR, MINUTE, NOON, maria, office, step_of

pytestmark = pytest.mark.django_db

FLORIDA = {"state": "FL", "phone": "+13055550143"}
CAP = "No more attempts before 2026-11-21 12:01: cap FL v1 allows 3 in 24 hours."
HALF_PAST_TEN = datetime(2026, 11, 21, 3, 30, tzinfo=UTC)
"""At night in New York."""
EIGHT = datetime(2026, 11, 21, 13, 0, tzinfo=UTC)


@pytest.fixture
def sarah(db):
    return office()["sarah"]


def running(owner, now=NOON, **more):
    lead = maria(owner, now=now, **more)
    followup.start(lead, trigger="assigned", now=now)
    return lead


def runs(*instants):
    for now in instants:
        followup.run_due(now)
        messaging.deliver_due(now)


def called(lead, at):
    Touch.objects.create(lead=lead, channel="call", direction="out", outcome="no_answer", at=at)
    followup.call_logged(lead.pk, now=at)


def foretold(lead, now):
    return {one.label: one for one in coming(locked(lead.pk), now).steps}


def with_two_attempts(owner):
    """A call at 12:01 and a text at 12:05, where three attempts a day are allowed."""
    lead = running(owner, **FLORIDA)
    runs(NOON)
    called(lead, NOON + MINUTE)
    runs(NOON + 5 * MINUTE)
    return lead


def test_a_call_that_is_the_third_attempt_leaves_none_for_the_text_beside_it(sarah):
    lead = with_two_attempts(sarah)
    runs(NOON + HOUR, NOON + 4 * HOUR)
    assert step_of(lead, "Third call").state == DueState.WAITING
    text = step_of(lead, "Second text")
    assert (text.state, text.outcome) == (DueState.SKIPPED, CAP)
    assert ContactRefusal.objects.get(step=text).rule == "cap FL v1"


def test_a_text_that_is_the_third_attempt_takes_the_waiting_call_back(sarah):
    lead = with_two_attempts(sarah)
    FollowUpStep.objects.filter(lead=lead, label="Third call").delete()
    runs(NOON + HOUR, NOON + 4 * HOUR)
    assert step_of(lead, "Second text").state == DueState.DONE
    call = step_of(lead, "Second call")
    assert (call.state, call.outcome) == (DueState.SKIPPED, CAP)
    assert ContactRefusal.objects.get(step=call).rule == "cap FL v1"
    assert not selectors.due_calls(NOON + 4 * HOUR).exists()


@pytest.mark.parametrize("instead", [None, "intro"])
def test_words_that_claim_a_call_are_not_said_without_one_whatever_the_step_asks(sarah, instead):
    Template.objects.filter(key="last_try").update(body="I called a few times and could not reach you.")
    PlanStep.objects.filter(label="Last try").update(otherwise=Template.objects.filter(key=instead).first())
    lead = running(sarah)
    runs(*(NOON + hours * HOUR for hours in (0, 1, 4, 24, 48)))
    step = step_of(lead, "Last try")
    assert not Message.objects.filter(body__contains="I called").exists()
    assert (step.state, step.outcome) == (("done", "") if instead else ("skipped", outcome.NOBODY_CALLED))


def test_they_are_said_after_a_call_and_foretold_when_calls_are_to_come(sarah):
    Template.objects.filter(key="last_try").update(body="I called a few times and could not reach you.")
    lead = running(sarah)
    assert foretold(lead, NOON)["Last try"].why_dropped == ""
    FollowUpStep.objects.filter(lead=lead, channel="call").delete()
    assert foretold(lead, NOON)["Last try"].why_dropped == outcome.NOBODY_CALLED
    called(lead, NOON + MINUTE)
    assert foretold(lead, NOON + MINUTE)["Last try"].why_dropped == ""


def test_after_a_night_the_first_text_goes_and_not_again(sarah):
    lead = running(sarah, now=HALF_PAST_TEN)
    waits = foretold(lead, HALF_PAST_TEN)
    first = next(one for one in waits.values() if one.channel == "sms" and one.label != "Second text")
    assert (first.at, waits["Second text"].why_dropped) == (EIGHT, outcome.SAID_EARLIER)
    runs(*(HALF_PAST_TEN + after for after in (0 * HOUR, 5 * MINUTE, HOUR, 4 * HOUR)), EIGHT)
    assert [text.body for text in Message.objects.filter(channel="sms")] == ["Hi Maria, Sarah M. here. I will call you shortly."]
    assert step_of(lead, "Second text").outcome == outcome.SAID_EARLIER


def test_a_text_put_off_on_its_way_out_is_still_to_come_and_the_history_says_until_when(sarah):
    begins = datetime(2026, 11, 21, 1, 54, 30, tzinfo=UTC)  # 20:54:30; texts may go until nine
    lead = running(sarah, now=begins)
    followup.run_due(begins + 5 * MINUTE)
    messaging.deliver_due(begins + 6 * MINUTE)
    text = Message.objects.get(channel="sms")
    assert (text.state, text.due_at) == (DueState.DUE, EIGHT)
    [waiting] = [one for one in coming(locked(lead.pk), begins + 6 * MINUTE).steps if one.is_written]
    assert (waiting.at, waiting.planned_at) == (EIGHT, begins + 5 * MINUTE)
    assert waiting.why_moved.startswith("Quiet hours")
    with timezone.override("America/New_York"):
        told = [entry.detail for entry in timeline(locked(lead.pk))]
    assert any(detail.startswith("Waits until Nov 21, 8:00 AM: Quiet hours") for detail in told)
    runs(EIGHT + timedelta(seconds=2))  # nothing ran in the night, and a sweep is never there to the instant
    assert Message.objects.filter(channel="sms", state="done").count() == 1
    assert step_of(lead, "Second text").outcome == outcome.SAID_EARLIER


def test_a_text_that_did_not_leave_is_not_called_done(sarah):
    lead = running(sarah)
    followup.run_due(NOON + 5 * MINUTE)
    Message.objects.filter(channel="sms").update(state=DueState.SKIPPED, finished_at=NOON, outcome="They asked us to stop.")
    told = [entry.detail for entry in timeline(locked(lead.pk)) if entry.kind == "follow_up" and entry.data["channel"] == "sms"]
    assert told == ["Not sent: They asked us to stop."]


def test_what_stays_moved_after_a_call_back_was_called_off_says_so(sarah):
    lead = running(sarah)
    lead.callback_at = NOON + 2 * HOUR
    lead.save()
    callbacks.rebook(lead, now=NOON)
    lead.callback_at = None
    lead.save()
    callbacks.rebook(lead, now=NOON + 30 * MINUTE)
    second = foretold(lead, NOON + 30 * MINUTE)["Second call"]
    assert (second.at, second.why_moved) == (NOON + 90 * MINUTE, callbacks.NO_LONGER_WAITS)
