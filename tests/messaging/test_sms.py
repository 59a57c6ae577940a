"""Texts through Twilio's own library, against a server on this machine that speaks its protocol."""

import threading
from base64 import b64decode
from datetime import timedelta

import pytest
from django.core.cache import cache

from agency.due import DueState
from agency.messaging import deliver_due, delivery, feedback, send
from agency.messaging import twilio as twilio_account
from agency.messaging.checks import check_providers
from agency.messaging.feedback import Problem
from agency.messaging.models import Message
from agency.messaging.sms.hold import hold, release
from tests.messaging.servers import api

pytestmark = pytest.mark.django_db
FROM = "twilio://AC123:s3cret@/?from=%2B12125550100"


@pytest.fixture
def twilio(settings):
    """Twilio's API; it takes every text."""
    cache.clear()
    with api() as server:
        server.answer = lambda call: (201, {"sid": f"SM{len(server.calls)}", "status": "queued"})
        settings.SMS_URL = f"{FROM}&api={server.url}"
        yield server


@pytest.fixture
def heard(monkeypatch):
    """The problems that were reported."""
    found = []
    monkeypatch.setattr(feedback, "_listeners", [lambda message, problem, now: found.append((message.pk, problem))])
    return found


def text(now, audience="consumer", **more):
    words = {"body": "Hello", "to": "+12125550150", **more}
    return send(channel="sms", audience=audience, kind="note", now=now, **words)


def stored(message):
    return Message.objects.get(pk=message.pk)


def refusal(status, code):
    return lambda call: (status, {"code": code, "message": "About +12125550150", "more_info": "https://…", "status": status})


def test_a_text_is_posted_as_twilio_documents_it(twilio, now, open_gate):
    message = text(now)
    deliver_due(now)
    [call] = twilio.calls
    assert call.path == "/2010-04-01/Accounts/AC123/Messages.json"
    assert b64decode(call.headers["authorization"].removeprefix("Basic ")) == b"AC123:s3cret"
    assert call.headers["content-type"] == "application/x-www-form-urlencoded"
    assert call.form == {"To": "+12125550150", "From": "+12125550100", "Body": "Hello", "ValidityPeriod": "900"}
    assert (stored(message).state, stored(message).provider_id, stored(message).segments) == (DueState.DONE, "SM1", 1)


def test_receipts_are_asked_for_where_twilio_can_reach_us(twilio, now, open_gate, settings):
    settings.PUBLIC_BASE_URL = "https://crm.harborpoint.example"
    message = text(now)
    deliver_due(now)
    asked = f"https://crm.harborpoint.example/hooks/twilio/sms/status/?message={message.pk}"
    assert twilio.calls[0].form["StatusCallback"] == asked


def test_a_messaging_service_chooses_the_number_itself(twilio, now, open_gate, settings):
    settings.SMS_URL = f"{settings.SMS_URL}&messaging_service=MG9"
    text(now)
    deliver_due(now)
    assert twilio.calls[0].form["MessagingServiceSid"] == "MG9"
    assert "From" not in twilio.calls[0].form


def test_staff_read_what_it_is_about_and_where_to_go_on(twilio, now, sarah, settings):
    settings.PUBLIC_BASE_URL = "https://crm.harborpoint.example"
    text(now, audience="staff", user=sarah, to="", subject="New hot lead: Maria", body="Call her.", path="/leads/7/")
    deliver_due(now)
    assert twilio.calls[0].form["Body"] == "New hot lead: Maria\nCall her.\nhttps://crm.harborpoint.example/leads/7/"
    assert twilio.calls[0].form["To"] == "+12125550111"


def test_a_batch_travels_over_one_connection(twilio, now, open_gate):
    for _ in range(3):
        text(now)
    deliver_due(now)
    assert len(twilio.calls) == 3


@pytest.mark.parametrize(
    ("code", "problem", "outcome"),
    [
        (21610, Problem.OPTED_OUT, "Twilio refused it (21610): the number has asked Twilio to stop"),
        (21211, Problem.UNREACHABLE, "Twilio refused it (21211): it is no number that takes texts"),
        (21614, Problem.UNREACHABLE, "Twilio refused it (21614): it is no number that takes texts"),
        (30006, Problem.UNREACHABLE, "Twilio refused it (30006): it is a landline"),
        (30007, Problem.FILTERED, "Twilio refused it (30007): the carrier took it for spam"),
        (30034, Problem.UNREGISTERED, "Twilio refused it (30034): our number is not registered with the carriers (10DLC)"),
        (21617, None, "Twilio refused it (21617): HTTP 400"),
    ],
)
def test_a_refusal_is_final_and_says_why_in_our_own_words(code, problem, outcome, twilio, now, open_gate, heard):
    twilio.answer = refusal(400, code)
    message = text(now)
    deliver_due(now)
    assert (stored(message).state, stored(message).outcome) == (DueState.FAILED, outcome)
    assert heard == ([(message.pk, problem)] if problem else [])


@pytest.mark.parametrize(("status", "code"), [(429, 20429), (429, 14107), (400, 20429)])
def test_too_many_at_once_are_tried_again(status, code, twilio, now, open_gate, heard):
    twilio.answer = refusal(status, code)
    message = text(now)
    deliver_due(now)
    after = stored(message)
    assert (after.state, after.due_at, heard) == (DueState.DUE, now + timedelta(seconds=10), [])
    assert after.outcome == f"Twilio cannot take it now ({code})."


def test_an_account_that_is_not_admitted_is_reported_and_loses_no_text(twilio, now, open_gate, heard):
    twilio.answer = refusal(401, 20003)
    message = text(now)
    deliver_due(now)
    assert (stored(message).state, heard) == (DueState.DUE, [(message.pk, Problem.ACCOUNT)])


def test_nobody_there_to_connect_to_is_tried_again(now, open_gate, settings):
    with api() as gone:
        settings.SMS_URL = f"{FROM}&api={gone.url}"
    message = text(now)
    deliver_due(now)
    assert (stored(message).state, stored(message).outcome) == (DueState.DUE, "Twilio does not answer.")


@pytest.mark.parametrize("answer", [lambda call: None, refusal(500, 20500), refusal(503, 20503), lambda call: (201, "?")])
def test_an_unclear_answer_leaves_a_consumers_text_to_a_person(answer, twilio, now, open_gate):
    twilio.answer = answer
    message = text(now)
    deliver_due(now)
    assert (stored(message).state, stored(message).outcome) == (DueState.STUCK, delivery.UNCLEAR)
    assert deliver_due(now + timedelta(days=1)) == 0
    assert len(twilio.calls) == 1


def test_an_answer_that_takes_too_long_is_unclear(twilio, now, open_gate, monkeypatch):

    monkeypatch.setattr(twilio_account.client, "__defaults__", (0.05,))
    waiting = threading.Event()
    twilio.answer = lambda call: waiting.wait(5) and None
    message = text(now)
    deliver_due(now)
    waiting.set()
    assert stored(message).state == DueState.STUCK


def test_an_empty_text_and_one_too_long_are_never_posted(twilio, now, open_gate):
    empty, long = text(now, body=" "), text(now, body="a" * 1601)
    deliver_due(now)
    assert [stored(one).outcome for one in (empty, long)] == ["The text is empty.", "The text is longer than 1,600 letters."]
    assert twilio.calls == []


def test_while_the_carriers_take_none_consumers_texts_wait_and_staffs_go(twilio, now, open_gate, sarah):
    hold()
    waiting, alert = text(now), text(now, audience="staff", user=sarah)
    deliver_due(now)
    assert (stored(waiting).state, stored(alert).state) == (DueState.DUE, DueState.DONE)
    release()
    deliver_due(now + timedelta(hours=1))
    assert stored(waiting).state == DueState.DONE


def test_after_one_text_that_no_carrier_takes_the_rest_of_the_batch_waits(twilio, now, open_gate, heard):
    twilio.answer = refusal(400, 30034)
    first, second = text(now), text(now)
    deliver_due(now)
    assert (stored(first).state, stored(second).state, len(twilio.calls)) == (DueState.FAILED, DueState.DUE, 1)


def test_no_log_names_the_number_the_words_or_the_token(twilio, now, open_gate, caplog):
    twilio.answer = refusal(500, 20500)
    text(now)
    with caplog.at_level("DEBUG", logger="agency"):
        deliver_due(now)
    assert caplog.messages
    assert not [line for line in caplog.messages if "555" in line or "Hello" in line or "s3cret" in line]


@pytest.mark.parametrize(
    ("url", "wrong"), [("twilio://AC1:s3cret@/", "from="), ("twilio://AC1@/?from=%2B12125550100", "token"), (FROM, "")]
)
def test_an_incomplete_account_is_an_error_at_start_that_keeps_its_secret(url, wrong, settings):
    settings.SMS_URL = url
    said = [error.msg for error in check_providers(None)]
    assert bool(said) is bool(wrong)
    assert not said or (wrong in said[0] and "s3cret" not in said[0] and said[0].startswith("SMS_URL"))
