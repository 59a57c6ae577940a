"""Score models, plans, templates, the ladder and the outbox, edited and decided upon in the admin."""

from datetime import timedelta

import pytest

from agency.due import DueState
from agency.messaging import send as send_message
from agency.models import Message
from leads.intake import receive
from leads.models import Plan, PlanStep, ScoreModel, Template
from routing.models import EscalationPolicy
from tests.admin.browser import add_row, errors_of, form_of, page, send
from tests.office import ANA, NOW

CONFIRM = {"_form_submitted": "True"}


def champion() -> ScoreModel:
    return ScoreModel.objects.get(state="champion")


def model_draft(rosa) -> str:
    answer = rosa.post(page("leads_scoremodel_edit_copy", champion().pk), CONFIRM)
    return answer.headers["Location"]


def test_a_score_model_edited_and_published_scores_the_next_lead(rosa, office):
    assert receive(ANA, source=office.website, now=NOW).lead.score == 40
    rules = "- {label: Requested a quote, event: [quote_request], points: 70}"
    answer = send(rosa, model_draft(rosa), rules=rules, leads_scoremodel_publish="1")
    assert not errors_of(answer)
    lead = receive(ANA | {"email": "b@mail.example", "phone": ""}, source=office.website, now=NOW).lead
    assert (lead.score, lead.tier) == (70, "hot")
    assert champion().version == 2


def test_the_score_model_in_force_cannot_be_changed(rosa, office):
    assert rosa.post(page("leads_scoremodel_change", champion().pk), {"name": "Mine"}).status_code == 403


def test_a_score_rule_that_is_not_understood_is_an_error_where_it_was_typed(rosa, office):
    answer = send(rosa, model_draft(rosa), rules="- {label: A, evnt: [quote_request], points: 5}", tiers="{hot: 20, warm: 40}")
    fields = {error.split(":")[0] for error in errors_of(answer)}
    assert {"rules", "tiers"} <= fields
    assert champion().version == 1


@pytest.fixture
def plan(office) -> Plan:
    """First call at once, a text after five minutes."""
    text = Template.objects.create(key="first_text", channel="sms", body="Hi {{ lead.first_name }}. Reply STOP to opt out.")
    plan = Plan.objects.create(key="speed", name="Speed to lead", starts="assigned", stops=["reached"])
    PlanStep.objects.create(plan=plan, position=0, after=timedelta(0), channel="call", label="First call")
    PlanStep.objects.create(plan=plan, position=1, after=timedelta(minutes=5), channel="sms", template=text, label="First text")
    return plan


def test_a_step_added_to_a_plan_is_due_for_the_next_lead(rosa, office, plan):
    url = page("leads_plan_change", plan.pk)
    step = {"position": "2", "after": "2h", "channel": "call", "label": "Second call"}
    answer = send(rosa, url, **add_row(form_of(rosa, url), "steps", **step))
    assert not errors_of(answer)
    lead = receive(ANA, source=office.website, now=NOW).lead
    assert lead.follow_ups.get(label="Second call").due_at == NOW + timedelta(hours=2)


def test_lengths_of_time_are_shown_as_they_are_typed(rosa, plan):
    values = form_of(rosa, page("leads_plan_change", plan.pk))
    assert [values[f"steps-{n}-after"] for n in (0, 1)] == [["0m"], ["5m"]]


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ({"after": "soon", "channel": "call"}, "after"),
        ({"after": "5m", "channel": "sms"}, "template"),
        ({"after": "5m", "channel": ""}, "__all__"),
    ],
)
def test_a_step_that_cannot_be_done_is_an_error_where_it_was_typed(rosa, plan, cells, field):
    url = page("leads_plan_change", plan.pk)
    answer = send(rosa, url, **add_row(form_of(rosa, url), "steps", position="2", label="x", **cells))
    assert any(error.startswith(f"{field}: ") for error in errors_of(answer)), errors_of(answer)
    assert plan.steps.count() == 2


def test_a_plan_that_stops_on_something_unknown_is_refused(rosa, plan):
    answer = send(rosa, page("leads_plan_change", plan.pk), stops="- reeched")
    assert any(error.startswith("stops: ") for error in errors_of(answer))


def test_a_placeholder_that_is_not_known_is_refused(rosa, plan):
    url = page("leads_template_change", Template.objects.get().pk)
    assert any("lead.frist_name" in error for error in errors_of(send(rosa, url, body="Hi {{ lead.frist_name }}")))


def test_the_ladder_is_shown_as_a_table_and_checked_when_changed(rosa, office):
    policy = EscalationPolicy.objects.create(
        pk=1, rungs=[{"after": "5m", "action": "alert", "channels": ["in_app"], "to": "owner"}]
    )
    url = page("routing_escalationpolicy_change", policy.pk)
    assert ">5m<" in rosa.get(url).content.decode()
    answer = send(rosa, url, rungs="- {after: five, action: alert, channels: [in_app], to: owner}")
    assert any(error.startswith("rungs") for error in errors_of(answer))
    send(rosa, url, rungs="- {after: 7m, action: warn, channels: [email], to: owner}")
    policy.refresh_from_db()
    assert policy.rungs == [{"after": "7m", "action": "warn", "channels": ["email"], "to": "owner"}]
    lead = receive(ANA, source=office.website, now=NOW).lead
    assert [step.due_at for step in lead.ladder.all()] == [NOW + timedelta(minutes=7)]


@pytest.fixture
def stuck(office) -> Message:
    """A text to Ana of which nobody knows whether it went out."""
    lead = receive(ANA, source=office.website, now=NOW).lead
    message = send_message(
        channel="sms", audience="consumer", kind="follow_up", to="+12125550143", body="Hi Ana", lead_id=lead.pk, now=NOW
    )
    Message.objects.filter(pk=message.pk).update(state=DueState.STUCK)
    return message


@pytest.mark.parametrize(("action", "state"), [("send_again", DueState.DUE), ("leave", DueState.SKIPPED)])
def test_a_stuck_message_waits_for_a_person(rosa, stuck, action, state):
    answer = rosa.get(page("agency_message_changelist"), {"state__exact": "stuck"})
    assert [message.pk for message in answer.context["cl"].result_list] == [stuck.pk]
    rosa.post(page("agency_message_changelist"), {"action": action, "_selected_action": [stuck.pk]})
    stuck.refresh_from_db()
    assert stuck.state == state


def test_a_message_that_was_sent_is_not_sent_again(rosa, stuck):
    Message.objects.filter(pk=stuck.pk).update(state=DueState.DONE)
    rosa.post(page("agency_message_changelist"), {"action": "send_again", "_selected_action": [stuck.pk]})
    stuck.refresh_from_db()
    assert stuck.state == DueState.DONE
