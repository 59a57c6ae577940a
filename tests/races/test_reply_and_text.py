"""A reply arrives while a worker has the text already. The race is shown without the second look, then held by it."""

from datetime import timedelta
from threading import Event

import pytest

from agency import messaging
from agency.messaging import delivery, gate
from agency.messaging.models import Message
from leads import followup, work
from leads.followup import gate_messages
from leads.intake import receive
from leads.models import Source
from tests.races.conftest import NOW, at_once, raised

pytestmark = [pytest.mark.races, pytest.mark.usefixtures("agency")]

ANA = {
    "first_name": "Ana",
    "last_name": "Ruiz",
    "phone": "(212) 555-0143",
    "zip_code": "10005",
    "line": "personal_auto",
    "consent": {"channels": ["call", "sms", "email"], "text": "Yes, call and text me."},
}
FIVE_PAST = NOW + timedelta(minutes=5)
PATIENCE = 20


@pytest.fixture
def text(agency) -> Message:
    """The first text to Ana, in the outbox."""
    lead = receive(ANA, source=Source.objects.get(key="website"), now=NOW).lead
    followup.run_due(FIVE_PAST)
    return Message.objects.get(lead=lead, channel="sms", audience="consumer")


def while_it_is_delivered(text: Message, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ana replies when the gate has let the text pass, and before the provider is called."""
    let_pass, replied = Event(), Event()

    def slow(messages, now):
        answers = gate_messages(messages, now)
        let_pass.set()
        assert replied.wait(PATIENCE)
        return answers

    def reply() -> None:
        assert let_pass.wait(PATIENCE)
        try:
            work.log_touch(text.lead, by=None, channel="sms", outcome="replied", direction="in", now=FIVE_PAST)
        finally:
            replied.set()

    monkeypatch.setattr(gate, "_gates", [slow])
    assert raised(at_once(lambda: messaging.deliver_due(FIVE_PAST), reply)) == []
    text.refresh_from_db()


def test_without_the_second_look_the_text_goes_out(text, monkeypatch):
    monkeypatch.setattr(delivery, "_withdrawn", lambda messages: {})
    while_it_is_delivered(text, monkeypatch)
    assert text.state == "done"


def test_with_it_the_text_is_kept_back(text, monkeypatch):
    while_it_is_delivered(text, monkeypatch)
    assert (text.state, text.outcome) == ("skipped", "Stopped: replied.")
