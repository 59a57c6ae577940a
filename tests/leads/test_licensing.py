"""Whether somebody may serve a lead on a day, asked after it was assigned: by the gate of routing, with the proof."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.licensing import in_words, license_check, licensed_for
from routing.engine.decide import against
from routing.engine.facts import LeadFacts
from tests.routing.people import EVERYBODY, JAMES, ROSA, SARAH, TUESDAY, license_in, roster

AUTO = LeadFacts("1", line="personal_auto", family="personal", state="NY")
JERSEY = replace(AUTO, state="NJ")
NOWHERE = replace(AUTO, state="")
VERIFIED = replace(SARAH, npn="1002003", licenses=(license_in("NY", source="NIPR", verified_on=date(2026, 11, 12)),))


def test_whoever_is_licensed_may_and_the_proof_says_by_what_and_how_old_the_record_is():
    found = license_check(AUTO, "sarah", roster(VERIFIED, ROSA), TUESDAY)
    assert found.allowed
    assert found.record() == {
        "producer": "sarah",
        "state": "NY",
        "number": "NY-1",
        "authority": ["casualty", "property"],
        "effective": "2020-01-01",
        "expires": "2029-12-31",
        "resident": None,
        "line": "personal_auto",
        "checked_on": "2026-11-24",
        "npn": "1002003",
        "source": "NIPR",
        "verified_on": "2026-11-12",
        "age_days": 12,
    }
    assert in_words(found.record()) == ""


@pytest.mark.parametrize(
    ("lead", "person", "missing"),
    [
        (JERSEY, JAMES, "holds no license in NJ"),
        (AUTO, replace(JAMES, licenses=(license_in("NY", expires=date(2026, 11, 23)),)), "license in NY expired on 2026-11-23"),
        (replace(AUTO, line="life_term"), JAMES, "license in NY lacks life"),
        (replace(AUTO, line="flood"), JAMES, "lacks the certification flood_training"),
    ],
)
def test_whoever_lacks_something_is_told_what(lead, person, missing):
    found = license_check(lead, "james", roster(person, ROSA), TUESDAY)
    assert (found.allowed, found.why, found.record()["missing"]) == (False, missing, [missing])


def test_the_last_day_of_a_license_counts_until_midnight_in_the_agencys_timezone():
    people = roster(replace(JAMES, licenses=(license_in("NY", expires=date(2026, 11, 24)),)), ROSA)
    assert license_check(AUTO, "james", people, datetime(2026, 11, 25, 4, 59, tzinfo=UTC)).allowed
    assert (
        license_check(AUTO, "james", people, datetime(2026, 11, 25, 5, 0, tzinfo=UTC)).why
        == "license in NY expired on 2026-11-24"
    )


def test_an_unknown_state_forbids_nothing_and_says_that_nothing_was_checked():
    found = license_check(NOWHERE, "rosa", roster(), TUESDAY)
    assert (found.allowed, found.unchecked, dict(found.proof)) == (True, True, {})
    assert in_words(found.record()) == "no license could be checked: the lead's state is not known"


def test_an_unknown_state_does_not_stand_in_for_a_training_that_the_line_asks_for():
    found = license_check(replace(NOWHERE, line="flood"), "rosa", roster(), TUESDAY)
    assert (found.allowed, found.why) == (False, "lacks the certification flood_training")
    assert in_words(found.record()) == "made by somebody who lacks the certification flood_training"


def test_another_line_than_the_leads_can_be_asked_about():
    assert license_check(AUTO, "david", roster(), TUESDAY, line="life_term").allowed
    assert license_check(AUTO, "james", roster(), TUESDAY, line="life_term").why == "license in NY lacks life"


def test_nobody_and_whoever_left_may_serve_no_lead():
    people = roster(SARAH, ROSA, without_leads=frozenset({"mia"}))
    assert license_check(AUTO, None, people, TUESDAY).why == "has no licenses on record"
    assert license_check(AUTO, "james", people, TUESDAY).why == "does not work here any more"
    assert license_check(AUTO, "mia", people, TUESDAY).why == "is in a role that receives no leads"


def test_the_words_of_a_stored_check_name_the_state():
    people = roster(replace(JAMES, licenses=(license_in("NY", expires=date(2026, 11, 23)),)), ROSA)
    words = in_words(license_check(AUTO, "james", people, TUESDAY).record())
    assert words == "made without a license for NY: license in NY expired on 2026-11-23"
    assert in_words({}) == ""


def test_producers_who_are_there_are_named_first_and_three_at_most():
    off = replace(SARAH, name="Adam A.", time_off=((date(2026, 11, 23), date(2026, 11, 27)),))
    people = roster(off, *[one for one in EVERYBODY if one.key != "sarah"])
    assert licensed_for(AUTO, people, TUESDAY) == ["David X.", "James X.", "Rachel X."]
    assert licensed_for(AUTO, people, TUESDAY, most=9) == ["David X.", "James X.", "Rachel X.", "Adam A.", "Carla X.", "Rosa X."]
    assert licensed_for(JERSEY, people, TUESDAY) == []
    assert licensed_for(NOWHERE, people, TUESDAY) == []


@given(
    state=st.sampled_from(["NY", "NJ", "CT"]),
    line=st.sampled_from(["personal_auto", "flood", "life_term", "no_such_line", ""]),
    key=st.sampled_from([*(one.key for one in EVERYBODY), "nobody"]),
)
def test_the_answer_is_always_the_one_that_bars_from_assignment(state, line, key):
    lead, people = LeadFacts("1", line=line, state=state), roster()
    assert license_check(lead, key, people, TUESDAY).missing == against(lead, people, key, TUESDAY, overrule=True)
