"""Two versions of the rules held against each other, in the words a manager reads."""

import pytest

from routing.differences import ACTION, ADDED, CONDITIONS, MOVED, REMOVED, RENAMED, Change, _moved, differences
from routing.engine import Rule, RuleSet
from tests.routing.people import roster, turns

CLIENTS = Rule("Clients", {"existing_client": True}, {"owner": "account"})
COLD = Rule("Cold", {"tier": "cold"}, {"nurture": "monthly"})
POD = Rule("Pod", {}, turns("territory"))
ANYONE = Rule("Anyone", {}, turns())
OLD = (CLIENTS, COLD, POD, ANYONE)


def told(*after, before=OLD):
    return differences(RuleSet(6, tuple(before)), RuleSet(7, tuple(after)), roster())


def test_the_same_rules_differ_in_nothing():
    assert told(*OLD) == []


def test_a_new_rule():
    desk = Rule("Desk", {"line_families": "commercial"}, {"person": "rachel"})
    assert told(CLIENTS, desk, COLD, POD, ANYONE) == [
        Change(ADDED, "Desk", "New, as rule 2: When the line is of the commercial family, to Rachel X.")
    ]


def test_a_rule_that_is_gone():
    assert told(CLIENTS, COLD, ANYONE) == [Change(REMOVED, "Pod", "Gone: Every lead, to the territory's team, taking turns.")]


def test_only_the_rule_that_moved_is_said_to_have_moved():
    assert told(ANYONE, CLIENTS, COLD, POD) == [Change(MOVED, "Anyone", "Was rule 4, is now rule 1, before all others.")]
    assert told(COLD, POD, CLIENTS, ANYONE) == [Change(MOVED, "Clients", "Was rule 1, is now rule 3, after “Pod”.")]


def test_a_rule_that_only_stands_elsewhere_because_others_came_or_went_has_not_moved():
    new = Rule("New", {"tier": "hot"}, {"person": "sarah"})
    assert [one.kind for one in told(new, COLD, POD, ANYONE)] == [ADDED, REMOVED]


@pytest.mark.parametrize(
    ("order", "moved"), [([], set()), ([0, 1, 2], set()), ([2, 0, 1], {2}), ([1, 2, 0], {0}), ([3, 1, 2, 0], {0, 3})]
)
def test_the_fewest_that_must_have_moved(order, moved):
    assert _moved(order) == moved


def test_another_name_for_the_same_rule():
    assert told(CLIENTS, Rule("Cold ones", COLD.when, COLD.then), POD, ANYONE) == [
        Change(RENAMED, "Cold", "Is now called “Cold ones”.")
    ]
    assert told(CLIENTS, COLD, Rule("The pod", POD.when, POD.then), ANYONE) == [
        Change(RENAMED, "Pod", "Is now called “The pod”: its turns begin anew, since they are kept by name.")
    ]


def test_conditions_that_came_went_or_changed():
    assert told(CLIENTS, Rule("Cold", {"tier": "cold", "exclusive": True}, COLD.then), POD, ANYONE) == [
        Change(CONDITIONS, "Cold", "Now also asks that it is exclusive.")
    ]
    assert told(CLIENTS, Rule("Cold", {}, COLD.then), POD, ANYONE) == [
        Change(CONDITIONS, "Cold", "No longer asks that the lead is cold.")
    ]
    assert told(CLIENTS, Rule("Cold", {"tier": "warm"}, COLD.then), POD, ANYONE) == [
        Change(CONDITIONS, "Cold", "Now asks that the lead is warm; before, that the lead is cold.")
    ]


def test_a_longer_or_shorter_list():
    before = (Rule("Web", {"sources": ["website", "vendor"]}, turns()),)
    assert told(Rule("Web", {"sources": ["website", "vendor", "transfers"]}, turns()), before=before) == [
        Change(CONDITIONS, "Web", "Now also matches when it came through transfers.")
    ]
    assert told(Rule("Web", {"sources": "website"}, turns()), before=before) == [
        Change(CONDITIONS, "Web", "No longer matches when it came through vendor.")
    ]


def test_another_action():
    assert told(CLIENTS, COLD, Rule("Pod", {}, {"person": "sarah"}), ANYONE) == [
        Change(ACTION, "Pod", "The lead now goes to Sarah X.; it went to the territory's team, taking turns.")
    ]
    assert told(CLIENTS, Rule("Cold", COLD.when, turns()), POD, ANYONE)[0].sentence.startswith(
        "Now: to everyone, taking turns; before:"
    )


def test_other_weights():
    first = {"distribute": "best_fit", "among": "everyone"}
    weights = {"capacity": 40, "specialisation": 30, "close_rate": 20, "response_time": 10}
    found = told(Rule("Fit", {}, {**first, "weights": weights}), before=(Rule("Fit", {}, first),))
    assert found == [
        Change(
            ACTION,
            "Fit",
            "The lead now goes to the best fit among everyone (capacity 40, specialization 30, close rate 20, response time 10); "
            "it went to the best fit among everyone.",
        )
    ]
