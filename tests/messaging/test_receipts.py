"""What providers say afterwards: once, in any order, never backwards."""

from datetime import timedelta

import pytest

from agency.due import DueState
from agency.messaging import first_time, record_receipt, send
from agency.messaging.models import Message, ProviderEvent
from agency.messaging.receipts import ANSWERED_AFTER_ALL

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(now):
    message = send(channel="sms", audience="consumer", kind="follow_up", to="+12125550150", body="Hello", now=now)
    Message.objects.update(state=DueState.DONE, provider_id="SM1")
    message.refresh_from_db()
    return message


def got(message):
    message.refresh_from_db()
    return message.receipt, message.receipt_error


def test_an_event_is_new_once(now):
    assert first_time("twilio", "SM1", now)
    assert not first_time("twilio", "SM1", now + timedelta(days=1))
    assert first_time("postmark", "SM1", now)
    assert ProviderEvent.objects.count() == 2


def test_a_receipt_is_on_the_message(sent, now):
    assert record_receipt("SM1", "delivered", now) == sent
    sent.refresh_from_db()
    assert (sent.receipt, sent.receipt_at) == ("delivered", now)


def test_receipts_out_of_order_never_go_back(sent, now):
    for status in ("queued", "delivered", "sent", "queued", "delivered"):
        record_receipt("SM1", status, now)
    assert got(sent) == ("delivered", "")


def test_a_repeated_receipt_is_no_news(sent, now):
    assert record_receipt("SM1", "sent", now) is not None
    assert record_receipt("SM1", "sent", now) is None


def test_what_was_delivered_cannot_become_undelivered_but_may_bounce_and_be_complained_of(sent, now):
    record_receipt("SM1", "delivered", now)
    assert record_receipt("SM1", "undelivered", now, "30003") is None
    record_receipt("SM1", "bounced", now, "mailbox full")
    record_receipt("SM1", "complained", now)
    assert record_receipt("SM1", "bounced", now) is None
    assert got(sent) == ("complained", "")


def test_why_it_did_not_arrive_is_kept(sent, now):
    record_receipt("SM1", "undelivered", now, "30006")
    assert got(sent) == ("undelivered", "30006")


def test_word_of_a_message_we_do_not_know_is_let_be(sent, now):
    assert record_receipt("SM9", "delivered", now) is None
    assert record_receipt("", "delivered", now) is None
    assert got(sent) == ("", "")


def test_a_status_that_is_none_is_an_error(sent, now):
    with pytest.raises(ValueError, match="eaten"):
        record_receipt("SM1", "eaten", now)


def test_word_that_comes_before_the_providers_number_is_written_down_counts(now):
    message = send(channel="sms", audience="consumer", kind="follow_up", to="+12125550150", body="Hello", now=now)
    assert record_receipt("SM1", "sent", now, message_id=message.pk) == message
    assert got(message) == ("sent", "")


def test_word_with_our_number_and_anothers_message_is_let_be(sent, now):
    assert record_receipt("SM9", "sent", now, message_id=sent.pk) is None


def test_a_stuck_message_of_which_the_provider_speaks_was_sent(now):
    message = send(channel="sms", audience="consumer", kind="follow_up", to="+12125550150", body="Hello", now=now)
    Message.objects.update(state=DueState.STUCK)
    record_receipt("SM1", "sent", now, message_id=message.pk)
    message.refresh_from_db()
    assert (message.state, message.provider_id, message.outcome) == (DueState.DONE, "SM1", ANSWERED_AFTER_ALL)
    assert message.finished_at == now
