"""Twilio's two doors for texts: signed, once, in any order, and never an error of ours for what others send."""

import pytest
import time_machine
from django.core.cache import cache
from django.urls import reverse

from agency.due import DueState
from agency.messaging import feedback, send
from agency.messaging.feedback import Problem
from agency.messaging.models import Message
from agency.messaging.sms.hold import is_held
from agency.messaging.sms.twilio import STATUS_PATH
from leads import followup
from leads.models import Consent, InboundMessage, Touch
from leads.timeline import timeline
from tests.leads.following import NOON, maria, office
from tests.leads.twilio_posts import BASE, NUMBER, SMS_URL, post, signed, texted, told

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def account(settings):
    settings.SMS_URL, settings.PUBLIC_BASE_URL = SMS_URL, BASE
    cache.clear()
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def people(db):
    made = office()
    made["rosa"].role = "manager"
    made["rosa"].save()
    return made


@pytest.fixture
def lead(people):
    return maria(people["sarah"])


@pytest.fixture
def sent(lead):
    """Our text to Maria, taken by Twilio."""
    message = send(channel="sms", audience="consumer", kind="follow_up", lead_id=lead.pk, to=NUMBER, body="Hi Maria", now=NOON)
    Message.objects.update(state=DueState.DONE, provider_id="SM1", finished_at=NOON)
    return message


def stored(message):
    return Message.objects.get(pk=message.pk)


def notices(person):
    return list(Message.objects.filter(user=person.user, channel="in_app").order_by("pk").values_list("subject", flat=True))


def test_the_address_that_twilio_is_given_is_ours():
    assert reverse("leads:twilio_sms_status") == STATUS_PATH


def test_a_text_is_heard_and_twilio_says_nothing_more(lead):
    answer = texted("Can you call me at 5?")
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, b"<Response/>", "text/xml")
    assert Touch.objects.get(lead=lead).note == "Can you call me at 5?"


def test_a_text_that_twilio_sends_twice_is_heard_once(lead):
    assert [texted("STOP").status_code for _ in range(2)] == [200, 200]
    assert (InboundMessage.objects.count(), Consent.objects.filter(granted=False).count()) == (1, 1)


@pytest.mark.parametrize("path", ["/hooks/twilio/sms/", "/hooks/twilio/sms/status/"])
def test_what_twilio_did_not_sign_is_refused(path, lead, settings):
    fields = {"MessageSid": "SM1", "From": NUMBER, "Body": "STOP"}
    assert post(path, fields, {}).status_code == 403
    assert post(path, fields, signed(path, fields, token="other")).status_code == 403
    assert post(path, fields, signed(path, {**fields, "Body": "START"})).status_code == 403
    settings.SMS_URL = ""
    assert post(path, fields).status_code == 403
    assert not InboundMessage.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"MessageSid": "SM1"},
        {"From": NUMBER, "Body": "STOP"},
        {"MessageSid": "SM1", "From": "\x00", "Body": "\x00"},
        {"MessageSid": "S" * 5000, "From": "not a number" * 100, "Body": "x" * 100_000, "To": "y" * 5000},
        {"MessageSid": "SM1", "From": "whatsapp:+12125550150", "Body": "hi", "NumMedia": "many"},
        {"MessageSid": "SM1", "From": "22000", "Body": "\ud83d".encode("utf-16", "surrogatepass").decode("latin-1")},
        {"MessageStatus": "eaten", "MessageSid": "SM1"},
        {"MessageStatus": "delivered", "MessageSid": "\x00", "ErrorCode": "²"},
    ],
)
def test_bad_data_is_never_an_error_of_ours(fields, lead):
    for path in ("/hooks/twilio/sms/", "/hooks/twilio/sms/status/", "/hooks/twilio/sms/status/?message=99999999999999999999"):
        assert post(path, fields).status_code in (200, 204)


def test_parameters_that_twilio_adds_are_let_be(lead):
    assert texted("hello", SomethingNew="1").status_code == 200


def test_a_picture_is_spoken_of(lead):
    texted("", NumMedia="2", MediaUrl0="https://api.twilio.com/1")
    assert InboundMessage.objects.get().text == "[2 attached, to be seen at Twilio]"


def test_what_twilio_has_answered_itself_gets_no_second_answer(lead):
    texted("ARRETER", OptOutType="STOP")
    assert Consent.objects.filter(granted=False, phone=NUMBER).exists()
    assert not Message.objects.filter(audience="consumer").exists()


def test_a_receipt_is_on_the_message_and_in_the_timeline(sent, lead):
    assert told("delivered").status_code == 204
    assert (stored(sent).receipt, stored(sent).receipt_at) == ("delivered", NOON)
    [entry] = [one for one in timeline(lead) if one.kind == "message"]
    assert (entry.data["receipt"], entry.data["receipt_at"]) == ("delivered", NOON)


def test_receipts_out_of_order_and_repeated_leave_the_last_word(sent):
    for status in ("sent", "delivered", "queued", "sent", "delivered"):
        told(status)
    assert stored(sent).receipt == "delivered"


def test_a_receipt_finds_a_message_whose_answer_was_lost(sent):
    Message.objects.update(state=DueState.STUCK, provider_id="")
    told("sent", sid="SM7", message=sent.pk)
    assert (stored(sent).state, stored(sent).provider_id, stored(sent).receipt) == (DueState.DONE, "SM7", "sent")


def test_the_owner_hears_of_a_text_that_did_not_arrive(sent, people):
    told("undelivered", ErrorCode="30003")
    told("undelivered", ErrorCode="30003")
    assert notices(people["sarah"]) == ["The text to Maria Lopez did not arrive: the phone is off or out of reach (30003)"]


@pytest.mark.parametrize("code", ["30006", "30005", "21614"])
def test_a_number_that_takes_no_texts_is_marked_and_calls_go_on(code, sent, lead):
    told("undelivered", ErrorCode=code)
    lead.refresh_from_db()
    assert lead.flags == ["The phone number takes no texts."]
    assert followup.may_contact(lead, "sms", NOON).reason == "The phone number takes no texts."
    assert followup.may_contact(lead, "call", NOON).allowed


def test_whoever_asked_twilio_to_stop_has_asked_us(sent, lead, people):
    told("failed", ErrorCode="21610")
    assert not followup.may_contact(lead, "sms", NOON).allowed
    assert not followup.may_contact(lead, "call", NOON).allowed
    assert "Maria Lopez asked to stop by text: nothing automatic will go to this number" in notices(people["sarah"])
    feedback.report(stored(sent), Problem.OPTED_OUT, NOON)
    assert Consent.objects.filter(granted=False).count() == 1


def test_managers_hear_once_a_day_of_a_filter_and_a_missing_registration(sent, people):
    for problem in (Problem.FILTERED, Problem.UNREGISTERED, Problem.FILTERED):
        feedback.report(stored(sent), problem, NOON)
    assert notices(people["rosa"]) == [
        "Carriers held a text of ours to be spam",
        "No text of ours arrives: the number is not registered (10DLC)",
    ]
    assert is_held()


def test_managers_hear_of_a_colleagues_phone_that_asked_to_stop(people):
    alert = send(channel="sms", audience="staff", kind="lead_assigned", user=people["sarah"].user, subject="New", now=NOON)
    feedback.report(alert, Problem.OPTED_OUT, NOON)
    assert notices(people["rosa"]) == [
        "Sarah M.'s own phone has asked to stop: alerts by text do not reach it until START is sent from it"
    ]
    assert not Consent.objects.filter(granted=False).exists()
