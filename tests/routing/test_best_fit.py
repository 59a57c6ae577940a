"""Best fit: the formula, its bands, and waiting for somebody clearly better."""

from dataclasses import replace

import pytest

from producers.facts import LoadFacts
from routing.engine import decide, words
from routing.engine.ranking import (
    PRIOR,
    Mean,
    capacity_score,
    close_rate,
    close_score,
    fit_points,
    mean_of,
    response_score,
    specialisation_score,
)
from tests.routing.people import DAVID, JAMES, LINES, RACHEL, SARAH, TUESDAY, lead, roster, rules

BEST = {"distribute": "best_fit", "among": "everyone", "hold_seconds": 30}
SHARES = (30, 35, 25, 10)
"""Capacity, specialisation, close rate, response time, in per cent."""


@pytest.mark.parametrize(
    ("capacity", "match", "close", "response", "rest", "points"),
    [(8, 9, 6.6, 10, 26.5, 82), (4, 7, 3.8, 8, 17.5, 54), (9, 6, 6.0, 8, 23.0, 71)],
)
def test_the_known_example(capacity, match, close, response, rest, points):
    assert 10 * (close * 0.25 + response * 0.10) == pytest.approx(rest)
    scores = [round(1000 * score) for score in (capacity, match, close, response)]
    assert fit_points(scores, SHARES) == points * 1000


def test_weights_need_not_add_up_to_a_hundred():
    assert fit_points([10_000, 0], [3, 1]) == 75_000
    assert fit_points([10_000, 0], [0, 0]) == 0


@pytest.mark.parametrize(
    ("open_leads", "score"), [(0, 10), (4, 10), (5, 8), (9, 8), (10, 6), (14, 6), (15, 4), (19, 4), (20, 2), (99, 2)]
)
def test_capacity_bands(open_leads, score):
    assert capacity_score(LoadFacts(open=open_leads)) == score


@pytest.mark.parametrize(
    ("seconds", "score"), [(0, 10), (299, 10), (300, 8), (899, 8), (900, 6), (1800, 4), (3599, 4), (3600, 2)]
)
def test_response_bands_are_of_the_mean_working_minutes(seconds, score):
    assert response_score(LoadFacts(responses_90d=4, response_seconds_90d=4 * seconds)) == score


def test_no_history_is_neutral_and_the_same_for_all():
    assert response_score(LoadFacts()) == 6
    mean = Mean(200, 40)
    assert close_rate(LoadFacts(), mean) == 200_000
    assert close_score(close_rate(LoadFacts(), mean), mean) == 5_500
    assert close_score(close_rate(LoadFacts(), Mean(0, 0)), Mean(0, 0)) == 5_500


def test_close_scores_run_from_nothing_sold_to_twice_the_mean():
    mean = Mean(1000, 100)
    assert close_score(0, mean) == 1_000
    assert close_score(200_000, mean) == 10_000
    assert close_score(900_000, mean) == 10_000
    assert close_rate(LoadFacts(received_90d=80, bound_90d=0), mean) == 20_000  # 20 leads' worth of 10 % over 100
    assert PRIOR == 20


@pytest.mark.parametrize(
    ("who", "line", "team", "score"),
    [
        (SARAH, "personal_auto", "north", 10),
        (SARAH, "personal_auto", "metro", 8),
        (SARAH, "personal_auto", None, 8),
        (RACHEL, "bop", "metro", 10),
        (JAMES, "general_liability", "north", 4),
        (RACHEL, "personal_auto", "metro", 4),
        (DAVID, "homeowners", "north", 6),
    ],
)
def test_specialisation_bands(who, line, team, score):
    assert specialisation_score(who, LINES[line], team, LINES) == score


def test_an_unknown_line_is_nobody_s_speciality():
    assert specialisation_score(SARAH, None, "north", LINES) == 4


def test_the_best_fit_wins_with_its_numbers_in_the_trace():
    loads = {"sarah": LoadFacts(open=6), "james": LoadFacts(open=1)}
    decision = decide(lead(tier="hot"), roster(loads=loads), rules(BEST), {}, TUESDAY)
    assert decision.producer == "james"
    ranks = {one.producer: one.rank for one in decision.considered}
    assert ranks["james"] == {
        "points": 84.75,  # 10 x (10 x 30 % + 10 x 35 % + 5.5 x 25 % + 6 x 10 %)
        "capacity": 10.0,
        "specialisation": 10.0,
        "close_rate": 5.5,
        "response_time": 6.0,
    }
    assert ranks["sarah"]["points"] == 78.75
    assert ranks["david"]["points"] == 77.75
    assert decision.reason == "James X. fits best of 4 eligible, with 84.8 of 100 points (rule “rule 1”)."


def test_a_rule_may_weigh_otherwise():
    only_speed = {"capacity": 0, "specialisation": 0, "close_rate": 0, "response_time": 1}
    loads = {"rachel": LoadFacts(responses_90d=1, response_seconds_90d=60)}
    decision = decide(lead(), roster(loads=loads), rules({**BEST, "weights": only_speed}), {}, TUESDAY)
    assert (decision.producer, decision.considered[0].rank["points"]) == ("rachel", 100.0)


# --- Waiting ---

STAR = LoadFacts(received_90d=100, bound_90d=40)
BUSY_STAR = replace(STAR, presence="busy")
MODEST = LoadFacts(received_90d=100, bound_90d=10)
"""With the star, a mean of 25 %: 37.5 % against 12.5 %."""


def wait_for(loads, **facts):
    """What becomes of a lead for Sarah and James."""
    return decide(lead(**facts), roster(SARAH, JAMES, loads=loads), rules(BEST), {}, TUESDAY)


def test_a_lead_waits_for_somebody_clearly_better_who_is_busy():
    decision = wait_for({"sarah": BUSY_STAR, "james": MODEST})
    assert (decision.outcome, decision.producer, decision.hold_seconds, decision.awaits) == ("held", None, 30, "sarah")
    assert decision.reason == (
        "Waiting up to 30 s for Sarah X., who is busy but clearly better than James X., who is free (rule “rule 1”)."
    )


def test_nobody_waits_for_somebody_only_a_little_better():
    good = replace(MODEST, bound_90d=25)
    decision = wait_for({"sarah": BUSY_STAR, "james": good})
    assert (decision.outcome, decision.producer) == ("assigned", "james")


def test_nobody_waits_when_nobody_ever_sold_anything():
    assert wait_for({"sarah": LoadFacts(presence="busy"), "james": LoadFacts(open=30)}).producer == "james"


def test_a_free_best_one_gets_it_at_once():
    assert wait_for({"sarah": STAR, "james": MODEST}).producer == "sarah"


@pytest.mark.parametrize("facts", [{"may_be_held": False}, {"kind": "live_transfer"}, {"exclusive": False}])
def test_what_was_held_or_is_live_or_shared_goes_to_the_best_free_one(facts):
    decision = wait_for({"sarah": BUSY_STAR, "james": MODEST}, **facts)
    assert (decision.outcome, decision.producer) == ("assigned", "james")


def test_with_everyone_busy_a_lead_waits_once_and_then_goes_to_the_best():
    loads = {"sarah": BUSY_STAR, "james": replace(MODEST, presence="busy")}
    assert wait_for(loads).outcome == "held"
    assert wait_for(loads, may_be_held=False).producer == "sarah"


def test_close_rate_waits_too():
    ruleset = rules({"distribute": "close_rate", "among": "everyone", "hold_seconds": 20})
    decision = decide(lead(), roster(SARAH, JAMES, loads={"sarah": BUSY_STAR, "james": MODEST}), ruleset, {}, TUESDAY)
    assert (decision.outcome, decision.hold_seconds) == ("held", 20)


def test_without_hold_seconds_nobody_waits_and_the_free_come_first():
    ruleset = rules({"distribute": "best_fit", "among": "everyone"})
    decision = decide(lead(), roster(SARAH, JAMES, loads={"sarah": BUSY_STAR, "james": MODEST}), ruleset, {}, TUESDAY)
    assert (decision.outcome, decision.producer) == ("assigned", "james")


def test_the_mean_is_the_whole_agency_s():
    assert mean_of(roster(loads={"sarah": STAR, "james": MODEST, "gone": STAR})) == Mean(200, 50)


def test_people_read_the_figures_as_they_spell_them():
    assert [words.figure(name) for name in ("specialisation", "close_rate")] == ["specialization", "close rate"]
