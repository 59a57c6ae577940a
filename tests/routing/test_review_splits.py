"""What is said of a draft's groups of people, of conditions that exclude each other, and of rules that others cover together."""

from dataclasses import replace
from datetime import date

import pytest

from routing.engine import Rule
from routing.engine.review import (
    ERROR,
    NEVER_ANYBODY,
    NO_LEAD,
    NO_WEIGHT,
    NONE_LICENSED,
    NOT_LICENSED,
    TOGETHER,
    TWICE,
    WARNING,
    Finding,
    review,
)
from routing.review import findings
from routing.rulesets import RuleSetError, copy_into_draft, load_rules
from tests.office import NOW, open_office
from tests.routing.people import CARLA, DAVID, JAMES, RACHEL, ROSA, SARAH, roster, rules, turns

DAY = date(2026, 11, 24)
LAST = Rule("Anyone", {}, turns())
TIERS = {"hot": 65, "warm": 40}
ZIPS = {"10001": frozenset({"NY"}), "07302": frozenset({"NJ"})}


def said(*given, people=None):
    found = review(rules(*given), people or roster(), DAY, lambda low, _: ZIPS.get(low, frozenset()), TIERS)
    return [(one.severity, one.rule, one.sentence) for one in found]


def by_weight(among):
    return {"distribute": "weighted_round_robin", "among": among}


# --- Groups ---


def test_whoever_of_a_group_holds_no_license_is_named_once_for_each_group():
    bare = replace(SARAH, licenses=()), replace(JAMES, licenses=()), DAVID, RACHEL, ROSA
    first = Rule("Pod", {"tier": "hot"}, turns({"team": "south"}))
    again = Rule("Hot", {"tier": "hot", "exclusive": True}, {"distribute": "best_fit", "among": "everyone"})
    found = said(again, first, LAST, people=roster(*bare))
    whom = "everyone"
    assert [one for one in found if "no license in force" in one[2] or "holds a license" in one[2]] == [
        (ERROR, "Pod", NONE_LICENSED.format(whom="the team south", names="James X.")),
        (WARNING, "Hot", NOT_LICENSED.format(whom=whom, names="James X. and Sarah X.", s="")),
    ]


def test_of_one_person_it_is_said_in_the_singular():
    found = said(LAST, people=roster(replace(SARAH, licenses=()), JAMES, ROSA))
    assert found == [(WARNING, "Anyone", "Of everyone, Sarah X. holds no license in force: no lead goes to them.")]


def test_a_csr_is_in_no_group_and_not_spoken_of():
    assert said(LAST, people=roster(SARAH, JAMES, replace(CARLA, licenses=()), ROSA)) == []


def test_turns_by_weight_among_people_without_any_find_nobody():
    people = roster(replace(SARAH, weight=0), replace(JAMES, weight=0), DAVID, ROSA)
    rule = Rule("Two", {}, by_weight({"people": ["sarah", "james"]}))
    assert (ERROR, "Two", NO_WEIGHT.format(whom="Sarah X. and James X.")) in said(rule, LAST, people=people)
    assert said(Rule("Three", {}, by_weight({"people": ["sarah", "david"]})), LAST, people=people) == []


# --- Conditions that exclude each other ---


@pytest.mark.parametrize(
    ("when", "why"),
    [
        ({"states": ["CA"], "zips": ["10001-10005"]}, "none of its ZIPs lies in a state it asks for"),
        ({"counties": ["CA/Kern County"], "zips": "10001"}, "none of its ZIPs lies in the state of a county it asks for"),
        ({"tier": "hot", "score": "40-64"}, "no lead of that tier has such a score (hot is 65 to 100)"),
        (
            {"tiers": ["hot", "cold"], "score": ["40-64"]},
            "no lead of that tier has such a score (hot is 65 to 100 or cold is 0 to 39)",
        ),
    ],
)
def test_no_lead_can_match_conditions_that_exclude_each_other(when, why):
    assert (ERROR, "None", NO_LEAD.format(why=why)) in said(Rule("None", when, turns()), LAST)


@pytest.mark.parametrize(
    "when",
    [
        {"states": ["NY", "CA"], "zips": ["10001-10005"]},
        {"states": ["CA"], "zips": ["96799"]},  # nobody here knows where that lies
        {"tier": "hot", "score": "64-65"},
        {"tier": "cold", "score": "39"},
        {"tiers": ["hot", "warm", "cold"], "score": "12"},
    ],
)
def test_conditions_that_some_lead_may_meet_are_left_alone(when):
    assert not [one for one in said(Rule("Some", when, turns()), LAST) if "No lead can ever match" in one[2]]


# --- Several rules that leave a later one nothing ---


def together(*pairs):
    """The rules by these conditions, in turn among everyone, the last being the one that is asked about."""
    given = [Rule(f"R{number}", when, turns()) for number, when in enumerate(pairs, start=1)]
    return [one for one in said(*given) if "can never decide" in one[2]]


def test_the_exclusive_and_the_shared_between_them_leave_nothing():
    words = TOGETHER.format(rules="1 “R1” and 2 “R2”", why=NEVER_ANYBODY)
    assert together({"exclusive": True}, {"exclusive": False}, {}) == [(ERROR, "R3", words)]
    assert together({"exclusive": True}, {"exclusive": False}, {"states": ["NY"]}) == [(ERROR, "R3", words)]


def test_hot_warm_and_cold_between_them_leave_nothing():
    words = TOGETHER.format(rules="1 “R1”, 2 “R2” and 3 “R3”", why=NEVER_ANYBODY)
    assert together({"tier": "hot"}, {"tier": "warm"}, {"tier": "cold"}, {}) == [(ERROR, "R4", words)]


def test_clients_and_the_shared_and_the_exclusive_of_others_leave_nothing():
    assert len(together({"existing_client": True}, {"existing_client": False, "exclusive": True}, {"exclusive": False}, {})) == 1


@pytest.mark.parametrize(
    "conditions",
    [
        ({"tier": "hot"}, {"tier": "warm"}, {}),
        ({"exclusive": True, "states": ["NY"]}, {"exclusive": False}, {}),
        ({"existing_client": True}, {"exclusive": True}, {}),
    ],
)
def test_where_a_case_is_left_nothing_is_said(conditions):
    assert together(*conditions) == []


def test_one_that_may_find_nobody_covers_nothing():
    named = Rule("Named", {"exclusive": True}, {"person": "james"})
    found = said(named, Rule("Shared", {"exclusive": False}, turns()), LAST)
    assert not [one for one in found if "can never decide" in one[2]]


# --- Names ---


def test_names_that_differ_in_capitals_only_are_one_name():
    found = review(rules(Rule("Turns", {"tier": "hot"}, turns()), Rule("TURNS ", {}, turns())), roster(), DAY)
    assert Finding(ERROR, "Turns", TWICE.format(name="Turns")) in found


def test_such_names_are_not_published(db):
    open_office()
    with pytest.raises(RuleSetError, match="there is another rule named 'TURNS'"):
        load_rules([{"name": "Turns", "then": turns()}, {"name": "TURNS", "then": turns()}], note="", now=NOW)


def test_the_tiers_of_the_model_in_force_are_what_a_draft_is_held_against(db):
    open_office()
    rule = {"name": "Hot and low", "when": {"tier": "hot", "score": "50-64"}, "then": turns()}
    draft = copy_into_draft(load_rules([rule, {"name": "Anyone", "then": turns()}], note="", now=NOW), by=None, now=NOW)
    assert [one.sentence for one in findings(draft, now=NOW) if one.rule == "Hot and low"] == [
        NO_LEAD.format(why="no lead of that tier has such a score (hot is 65 to 100)")
    ]
