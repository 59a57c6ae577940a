"""Mending what was written down wrong."""

from datetime import timedelta

import pytest

from leads.edits import edit
from leads.models import Note, StatusChange

HOUR = timedelta(hours=1)


@pytest.fixture
def rosa(harbor):
    return harbor.person("rosa")


def test_a_nurtured_lead_that_a_mended_zip_makes_worth_a_call_is_routed_with_its_history(harbor, rosa):
    lead = harbor.receive("facebook_ads", zip_code="33101", events=[{"kind": "guide_download"}, {"kind": "pricing_view"}]).lead
    assert (lead.status, lead.score) == ("nurture", 25)
    lead = edit(lead, by=rosa, changes={"zip_code": "10005"}, now=harbor.now + HOUR)
    assert (lead.status, lead.score) == ("new", 40)
    assert lead.owner is not None
    [change] = StatusChange.objects.all()
    assert (change.before, change.after, change.by, change.at) == ("nurture", "new", rosa, harbor.now + HOUR)


def test_the_note_tells_each_change(harbor, rosa):
    lead = harbor.receive().lead
    edit(lead, by=rosa, changes={"phone": "(212) 555-0143 x9"}, now=harbor.now)
    assert Note.objects.get().text == "Changed phone extension from nothing to 9."
