"""What is said of a rule set before it is published: each sentence for its cause, and nothing where nothing is amiss."""

from dataclasses import replace
from datetime import date

import pytest

from producers.facts import TerritoryFacts
from routing.engine import Rule
from routing.engine.coverage import contradiction, takes_in
from routing.engine.review import (
    EMPTY_GROUP,
    EMPTY_TERRITORY_TEAM,
    ERROR,
    GONE,
    NEVER,
    NEVER_ANYBODY,
    NEVER_NURTURED,
    NEVER_OWNER,
    NEVER_TODAY,
    NO_AREA,
    NO_CATCH_ALL,
    NO_FALLBACK,
    NO_LEAD,
    NO_RULES,
    NO_TEAM,
    NOBODY,
    NOBODY_ANYWHERE,
    NOBODY_HERE,
    ONLY_NOBODY,
    ONLY_RETURNED,
    OVERLAP,
    TWICE,
    UNLICENSED,
    WARNING,
    Finding,
    review,
)
from tests.routing.people import DAVID, JAMES, METRO, NORTH, ROSA, SARAH, license_in, person, roster, rules, turns

DAY = date(2026, 11, 24)
LAST = Rule("Anyone", {}, turns())
DESK = {"person": "david"}


def said(*given, people=None, **world):
    return review(rules(*given), people or roster(**world), DAY)


def about(*given, people=None, **world):
    """What is said of the last rule but one, the last being for anyone."""
    found = said(*given, LAST, people=people, **world)
    return [(one.severity, one.sentence) for one in found if one.rule == f"rule {len(given)}" or one.rule == given[-1].name]


def when(place, then, **conditions):
    return Rule(f"rule {place}", conditions, then)


def test_nothing_is_said_of_rules_that_are_right():
    assert (
        said(
            Rule("Clients", {"existing_client": True}, {"owner": "account"}),
            Rule("Cold", {"tier": "cold"}, {"nurture": "monthly"}),
            Rule("Hot", {"tier": "hot"}, {"distribute": "best_fit", "among": "everyone"}),
            Rule("Pod", {}, turns("territory")),
            LAST,
        )
        == []
    )


# --- A rule whose turn never comes ---


def test_a_nurture_after_a_nurture_of_the_same_leads_never_decides():
    first, second = when(1, {"nurture": "monthly"}, tier="cold"), when(2, {"nurture": "weekly"}, tier="cold", states=["NY"])
    assert about(first, second) == [(ERROR, NEVER.format(by=1, name="rule 1", why=NEVER_NURTURED))]


def test_what_comes_after_a_nurture_decides_only_for_those_who_came_back():
    first, second = when(1, {"nurture": "monthly"}, tier="cold"), when(2, DESK, tiers=["cold"], lines="life_term")
    assert about(first, second) == [(WARNING, ONLY_RETURNED.format(by=1, name="rule 1"))]


def test_a_team_after_everyone_never_decides():
    first, second = when(1, turns(), tier="hot"), when(2, turns({"team": "north"}), tier="hot", lines="bop")
    assert about(first, second) == [(ERROR, NEVER.format(by=1, name="rule 1", why=NEVER_ANYBODY))]


def test_a_person_after_their_team_never_decides_as_the_agency_is_staffed():
    first, second = when(1, turns({"team": "north"})), when(2, {"person": "sarah"}, tier="hot")
    assert about(first, second) == [(WARNING, NEVER.format(by=1, name="rule 1", why=NEVER_TODAY))]


def test_someone_outside_the_team_after_it_decides_when_the_team_finds_nobody():
    first, second = when(1, turns({"team": "north"})), when(2, DESK, tier="hot")
    assert about(first, second) == [(WARNING, ONLY_NOBODY.format(by=1, name="rule 1"))]


def test_a_csr_after_everyone_may_still_decide():
    """Everyone means producers, and Carla is none."""
    first, second = when(1, turns(), tier="hot"), when(2, {"person": "carla"}, tier="hot", lines="bop")
    assert about(first, second) == [(WARNING, ONLY_NOBODY.format(by=1, name="rule 1"))]


def test_the_next_link_of_a_chain_is_as_it_should_be():
    assert about(when(1, turns("territory"), tier="hot"), when(2, turns(), tier="hot")) == []


def test_the_territory_after_everyone_never_decides():
    first, second = when(1, turns(), tier="hot"), when(2, turns("territory"), tier="hot")
    assert about(first, second) == [(ERROR, NEVER.format(by=1, name="rule 1", why=NEVER_ANYBODY))]


def test_turns_by_weight_pass_by_whoever_has_none():
    weightless = roster(SARAH, replace(JAMES, weight=0), ROSA)
    first = when(1, {"distribute": "weighted_round_robin", "among": "everyone"}, tier="hot")
    second = when(2, {"person": "james"}, tier="hot")
    assert about(first, second, people=weightless) == []


def test_the_same_owner_asked_for_twice():
    first, second = when(1, {"owner": "account"}), when(2, {"owner": "account"}, existing_client=True)
    assert about(first, second) == [(ERROR, NEVER.format(by=1, name="rule 1", why=NEVER_OWNER))]


def test_an_owner_who_may_not_exist_blocks_nobody():
    assert about(when(1, {"owner": "account"}), when(2, DESK, tier="hot")) == []


@pytest.mark.parametrize(
    ("wide", "narrow", "is_wide"),
    [
        ({}, {"tier": "hot"}, True),
        ({"tier": "hot"}, {}, False),
        ({"tiers": ["hot", "warm", "cold"]}, {}, True),
        ({"tiers": ["hot", "warm"]}, {"tier": "hot"}, True),
        ({"tier": "hot"}, {"tiers": ["hot", "warm"]}, False),
        ({"score": "0-64"}, {"score": "40-50"}, True),
        ({"score": ["0-39", "40-64"]}, {"score": "30-50"}, True),
        ({"score": ["0-39", "41-64"]}, {"score": "30-50"}, False),
        ({"zips": ["10001-10049", "10050-10099"]}, {"zips": "10040-10060"}, True),
        ({"zips": "10001-10049"}, {"zips": ["10002", "10050"]}, False),
        ({"line_families": "personal"}, {"lines": ["personal_auto", "homeowners"]}, True),
        ({"line_families": "personal"}, {"lines": ["personal_auto", "bop"]}, False),
        ({"line_families": "personal"}, {"lines": "spaceship"}, False),
        ({"states": ["NY", "NJ"]}, {"counties": "NY/Kings County"}, True),
        ({"states": ["NJ"]}, {"counties": "NY/Kings County"}, False),
        ({"premium_over": 1000}, {"premium_over": 5000}, True),
        ({"premium_over": 5000}, {"premium_over": 1000}, False),
        ({"premium_under": 5000}, {"premium_under": "1000"}, True),
        ({"policy_expires_within_days": 60}, {"policy_expires_within_days": 30}, True),
        ({"policy_expires_within_days": 30}, {"policy_expires_within_days": 60}, False),
        ({"exclusive": True}, {"exclusive": True, "tier": "hot"}, True),
        ({"exclusive": True}, {"exclusive": False}, False),
        ({"hours": ["business", "after"]}, {}, True),
        ({"attributes": {"own": ["yes", "no"]}}, {"attributes": {"own": "Yes", "roof": "new"}}, True),
        ({"attributes": {"own": "yes", "roof": "new"}}, {"attributes": {"own": "yes"}}, False),
        ({"tier": "hot", "states": ["NY"]}, {"tier": "hot"}, False),
    ],
)
def test_conditions_that_take_in_others(wide, narrow, is_wide):
    assert takes_in(wide, narrow, roster()) is is_wide


# --- A rule that no lead, or nobody, can satisfy ---


@pytest.mark.parametrize(
    "conditions",
    [
        {"tier": "hot", "tiers": ["cold"]},
        {"lines": "bop", "line_families": "personal"},
        {"states": "NY", "counties": ["NJ/Hudson County"]},
        {"premium_over": 5000, "premium_under": 5000},
    ],
)
def test_conditions_that_contradict_each_other(conditions):
    why = contradiction(conditions, roster())
    assert why
    assert about(when(1, DESK, **conditions)) == [(ERROR, NO_LEAD.format(why=why))]


def test_a_state_where_the_team_holds_no_licence():
    people = roster(replace(SARAH, licenses=(license_in("NY"), license_in("NJ"))), JAMES, DAVID, ROSA)
    west = when(1, turns({"team": "west"}), tier="hot")
    assert about(west, people=people) == [(WARNING, NOBODY_HERE.format(whom="the team west", states="NJ", lines=""))]
    assert about(when(1, turns({"team": "west"}), states="NY"), people=people) == []


def test_a_rule_that_asks_only_for_a_state_nobody_holds():
    assert about(when(1, turns(), states=["CT", "NJ"])) == [(ERROR, NOBODY_ANYWHERE.format(whom="everyone"))]


def test_a_line_that_nobody_may_sell():
    """Life asks for an authority that David alone holds; flood for a training that nobody has."""
    rule = when(1, turns({"team": "metro"}), lines=["life_term", "flood"])
    assert about(rule) == [(WARNING, NOBODY_HERE.format(whom="the team metro", states="NY", lines=" about Flood"))]


def test_an_expired_licence_is_none():
    people = roster(SARAH, replace(JAMES, licenses=(license_in("NY", expires=date(2026, 11, 23)),)), ROSA)
    assert about(when(1, {"person": "james"}, tier="hot"), people=people) == [(ERROR, UNLICENSED.format(name="James X."))]
    both = when(1, turns({"people": ["james", "sarah"]}), tier="hot")
    assert about(both, people=people) == [(WARNING, UNLICENSED.format(name="James X."))]


def test_a_licence_counts_on_its_last_day():
    people = roster(SARAH, replace(JAMES, licenses=(license_in("NY", expires=DAY),)), ROSA)
    assert about(when(1, {"person": "james"}, tier="hot"), people=people) == []


def test_a_team_without_anybody():
    assert about(when(1, turns({"team": "east"}), tier="hot")) == [(ERROR, EMPTY_GROUP.format(whom="the team east"))]


def test_somebody_who_is_gone():
    assert about(when(1, {"person": "kim"}, tier="hot")) == [(ERROR, GONE.format(whom="kim"))]


# --- Territories ---


def test_a_territory_without_a_team_or_with_an_empty_one():
    places = (NORTH, TerritoryFacts("isle", "The Isle", None, zips=(("10300", "10399"),)))
    assert about(when(1, turns("territory")), territories=places) == [(WARNING, NO_TEAM.format(name="The Isle"))]
    places = (NORTH, TerritoryFacts("isle", "The Isle", "east", zips=(("10300", "10399"),)))
    empty = EMPTY_TERRITORY_TEAM.format(name="The Isle", team="east")
    assert about(when(1, turns("territory")), territories=places) == [(WARNING, empty)]
    assert about(when(1, turns("territory"), territories=["north_county"]), territories=places) == []


def test_a_territory_whose_team_lacks_the_licence():
    places = (NORTH, TerritoryFacts("jersey", "Jersey", "north", zips=(("07001", "07099"),)))
    states = {"07001": frozenset({"NJ"}), "10001": frozenset({"NY"})}
    found = review(rules(when(1, turns("territory")), LAST), roster(territories=places), DAY, lambda low, _: states[low])
    jersey = NOBODY_HERE.format(whom="Jersey's team", states="NJ", lines="")
    assert Finding(WARNING, "rule 1", jersey) in found


def test_zips_that_two_territories_name():
    places = (
        NORTH,
        replace(METRO, zips=(("10090", "10299"),)),
        TerritoryFacts("dot", "The Dot", "north", zips=(("10150", "10150"),)),
    )
    sentences = [one.sentence for one in said(LAST, territories=places)]
    assert sentences == [
        OVERLAP.format(span="10090–10099", first="North County", second="Metro"),
        OVERLAP.format(span="10150", first="Metro", second="The Dot"),
    ]


def test_a_territory_that_is_nowhere():
    places = (NORTH, TerritoryFacts("nowhere", "Nowhere", "north"))
    assert [one.sentence for one in said(LAST, territories=places)] == [NO_AREA.format(name="Nowhere")]


# --- The set as a whole ---


def test_two_rules_of_one_name():
    found = said(Rule("Same", {"tier": "hot"}, turns("territory")), Rule("Same", {}, turns()))
    assert Finding(ERROR, "Same", TWICE.format(name="Same")) in found


def test_no_rule_for_every_lead():
    assert said(when(1, turns(), tier="hot")) == [Finding(WARNING, "rule 1", NO_CATCH_ALL.format(name="Rosa X."))]
    assert said(when(1, {"nurture": "monthly"})) == [Finding(WARNING, "rule 1", NO_CATCH_ALL.format(name="Rosa X."))]


def test_no_owner_of_last_resort():
    assert said(LAST, fallback=None) == [Finding(ERROR, "", NO_FALLBACK.format(name="Rosa X."))]
    assert said(LAST, fallback="kim") == [Finding(ERROR, "", NO_FALLBACK.format(name="Rosa X."))]


def test_an_empty_agency_and_no_rules():
    nobody = roster(person("x"), fallback=None)
    found = review(rules(), replace(nobody, producers={}), DAY)
    assert [one.sentence for one in found] == [NOBODY, NO_RULES]


def test_errors_come_first():
    found = said(when(1, turns(), tier="hot"), when(2, turns({"team": "east"}), tier="warm"))
    assert [one.severity for one in found] == [ERROR, WARNING]
