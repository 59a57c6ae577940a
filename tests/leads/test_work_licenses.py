"""Working a lead without the license for it: quotes and sales are refused, touches are kept and say so."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from leads import work
from leads.calling import cautions
from leads.clocks import people
from leads.dossier import dossier
from leads.models import Lead, Policy, Quote, Touch
from leads.timeline import timeline
from leads.work import WorkError
from producers.models import Certification, License, LineOfBusiness, Producer
from tests.office import NOW, Office, hand_in, open_office

DAY = timedelta(days=1)
PREMIUM = Decimal(1840)
TARGET = timedelta(minutes=5)
JERSEY = {"zip_code": "07302", "phone": "(201) 555-0144", "email": "ben@mail.example"}


@pytest.fixture
def office(db) -> Office:
    """A small agency where everyone is licensed in New York and nobody in New Jersey."""
    found = open_office()
    License.objects.filter(producer=found.sarah).update(source="NIPR", verified_on=date(2026, 11, 12))
    return found


@pytest.fixture
def ana(office) -> Lead:
    """In New York, with James; his license runs out tonight."""
    lead = hand_in(office)
    assert lead.owner == office.james
    License.objects.filter(producer=office.james).get().delete()
    licensed(office.james, "NY", expires=date(2026, 11, 24))
    return lead


@pytest.fixture
def jersey(office) -> Lead:
    """In New Jersey, where nobody may sell: with Rosa as the owner of last resort."""
    lead = hand_in(office, **JERSEY)
    assert (lead.owner, lead.unplaced, lead.state) == (office.rosa, True, "NJ")
    return lead


def licensed(person: Producer, state: str, *authority: str, expires: date = date(2029, 12, 31)) -> None:
    """From now on this person holds such a license."""
    held = {"authority": list(authority) or ["property", "casualty"], "effective": date(2020, 1, 1), "expires": expires}
    License.objects.create(producer=person, state=state, number=f"{state}-{person.key}", **held)


def sell(lead, by, step="quoted", now=NOW, **about):
    work.set_status(lead, by=by, status=step, premium=PREMIUM, now=now, **about)


def refusal(lead, by, step="quoted", now=NOW, **about) -> str:
    before = Lead.objects.values("status", "owner", "quoted_at", "closed_at", "updated_at").get(pk=lead.pk)
    with pytest.raises(WorkError) as refused:
        sell(lead, by, step, now, **about)
    assert Lead.objects.values("status", "owner", "quoted_at", "closed_at", "updated_at").get(pk=lead.pk) == before
    return str(refused.value)


def call(lead, by, now=NOW, **about) -> Touch:
    return work.log_touch(lead, by=by, channel="call", outcome="no_answer", now=now, **about)


@pytest.mark.parametrize("step", ["quoted", "bound"])
def test_the_owner_of_last_resort_sells_nothing_without_a_license(office, jersey, step):
    licensed(office.sarah, "NJ")
    licensed(office.carla, "NJ")
    assert refusal(jersey, office.rosa.user, step) == (
        "Rosa V. may not sell this: holds no license in NJ. First give the lead to somebody licensed (Sarah M. or Carla P.)."
    )
    assert not Quote.objects.exists()
    assert not Policy.objects.exists()


def test_where_nobody_is_licensed_the_refusal_says_so(office, jersey):
    assert refusal(jersey, office.rosa.user) == (
        "Rosa V. may not sell this: holds no license in NJ. First give the lead to somebody licensed (nobody here is)."
    )


def test_a_license_that_ran_out_since_stops_the_sale_the_day_after_and_no_manager_overrules(office, ana):
    sell(ana, office.james.user)
    for by in (office.james.user, office.rosa.user, None):
        assert refusal(ana, by, "bound", NOW + DAY) == (
            "James K. may not sell this: license in NY expired on 2026-11-24. "
            "First give the lead to somebody licensed (Sarah M., Carla P. or Rosa V.)."
        )


def test_once_it_is_with_somebody_licensed_it_is_sold_and_both_keep_the_proof(office, ana):
    work.reassign(ana, by=office.rosa.user, producer=office.sarah, reason="License ran out", now=NOW + DAY)
    sell(ana, office.sarah.user, now=NOW + DAY)
    sell(ana, office.sarah.user, "bound", now=NOW + DAY)
    quote, policy = Quote.objects.get(), Policy.objects.get()
    assert quote.license == policy.license
    assert {key: policy.license[key] for key in ("producer", "state", "number", "line", "checked_on", "source", "age_days")} == {
        "producer": "sarah",
        "state": "NY",
        "number": "10-sarah",
        "line": "personal_auto",
        "checked_on": "2026-11-25",
        "source": "NIPR",
        "age_days": 13,
    }
    told = {entry.kind: entry.detail for entry in timeline(ana) if entry.kind in ("quote", "policy")}
    proof = "license NY 10-sarah to 2029-12-31, record checked 13 days before (NIPR)"
    assert told == {"quote": proof, "policy": proof}


def test_the_line_that_is_sold_is_what_the_license_must_cover(office, ana):
    """By key or by name; words that are no line count as the lead's own."""
    life = LineOfBusiness.objects.get(key="life_term")
    for line in (life.key, life.name.upper()):
        assert "James K. may not sell this: license in NY lacks life." in refusal(ana, office.james.user, line=line)
    sell(ana, office.james.user, line="Something else")
    assert [quote.license["line"] for quote in Quote.objects.all()] == ["personal_auto"]


def test_a_training_that_the_line_asks_for_is_needed_too(office, ana):
    auto = LineOfBusiness.objects.get(key="personal_auto")
    auto.certifications = ["auto_training"]
    auto.save()
    assert "lacks the certification auto_training" in refusal(ana, office.james.user)
    Certification.objects.create(producer=office.james, name="auto_training", effective=date(2026, 1, 1))
    sell(ana, office.james.user)


def test_without_a_known_state_it_may_be_sold_and_the_record_says_that_nothing_was_checked(office):
    lead = hand_in(office, zip_code="")
    assert (lead.owner, lead.unplaced) == (office.rosa, True)
    sell(lead, office.rosa.user)
    sell(lead, office.rosa.user, "bound")
    words = "no license could be checked: the lead's state is not known"
    assert [entry.caution for entry in timeline(lead) if entry.kind in ("quote", "policy")] == [words, words]
    assert Policy.objects.get().license["unchecked"]


def test_a_lost_lead_is_not_sold_by_opening_it_for_somebody_else(office, ana):
    work.set_status(ana, by=office.james.user, status="lost", reason="Price", now=NOW)
    assert refusal(ana, office.james.user, now=NOW + DAY) == (
        "James K. may not sell this: license in NY expired on 2026-11-24. "
        "First open the lead again: it then goes to somebody licensed (Sarah M., Carla P. or Rosa V.)."
    )
    work.set_status(ana, by=office.james.user, status="contacted", now=NOW + DAY)
    assert ana.owner == office.sarah
    sell(ana, office.sarah.user, now=NOW + DAY)


def test_a_lead_in_nurture_is_sold_by_somebody_licensed_only(office, ana):
    work.set_status(ana, by=office.james.user, status="nurture", now=NOW)
    assert "James K. may not sell this: license in NY expired" in refusal(ana, office.james.user, now=NOW + DAY)
    sell(ana, office.rosa.user, now=NOW + DAY)
    assert ana.owner == office.rosa


def test_a_second_policy_needs_the_license_of_its_day(office, ana):
    sell(ana, office.james.user, "bound")
    assert refusal(ana, office.james.user, "bound", NOW + DAY, number="B-2").endswith(
        "Enter another sale as a lead of its own, for somebody licensed (Sarah M., Carla P. or Rosa V.)."
    )
    sell(ana, office.james.user, "bound", NOW + timedelta(seconds=2))  # the same press again
    assert Policy.objects.count() == 1


def test_a_call_without_a_license_is_kept_with_what_was_missing(office, ana):
    touch = call(ana, office.james.user, NOW + DAY, note="Rang twice")
    assert touch.license["missing"] == ["license in NY expired on 2026-11-24"]
    [entry] = [one for one in timeline(ana) if one.kind == "touch"]
    assert (entry.detail, entry.caution) == (
        "Rang twice",
        "made without a license for NY: license in NY expired on 2026-11-24",
    )


def test_a_call_is_held_against_the_license_of_the_day_it_was_made(office, ana):
    touch = call(ana, office.james.user, NOW + DAY, at=NOW)
    assert (touch.license["number"], touch.license["checked_on"]) == ("NY-james", "2026-11-24")
    assert [entry.caution for entry in timeline(ana) if entry.kind == "touch"] == [""]


def test_it_is_the_license_of_whoever_called_that_counts(office, ana):
    touch = call(ana, office.rosa.user, NOW + DAY)
    assert (touch.license["producer"], touch.license["number"]) == ("rosa", "10-rosa")


def test_what_the_person_does_asks_for_no_license(office, jersey):
    touch = work.log_touch(jersey, by=None, channel="sms", outcome="replied", direction="in", now=NOW)
    assert touch.license == {}


def test_the_row_and_the_page_say_it_before_anybody_dials(office, ana, jersey):
    working = people(NOW + DAY)
    found = cautions([ana, jersey], working, NOW + DAY)
    assert [(found[lead.pk].license, found[lead.pk].full) for lead in (ana, jersey)] == [
        ("no license for NY", "James K.: license in NY expired on 2026-11-24"),
        ("no license for NJ", "Rosa V.: holds no license in NJ"),
    ]
    page = dossier(ana, viewer=office.james.user, now=NOW + DAY, target=TARGET)
    assert page.caution.license == "no license for NY"
    assert page.license_note == (
        "James K.: license in NY expired on 2026-11-24. Calls and messages are noted as made without a license; a quote or a "
        "sale is refused until somebody licensed has the lead (Sarah M., Carla P. or Rosa V.)."
    )


def test_a_manager_without_the_license_is_told_of_their_own(office, ana):
    License.objects.filter(producer=office.rosa).get().delete()
    page = dossier(ana, viewer=office.rosa.user, now=NOW, target=TARGET)
    assert page.license_note == "Rosa V.: holds no license in NY. A call or message of theirs is noted as made without a license."
    assert dossier(ana, viewer=office.james.user, now=NOW, target=TARGET).license_note == ""


def test_nothing_is_said_of_a_closed_lead(office, ana):
    sell(ana, office.james.user, "bound")
    assert cautions([ana], people(NOW + DAY), NOW + DAY) == {}
    assert dossier(ana, viewer=office.james.user, now=NOW + DAY, target=TARGET).license_note == ""


def test_the_check_costs_one_query_a_touch_and_one_a_quote(office, ana, django_assert_num_queries):
    from leads.work.licensed import license_of_caller, require_license

    license_of_caller(ana, office.james.user, at=NOW)
    with django_assert_num_queries(1):
        license_of_caller(ana, office.james.user, at=NOW)
    with django_assert_num_queries(1):
        require_license(ana, now=NOW)
    with django_assert_num_queries(2):
        license_of_caller(ana, office.rosa.user, at=NOW)


def test_rows_cost_three_queries_however_many(office, ana, jersey, django_assert_num_queries):
    """Whether a rule changed, what they last said, and what is known of their numbers."""
    working = people(NOW)
    cautions([ana], working, NOW)
    for leads in ([ana], [ana, jersey]):
        with django_assert_num_queries(3):
            cautions(leads, working, NOW)
