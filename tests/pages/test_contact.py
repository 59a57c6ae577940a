"""What pages say before somebody dials: a warning, or that they must not."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client

from agency.models import Agency
from leads.flags import NO_WAY_LEFT
from leads.models import Consent, Touch
from tests.office import NOW, Office, hand_in

Browse = Callable[[str], Client]

CALL = 'href="tel:+12125550143"'


@pytest.fixture
def ana(office: Office):
    return hand_in(office)


def pages(browse: Browse, lead) -> list[str]:
    """Her line of the inbox, and her page."""
    person = browse(lead.owner.key)
    return [person.get(path).content.decode() for path in ("/inbox/", f"/leads/{lead.pk}/")]


def test_whoever_asked_to_stop_has_no_button_to_call_and_can_still_be_logged(browse: Browse, ana) -> None:
    assert all(CALL in page for page in pages(browse, ana))
    Consent.objects.create(lead=ana, phone=str(ana.phone), channels=["call", "sms"], granted=False, at=NOW)
    for page in pages(browse, ana):
        assert CALL not in page
        assert "They asked on 2026-11-24 not to be contacted this way." in page
    browse(ana.owner.key).post(f"/leads/{ana.pk}/touch/", {"outcome": "reached"})
    assert Touch.objects.get(lead=ana).outcome == "reached"


def test_a_cap_is_a_warning_and_the_button_stays(browse: Browse, ana) -> None:
    Agency.objects.update(contact_cap=1)
    agency = Agency.objects.get()
    agency.save()
    Touch.objects.create(lead=ana, channel="call", direction="out", outcome="no_answer", at=NOW)
    for page in pages(browse, ana):
        assert CALL in page
        assert "No more attempts before 2026-11-26 15:00: cap agency allows 1 in 48 hours." in page


def test_the_page_says_which_rule_closes_and_as_of_when_it_was_checked(browse: Browse, ana, afternoon) -> None:
    afternoon.move_to(datetime(2026, 11, 25, 2, 30, tzinfo=UTC))
    inbox, page = pages(browse, ana)
    assert "(NY hours v1)" in inbox
    assert "rule NY hours v1" in page
    assert "checked against the contact rules as of Nov 20, 2026" in page


def test_whoever_cannot_be_reached_any_more_is_marked(browse: Browse, ana) -> None:
    ana.flags = [NO_WAY_LEFT]
    ana.save()
    inbox, page = pages(browse, ana)
    assert "no way to contact them left" in inbox
    assert NO_WAY_LEFT in page
