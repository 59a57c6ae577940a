"""Minute 0: the owner hears of a new lead on every channel of `notify.assigned`, at once."""

from datetime import timedelta

import pytest

from agency.messaging import deliver_due
from agency.messaging.models import Message
from agency.messaging.personal import save_preference
from agency.models import Agency
from leads.models import ScoreModel
from tests.messaging.pushing import Browser, push_service
from tests.office import NOW, hand_in, lasting_office, office

__all__ = ["lasting_office", "office"]
pytestmark = pytest.mark.django_db
HOT = {"events": [{"kind": kind, "at": NOW.isoformat()} for kind in ("quote_request", "pricing_view", "pricing_view")]}


@pytest.fixture
def everywhere(office):
    agency = Agency.objects.get()
    agency.notify = {"assigned": ["in_app", "push", "email", "sms"]}
    agency.save()


@pytest.fixture
def service(settings):
    with push_service() as running:
        settings.PUSH_HOSTS = [running.origin]
        yield running


def test_the_owner_of_a_hot_lead_is_told_on_all_of_them(office, everywhere, service, settings, tmp_path):
    settings.EMAIL_FILE_PATH = tmp_path
    model = ScoreModel.objects.get()
    model.tiers = {"hot": 60, "warm": 40}
    model.save()
    phone = Browser()
    phone.device(office.james.user, f"{service.origin}/james", NOW)
    lead = hand_in(office, **HOT)
    assert (lead.owner, lead.tier) == (office.james, "hot")
    told = Message.objects.filter(kind="lead_assigned", lead=lead)
    assert sorted(told.values_list("channel", "severity", "due_at", "subject")) == [
        ("email", "urgent", NOW, "New hot lead: Ana Ruiz, Personal auto"),
        ("in_app", "urgent", NOW, "New hot lead: Ana Ruiz, Personal auto"),
        ("push", "urgent", NOW, "New hot lead"),
        ("sms", "urgent", NOW, "New hot lead: Ana Ruiz, Personal auto"),
    ]
    deliver_due(NOW)
    assert set(told.values_list("state", flat=True)) == {"done"}
    [pushed] = service.seen
    assert phone.read(pushed) == {
        "id": told.get(channel="push").pk,
        "title": "New hot lead",
        "path": f"/leads/{lead.pk}/",
        "urgent": True,
    }
    assert len(list(tmp_path.glob("*.eml"))) == 1


def test_a_warm_lead_waits_outside_the_app_while_its_owner_wants_quiet(office, everywhere):
    save_preference(
        user=office.james.user,
        urgent=None,
        normal=["sms"],
        quiet=(NOW.time().replace(hour=14), NOW.time().replace(hour=16)),
        timezone="",
        urgent_in_quiet=True,
        names_on_push=False,
    )
    lead = hand_in(office, events=[{"kind": "quote_request", "at": NOW.isoformat()}])
    assert lead.tier == "warm"
    told = Message.objects.filter(kind="lead_assigned", lead=lead)
    assert sorted(told.values_list("channel", "due_at")) == [("in_app", NOW), ("sms", NOW + timedelta(hours=1))]
