"""A lead's history tells everything that happened to it, newest first, in as many queries for much as for little."""

from datetime import timedelta
from decimal import Decimal

import pytest

from agency.messaging.models import Message
from leads.models import (
    Consent,
    Event,
    FollowUpStep,
    Household,
    Lead,
    Note,
    Plan,
    Policy,
    Quote,
    ScoreFlag,
    StatusChange,
    Submission,
    Touch,
)
from leads.timeline import timeline
from routing.models import Assignment, LadderStep, RoutingDecision
from tests.office import NOW, Office, open_office

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return open_office()


@pytest.fixture
def ana(office) -> Lead:
    """Ana's lead, owned by Sarah, with nothing in its history yet."""
    return Lead.objects.create(
        household=Household.objects.create(created_at=NOW),
        source=office.website,
        owner=office.sarah,
        first_name="Ana",
        last_name="Ruiz",
        email="ana@mail.example",
        received_at=NOW,
        updated_at=NOW,
        last_activity_at=NOW,
    )


def minutes(count: int):
    return NOW + timedelta(minutes=count)


def live_a_life(ana: Lead, office: Office) -> None:
    """One row of everything that can happen, a minute apart."""
    sarah = office.sarah.user
    Submission.objects.create(
        lead=ana, source=office.website, door="form", payload={}, body_hash="", created=True, received_at=minutes(0)
    )
    Event.objects.create(lead=ana, kind="pricing_view", at=minutes(1), data={"page": "/pricing"})
    decision = RoutingDecision.objects.create(
        lead=ana,
        at=minutes(2),
        cause="intake",
        outcome="assigned",
        producer=office.sarah,
        reason="It was her turn.",
        facts={},
        trace={},
    )
    Assignment.objects.create(
        lead=ana,
        producer=office.sarah,
        decision=decision,
        started_at=minutes(3),
        accepted_at=minutes(4),
        ended_at=minutes(17),
        end_reason="declined",
        end_note="too_busy",
    )
    assignment = Assignment.objects.create(lead=ana, producer=office.james, decision=decision, started_at=minutes(18))
    Touch.objects.create(lead=ana, by=sarah, channel="call", outcome="reached", at=minutes(5), note="Calls back at six")
    Note.objects.create(lead=ana, by=sarah, at=minutes(6), text="Has two cars")
    StatusChange.objects.create(lead=ana, before="new", after="contacted", by=sarah, at=minutes(7))
    Message.objects.create(
        lead=ana,
        user=sarah,
        channel="in_app",
        audience="staff",
        kind="lead_assigned",
        subject="A lead",
        created_at=minutes(8),
        due_at=NOW,
        state="done",
    )
    plan = Plan.objects.create(key="speed", name="Speed", starts="assigned")
    promised = {"lead": ana, "plan": plan, "started_at": NOW, "due_at": NOW}
    FollowUpStep.objects.create(**promised, position=0, label="First call", state="done", finished_at=minutes(9))
    FollowUpStep.objects.create(**promised, position=1, label="Second call")
    LadderStep.objects.create(
        assignment=assignment, lead=ana, rung=0, action="alert", to="owner", due_at=NOW, state="done", finished_at=minutes(10)
    )
    Consent.objects.create(lead=ana, channels=["sms"], text="Text me", at=minutes(11))
    Consent.objects.create(lead=ana, channels=["sms"], granted=False, at=minutes(12))
    Quote.objects.create(lead=ana, by=sarah, carrier="Acme", premium=Decimal("1450"), quoted_at=minutes(13))
    Policy.objects.create(
        lead=ana, producer=office.sarah, premium=Decimal("1450"), bound_at=minutes(14), reversed_at=minutes(15), carrier="Acme"
    )
    ScoreFlag.objects.create(lead=ana, by=sarah, at=minutes(16), verdict="too_high", score=55)


def test_everything_that_happened_is_told_newest_first(ana, office):
    live_a_life(ana, office)
    told = [(entry.kind, entry.title) for entry in timeline(ana)]
    assert told == [
        ("assigned", "Given to James K."),
        ("released", "No longer with Sarah M."),
        ("score_flag", "Score 55 is too high"),
        ("policy", "Policy reversed"),
        ("policy", "Policy bound for $1,450.00"),
        ("quote", "Quoted $1,450.00"),
        ("consent", "Consent taken back: sms"),
        ("consent", "Consent given: sms"),
        ("escalation", "Alert owner"),
        ("follow_up", "First call"),
        ("message", "In the app to Sarah M."),
        ("status", "New → Contacted"),
        ("note", "Note"),
        ("touch", "Call: reached"),
        ("accepted", "Accepted by Sarah M."),
        ("assigned", "Given to Sarah M."),
        ("decision", "Assigned"),
        ("event", "Pricing view"),
        ("arrival", "Arrived from Website"),
    ]
    at = [entry.at for entry in timeline(ana)]
    assert at == [minutes(count) for count in range(18, -1, -1)]


def test_who_did_it_and_what_was_said_is_told(ana, office):
    live_a_life(ana, office)
    entries = {entry.kind: entry for entry in timeline(ana)}
    assert (entries["touch"].by, entries["touch"].detail) == ("Sarah M.", "Calls back at six")
    assert entries["note"].detail == "Has two cars"
    assert entries["decision"].detail == "It was her turn."
    assert entries["decision"].by == ""
    assert entries["released"].detail == "Declined: too busy"
    assert entries["event"].data == {"kind": "pricing_view", "page": "/pricing"}


def test_what_was_said_to_the_person_is_not_told_as_said_to_whoever_signed(ana, office):
    text = {"lead": ana, "user": office.sarah.user, "channel": "sms", "audience": "consumer", "kind": "follow_up", "due_at": NOW}
    Message.objects.create(**text, body="Hello Ana", state="done", created_at=minutes(1), finished_at=minutes(1))
    Message.objects.create(
        **text,
        body="Hello again",
        state="skipped",
        outcome="They asked us to stop.",
        created_at=minutes(2),
        finished_at=minutes(2),
    )
    Message.objects.create(**text, body="And again", created_at=minutes(3))
    assert [(entry.title, entry.detail) for entry in timeline(ana)] == [
        ("Text to the lead (due)", "And again"),
        ("Text to the lead (skipped)", "They asked us to stop."),
        ("Text to the lead", "Hello Ana"),
    ]


@pytest.mark.parametrize(("state", "title"), [("due", "E-mail to Sarah M."), ("failed", "E-mail to Sarah M. (failed)")])
def test_what_staff_are_told_counts_as_told_unless_it_failed(ana, office, state, title):
    told = {
        "lead": ana,
        "user": office.sarah.user,
        "channel": "email",
        "audience": "staff",
        "kind": "lead_assigned",
        "due_at": NOW,
    }
    Message.objects.create(**told, subject="A lead", state=state, created_at=NOW)
    assert [(entry.title, entry.detail) for entry in timeline(ana)] == [(title, "A lead")]


def test_an_event_s_own_words_do_not_change_its_kind(ana):
    Event.objects.create(lead=ana, kind="pricing_view", at=NOW, data={"kind": "something else"})
    assert timeline(ana)[0].data["kind"] == "pricing_view"


def test_what_is_still_to_come_is_no_history(ana, office):
    live_a_life(ana, office)
    assert "Second call" not in [entry.title for entry in timeline(ana)]


def test_another_lead_s_history_is_not_told(ana, office):
    live_a_life(ana, office)
    ben = Lead.objects.create(
        household=ana.household, source=office.website, owner=office.james, email="ben@mail.example",
        received_at=NOW, updated_at=NOW, last_activity_at=NOW,
    )  # fmt: skip
    assert timeline(ben) == []


def test_a_long_history_costs_no_more_queries_than_none(ana, office, django_assert_num_queries):
    with django_assert_num_queries(15):
        timeline(ana)
    live_a_life(ana, office)
    for minute in range(20, 40):
        Touch.objects.create(lead=ana, by=office.james.user, channel="call", outcome="no_answer", at=minutes(minute))
        Note.objects.create(lead=ana, by=office.carla.user, at=minutes(minute), text="Again")
    with django_assert_num_queries(15):
        assert len(timeline(ana)) == 59
