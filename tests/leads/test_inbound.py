"""What somebody says has its effect once: plans stop, numbers close, owners hear of it, and one answer goes back."""

from datetime import timedelta

import pytest

from agency.due import DueState
from agency.messaging import deliver_due, send
from agency.messaging.models import Message
from leads import followup
from leads.consents import opt_out
from leads.inbound import Meaning, heard
from leads.models import Consent, InboundMessage, Touch
from tests.leads.following import HOUR, MINUTE, NOON, maria, office, steps_of

pytestmark = pytest.mark.django_db
NUMBER = "+12125550150"


@pytest.fixture
def people(db):
    return office()


@pytest.fixture
def lead(people):
    lead = maria(people["sarah"])
    followup.start(lead, trigger="assigned", now=NOON)
    return lead


def says(text, at=NOON + HOUR, event="SM1", **more):
    return heard(channel="sms", sender=NUMBER, text=text, provider="twilio", event_id=event, at=at, now=at, **more)


def pending(lead):
    return [step for step in steps_of(lead) if step.state in ("due", "waiting")]


def to_consumers(**which):
    return Message.objects.filter(audience="consumer", **which)


def test_an_answer_stops_the_plan_and_its_owner_hears_of_it(lead, people):
    done = says("Can you call me at 5?")
    assert (done.lead, done.meaning, done.is_new) == (lead, Meaning.WORDS, True)
    assert pending(lead) == []
    [touch] = Touch.objects.filter(lead=lead)
    assert (touch.channel, touch.direction, touch.outcome, touch.note) == ("sms", "in", "replied", "Can you call me at 5?")
    [notice] = Message.objects.filter(user=people["sarah"].user, channel="in_app")
    assert (notice.subject, notice.body, notice.path) == (
        "Maria Lopez answered by text",
        "Can you call me at 5?",
        f"/leads/{lead.pk}/",
    )
    lead.refresh_from_db()
    assert lead.status == "contacted"


def test_the_same_words_twice_are_heard_once(lead):
    assert says("Can you call me at 5?").is_new
    again = says("Can you call me at 5?", at=NOON + 2 * HOUR)
    assert (again.is_new, again.lead, again.meaning) == (False, lead, Meaning.WORDS)
    assert (Touch.objects.count(), InboundMessage.objects.count()) == (1, 1)


def test_stop_closes_the_number_for_every_lead_that_has_it(lead, people):
    other = maria(people["james"], email="maria@work.example", consent=False)
    followup.start(other, trigger="assigned", now=NOON)
    says("STOP")
    assert pending(lead) == pending(other) == []
    for one in (lead, other):
        assert not followup.may_contact(one, "sms", NOON + HOUR).allowed
        assert not followup.may_contact(one, "voice", NOON + HOUR).allowed
        assert not followup.may_contact(one, "email", NOON + HOUR).allowed
    entries = Consent.objects.filter(granted=False).order_by("email")
    assert [(entry.phone, entry.email, entry.lead) for entry in entries] == [
        (NUMBER, "maria@home.example", lead),
        (NUMBER, "maria@work.example", other),
    ]
    assert {(tuple(entry.channels), entry.via, entry.text) for entry in entries} == {(("call", "sms", "email"), "sms", "STOP")}


def test_what_a_worker_holds_for_the_number_is_marked_before_the_provider_is_called(lead):
    held = send(channel="sms", audience="consumer", kind="follow_up", lead_id=lead.pk, to=NUMBER, body="Hi", now=NOON)
    Message.objects.filter(pk=held.pk).update(state="in_flight")
    says("wrong number")
    held.refresh_from_db()
    assert (held.state, held.withdrawn) == ("in_flight", "They asked to stop.")


def test_what_waits_in_the_outbox_for_the_number_is_not_sent(lead):
    waiting = send(channel="sms", audience="consumer", kind="follow_up", lead_id=lead.pk, to=NUMBER, body="Hi", now=NOON)
    says("STOP")
    waiting.refresh_from_db()
    assert (waiting.state, waiting.outcome) == (DueState.SKIPPED, "They asked to stop.")


def test_one_confirmation_goes_out_although_the_number_is_closed(lead):
    says("STOP")
    says("STOP", event="SM2", at=NOON + HOUR + MINUTE)
    deliver_due(NOON + HOUR + MINUTE)
    [confirmation] = to_consumers(kind="opt_out_confirmation")
    assert (confirmation.state, confirmation.to) == (DueState.DONE, NUMBER)
    assert confirmation.body == (
        "Harbor Point Insurance: You're unsubscribed and will get no more texts or calls from us. Questions: (212) 555-0100"
    )


def test_a_confirmation_later_than_five_minutes_does_not_go_out(lead):
    says("STOP")
    deliver_due(NOON + HOUR + 5 * MINUTE + timedelta(seconds=1))
    assert to_consumers().get().state == DueState.SKIPPED


def test_help_is_answered_at_once_whatever_the_hour(lead):
    late = NOON + 12 * HOUR
    says("HELP", at=late)
    deliver_due(late)
    answer = to_consumers(kind="help_answer").get()
    assert answer.state == DueState.DONE
    for words in ("Harbor Point Insurance", "(212) 555-0100", "Msg & data rates may apply", "STOP"):
        assert words in answer.body
    assert pending(lead)


def test_start_opens_the_number_again_for_texts_alone(lead):
    says("STOP")
    assert says("yes", event="SM2", at=NOON + 2 * HOUR).meaning == Meaning.START
    assert followup.may_contact(lead, "sms", NOON + 2 * HOUR).allowed
    assert not followup.may_contact(lead, "voice", NOON + 2 * HOUR).allowed


def test_a_wrong_number_is_closed_and_flagged_and_the_person_is_not(lead):
    says("wrong number")
    lead.refresh_from_db()
    assert "The phone number is wrong." in lead.flags
    assert not followup.may_contact(lead, "sms", NOON + HOUR).allowed
    assert followup.may_contact(lead, "email", NOON + HOUR).allowed
    assert {step.channel for step in pending(lead)} >= {"email"}


def test_words_of_nobody_we_know_are_kept_for_the_managers(people):
    done = says("Who is this?")
    assert done.lead is None
    assert InboundMessage.objects.get().open


def test_stop_from_nobody_we_know_closes_the_number_for_whoever_comes(people):
    says("STOP")
    later = maria(people["sarah"], consent=False)
    assert not followup.may_contact(later, "call", NOON + HOUR).allowed


def test_a_nurtured_lead_that_answers_has_an_owner_again(people):
    nurtured = maria(None, steward=people["rosa"])
    assert says("Still interested").lead == nurtured
    nurtured.refresh_from_db()
    assert nurtured.status != "nurture"
    assert nurtured.owner is not None


def test_the_newest_open_lead_gets_the_words(lead, people):
    closed = maria(people["sarah"], now=NOON + MINUTE, status="lost", closed_at=NOON)
    newer = maria(people["james"], now=NOON + timedelta(seconds=30))
    followup.start(newer, trigger="assigned", now=NOON)
    assert says("Call me").lead == newer
    assert pending(lead) == pending(newer) == []
    assert not Touch.objects.filter(lead__in=[lead, closed]).exists()


def test_opt_out_closes_an_address_without_a_lead(people):
    opt_out(lead=None, channels=["email"], email="maria@home.example", via="unsubscribe", at=NOON, now=NOON)
    lead = maria(people["sarah"], consent=False)
    assert not followup.may_contact(lead, "email", NOON + HOUR).allowed
    assert followup.may_contact(lead, "call", NOON + HOUR).allowed
