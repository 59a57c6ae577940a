"""An alert that is said on the phone; what a call that connects is told to Twilio is in tests/leads/test_calls.py."""

from xml.etree import ElementTree

import pytest

from agency.due import DueState
from agency.messaging import deliver_due, send
from agency.messaging.voice.twilio import NOT_PUBLIC
from agency.models import Message
from tests.leads.twilio_calls import BASE, twilio

pytestmark = pytest.mark.django_db


@pytest.fixture
def line(settings):
    with twilio() as found:
        settings.VOICE_URL, settings.PUBLIC_BASE_URL = found.voice_url, BASE
        yield found


def alert(sarah, now, **more):
    about = {"kind": "escalation", "subject": "Ana Ruiz waits for 15 minutes", "body": "Hot, personal auto.", **more}
    return send(channel="voice", audience="staff", user=sarah, now=now, **about)


def test_an_alert_is_said_twice_and_the_line_closed(sarah, line, now):
    alert(sarah, now)
    deliver_due(now)
    [call] = line.placed
    assert call.of("To") == "+12125550111"
    said = ElementTree.fromstring(call.of("Twiml"))
    assert [one.tag for one in said] == ["Say", "Pause", "Say", "Pause", "Hangup"]
    assert said[0].text == "Ana Ruiz waits for 15 minutes. Hot, personal auto."


def test_whether_it_was_heard_is_on_the_message(sarah, line, now):
    alert(sarah, now)
    deliver_due(now)
    [call] = line.placed
    call.status("in-progress")
    call.status("completed")
    assert Message.objects.get().receipt == "delivered"


def test_an_alert_needs_no_public_address(sarah, line, now, settings):
    settings.PUBLIC_BASE_URL = "http://localhost:8000"
    alert(sarah, now)
    deliver_due(now)
    assert line.placed[0].of("StatusCallback") == ""


def test_a_call_that_connects_does(sarah, line, now, settings):
    settings.PUBLIC_BASE_URL = "http://localhost:8000"
    alert(sarah, now, kind="call_bridge")
    deliver_due(now)
    message = Message.objects.get()
    assert (line.placed, message.state, message.outcome) == ([], DueState.FAILED, NOT_PUBLIC)


def test_what_twilio_keeps_busy_with_is_tried_again(sarah, line, now):
    line.answer, line.keeps = lambda: (429, {"code": 20429, "message": "Too many"}), False
    alert(sarah, now)
    deliver_due(now)
    message = Message.objects.get()
    assert (message.state, message.outcome) == (DueState.DUE, "Twilio takes no more calls right now (20429).")
