"""Whoever sells in an owner's place needs a license of their own; a manager writes down what the owner sold, and it says so."""

from datetime import date
from decimal import Decimal

import pytest

from leads import work
from leads.calling import cautions
from leads.clocks import people
from leads.dossier import dossier
from leads.inbox import DEFAULT_TARGET, inbox
from leads.models import Lead, Policy, Quote
from leads.selectors import leads_visible_to
from leads.timeline import timeline
from leads.work import WorkError
from producers.models import License, TimeOff
from tests.office import NOW, Office, hand_in, open_office

PREMIUM = Decimal(1840)
REFUSED = (
    "Sarah M. may not sell this: holds no license in NY. "
    "First give the lead to somebody licensed (James K., Carla P. or Rosa V.)."
)


@pytest.fixture
def office(db) -> Office:
    """James is on leave this week, and Sarah stands in for him."""
    found = open_office()
    found.james.backup = found.sarah
    found.james.save()
    return found


@pytest.fixture
def ana(office) -> Lead:
    """James's, in New York."""
    lead = hand_in(office)
    assert lead.owner == office.james
    TimeOff.objects.create(producer=office.james, starts_on=date(2026, 11, 24), ends_on=date(2026, 11, 30))
    return lead


@pytest.fixture
def unlicensed(office, ana) -> Lead:
    """Ana, while Sarah holds no license."""
    License.objects.filter(producer=office.sarah).get().delete()
    return ana


def sell(lead, by, step):
    work.set_status(lead, by=by, status=step, premium=PREMIUM, now=NOW)


@pytest.mark.parametrize("step", ["quoted", "bound"])
def test_a_stand_in_without_a_license_neither_quotes_nor_sells(office, unlicensed, step):
    with pytest.raises(WorkError) as refused:
        sell(unlicensed, office.sarah.user, step)
    assert str(refused.value) == REFUSED
    assert not Quote.objects.exists()
    assert not Policy.objects.exists()


def test_a_licensed_stand_in_sells_and_the_proof_is_their_own(office, ana):
    sell(ana, office.sarah.user, "quoted")
    sell(ana, office.sarah.user, "bound")
    for kept in (Quote.objects.get(), Policy.objects.get()):
        assert {key: kept.license[key] for key in ("producer", "number", "entered_by", "entered_for")} == {
            "producer": "sarah",
            "number": "10-sarah",
            "entered_by": "Sarah M.",
            "entered_for": "James K.",
        }
    told = {entry.detail for entry in timeline(ana) if entry.kind in ("quote", "policy")}
    assert told == {"license NY 10-sarah to 2029-12-31, entered by Sarah M. for James K."}


def test_a_licensed_stand_in_sells_nothing_for_an_owner_without_a_license(office, ana):
    License.objects.filter(producer=office.james).get().delete()
    with pytest.raises(WorkError, match=r"James K\. may not sell this: holds no license in NY\."):
        sell(ana, office.sarah.user, "quoted")


def test_a_manager_without_a_license_writes_down_what_the_owner_sold(office, ana):
    License.objects.filter(producer=office.rosa).get().delete()
    sell(ana, office.rosa.user, "bound")
    assert Policy.objects.get().license["producer"] == "james"
    [entry] = [one for one in timeline(ana) if one.kind == "policy"]
    assert (entry.detail, entry.caution) == ("license NY 10-james to 2029-12-31, entered by Rosa V. for James K.", "")


def test_what_the_owner_enters_names_nobody_else(office, ana):
    sell(ana, office.james.user, "quoted")
    assert "entered_by" not in Quote.objects.get().license


def test_a_lost_lead_is_not_opened_for_a_sale_by_a_stand_in_without_a_license(office, unlicensed):
    work.set_status(unlicensed, by=office.james.user, status="lost", reason="Price", now=NOW)
    with pytest.raises(WorkError):  # a closed lead is its owner's and the managers' only
        sell(unlicensed, office.sarah.user, "bound")
    assert not Policy.objects.exists()


def test_a_call_of_a_stand_in_is_noted_with_what_they_lacked(office, unlicensed):
    touch = work.log_touch(unlicensed, by=office.sarah.user, channel="call", outcome="no_answer", now=NOW)
    assert (touch.license["producer"], touch.license["missing"]) == ("sarah", ["holds no license in NY"])


def test_page_and_list_warn_the_stand_in_and_not_the_owner(office, unlicensed):
    page = dossier(unlicensed, viewer=office.sarah.user, now=NOW, target=DEFAULT_TARGET)
    assert page.license_note == (
        "Sarah M.: holds no license in NY. Standing in for James K., a call or message of theirs is noted as made without a "
        "license, and a quote or a sale of theirs is refused."
    )
    assert page.caution.license == "no license for NY"
    shown = inbox(leads_visible_to(office.sarah.user, NOW), now=NOW, reader="sarah")
    assert [row.caution.full for section in shown.sections for row in section.rows] == ["Sarah M.: holds no license in NY"]
    assert dossier(unlicensed, viewer=office.james.user, now=NOW, target=DEFAULT_TARGET).license_note == ""
    assert cautions([unlicensed], people(NOW), NOW, "james") == {}
