"""Putting right what is on record of a lead."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from leads import work
from leads.edits import UNREACHABLE
from leads.models import Lead
from leads.views.edit import NOTHING
from tests.office import ANA, Office, hand_in

Browse = Callable[[str], Client]
TYPED = {
    **ANA,
    "current_carrier": "Acme Mutual",
    "policy_expires_on": "2027-01-10",
    "premium_estimate": "1840",
}


@pytest.fixture
def ana(office: Office) -> Lead:
    """Ana's lead, Sarah's, of no line."""
    lead = hand_in(office, line="")
    if lead.owner_id != office.sarah.pk:
        work.reassign(lead, by=office.rosa.user, producer=office.sarah, reason="For Sarah")
        lead.refresh_from_db()
    return lead


def test_the_page_offers_to_put_right_what_is_missing(browse: Browse, ana: Lead) -> None:
    page = browse("sarah").get(f"/leads/{ana.pk}/").content.decode()
    assert "No line of insurance was given." in page
    assert f'href="/leads/{ana.pk}/edit/#wants">Put it right' in page
    assert f'href="/leads/{ana.pk}/edit/#reach"' in page


def test_the_form_shows_what_is_on_record(browse: Browse, ana: Lead) -> None:
    page = browse("sarah").get(f"/leads/{ana.pk}/edit/").content.decode()
    for value in ("Ana", "Ruiz", "(212) 555-0143", "ana.ruiz@mail.example", "10005"):
        assert f'value="{value}"' in page, value


def test_the_facts_are_put_right_by_whoever_works_the_lead(browse: Browse, ana: Lead) -> None:
    answer = browse("sarah").post(f"/leads/{ana.pk}/edit/", {**TYPED, "first_name": "Anna", "zip_code": "10010"})
    assert answer.url == f"/leads/{ana.pk}/"
    ana.refresh_from_db()
    assert (ana.first_name, ana.line, ana.zip_code, ana.current_carrier) == ("Anna", "personal_auto", "10010", "Acme Mutual")
    assert (ana.policy_expires_on, ana.premium_estimate) == (date(2027, 1, 10), Decimal(1840))
    assert ana.flags == []
    note = ana.notes.get()
    assert note.by.username == "sarah"
    assert "phone" not in note.text


def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(browse: Browse, ana: Lead) -> None:
    answer = browse("sarah").post(f"/leads/{ana.pk}/edit/", {**TYPED, "phone": "12", "current_carrier": "Acme <Mutual>"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="id_phone_error"' in page
    assert 'value="12"' in page
    assert 'value="Acme &lt;Mutual&gt;"' in page
    ana.refresh_from_db()
    assert (ana.line, ana.current_carrier) == ("", "")


def test_one_way_to_reach_them_must_stay(browse: Browse, ana: Lead) -> None:
    answer = browse("sarah").post(f"/leads/{ana.pk}/edit/", {**TYPED, "phone": "", "email": ""})
    assert answer.status_code == 422
    assert UNREACHABLE in answer.content.decode()


def test_the_same_again_changes_nothing_and_says_so(browse: Browse, ana: Lead) -> None:
    sarah = browse("sarah")
    page = sarah.post(f"/leads/{ana.pk}/edit/", {**ANA, "line": ""}, follow=True).content.decode()
    assert NOTHING in page
    assert not ana.notes.exists()


def test_a_line_that_is_none_of_ours_is_kept_until_it_is_changed(browse: Browse, office: Office) -> None:
    lead = hand_in(office, line="yacht")
    owner = browse(lead.owner.key)
    assert "yacht (not one of ours)" in owner.get(f"/leads/{lead.pk}/edit/").content.decode()
    owner.post(f"/leads/{lead.pk}/edit/", {**ANA, "line": "yacht", "last_name": "Ruiz-Diaz"})
    lead.refresh_from_db()
    assert (lead.line, lead.last_name) == ("yacht", "Ruiz-Diaz")


def test_who_no_longer_sees_the_lead_is_told_and_led_to_the_inbox(
    browse: Browse, ana: Lead, office: Office, monkeypatch: Any
) -> None:
    def moves(lead: Lead, **_: Any) -> Lead:
        work.reassign(lead, by=office.rosa.user, producer=office.james, reason="May sell there")
        return lead

    monkeypatch.setattr("leads.views.edit.put_right", moves)
    answer = browse("sarah").post(f"/leads/{ana.pk}/edit/", {**TYPED, "zip_code": "07030"}, follow=True)
    assert answer.redirect_chain == [("/inbox/", 302)]
    assert "it went to James K." in answer.content.decode()


def test_nobody_edits_what_they_do_not_see(browse: Browse, ana: Lead) -> None:
    for name, code in (("james", 404), ("carla", 404), ("mia", 403), ("rosa", 200)):
        assert browse(name).get(f"/leads/{ana.pk}/edit/").status_code == code, name
