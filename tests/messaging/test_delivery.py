"""From a due row to a provider's answer: retries for staff, never a second time to a consumer."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agency.due import DueState, claim
from agency.messaging import Draft, Permission, deliver_due, delivery, gate, send, send_all
from agency.messaging.channels import RefusedError, UnavailableError
from agency.messaging.checks import check_providers
from agency.messaging.models import Message
from agency.messaging.services import leave, send_again

pytestmark = pytest.mark.django_db


def text(now, audience="staff", **more):
    return send(channel="sms", audience=audience, kind="note", to="+12125550150", body="Hello", now=now, **more)


def stored(message):
    return Message.objects.get(pk=message.pk)


def raising(error):
    def answer(message):
        raise error

    return answer


def test_a_due_message_is_delivered_once(texts, now):
    message = text(now)
    assert deliver_due(now) == 1
    assert deliver_due(now) == 0
    assert texts.seen == [message.pk]
    after = stored(message)
    assert (after.state, after.provider_id, after.finished_at, after.attempts) == (DueState.DONE, f"p-{message.pk}", now, 1)
    assert after.leased_until is None


def test_a_message_for_later_is_left_until_then(texts, now):
    text(now, due_at=now + timedelta(minutes=1))
    assert deliver_due(now) == 0
    assert deliver_due(now + timedelta(minutes=1)) == 1


def test_no_transaction_is_open_while_the_provider_is_talked_to(texts, now, monkeypatch):
    seen = []
    texts.answer = lambda message: str(seen.append(connection.in_atomic_block))
    text(now)
    outside = connection.in_atomic_block
    deliver_due(now)
    assert seen == [outside]  # whatever is open is the test's own


def test_the_row_says_in_flight_while_the_provider_is_talked_to(texts, now):
    states = []
    texts.answer = lambda message: str(states.append(stored(message).state))
    text(now)
    deliver_due(now)
    assert states == [DueState.IN_FLIGHT]


def test_staff_messages_are_tried_again_with_growing_waits_and_then_fail_visibly(texts, now):
    texts.answer = raising(UnavailableError("The provider is down."))
    message, at, waits = text(now), now, []
    for _ in range(5):
        assert deliver_due(at) == 1
        waits.append((stored(message).due_at - at).total_seconds())
        at = stored(message).due_at
    assert waits == [10, 60, 300, 900, 3600]
    deliver_due(at)
    after = stored(message)
    assert (after.state, after.attempts, after.outcome) == (DueState.FAILED, 6, "The provider is down.")


def test_a_refusal_by_the_provider_is_final(texts, now):
    texts.answer = raising(RefusedError("No such number."))
    message = text(now)
    deliver_due(now)
    assert (stored(message).state, stored(message).outcome) == (DueState.FAILED, "No such number.")


def test_an_unclear_answer_is_tried_again_for_staff(texts, now):
    texts.answer = raising(TimeoutError())
    message = text(now)
    deliver_due(now)
    assert (stored(message).state, stored(message).outcome) == (DueState.DUE, delivery.UNCLEAR)


def test_an_unclear_answer_leaves_a_consumer_message_stuck(texts, now, open_gate):
    texts.answer = raising(TimeoutError())
    message = text(now, audience="consumer")
    deliver_due(now)
    assert (stored(message).state, stored(message).outcome) == (DueState.STUCK, delivery.UNCLEAR)
    assert deliver_due(now + timedelta(days=1)) == 0
    assert texts.seen == [message.pk]


def test_a_provider_that_certainly_sent_nothing_is_asked_again_for_consumers(texts, now, open_gate):
    texts.answer = raising(UnavailableError("Down."))
    message = text(now, audience="consumer")
    deliver_due(now)
    assert (stored(message).state, stored(message).due_at) == (DueState.DUE, now + timedelta(seconds=10))


def test_one_bad_message_does_not_hold_up_the_others(texts, now):
    bad, good = text(now), text(now)
    texts.answer = lambda message: raising(TimeoutError())(message) if message.pk == bad.pk else "ok"
    deliver_due(now)
    assert (stored(bad).state, stored(good).state) == (DueState.DUE, DueState.DONE)


def test_staff_messages_in_flight_past_the_lease_are_delivered_again(texts, now):
    message = text(now)
    claim(Message.objects.all(), now, 10, delivery.LEASE)  # and then the process died
    assert deliver_due(now + delivery.LEASE - timedelta(seconds=1)) == 0
    assert deliver_due(now + delivery.LEASE) == 1
    assert (stored(message).state, stored(message).attempts) == (DueState.DONE, 2)


def test_consumer_messages_in_flight_past_the_lease_are_stuck_and_never_sent_again(texts, now, open_gate):
    message = text(now, audience="consumer")
    claim(Message.objects.all(), now, 10, delivery.LEASE)
    assert deliver_due(now + delivery.LEASE) == 0
    assert (stored(message).state, stored(message).outcome) == (DueState.STUCK, delivery.EXPIRED_CONSUMER)
    assert texts.seen == []


def test_a_person_may_send_a_stuck_message_again(texts, now, open_gate, sarah):
    message = text(now, audience="consumer")
    Message.objects.update(state=DueState.STUCK)
    assert send_again(message.pk, by=sarah, now=now)
    assert deliver_due(now) == 1
    assert stored(message).state == DueState.DONE
    assert not send_again(message.pk, by=sarah, now=now)


@pytest.mark.parametrize("state", [DueState.STUCK, DueState.FAILED])
def test_a_person_may_leave_a_message_that_was_given_up(texts, now, open_gate, sarah, state):
    message = text(now, audience="consumer")
    Message.objects.update(state=state)
    assert leave(message.pk, by=sarah, now=now)
    assert (stored(message).state, stored(message).outcome) == (DueState.SKIPPED, "Left as it is by Sarah M.")
    assert deliver_due(now) == 0


def test_a_late_record_does_not_overwrite_a_newer_attempt(texts, now):
    message = text(now)

    def slow(claimed):
        if len(texts.seen) == 1:  # the lease runs out while the provider thinks, and another worker delivers it
            Message.objects.update(leased_until=now)
            assert deliver_due(now) == 1
            return "first"
        return "second"

    texts.answer = slow
    deliver_due(now)
    assert (stored(message).provider_id, stored(message).attempts) == ("second", 2)


def test_a_consumer_message_marked_stuck_too_early_is_done_once_the_provider_has_answered(texts, now, open_gate):
    message = text(now, audience="consumer")

    def slow(claimed):
        Message.objects.update(leased_until=now)
        delivery.recover(now)
        assert stored(message).state == DueState.STUCK
        return "took long"

    texts.answer = slow
    deliver_due(now)
    assert (stored(message).state, stored(message).provider_id) == (DueState.DONE, "took long")


def test_a_message_that_is_to_go_out_again_is_done_when_the_first_attempt_proves_to_have_arrived(texts, now, open_gate, sarah):
    message = text(now, audience="consumer")

    def slow(claimed):
        Message.objects.update(leased_until=now)
        delivery.recover(now)
        assert send_again(message.pk, by=sarah, now=now)
        return "took long"

    texts.answer = slow
    deliver_due(now)
    assert (stored(message).state, stored(message).provider_id) == (DueState.DONE, "took long")
    assert texts.seen == [message.pk]


def test_what_there_was_no_time_for_is_handed_back_untried(texts, now, monkeypatch):
    first, second = text(now), text(now)
    clock = iter([0.0, 0.0, 0.0, 0.0])
    monkeypatch.setattr(delivery, "monotonic", lambda: next(clock, 16.0))
    deliver_due(now)
    assert (stored(first).state, stored(second).state) == (DueState.DONE, DueState.DUE)
    assert (stored(second).attempts, stored(second).leased_until, stored(second).due_at) == (0, None, now)


def test_a_delivery_that_is_interrupted_is_not_handed_back_as_if_untried(texts, now, open_gate):
    """Ctrl-C while the provider has the message: nobody knows whether it was sent."""
    first, second = text(now, audience="consumer"), text(now, audience="consumer")
    texts.answer = raising(KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        deliver_due(now)
    assert (stored(first).state, stored(second).state) == (DueState.IN_FLIGHT, DueState.DUE)
    assert (stored(second).attempts, stored(second).leased_until) == (0, None)
    texts.answer = lambda message: ""
    deliver_due(now + 2 * delivery.LEASE)
    assert (stored(first).state, stored(second).state) == (DueState.STUCK, DueState.DONE)
    assert texts.seen == [first.pk, second.pk]


def test_a_refused_consumer_message_is_skipped_with_the_reason(texts, now, open_gate):
    message = text(now, audience="consumer")
    open_gate[message.pk] = Permission(False, "They asked us to stop.")
    deliver_due(now)
    assert (stored(message).state, stored(message).outcome) == (DueState.SKIPPED, "They asked us to stop.")
    assert texts.seen == []


def test_a_consumer_message_in_quiet_hours_waits_for_the_opening(texts, now, open_gate):
    message, opening = text(now, audience="consumer"), now + timedelta(hours=8)
    open_gate[message.pk] = Permission(False, "Quiet hours.", opening)
    deliver_due(now)
    assert (stored(message).state, stored(message).due_at, stored(message).outcome) == (DueState.DUE, opening, "Quiet hours.")


def test_without_a_gate_nothing_leaves_for_a_consumer(texts, now, monkeypatch):
    monkeypatch.setattr(gate, "_gates", [])
    consumer, staff = text(now, audience="consumer"), text(now)
    deliver_due(now)
    assert (stored(consumer).state, stored(consumer).outcome) == (DueState.DUE, delivery.NO_ANSWER_FROM_GATE)
    assert texts.seen == [staff.pk]


def test_staff_messages_do_not_ask_the_gate(texts, now, open_gate):
    message = text(now)
    open_gate[message.pk] = Permission(False, "No.")
    deliver_due(now)
    assert texts.seen == [message.pk]


def test_a_channel_that_does_not_exist_yet_fails_visibly(now, sarah):
    message = send(channel="pigeon", audience="staff", kind="note", user=sarah, to="loft", now=now)
    deliver_due(now)
    assert (stored(message).state, stored(message).outcome) == (DueState.FAILED, delivery.NO_CHANNEL)


def test_an_unknown_provider_is_named_and_nothing_is_lost(now, settings):
    settings.SMS_URL = "pigeon://loft"
    message = text(now)
    deliver_due(now)
    assert stored(message).state == DueState.DUE
    assert "pigeon" in stored(message).outcome


def test_a_provider_that_breaks_before_it_is_asked_names_no_password(now, settings, sarah):
    settings.EMAIL_URL = "smtp://user:secret#1@mail.example"
    message = send(channel="email", audience="staff", kind="note", user=sarah, now=now)
    deliver_due(now)
    assert stored(message).state == DueState.DUE
    assert stored(message).outcome == "The provider cannot be used: ValueError"


def test_the_console_takes_every_text_and_logs_no_personal_data(now, caplog):
    message = text(now)
    with caplog.at_level("INFO", logger="agency.messaging.console"):
        deliver_due(now)
    assert stored(message).state == DueState.DONE
    assert caplog.messages == [f"sms {message.pk} recorded, not sent: no provider is set"]


@pytest.mark.parametrize("count", [1, 100])
def test_a_batch_takes_the_same_queries_however_large_it_is(count, texts, now, open_gate, sarah, monkeypatch):
    monkeypatch.setattr(delivery, "RECORD_EVERY", 60)
    drafts = [
        Draft(channel="sms", audience=audience, kind="note", user=sarah, to="+12125550150")
        for _ in range(count)
        for audience in ("staff", "consumer")
    ]
    send_all(drafts, now)
    with CaptureQueriesContext(connection) as queries:
        assert deliver_due(now, limit=500) == 2 * count
    statements = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    # Recovery, whether anything is due, claim, who signs what consumers get, what was withdrawn meanwhile, the record.
    assert len(statements) == 6
    assert len(texts.seen) == 2 * count
    assert texts.closed == 1


@pytest.mark.parametrize(("url", "wrong"), [("", ""), ("console://", ""), ("pigeon://x:secret@loft", "pigeon"), ("secret", "''")])
def test_a_setting_that_names_no_provider_is_an_error_at_start_and_keeps_its_secret(url, wrong, settings):
    settings.SMS_URL = url
    found = [str(error.msg) for error in check_providers(None)]
    assert bool(found) == bool(wrong)
    assert all(wrong in message and "secret" not in message for message in found)
