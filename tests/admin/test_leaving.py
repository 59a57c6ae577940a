"""Somebody is off-boarded in the admin: seen first, then confirmed."""

import html

import pytest
import time_machine

from agency.messaging.models import Message
from leads.models import Client, Lead
from producers import services
from producers.admin.leaving import HANDED, HAS_LEFT, HAS_LEFT_ALREADY
from producers.models import Producer
from producers.services import LAST_RESORT
from routing.mentions import ALONE, KIND
from routing.rulesets import load_rules
from tests.admin.browser import form_of, messages_of, page
from tests.office import NOW, hand_in


@pytest.fixture(autouse=True)
def afternoon():
    """It is a Tuesday, three in the afternoon in New York."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ana(office) -> Lead:
    """James has Ana."""
    lead = hand_in(office)
    assert lead.owner == office.james
    return lead


def owner(lead: Lead) -> str:
    return Lead.objects.values_list("owner__key", flat=True).get(pk=lead.pk)


def test_the_page_shows_where_each_lead_would_go_and_changes_nothing(rosa, office, ana):
    text = rosa.get(page("producers_producer_leave", office.james.pk)).content.decode()
    assert "Ana Ruiz" in text
    assert "Sarah M." in text
    assert "Open leads: 1" in text
    assert owner(ana) == "james"
    assert Producer.objects.get(key="james").active


def test_the_page_says_by_rule_name_where_the_person_is_still_named(rosa, office):
    load_rules([{"name": "His street", "then": {"person": "james"}}], note="", now=NOW)
    text = html.unescape(rosa.get(page("producers_producer_leave", office.james.pk)).content.decode())
    assert "Where James K. is still named" in text
    assert ALONE.format(rule="His street", name="James K.") in text


def test_confirmed_the_leads_are_there_and_the_person_has_left(rosa, office, ana):
    answer = rosa.post(page("producers_producer_leave", office.james.pk), follow=True)
    assert messages_of(answer) == [HAS_LEFT.format(name="James K.", leads=1, nurtured=0)]
    assert owner(ana) == "sarah"
    james = Producer.objects.select_related("user").get(key="james")
    assert (james.active, james.user.is_active) == (False, False)
    again = rosa.get(page("producers_producer_leave", james.pk), follow=True)
    assert messages_of(again) == [HAS_LEFT_ALREADY.format(name="James K.")]


def test_the_owner_of_last_resort_cannot_be_off_boarded(rosa, office):
    url = page("producers_producer_leave", office.rosa.pk)
    assert LAST_RESORT.format("Rosa V.") in rosa.get(url).content.decode()
    assert messages_of(rosa.post(url, follow=True)) == [LAST_RESORT.format("Rosa V.")]
    assert Producer.objects.get(key="rosa").active


def test_unticking_active_on_the_persons_page_moves_their_leads_too(rosa, office, ana):
    url = page("producers_producer_change", office.james.pk)
    values = form_of(rosa, url)
    del values["active"]
    rosa.post(url, values)
    assert not Producer.objects.get(key="james").active
    assert owner(ana) == "sarah"


def test_off_boarding_is_for_managers(sarah, office, ana):
    assert sarah.post(page("producers_producer_leave", office.james.pk)).status_code == 302
    assert owner(ana) == "james"


@pytest.fixture
def book(office) -> list[Client]:
    """James sold to Ben and Cy, has Dee as CSR, and once had Eve, who is no client any more. Sarah backs him up."""
    office.james.backup = office.sarah
    office.james.save()
    james, carla, sarah = office.james, office.carla, office.sarah
    parts = {"Ben": (james, None), "Cy": (james, carla), "Dee": (sarah, james), "Eve": (james, None)}
    return [
        Client.objects.create(last_name=name, producer=producer, csr=csr, active=name != "Eve", created_at=NOW)
        for name, (producer, csr) in parts.items()
    ]


def served() -> dict[str, tuple[str | None, str | None]]:
    return {name: (one, other) for name, one, other in Client.objects.values_list("last_name", "producer__key", "csr__key")}


def test_the_page_counts_the_clients_and_proposes_the_backup(rosa, office, book):
    text = html.unescape(rosa.get(page("producers_producer_leave", office.james.pk)).content.decode())
    assert "Clients whom James K. serves: 3" in text
    assert '<option value="sarah" selected>Sarah M. (their backup)</option>' in text
    [link] = [one for one in text.split('"') if "/client/?producer__id__exact=" in one]
    listed = rosa.get(link).content.decode()
    assert [name in listed for name in (">Ben<", ">Cy<", ">Dee<")] == [True, True, False]


def test_chosen_somebody_serves_the_clients_from_then_on(rosa, office, book):
    answer = rosa.post(page("producers_producer_leave", office.james.pk), {"clients_to": "sarah"}, follow=True)
    assert HANDED.format(to="Sarah M.", count=3, name="James K.") in messages_of(answer)
    assert served() == {"Ben": ("sarah", None), "Cy": ("sarah", "carla"), "Dee": ("sarah", "sarah"), "Eve": ("james", None)}
    assert not Message.objects.filter(kind=KIND, body__contains="clients").exists()


def test_where_nobody_is_chosen_the_managers_hear_of_the_clients_and_may_hand_them_over_later(rosa, office, book):
    office.james.backs_up.update(backup=None)
    services.deactivate(office.james, by=office.rosa.user, now=NOW)
    url = page("producers_producer_leave", office.james.pk)
    [told] = Message.objects.filter(kind=KIND, channel="in_app")
    words = "James K. serves 3 clients: choose somebody else, or their next request may find nobody on record."
    assert (told.user, told.body, told.path) == (office.rosa.user, words, url)
    assert "Hand the clients over" in rosa.get(url).content.decode()
    answer = rosa.post(url, {"clients_to": "carla"}, follow=True)
    assert messages_of(answer) == [HANDED.format(to="Carla P.", count=3, name="James K.")]
    assert served()["Dee"] == ("sarah", "carla")
    assert messages_of(rosa.get(url, follow=True)) == [HAS_LEFT_ALREADY.format(name="James K.")]


def test_clients_are_not_handed_to_somebody_who_has_left_and_then_nobody_leaves(rosa, office, book):
    services.deactivate(office.sarah, by=office.rosa.user, now=NOW)
    rosa.post(page("producers_producer_leave", office.james.pk), {"clients_to": "sarah"})
    assert Producer.objects.get(key="james").active
    assert served()["Ben"] == ("james", None)
