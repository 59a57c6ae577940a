"""Several requests of one person at the same moment."""

from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest

from agency import revisions
from leads.intake import recognise
from leads.intake.receiving import receive
from leads.models import Household, Lead, Source, Submission
from routing.models import Assignment
from tests.races.conftest import NOW, at_once

pytestmark = [pytest.mark.races, pytest.mark.usefixtures("agency")]

ANA = {"first_name": "Ana", "last_name": "Ruiz", "zip_code": "10005", "line": "personal_auto"}
PHONE = {"phone": "(212) 555-0143"}
EMAIL = {"email": "ana.ruiz@example.com"}


def request(source="referral", key=None, **fields):
    def send():
        return receive({**ANA, **fields}, source=Source.objects.get(key=source), idempotency_key=key, now=NOW)

    return send


@pytest.fixture
def meeting(monkeypatch):
    """Nobody goes on from the look-up before somebody else has looked as well, if anybody can."""
    barrier, look_up = Barrier(2), recognise.look_up

    def look_and_wait(marks):
        known = look_up(marks)
        with suppress(BrokenBarrierError):  # then the other one is kept out, as it should be
            barrier.wait(timeout=1)
        return known

    monkeypatch.setattr(recognise, "look_up", look_and_wait)


def test_without_the_lock_one_person_becomes_two_leads(monkeypatch, meeting):
    monkeypatch.setattr(recognise, "lock", lambda marks: revisions.current())
    receipts = at_once(request(**PHONE), request(**PHONE))
    assert [receipt.created for receipt in receipts] == [True, True]
    assert Lead.objects.count() == 2


def test_with_the_lock_it_is_one(meeting):
    receipts = at_once(request(**PHONE), request(**PHONE))
    assert sorted(receipt.created for receipt in receipts) == [False, True]
    assert Lead.objects.count() == 1


def test_sixteen_at_once_are_one_lead_with_one_owner():
    ways = [PHONE, {"phone": "212.555.0143"}, {**PHONE, **EMAIL}, {"phone": "+1 212 555 0143 x9"}]
    receipts = at_once(*(request(**ways[number % 4]) for number in range(16)))
    assert sum(receipt.created for receipt in receipts) == 1
    assert sum(receipt.duplicate for receipt in receipts) == 15
    assert (Lead.objects.count(), Household.objects.count(), Assignment.objects.count()) == (1, 1, 1)
    assert Submission.objects.count() == 16


def test_the_same_key_at_once_is_one_request():
    receipts = at_once(*(request(key="k-1", **PHONE) for _ in range(8)))
    assert sum(receipt.created for receipt in receipts) == 1
    assert sum(receipt.replayed for receipt in receipts) == 7
    assert Submission.objects.count() == 1


def test_the_same_number_of_the_sender_at_once_is_one_request():
    receipts = at_once(*(request(external_id="A-17", phone=f"(212) 555-01{number}") for number in range(10, 18)))
    assert sum(receipt.created for receipt in receipts) == 1
    assert Submission.objects.count() == 1


def test_requests_that_share_different_marks_do_not_wait_for_each_other_for_ever():
    ways = [{**PHONE, **EMAIL}, PHONE, EMAIL, {**EMAIL, "phone": "(212) 555-0199"}, {**PHONE, "email": "b@example.com"}]
    receipts = at_once(*(request(**way) for way in ways * 3))
    assert not [receipt for receipt in receipts if isinstance(receipt, Exception)]
    assert Submission.objects.count() == 15
    assert Lead.objects.count() <= 2  # the number alone and the address alone may come first, as two strangers
    assert all(lead.owner_id for lead in Lead.objects.all())
