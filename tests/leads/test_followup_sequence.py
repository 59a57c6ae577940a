"""Plans begin with what happens to a lead, belong to the lead, and stop with it."""

from datetime import timedelta

import pytest
from django.db import transaction

from agency.due import DueState
from agency.messaging.models import Message
from leads import followup
from leads.followup.sequence import CALLED, FROM_NURTURE, TO_NURTURE
from leads.models import FollowUpStep, Plan
from routing.engine.facts import ASSIGNED, HELD, NURTURED, UNPLACED, Decision
from tests.leads.following import DAY, HOUR, MINUTE, NOON, maria, office, plan, step_of, steps_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return office()


@pytest.fixture
def sarah(people):
    return people["sarah"]


def decided(outcome, plan=None) -> Decision:
    return Decision(outcome=outcome, producer="sarah", rule="r", ruleset=1, roster=1, reason="because", plan=plan)


def pending(lead):
    return [step.label for step in steps_of(lead, state__in=("due", "waiting"))]


def test_the_whole_default_plan_is_rows_at_the_right_instants(sarah):
    lead = maria(sarah)
    assert followup.start(lead, trigger="assigned", now=NOON) == 11
    assert [(step.due_at - NOON, step.channel) for step in steps_of(lead)] == [
        (0 * MINUTE, "call"),
        (5 * MINUTE, "sms"),
        (5 * MINUTE, "email"),
        (1 * HOUR, "call"),
        (4 * HOUR, "call"),
        (4 * HOUR, "sms"),
        (24 * HOUR, "call"),
        (48 * HOUR, "call"),
        (48 * HOUR, "email"),
        (7 * DAY, "email"),
        (30 * DAY, ""),
    ]
    assert {(step.state, step.started_at, step.cycle) for step in steps_of(lead)} == {(DueState.DUE, NOON, 0)}


def test_a_plan_is_begun_by_the_number_of_the_plans_and_one_insert(sarah, django_assert_num_queries):
    lead = maria(sarah)
    followup.plans()
    with django_assert_num_queries(2):
        followup.start(lead, trigger="assigned", now=NOON)


def test_plans_whose_conditions_do_not_hold_are_not_begun(sarah):
    Plan.objects.filter(key="speed_to_lead").update(when={"lead_kinds": ["live_transfer"]})
    plan("vip", "assigned", [{"after": 0 * MINUTE, "channel": "call", "label": "VIP call"}], when={"source_kinds": ["organic"]})
    lead = maria(sarah)
    followup.start(lead, trigger="assigned", now=NOON)
    assert pending(lead) == ["VIP call"]


def test_a_plan_that_was_switched_off_is_not_begun(sarah):
    found = Plan.objects.get(key="speed_to_lead")
    found.active = False
    found.save()
    followup.plans()
    assert followup.start(maria(sarah), trigger="assigned", now=NOON) == 0


def test_a_change_of_a_plan_holds_for_the_next_lead(sarah):
    first, second = maria(sarah), maria(sarah, email="ann@home.example")
    followup.start(first, trigger="assigned", now=NOON)
    step = Plan.objects.get(key="speed_to_lead").steps.get(label="Final e-mail")
    step.after = timedelta(days=9)
    step.save()
    followup.start(second, trigger="assigned", now=NOON)
    assert [step_of(lead, "Final e-mail").due_at - NOON for lead in (first, second)] == [7 * DAY, 9 * DAY]


def test_the_sequence_belongs_to_the_lead_and_goes_on_after_a_reassignment(people):
    lead = maria(people["sarah"])
    followup.on_decided(lead, decided(ASSIGNED), NOON, "intake")
    before = [(step.pk, step.due_at) for step in steps_of(lead)]
    lead.owner = people["james"]
    lead.save()
    followup.on_decided(lead, decided(ASSIGNED), NOON + 30 * MINUTE, "escalation")
    assert [(step.pk, step.due_at) for step in steps_of(lead)] == before


def test_a_reassignment_does_not_begin_again_what_was_stopped(sarah):
    lead = maria(sarah)
    followup.on_decided(lead, decided(ASSIGNED), NOON, "intake")
    followup.stop(lead.pk, event="replied", now=NOON + MINUTE)
    followup.on_decided(lead, decided(ASSIGNED), NOON + HOUR, "manual")
    assert pending(lead) == []


def test_a_lead_with_the_owner_of_last_resort_is_followed_up_too(sarah):
    lead = maria(sarah)
    followup.on_decided(lead, decided(UNPLACED), NOON, "intake")
    assert len(pending(lead)) == 11


def test_a_held_lead_waits_for_its_owner(sarah):
    lead = maria(None)
    followup.on_decided(lead, decided(HELD), NOON, "intake")
    assert steps_of(lead) == []
    lead.status, lead.owner = "new", sarah
    followup.on_decided(lead, decided(ASSIGNED), NOON + 30 * MINUTE, "hold")
    assert len(pending(lead)) == 11


def test_nurture_runs_its_plan_alone_and_leaving_it_ends_it(sarah):
    lead = maria(None)
    followup.on_decided(lead, decided(NURTURED, "monthly"), NOON, "intake")
    assert pending(lead) == ["Monthly e-mail"]
    lead.status, lead.owner = "new", sarah
    followup.on_decided(lead, decided(ASSIGNED), NOON + DAY, "event")
    assert step_of(lead, "Monthly e-mail").outcome == FROM_NURTURE
    assert len(pending(lead)) == 11


def test_going_to_nurture_ends_the_chase(sarah):
    lead = maria(sarah)
    followup.on_decided(lead, decided(ASSIGNED), NOON, "intake")
    followup.start(lead, trigger="nurture", now=NOON + DAY)
    assert pending(lead) == ["Monthly e-mail"]
    assert step_of(lead, "Final e-mail").outcome == TO_NURTURE


def test_a_lead_that_comes_back_from_nurture_is_chased_anew(sarah):
    lead = maria(sarah)
    followup.on_decided(lead, decided(ASSIGNED), NOON, "intake")
    followup.start(lead, trigger="nurture", now=NOON + 30 * DAY)
    followup.on_decided(lead, decided(ASSIGNED), NOON + 40 * DAY, "event")
    first_calls = [step.due_at - NOON for step in steps_of(lead) if step.label == "First call"]
    assert first_calls == [0 * DAY, 40 * DAY]
    followup.on_decided(lead, decided(ASSIGNED), NOON + 41 * DAY, "escalation")
    assert FollowUpStep.objects.filter(lead=lead, label="First call").count() == 2


def test_nurture_that_is_running_is_not_begun_twice(sarah):
    lead = maria(None)
    followup.start(lead, trigger="nurture", now=NOON)
    followup.start(lead, trigger="nurture", now=NOON + DAY)
    assert len(steps_of(lead)) == 1


def test_a_reopened_lead_is_chased_anew(sarah):
    lead = maria(sarah)
    followup.on_decided(lead, decided(ASSIGNED), NOON, "intake")
    followup.stop(lead.pk, event="lost", now=NOON + HOUR)
    followup.on_decided(lead, decided(ASSIGNED), NOON + 60 * DAY, "reopen")
    assert len(pending(lead)) == 11


def test_a_lead_already_spoken_to_is_not_chased(sarah):
    lead = maria(sarah, status="contacted")
    followup.on_decided(lead, decided(ASSIGNED), NOON, "manual")
    assert steps_of(lead) == []


@pytest.mark.parametrize("event", ["reached", "replied", "opted_out", "quoted", "bound", "lost"])
def test_what_is_still_to_come_stops_with_the_event(sarah, event):
    lead = maria(sarah)
    followup.start(lead, trigger="assigned", now=NOON)
    assert followup.stop(lead.pk, event=event, now=NOON + MINUTE) == 11
    assert pending(lead) == []
    assert {step.outcome for step in steps_of(lead)} == {f"Stopped: {event.replace('_', ' ')}."}


def test_a_plan_stops_only_on_its_own_events(sarah):
    lead = maria(sarah)
    followup.start(lead, trigger="quoted", now=NOON)
    assert followup.stop(lead.pk, event="reached", now=NOON) == 0
    assert followup.stop(lead.pk, event="bound", now=NOON) == 2


def test_stopping_takes_back_messages_that_have_not_left(sarah):
    lead = maria(sarah)
    followup.start(lead, trigger="assigned", now=NOON)
    followup.run_due(NOON + 5 * MINUTE)
    assert Message.objects.filter(audience="consumer", state="due").count() == 2
    followup.stop(lead.pk, event="replied", now=NOON + 6 * MINUTE)
    assert {(m.state, m.outcome) for m in Message.objects.filter(audience="consumer")} == {("skipped", "Stopped: replied.")}


def test_stopping_is_part_of_the_transaction_of_its_event(sarah):
    lead = maria(sarah)
    followup.start(lead, trigger="assigned", now=NOON)
    with pytest.raises(RuntimeError), transaction.atomic():
        followup.stop(lead.pk, event="reached", now=NOON)
        raise RuntimeError
    assert len(pending(lead)) == 11


def test_other_leads_go_on(sarah):
    one, other = maria(sarah), maria(sarah)
    for lead in (one, other):
        followup.start(lead, trigger="assigned", now=NOON)
    followup.stop(one.pk, event="reached", now=NOON)
    assert len(pending(other)) == 11


def test_a_call_made_before_the_sweep_saw_that_it_was_due_counts(sarah):
    lead = maria(sarah)
    followup.start(lead, trigger="assigned", now=NOON)
    assert followup.call_logged(lead.pk, now=NOON) == 1
    assert step_of(lead, "First call").state == DueState.DONE


def test_a_logged_call_finishes_the_call_that_was_waiting_for_it(sarah):
    lead = maria(sarah)
    followup.start(lead, trigger="assigned", now=NOON)
    followup.run_due(NOON)
    assert followup.call_logged(lead.pk, now=NOON + MINUTE) == 1
    step = step_of(lead, "First call")
    assert (step.state, step.outcome, step.finished_at) == (DueState.DONE, CALLED, NOON + MINUTE)
    assert step_of(lead, "Second call").state == DueState.DUE
