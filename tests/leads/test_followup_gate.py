"""What may be said to Maria, on which channel, when, and why not."""

import pytest

from agency.messaging.models import Message
from leads.flags import WRONG_NUMBER
from leads.followup import may_contact
from leads.followup.gate import gate_messages
from leads.followup.gate.verdict import NO_CONSENT, NO_EMAIL, NO_LEAD, NO_PHONE
from tests.leads.following import DAY, HOUR, NOON, agree, maria, office

pytestmark = pytest.mark.django_db

TEN_AT_NIGHT = NOON + 10 * HOUR
EIGHT_TOMORROW = NOON + 20 * HOUR


@pytest.fixture
def sarah():
    return office()["sarah"]


def refused(lead, channel, now=NOON):
    permission = may_contact(lead, channel, now)
    assert not permission.allowed
    return permission


def test_a_text_needs_consent_to_texts(sarah):
    assert refused(maria(sarah, consent=False), "sms").reason == NO_CONSENT.format(channel="texts")
    james = maria(sarah, consent=False, phone="+12125550151", email="j@home.example")
    agree(james, NOON, ("email", "call"))
    assert refused(james, "sms").reason == NO_CONSENT.format(channel="texts")


@pytest.mark.parametrize("name", ["sms", "text", "SMS"])
def test_consent_to_texts_goes_by_several_names(sarah, name):
    lead = maria(sarah, consent=False)
    agree(lead, NOON, (name,))
    assert may_contact(lead, "sms", NOON).allowed


def test_an_email_needs_no_consent_but_ends_with_a_withdrawal(sarah):
    lead = maria(sarah, consent=False)
    assert may_contact(lead, "email", NOON).allowed
    agree(lead, NOON, ("email",), granted=False)
    permission = refused(lead, "email")
    assert (permission.reason, permission.retry_at) == ("They asked on 2026-11-20 not to be contacted this way.", None)


def test_the_newest_word_counts(sarah):
    lead = maria(sarah)
    agree(lead, NOON + HOUR, ("sms",), granted=False)
    assert not may_contact(lead, "sms", NOON + 2 * HOUR).allowed
    assert may_contact(lead, "email", NOON + 2 * HOUR).allowed
    agree(lead, NOON + 3 * HOUR, ("sms",))
    assert may_contact(lead, "sms", NOON + 4 * HOUR).allowed


def test_a_withdrawal_that_names_no_channel_closes_all(sarah):
    lead = maria(sarah)
    agree(lead, NOON + HOUR, (), granted=False)
    assert [may_contact(lead, channel, NOON + HOUR).allowed for channel in ("sms", "email", "call", "voice")] == [False] * 4


def test_the_number_is_closed_whichever_lead_it_was_closed_on(sarah):
    lead = maria(sarah)
    other = maria(sarah, consent=False, email="other@home.example")  # the same number
    agree(other, NOON + HOUR, ("sms",), granted=False)
    assert not may_contact(lead, "sms", NOON + HOUR).allowed


def test_a_call_by_a_person_needs_no_consent_and_one_by_the_system_does(sarah):
    lead = maria(sarah, consent=False)
    assert may_contact(lead, "call", NOON).allowed
    assert not may_contact(lead, "voice", NOON).allowed


def test_a_text_at_night_waits_for_the_morning_and_an_email_does_not(sarah):
    lead = maria(sarah)
    permission = refused(lead, "sms", TEN_AT_NIGHT)
    assert permission.retry_at == EIGHT_TOMORROW
    assert permission.rule == "NY hours v1"
    where = "22:00 in America/New_York, rule NY hours v1"
    assert permission.reason == f"Quiet hours where they are ({where}): waits until 2026-11-21 08:00."
    assert may_contact(lead, "email", TEN_AT_NIGHT).allowed


def test_an_opt_out_at_night_is_final_not_put_off(sarah):
    lead = maria(sarah)
    agree(lead, NOON + HOUR, ("sms",), granted=False)
    assert refused(lead, "sms", TEN_AT_NIGHT).retry_at is None


def test_nothing_can_be_sent_nowhere(sarah):
    assert refused(maria(sarah, phone="", consent=False), "sms").reason == NO_PHONE
    assert refused(maria(sarah, email="", consent=False), "email").reason == NO_EMAIL


@pytest.mark.parametrize("channel", ["sms", "voice", "call"])
def test_a_wrong_number_is_no_number(sarah, channel):
    lead = maria(sarah, flags=[WRONG_NUMBER])
    permission = refused(lead, channel)
    assert (permission.reason, permission.retry_at) == (WRONG_NUMBER, None)
    assert may_contact(lead, "email", NOON).allowed


def test_a_number_is_wrong_on_the_lead_where_it_was_wrong(sarah):
    maria(sarah, flags=[WRONG_NUMBER])
    assert may_contact(maria(sarah, email="j@home.example"), "sms", NOON).allowed


def test_asking_is_three_queries(sarah, django_assert_num_queries):
    lead = maria(sarah)
    may_contact(lead, "sms", NOON)  # this process knows the rules and the roster
    with django_assert_num_queries(3):  # versions, consents, what is known of the number
        may_contact(lead, "sms", NOON)


def test_messages_are_judged_together_by_the_number_they_go_to(sarah, django_assert_num_queries):
    lead = maria(sarah)
    messages = [
        Message(pk=1, lead_id=lead.pk, channel="sms", to="+12125550150"),
        Message(pk=2, lead_id=lead.pk, channel="sms", to="+12125550199"),  # an old number, without consent
        Message(pk=3, channel="sms", to="+12125550150"),
    ]
    gate_messages(messages, NOON)
    with django_assert_num_queries(4):  # the leads too
        answers = gate_messages(messages, NOON)
    assert [answers[pk].allowed for pk in (1, 2, 3)] == [True, False, False]
    assert answers[3].reason == NO_LEAD


def test_consent_given_later_is_not_lost_by_an_earlier_refusal_written_late(sarah):
    lead = maria(sarah)
    agree(lead, NOON - DAY, ("sms",), granted=False)  # written after, said before
    assert may_contact(lead, "sms", NOON).allowed
