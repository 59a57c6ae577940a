"""One button pressed by two hands."""

from decimal import Decimal

import pytest

from leads import work
from leads.inbound import heard
from leads.intake import receive
from leads.models import Consent, Event, Lead, Policy, Source, StatusChange, Touch
from leads.unsubscribing import BY_PAGE, unsubscribe
from leads.work import WorkError
from producers.models import Load
from routing.models import Assignment, RoutingDecision
from tests.races.conftest import NOW, at_once

pytestmark = [pytest.mark.races, pytest.mark.usefixtures("agency")]


@pytest.fixture
def ana(agency):
    payload = {"first_name": "Ana", "last_name": "Ruiz", "phone": "(212) 555-0143", "zip_code": "10005", "line": "personal_auto"}
    return receive(payload, source=Source.objects.get(key="referral"), now=NOW).lead


def fresh(lead):
    return Lead.objects.get(pk=lead.pk)


def test_a_lead_is_declined_once(ana):
    owner = ana.owner.user
    results = at_once(*(lambda: work.decline(fresh(ana), by=owner, reason="too_busy", now=NOW),) * 4)
    assert sum(isinstance(result, WorkError) for result in results) == 3
    assert RoutingDecision.objects.count() == 2
    assert Assignment.objects.filter(ended_at__isnull=True).count() == 1


def test_a_policy_is_sold_once(ana):
    owner = ana.owner.user
    at_once(*(lambda: work.set_status(fresh(ana), by=owner, status="bound", premium=Decimal(1840), now=NOW),) * 4)
    assert Policy.objects.count() == 1
    assert StatusChange.objects.count() == 1
    assert Load.objects.get(producer=ana.owner).open_leads == 0


def test_a_call_is_logged_once(ana):
    owner = ana.owner.user
    at_once(*(lambda: work.log_touch(fresh(ana), by=owner, channel="call", outcome="reached", now=NOW),) * 4)
    assert Touch.objects.count() == 1
    assert StatusChange.objects.count() == 1


def test_declining_and_selling_at_once_leave_one_truth(ana):
    owner = ana.owner.user
    results = at_once(
        lambda: work.decline(fresh(ana), by=owner, reason="too_busy", now=NOW),
        lambda: work.set_status(fresh(ana), by=owner, status="bound", premium=Decimal(1840), now=NOW),
    )
    assert sum(isinstance(result, WorkError) for result in results) == 1
    lead = fresh(ana)
    if lead.status == "bound":
        assert not Assignment.objects.filter(ended_at__isnull=True).exists()
    else:
        assert lead.owner.user != owner
        assert not Policy.objects.exists()


def test_who_leaves_our_mailings_by_several_clicks_at_once_leaves_once(ana):
    Lead.objects.update(email="ana.ruiz@mail.example")
    results = at_once(*(lambda: unsubscribe("Ana.Ruiz@mail.example", via=BY_PAGE, now=NOW),) * 4)
    assert sorted(results) == [False, False, False, True]
    assert Consent.objects.filter(granted=False).count() == 1
    assert Event.objects.filter(kind="unsubscribe").count() == 1


def test_an_answer_and_a_click_at_once_wait_for_each_other(ana):
    Lead.objects.update(email="ana.ruiz@mail.example")
    says = {"channel": "email", "sender": "ana.ruiz@mail.example", "text": "STOP", "provider": "email", "event_id": "<1@x>"}
    results = at_once(lambda: unsubscribe("ana.ruiz@mail.example", via=BY_PAGE, now=NOW), lambda: heard(**says, at=NOW, now=NOW))
    assert not any(isinstance(result, Exception) for result in results)
    assert Consent.objects.filter(granted=False, email="ana.ruiz@mail.example").exists()
    assert Touch.objects.get().outcome == "opted_out"
