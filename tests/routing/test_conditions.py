"""Conditions: what holds, what does not and in which words, and what is an error of whoever wrote it."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from producers.facts import TerritoryFacts
from producers.models import Family
from routing.engine import Known
from routing.engine.conditions import (
    BACKWARDS,
    FAMILIES,
    FIT_KEYS,
    KEYS,
    LEAD_KINDS,
    NOT_A_COUNTY,
    NOT_A_FLAG,
    NOT_A_NUMBER,
    NOT_A_RANGE,
    NOT_ABOVE_NOTHING,
    NOT_AN_AMOUNT,
    NOT_ATTRIBUTES,
    NOT_CONDITIONS,
    NOT_DAYS,
    NOT_ZIPS,
    NOTHING,
    SOURCE_KINDS,
    STATES,
    UNKNOWN_KEY,
    VOCABULARY,
    problems,
    territory_of,
    unmet,
)
from tests.routing.people import SUNDAY_NIGHT, TUESDAY, lead, roster

KNOWN = Known(
    lines=frozenset({"personal_auto", "bop"}),
    territories=frozenset({"north_county", "metro"}),
    sources=frozenset({"website"}),
    teams=frozenset({"north"}),
    people=frozenset({"sarah"}),
    plans=frozenset({"monthly"}),
    levels=frozenset({"senior"}),
    counties=frozenset({"NY/Kings County"}),
)
THANKSGIVING = date(2026, 11, 26)


@pytest.mark.parametrize(
    ("when", "facts"),
    [
        ({}, {}),
        ({"tier": "hot"}, {"tier": "hot"}),
        ({"tiers": ["hot", "warm"]}, {"tier": "warm"}),
        ({"score": "40-64"}, {"score": 40}),
        ({"score": "40-64"}, {"score": 64}),
        ({"lines": ["bop", "personal_auto"]}, {}),
        ({"line_families": ["personal"]}, {}),
        ({"states": ["NJ", "NY"]}, {}),
        ({"zips": ["10001-10099", "10310"]}, {}),
        ({"zips": ["10310"]}, {"zip_code": "10310"}),
        ({"counties": ["NY/New York County"]}, {}),
        ({"territories": ["north_county"]}, {}),
        ({"sources": ["website"]}, {}),
        ({"source_kinds": ["organic", "vendor"]}, {}),
        ({"lead_kinds": ["real_time"]}, {}),
        ({"exclusive": False}, {"exclusive": False}),
        ({"existing_client": True}, {"existing_client": True}),
        ({"existing_client": False}, {}),
        ({"open_lead": True}, {"open_lead": True}),
        ({"premium_over": 50000}, {"premium": Decimal("50000.01")}),
        ({"premium_under": 1000}, {"premium": Decimal("999.99")}),
        ({"policy_expires_within_days": 60}, {"policy_expires_on": date(2027, 1, 23)}),
        ({"policy_expires_within_days": 0}, {"policy_expires_on": date(2026, 11, 24)}),
        ({"age": "25-64"}, {"attributes": {"age": 42}}),
        ({"age": "25-64"}, {"attributes": {"age": "25"}}),
        ({"hours": "business"}, {}),
        ({"attributes": {"own_home": True}}, {"attributes": {"own_home": "true"}}),
        ({"attributes": {"carrier": ["Acme", "Zenith"]}}, {"attributes": {"carrier": "zenith"}}),
        ({"attributes": {"vehicles": "2-4"}}, {"attributes": {"vehicles": 3}}),
        ({"attributes": {"vehicles": 3}}, {"attributes": {"vehicles": "3"}}),
        ({"attributes": {"bracket": "25-34"}}, {"attributes": {"bracket": "25-34"}}),
        ({"tier": "warm", "states": ["NY"], "exclusive": True}, {}),
    ],
)
def test_conditions_that_hold(when, facts):
    assert unmet(when, lead(**facts), roster(), TUESDAY) == ""
    assert problems(when, "when", Known()) == []


@pytest.mark.parametrize(
    ("when", "facts", "why"),
    [
        ({"tier": "hot"}, {}, "the tier is warm, not hot"),
        ({"score": "41-64"}, {}, "the score is 40, not 41-64"),
        ({"lines": ["bop"]}, {"line": ""}, "the line is not known"),
        ({"lines": ["bop"]}, {"line": "spaceship"}, "the line is spaceship, not bop"),
        ({"line_families": ["personal"]}, {"family": ""}, "the family is not known"),
        ({"states": ["NJ", "CT"]}, {}, "the state is NY, not NJ or CT"),
        ({"states": ["NJ"]}, {"state": ""}, "the state is not known"),
        ({"zips": ["10001-10004"]}, {}, "the ZIP is 10005, not 10001-10004"),
        ({"zips": ["10001-10099"]}, {"zip_code": ""}, "the ZIP is not known"),
        ({"counties": ["NY/Kings County"]}, {"county": ""}, "the county is not known"),
        ({"territories": ["metro"]}, {}, "the territory is north_county, not metro"),
        ({"territories": ["metro"]}, {"zip_code": "99999", "county": ""}, "it is in no territory"),
        ({"exclusive": True}, {"exclusive": False}, "it is shared"),
        ({"existing_client": True}, {}, "the person is not a client"),
        ({"open_lead": True}, {}, "the person has no other open lead"),
        ({"premium_over": 50000}, {"premium": Decimal(50000)}, "the premium is 50,000, not over 50,000"),
        ({"premium_over": 50000}, {}, "the premium is not known"),
        ({"premium_under": 1000}, {"premium": Decimal(1000)}, "the premium is 1,000, not under 1,000"),
        ({"policy_expires_within_days": 60}, {}, "the policy's expiry is not known"),
        (
            {"policy_expires_within_days": 60},
            {"policy_expires_on": date(2027, 1, 24)},
            "the policy expires on 2027-01-24, not within 60 days",
        ),
        (
            {"policy_expires_within_days": 60},
            {"policy_expires_on": date(2026, 11, 23)},
            "the policy expires on 2026-11-23, not within 60 days",
        ),
        ({"age": "25-64"}, {}, "the age is not known"),
        ({"age": "25-64"}, {"attributes": {"age": "about forty"}}, "the age is not known"),
        ({"age": "25-64"}, {"attributes": {"age": 65}}, "the age is 65, not 25-64"),
        ({"hours": "after"}, {}, "it is within business hours"),
        ({"attributes": {"own_home": True}}, {}, "own_home is not known"),
        ({"attributes": {"own_home": True}}, {"attributes": {"own_home": False}}, "own_home is False, not True"),
        ({"attributes": {"vehicles": "2-4"}}, {"attributes": {"vehicles": 5}}, "vehicles is 5, not 2-4"),
    ],
)
def test_conditions_that_do_not_hold_say_why(when, facts, why):
    assert unmet(when, lead(**facts), roster(), TUESDAY) == why


def test_every_condition_of_the_vocabulary_is_false_of_a_lead_nothing_is_known_of():
    """But for the four that are always known: tier, score, exclusive, hours."""
    blank = lead(line="", family="", state="", zip_code="", county="", source="", source_kind="", kind="")
    asked = {
        "lines": ["bop"], "line_families": ["personal"], "states": ["NY"], "zips": ["00000-99999"],
        "counties": ["NY/Kings County"], "territories": ["metro"], "sources": ["website"],
        "source_kinds": list(SOURCE_KINDS), "lead_kinds": list(LEAD_KINDS), "existing_client": True, "open_lead": True,
        "premium_over": 0, "premium_under": 10**9, "policy_expires_within_days": 10**4, "age": "0-200",
        "attributes": {"anything": "0-9"},
    }  # fmt: skip
    assert set(asked) | {"tier", "tiers", "score", "exclusive", "hours"} == set(VOCABULARY)
    for key, value in asked.items():
        assert unmet({key: value}, blank, roster(), TUESDAY), key


def test_business_hours_end_at_closing_time_and_a_holiday_has_none():
    closing = datetime.fromisoformat("2026-11-24T18:00:00-05:00")
    assert unmet({"hours": "business"}, lead(), roster(), closing) == "it is outside business hours"
    assert unmet({"hours": "after"}, lead(), roster(), SUNDAY_NIGHT) == ""
    thanksgiving = datetime.fromisoformat("2026-11-26T11:00:00-05:00")
    assert unmet({"hours": "after"}, lead(), roster(closed=frozenset({THANKSGIVING})), thanksgiving) == ""


def test_a_territory_is_found_by_zip_then_county_then_state_and_the_first_of_equals_wins():
    state = TerritoryFacts("all", "All", states=frozenset({"NY"}))
    county = TerritoryFacts("county", "County", counties=frozenset({"NY/New York County"}))
    exact = TerritoryFacts("exact", "Exact", zips=(("10005", "10005"),))
    wider = TerritoryFacts("wider", "Wider", zips=(("10000", "10099"),))
    places = roster(territories=(state, county, exact, wider))
    assert territory_of(lead(), places).key == "exact"
    assert territory_of(lead(zip_code="10006"), places).key == "wider"
    assert territory_of(lead(zip_code="99999"), places).key == "county"
    assert territory_of(lead(zip_code="", county=""), places).key == "all"
    assert territory_of(lead(zip_code="", county="", state=""), places) is None


@pytest.mark.parametrize(
    ("when", "found"),
    [
        (["tier"], [f"when: {NOT_CONDITIONS}"]),
        ({"teir": "hot"}, [f"when.teir: {UNKNOWN_KEY}"]),
        ({"tier": "boiling"}, ["when.tier: 'boiling' is not one of hot, warm, cold"]),
        ({"tiers": []}, [f"when.tiers: {NOTHING}"]),
        ({"score": "high"}, [f"when.score: {NOT_A_RANGE.format(value='high')}"]),
        ({"score": "64-40"}, [f"when.score: {NOT_A_RANGE.format(value='64-40')}"]),
        ({"lines": ["personal_auto", "spaceship"]}, ["when.lines: there is no line 'spaceship'"]),
        ({"line_families": ["alien"]}, ["when.line_families: there is no family 'alien'"]),
        ({"states": ["NY", "ZZ"]}, ["when.states: there is no state 'ZZ'"]),
        ({"zips": ["1000"]}, [f"when.zips: {NOT_ZIPS.format(value='1000')}"]),
        ({"counties": ["Kings County"]}, [f"when.counties: {NOT_A_COUNTY.format(value='Kings County')}"]),
        ({"territories": ["moon"]}, ["when.territories: there is no territory 'moon'"]),
        ({"sources": ["carrier_pigeon"]}, ["when.sources: there is no source 'carrier_pigeon'"]),
        ({"source_kinds": ["word_of_mouth"]}, [f"when.source_kinds: 'word_of_mouth' is not one of {', '.join(SOURCE_KINDS)}"]),
        ({"lead_kinds": ["fresh"]}, ["when.lead_kinds: 'fresh' is not one of real_time, live_transfer, aged"]),
        ({"exclusive": "yes"}, [f"when.exclusive: {NOT_A_FLAG}"]),
        ({"premium_over": "a lot"}, [f"when.premium_over: {NOT_A_NUMBER}"]),
        ({"premium_over": -1}, [f"when.premium_over: {NOT_AN_AMOUNT}"]),
        ({"premium_under": 0}, [f"when.premium_under: {NOT_ABOVE_NOTHING}"]),
        ({"counties": ["NY/Nowhere County", "NY/Kings County"]}, ["when.counties: there is no county 'NY/Nowhere County'"]),
        ({"attributes": {"age": ["9-2", "2-9"]}}, [f"when.attributes: {BACKWARDS.format(value='9-2')}"]),
        ({"policy_expires_within_days": -1}, [f"when.policy_expires_within_days: {NOT_DAYS}"]),
        ({"policy_expires_within_days": True}, [f"when.policy_expires_within_days: {NOT_DAYS}"]),
        ({"age": "young"}, [f"when.age: {NOT_A_RANGE.format(value='young')}"]),
        ({"hours": "lunch"}, ["when.hours: 'lunch' is not one of business, after"]),
        ({"attributes": ["own_home"]}, [f"when.attributes: {NOT_ATTRIBUTES}"]),
        ({"attributes": {"own_home": {"is": True}}}, [f"when.attributes: {NOT_ATTRIBUTES}"]),
    ],
)
def test_what_is_written_wrong_is_an_error_with_its_path(when, found):
    assert problems(when, "when", KNOWN) == found


def test_a_scoring_fit_may_not_ask_what_the_score_decides():
    assert problems({"tier": "hot", "age": "25-64"}, "fit", KNOWN, FIT_KEYS) == [f"fit.tier: {UNKNOWN_KEY}"]
    assert {"tier", "tiers", "score"} == KEYS - FIT_KEYS


def test_the_engine_knows_the_same_families_states_and_kinds_as_the_records():
    from leads.models.source import LeadKind, SourceKind

    assert set(FAMILIES) == set(Family.values)
    assert set(SOURCE_KINDS) == set(SourceKind.values)
    assert set(LEAD_KINDS) == set(LeadKind.values)
    assert len(STATES) == 50 + 1 + 5
