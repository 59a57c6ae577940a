"""Somebody is off-boarded in the admin: seen first, then confirmed."""

import html

import pytest
import time_machine

from leads.models import Lead
from producers.admin.leaving import HAS_LEFT, HAS_LEFT_ALREADY
from producers.models import Producer
from producers.services import LAST_RESORT
from routing.mentions import ALONE
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
