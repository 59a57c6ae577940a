"""What is written into the outbox, and what is not."""

from datetime import timedelta

import pytest
from django.db import transaction

from agency.due import DueState
from agency.messaging import Draft, send, send_all, staff_drafts
from agency.messaging.models import Message
from agency.messaging.selectors import unread
from agency.messaging.services import mark_read

pytestmark = pytest.mark.django_db


def told(user, now, **more):
    return send(channel="in_app", audience="staff", kind="lead_assigned", user=user, subject="New lead", now=now, **more)


def test_a_notice_in_the_app_is_done_as_soon_as_it_is_written(sarah, now):
    notice = told(sarah, now)
    notice.refresh_from_db()
    assert (notice.state, notice.finished_at, notice.to) == (DueState.DONE, now, "")


def test_an_email_waits_for_delivery_at_the_address_of_the_person(sarah, now):
    mail = send(channel="email", audience="staff", kind="lead_assigned", user=sarah, subject="New lead", now=now)
    mail.refresh_from_db()
    assert (mail.state, mail.due_at, mail.to) == (DueState.DUE, now, "sarah@harborpoint.example")


def test_a_message_can_be_promised_for_later(sarah, now):
    later = now + timedelta(hours=3)
    assert send(channel="sms", audience="staff", kind="note", user=sarah, now=now, due_at=later).due_at == later


def test_the_same_key_is_written_once_and_send_returns_the_first(sarah, now):
    first = told(sarah, now, dedupe_key="lead:1")
    second = told(sarah, now, dedupe_key="lead:1")
    assert first.pk == second.pk
    assert Message.objects.count() == 1


def test_send_all_returns_only_what_it_wrote_with_the_right_ids(sarah, now):
    told(sarah, now, dedupe_key="b")
    drafts = [
        Draft(channel="in_app", audience="staff", kind=kind, user=sarah, subject=kind, dedupe_key=key)
        for kind, key in [("one", "a"), ("two", "b"), ("three", None), ("four", "c"), ("five", "a"), ("six", None)]
    ]
    written = send_all(drafts, now)
    assert [message.kind for message in written] == ["one", "three", "four", "six"]
    assert [Message.objects.get(pk=message.pk).kind for message in written] == ["one", "three", "four", "six"]


def test_a_hundred_drafts_are_one_statement(sarah, now, django_assert_num_queries):
    drafts = [Draft(channel="email", audience="staff", kind="note", user=sarah, dedupe_key=str(n)) for n in range(100)]
    with django_assert_num_queries(1):
        assert len(send_all(drafts, now)) == 100


def test_nothing_to_send_asks_nothing(now, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert send_all([], now) == []


def test_a_rollback_takes_the_promise_back(sarah, now):
    with pytest.raises(RuntimeError), transaction.atomic():
        told(sarah, now)
        raise RuntimeError
    assert not Message.objects.exists()


def test_staff_hear_on_every_channel_that_reaches_them(sarah, now):
    drafts = staff_drafts("lead_assigned", user=sarah, channels=["in_app", "push", "email", "sms"], subject="s", dedupe_key="k")
    assert [(draft.channel, draft.dedupe_key) for draft in drafts] == [
        ("in_app", "k:in_app"),
        ("email", "k:email"),
        ("sms", "k:sms"),
    ]


def test_staff_without_any_address_hear_in_the_app(james):
    drafts = staff_drafts("warn", user=james, channels=["email", "sms", "push"], subject="s")
    assert [draft.channel for draft in drafts] == ["in_app"]


def test_the_bell_counts_what_is_unread_until_it_is_read(sarah, james, now):
    first, _second = told(sarah, now), told(sarah, now)
    told(james, now)
    assert unread(sarah).count() == 2
    assert mark_read(sarah, now=now, ids=[first.pk]) == 1
    assert unread(sarah).count() == 1
    assert mark_read(sarah, now=now) == 1
    assert (unread(sarah).count(), unread(james).count()) == (0, 1)


def test_nobody_reads_the_notices_of_others(sarah, james, now):
    notice = told(sarah, now)
    assert mark_read(james, now=now, ids=[notice.pk]) == 0
