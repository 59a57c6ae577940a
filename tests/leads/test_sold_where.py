"""A license cannot be got round by the ZIP: a known state stays known, and what was sold elsewhere is checked once more."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from agency.messaging.models import Message
from leads import work
from leads.edits import STATE_STAYS, EditError, edit
from leads.models import Lead
from leads.soldwhere import KIND, SOLD_WITHOUT
from leads.timeline import timeline
from producers.models import License
from tests.office import NOW, Office, hand_in, open_office

DAY = timedelta(days=1)
JERSEY = {"zip_code": "07302", "phone": "(201) 555-0144", "email": "ben@mail.example"}
IN_JERSEY = SOLD_WITHOUT.format(state="NJ")


@pytest.fixture
def office(db) -> Office:
    """Everyone is licensed in New York and nobody in New Jersey."""
    return open_office()


def sell(lead, by, step="bound"):
    work.set_status(lead, by=by, status=step, premium=Decimal(900), now=NOW)


def move(lead, by, zip_code) -> Lead:
    edit(lead, by=by, changes={"zip_code": zip_code}, now=NOW + DAY)
    return Lead.objects.get(pk=lead.pk)


def told() -> list[tuple[str, str, str]]:
    return [(one.user.username, one.channel, one.body) for one in Message.objects.filter(kind=KIND).order_by("channel")]


@pytest.mark.parametrize("zip_code", ["", "00000"])
def test_a_known_state_does_not_become_unknown(office, zip_code):
    lead = hand_in(office, **JERSEY)
    with pytest.raises(EditError) as refused:
        move(lead, office.rosa.user, zip_code)
    assert refused.value.errors == {"zip_code": [STATE_STAYS.format(state="NJ")]}
    assert Lead.objects.get(pk=lead.pk).state == "NJ"


def test_a_sale_in_a_state_entered_for_it_is_found_out_when_the_state_is_put_back(office):
    lead = move(hand_in(office, **JERSEY), office.rosa.user, "10005")
    seller = lead.owner
    sell(lead, seller.user)
    lead = move(lead, office.rosa.user, "07302")
    assert IN_JERSEY in lead.flags
    words = f"The state is NJ, which was not checked before. {seller.name} sold it on 2026-11-24: holds no license in NJ."
    assert told() == [("rosa", "email", words), ("rosa", "in_app", words)]
    assert words in [entry.detail for entry in timeline(lead) if entry.kind == "note"]


def test_a_state_first_known_after_the_sale_is_checked_then(office):
    lead = hand_in(office, **{**JERSEY, "zip_code": ""})
    sell(lead, office.rosa.user, "quoted")
    sell(lead, office.rosa.user)
    lead = move(lead, office.rosa.user, "07302")
    assert IN_JERSEY in lead.flags
    assert {body for _, _, body in told()} == {
        "The state is NJ, which was not checked before. Rosa V. quoted it on 2026-11-24: holds no license in NJ. "
        "Rosa V. sold it on 2026-11-24: holds no license in NJ."
    }


def test_a_state_that_another_arrival_brings_is_checked_too(office):
    lead = hand_in(office, **{**JERSEY, "zip_code": ""})
    sell(lead, office.rosa.user, "quoted")
    again = hand_in(office, now=NOW + DAY, **JERSEY)
    assert (again.pk, again.state) == (lead.pk, "NJ")
    assert IN_JERSEY in again.flags
    assert len(told()) == 2


def test_nothing_is_said_of_a_sale_by_somebody_licensed_there(office):
    License.objects.create(
        producer=office.rosa,
        state="NJ",
        number="NJ-1",
        authority=["property", "casualty"],
        effective=date(2026, 11, 24),
        expires=date(2026, 11, 24),
    )
    lead = hand_in(office, **{**JERSEY, "zip_code": ""})
    sell(lead, office.rosa.user)
    lead = move(lead, office.rosa.user, "07302")
    assert (IN_JERSEY in lead.flags, told()) == (False, [])


def test_the_flag_goes_when_the_place_was_wrong_after_all(office):
    lead = hand_in(office)
    sell(lead, lead.owner.user)
    lead = move(lead, office.rosa.user, "07302")
    assert IN_JERSEY in lead.flags
    lead = move(lead, office.rosa.user, "10006")
    assert IN_JERSEY not in lead.flags


def test_a_sale_that_was_undone_is_not_spoken_of(office):
    lead = hand_in(office)
    sell(lead, lead.owner.user)
    work.set_status(lead, by=office.rosa.user, status="lost", reason="Canceled", now=NOW)
    assert IN_JERSEY not in move(lead, office.rosa.user, "07302").flags
