"""The license forecast as a manager reads it."""

from datetime import date

import pytest
from django.urls import reverse

from producers.models import Appointment, License
from tests.office import hand_in


@pytest.fixture
def expiring(office) -> None:
    """Sarah's and James's New York licenses end with January."""
    hand_in(office)
    for held in License.objects.filter(producer__in=[office.sarah, office.james]):
        held.expires, held.verified_on, held.source = date(2027, 1, 31), date(2026, 1, 5), "state register"
        held.save()


def test_a_manager_reads_what_runs_out_and_what_it_strands(browse, expiring):
    text = browse("rosa").get(reverse("leads:licences")).content.decode()
    assert "NY license" in text
    assert "Jan 31, 2027" in text
    assert "Feb 1, 2027" in text
    assert "Jan 5, 2026, state register" in text
    assert '<span class="tag alarm">1</span> of the leads' in text


def test_nothing_runs_out_and_there_are_no_leads(browse, office):
    text = browse("rosa").get(reverse("leads:licences")).content.decode()
    assert "Nothing runs out" in text
    assert "No leads yet" in text


def test_the_dashboard_leads_there(browse, office):
    assert reverse("leads:licences") in browse("rosa").get(reverse("leads:dashboard")).content.decode()


def test_it_is_for_managers(browse, office):
    assert browse("sarah").get(reverse("leads:licences")).status_code == 403


def test_a_leads_page_says_how_old_the_licences_record_is_and_which_appointment_is_missing(browse, office):
    for person in (office.sarah, office.james):
        held = person.licenses.get()
        held.source, held.verified_on = "the state register", date(2026, 11, 4)
        held.save()
    Appointment.objects.create(producer=office.sarah, carrier="Acme", state="NJ", effective=date(2025, 1, 1))
    lead = hand_in(office)
    page = browse(lead.owner.key).get(reverse("leads:detail", args=[lead.pk])).content.decode()
    assert "record checked 2026-11-04 against the state register, 20 days before" in page
    assert "no carrier appointment on record in NY" in page
