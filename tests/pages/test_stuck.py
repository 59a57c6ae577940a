"""What came to nothing by itself, and the person who decides about it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from agency.due import DueState
from agency.messaging import send
from agency.messaging.delivery import UNCLEAR
from agency.messaging.models import Message
from leads import followup, stuck
from leads.models import FollowUpStep, Lead
from routing import escalation
from routing.models import Assignment, Hold, LadderStep
from tests.leads.following import plan
from tests.office import NOW, Office, hand_in

Browse = Callable[[str], Client]


@pytest.fixture
def ana(office: Office) -> Lead:
    return hand_in(office)


@pytest.fixture
def text(ana: Lead) -> Message:
    """A text to Ana of which nobody knows whether she has it."""
    words = {"channel": "sms", "audience": "consumer", "kind": "follow_up", "to": str(ana.phone), "body": "Hello"}
    message = send(**words, lead_id=ana.pk, user=ana.owner.user, now=NOW)
    Message.objects.filter(pk=message.pk).update(state=DueState.STUCK, outcome=UNCLEAR, attempts=1)
    return message


@pytest.fixture
def step(ana: Lead) -> FollowUpStep:
    """A step that could not be run."""
    made = plan("broken", "quoted", [{"after": NOW - NOW, "channel": "call", "label": "Any questions"}])
    followup.start(ana, trigger="quoted", now=NOW)
    FollowUpStep.objects.filter(plan=made).update(state=DueState.FAILED, outcome="It could not be run (KeyError).")
    return FollowUpStep.objects.get(plan=made)


@pytest.fixture
def rung(ana: Lead) -> LadderStep:
    """A rung that failed too often."""
    held = Assignment.objects.get(lead=ana)
    return LadderStep.objects.create(
        assignment=held, lead=ana, rung=9, action="alert", to="owner", channels=["in_app"], due_at=NOW, state=DueState.STUCK,
        attempts=5, outcome="out of paper",
    )  # fmt: skip


def decide(browser: Client, kind: str, row: Any, decision: str) -> str:
    """What the manager reads after the button."""
    answer = browser.post(f"/stuck/{kind}/{row.pk}/", {"decision": decision}, follow=True)
    return answer.content.decode()


def test_the_wall_says_how_many_are_stuck_and_leads_to_them(browse: Browse, text: Message, step: FollowUpStep) -> None:
    rosa = browse("rosa")
    page = rosa.get("/dashboard/").content.decode()
    assert "2 stuck" in page
    assert 'href="/stuck/"' in page
    listed = rosa.get("/stuck/").content.decode()
    for words in ("Ana Ruiz", escape(UNCLEAR), "It may have arrived", "Any questions", "It could not be run (KeyError)."):
        assert words in listed, words


def test_nobody_else_is_led_there(browse: Browse, text: Message) -> None:
    assert "stuck" not in browse("mia").get("/dashboard/").content.decode()
    assert browse("sarah").get("/stuck/").status_code == 403


def test_an_empty_list_says_so(browse: Browse) -> None:
    rosa = browse("rosa")
    assert "Nothing is stuck" in rosa.get("/stuck/").content.decode()
    assert "stuck" not in rosa.get("/dashboard/").content.decode()


def test_a_message_is_sent_again_by_whom_the_list_says(browse: Browse, text: Message) -> None:
    rosa = browse("rosa")
    assert "It is tried again now." in decide(rosa, "message", text, "again")
    text.refresh_from_db()
    assert (text.state, text.due_at, text.outcome) == (DueState.DUE, NOW, "Sent again by Rosa V.")
    assert "Somebody has decided about it already." in decide(rosa, "message", text, "again")


@pytest.mark.parametrize("kind", ["message", "step", "rung"])
def test_whatever_is_left_is_off_the_list_with_the_name_of_who_left_it(
    browse: Browse, kind: str, request: pytest.FixtureRequest
) -> None:
    row = request.getfixturevalue({"message": "text"}.get(kind, kind))
    assert "It is left as it is." in decide(browse("rosa"), kind, row, "leave")
    row.refresh_from_db()
    assert (row.state, row.outcome) == (DueState.SKIPPED, "Left as it is by Rosa V.")
    assert stuck.count() == 0


def test_a_step_that_is_tried_again_is_run(browse: Browse, step: FollowUpStep) -> None:
    decide(browse("rosa"), "step", step, "again")
    followup.run_due(NOW)
    step.refresh_from_db()
    assert (step.state, step.outcome) == (DueState.WAITING, "")


def test_a_rung_that_is_tried_again_has_all_its_attempts(browse: Browse, rung: LadderStep, ana: Lead) -> None:
    LadderStep.objects.exclude(pk=rung.pk).delete()
    decide(browse("rosa"), "rung", rung, "again")
    rung.refresh_from_db()
    assert (rung.state, rung.attempts) == (DueState.DUE, 0)
    assert escalation.run_due(NOW) == 1
    rung.refresh_from_db()
    assert (rung.state, rung.outcome) == (DueState.DONE, f"Told {ana.owner.name}")


def test_a_held_lead_that_could_not_be_decided_is_on_the_list(browse: Browse, ana: Lead) -> None:
    Hold.objects.create(lead=ana, decision=ana.decisions.get(), due_at=NOW, state=DueState.STUCK, outcome="no rules")
    assert "Held for a better producer" in browse("rosa").get("/stuck/").content.decode()


@pytest.mark.parametrize("address", ["/stuck/pigeon/1/", "/stuck/message/1/"])
def test_what_is_no_decision_is_not_found(browse: Browse, address: str) -> None:
    assert browse("rosa").post(address, {"decision": "burn"}).status_code == 404


def test_the_price_of_the_list_does_not_grow_with_it(
    browse: Browse, text: Message, step: FollowUpStep, rung: LadderStep, django_assert_max_num_queries: Any
) -> None:
    rosa = browse("rosa")
    rosa.get("/stuck/")
    with django_assert_max_num_queries(10):
        rosa.get("/stuck/")
    Message.objects.bulk_create(
        Message(channel="sms", audience="consumer", kind="note", lead=text.lead, state=DueState.STUCK, due_at=NOW, created_at=NOW)
        for _ in range(5)
    )
    with django_assert_max_num_queries(10):
        rosa.get("/stuck/")
