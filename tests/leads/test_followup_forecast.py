"""What the lead page foretells: shifts explained, drops named, signers, pauses, at a fixed price."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads import followup, work
from leads.flags import WRONG_NUMBER
from leads.followup.forecast import RESTS, coming
from leads.followup.gate.verdict import NO_EMAIL
from leads.followup.places import quiet_hours
from leads.locks import locked
from leads.models import Lead, PlanStep, Template
from tests.leads.following import DAY, HOUR, MINUTE, NOON, agree, maria, office, step_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return office()


@pytest.fixture
def sarah(people):
    return people["sarah"]


def running(sarah, now=NOON, **more):
    lead = maria(sarah, now=now, **more)
    followup.start(lead, trigger="assigned", now=now)
    return lead


def foretold(lead, now):
    return {one.label: one for one in coming(locked(lead.pk), now).steps}


def test_by_day_everything_comes_as_planned(sarah):
    steps = coming(locked(running(sarah).pk), NOON).steps
    assert [one.at - NOON for one in steps] == [
        0 * MINUTE, 5 * MINUTE, 5 * MINUTE, HOUR, 4 * HOUR, 4 * HOUR, DAY, 2 * DAY, 2 * DAY, 7 * DAY, 30 * DAY,
    ]  # fmt: skip
    assert {(one.why_moved, one.why_dropped) for one in steps} == {("", "")}
    assert {one.signer for one in steps} == {"Sarah M."}


def test_asking_changes_nothing(sarah):
    lead = running(sarah)
    before = list(lead.follow_ups.order_by("pk").values())
    coming(locked(lead.pk), NOON + 3 * DAY)
    assert list(lead.follow_ups.order_by("pk").values()) == before


def test_a_text_in_the_night_says_from_when_it_was_moved_and_why(sarah):
    lead = running(sarah, now=NOON + 6 * HOUR)  # six in the evening: the second text would go at ten
    text = foretold(lead, NOON + 6 * HOUR)["Second text"]
    assert (text.planned_at, text.at) == (NOON + 10 * HOUR, NOON + 20 * HOUR)
    assert text.why_moved.startswith("quiet hours in New York")


def test_what_cannot_go_out_says_why(sarah):
    lead = running(sarah, consent=False, email="")
    steps = foretold(lead, NOON)
    assert steps["Second text"].why_dropped == "There is no consent to texts on record."
    assert steps["Introduction"].why_dropped == NO_EMAIL
    Lead.objects.update(flags=[WRONG_NUMBER])
    assert foretold(lead, NOON)["First call"].why_dropped == WRONG_NUMBER


def test_an_opt_out_drops_it_with_its_rule(sarah):
    lead = running(sarah)
    agree(lead, NOON + MINUTE, ("sms",), granted=False)
    text = foretold(lead, NOON + 2 * MINUTE)["Second text"]
    assert (text.at, text.rule) == (None, "opt-out")


def test_a_step_with_nothing_to_say_is_named(sarah):
    lead = running(sarah)
    PlanStep.objects.filter(label="Introduction").update(template=None)
    assert foretold(lead, NOON)["Introduction"].why_dropped == "The step has nothing to say: its template is missing."


def test_a_lead_that_was_reached_is_not_foretold_to_go_to_nurture(sarah):
    lead = running(sarah)
    Lead.objects.update(status="contacted", contacted_at=NOON)
    assert foretold(lead, NOON)["Nurture begins"].why_dropped == "The lead was reached."


def test_after_a_reassignment_the_new_owner_signs(sarah, people):
    lead = running(sarah)
    Lead.objects.update(owner=people["james"])
    assert {one.signer for one in foretold(lead, NOON).values()} == {"James K."}


def test_while_paused_nothing_has_an_instant_or_all_of_it_a_later_one(sarah):
    lead = running(sarah)
    work.pause(lead, by=sarah.user, now=NOON)
    step = foretold(lead, NOON + HOUR)["Introduction"]
    assert (step.at, step.why_moved) == (None, RESTS)
    work.resume(lead, by=sarah.user, now=NOON)
    work.pause(lead, by=sarah.user, until=NOON + DAY, now=NOON)
    assert foretold(lead, NOON + HOUR)["Introduction"].at == NOON + DAY + 5 * MINUTE


def test_the_call_to_make_now_comes_with_its_script(sarah):
    script = Template.objects.create(key="hello", channel="call", body="{{ producer.name }} here, {{ lead.first_name }}?")
    PlanStep.objects.filter(label="First call").update(script=script)
    lead = running(sarah)
    followup.run_due(NOON)
    call = coming(locked(lead.pk), NOON + MINUTE).call
    assert (call.id, call.label, call.due_at) == (step_of(lead, "First call").pk, "First call", NOON)
    assert call.script == "Sarah M. here, Maria?"
    followup.call_logged(lead.pk, now=NOON + 2 * MINUTE)
    assert coming(locked(lead.pk), NOON + 3 * MINUTE).call is None


def test_the_price_does_not_depend_on_how_much_is_to_come(sarah):
    short, long = maria(sarah), running(sarah, email="ann@home.example")
    followup.start(short, trigger="quoted", now=NOON)
    prices = []
    for lead in (short, long, short, long):
        held = locked(lead.pk)
        with CaptureQueriesContext(connection) as queries:
            coming(held, NOON)
        prices.append(len(queries))
    assert prices[2] == prices[3] == 10


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FL hours v2", "quiet hours in Florida"),
        ("US hours v1", "quiet hours where they are"),
        ("unknown hours v1", "quiet hours where they are"),
        ("cap FL v1", ""),
        ("opt-out", ""),
    ],
)
def test_rules_in_words(rule, words):
    assert quiet_hours(rule) == words
