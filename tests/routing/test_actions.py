"""What a rule may say under `then`, and how it reads in words."""

import pytest

from routing.engine import Known, Rule
from routing.engine import actions as a
from tests.routing.people import roster
from tests.routing.test_conditions import KNOWN

WEIGHTS = {"capacity": 30, "specialisation": 35, "close_rate": 25, "response_time": 10}


@pytest.mark.parametrize(
    "then",
    [
        {"owner": "account"},
        {"owner": "lead"},
        {"person": "sarah"},
        {"nurture": "monthly"},
        {"distribute": "round_robin", "among": "everyone"},
        {"distribute": "weighted_round_robin", "among": {"team": "north"}},
        {"distribute": "least_loaded", "among": "territory", "top": 3},
        {"distribute": "best_fit", "among": {"people": ["sarah"]}, "weights": WEIGHTS, "hold_seconds": 30},
        {"distribute": "close_rate", "among": {"level": "senior"}, "hold_seconds": 0},
    ],
)
def test_every_form_of_the_contract_is_accepted(then):
    assert a.problems(then, "then", KNOWN) == []


@pytest.mark.parametrize(
    ("then", "found"),
    [
        (None, [f"then: {a.NOT_AN_ACTION}"]),
        ({}, [f"then: {a.NOT_AN_ACTION}"]),
        ({"owner": "account", "person": "sarah"}, [f"then: {a.TWO_ACTIONS}"]),
        ({"owner": "landlord"}, ["then.owner: 'landlord' is not one of account, lead"]),
        ({"person": "bob"}, ["then.person: there is no person 'bob'"]),
        ({"nurture": "yearly"}, ["then.nurture: there is no plan 'yearly'"]),
        ({"owner": "account", "top": 3}, [f"then.top: {a.UNKNOWN_KEY}"]),
        ({"distribute": "lottery", "among": "everyone"}, [f"then.distribute: 'lottery' is not one of {', '.join(a.MODELS)}"]),
        ({"distribute": "round_robin"}, [f"then.among: {a.NO_AMONG}"]),
        ({"distribute": "round_robin", "among": "nobody"}, [f"then.among: {a.BAD_AMONG}"]),
        ({"distribute": "round_robin", "among": {"team": "north", "level": "senior"}}, [f"then.among: {a.BAD_AMONG}"]),
        ({"distribute": "round_robin", "among": {"team": "south"}}, ["then.among.team: there is no team 'south'"]),
        ({"distribute": "round_robin", "among": {"level": "junior"}}, ["then.among.level: there is no level 'junior'"]),
        (
            {"distribute": "round_robin", "among": {"people": ["sarah", "bob"]}},
            ["then.among.people[1]: there is no person 'bob'"],
        ),
        ({"distribute": "round_robin", "among": {"people": []}}, [f"then.among: {a.BAD_AMONG}"]),
        (
            {"distribute": "round_robin", "among": "everyone", "weights": WEIGHTS},
            [f"then.weights: {a.WEIGHTS_ELSEWHERE}"],
        ),
        (
            {"distribute": "best_fit", "among": "everyone", "weights": {"capacity": 30}},
            [f"then.weights: {a.BAD_WEIGHTS}"],
        ),
        (
            {"distribute": "best_fit", "among": "everyone", "weights": dict.fromkeys(WEIGHTS, 0)},
            [f"then.weights: {a.BAD_WEIGHTS}"],
        ),
        ({"distribute": "best_fit", "among": "everyone", "hold_seconds": 31}, [f"then.hold_seconds: {a.NOT_SECONDS}"]),
        (
            {"distribute": "least_loaded", "among": "everyone", "hold_seconds": 10},
            [f"then.hold_seconds: {a.HOLD_ELSEWHERE}"],
        ),
        ({"distribute": "round_robin", "among": "everyone", "top": 0}, [f"then.top: {a.NOT_A_COUNT}"]),
    ],
)
def test_what_is_written_wrong_is_an_error_with_its_path(then, found):
    assert a.problems(then, "then", KNOWN) == found


def test_without_a_list_of_names_any_name_will_do():
    assert a.problems({"person": "whoever"}, "then", Known()) == []


@pytest.mark.parametrize(
    ("when", "then", "words"),
    [
        (
            {"tier": "hot"},
            {"distribute": "best_fit", "among": "everyone", "hold_seconds": 30},
            "When the lead is hot, to the best fit among everyone, waiting up to 30 s for someone clearly better who is busy.",
        ),
        (
            {"existing_client": True},
            {"owner": "account"},
            "When the person is a client already, to whoever serves the client.",
        ),
        (
            {"lines": ["general_liability", "bop"]},
            {"distribute": "weighted_round_robin", "among": {"team": "metro"}},
            "When the line is General liability or Bop, to the team metro, taking turns by weight.",
        ),
        ({}, {"distribute": "round_robin", "among": "territory"}, "Every lead, to the territory's team, taking turns."),
        (
            {"territories": ["north_county"], "premium_over": 50000},
            {"person": "sarah"},
            "When it lies in North County and the premium is over $50,000, to Sarah X.",
        ),
        (
            {"tier": "cold", "source_kinds": ["organic", "vendor"]},
            {"nurture": "monthly"},
            "When the lead is cold and the source is organic or vendor, nurture it with the plan monthly, without an owner yet.",
        ),
        (
            {"attributes": {"own_home": True}},
            {"distribute": "close_rate", "among": {"people": ["sarah", "james"]}, "top": 2},
            "When own_home is True, to whoever closes most among Sarah X. and James X., only the 2 who close most.",
        ),
    ],
)
def test_a_rule_reads_as_a_sentence(when, then, words):
    assert a.sentence(Rule("any", when, then), roster()).replace("X..", "X.") == words
