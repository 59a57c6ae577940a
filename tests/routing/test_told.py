"""What people read of a decision is true when somebody better was busy, and in units that people use."""

import pytest

from leads.dossier import choice
from producers import roster as rosters
from producers.changes import change_producer
from producers.facts import LoadFacts
from producers.models import CapacityCap, Load
from routing.admin.trial import traced
from routing.decisions import stored
from routing.engine import decide, words
from routing.models import RoutingDecision
from routing.rulesets import load_rules
from routing.why import BUSY, WAITS, WAITS_TOO, why_not
from tests.routing.conftest import Harbor
from tests.routing.people import DAVID, JAMES, RACHEL, SARAH, TUESDAY, lead, roster, rules

RATE = {"distribute": "close_rate", "among": "everyone"}
FIT = {"distribute": "best_fit", "among": "everyone"}
STAR = LoadFacts(received_90d=100, bound_90d=60, presence="busy")
GOOD = LoadFacts(received_90d=100, bound_90d=20)
NONE = LoadFacts(received_90d=100, bound_90d=0)
"""The agency binds 80 of 400, 20 %. Pulled towards it: (60 + 4) / 120 = 53.3 %, (20 + 4) / 120 = 20 %, 4 / 120 = 3.3 %."""
FOUR = {"sarah": STAR, "james": GOOD, "rachel": NONE, "david": NONE}


def told(then, loads, *people, **facts) -> str:
    """The reason for a lead's owner, without the rule's name."""
    decision = decide(lead(**facts), roster(*people, loads=loads), rules(then), {}, TUESDAY)
    return decision.reason.removesuffix(" (rule “rule 1”).")


def test_the_best_closer_of_those_who_are_free_is_not_called_the_best_of_all():
    assert told(RATE, FOUR) == "James X. closes 20.0 % of leads, most of 3 who are free (Sarah X. closes 53.3 % and is busy)"


def test_the_only_one_who_is_free_is_told_as_such():
    # Of two the agency binds 80 of 200, 40 %: (20 + 8) / 120 = 23.3 % and (60 + 8) / 120 = 56.7 %.
    assert told(RATE, FOUR, SARAH, JAMES) == (
        "James X. closes 23.3 % of leads, the only one free (Sarah X. closes 56.7 % and is busy)"
    )


def test_with_nobody_busy_or_everybody_it_is_said_so():
    free = {**FOUR, "sarah": LoadFacts(received_90d=100, bound_90d=60)}
    assert told(RATE, free) == "Sarah X. closes 53.3 % of leads, most of 4 eligible"
    busy = {key: LoadFacts(received_90d=100, bound_90d=10, presence="busy") for key in ("sarah", "james")}
    assert told(RATE, {**busy, "sarah": STAR}, SARAH, JAMES) == (
        "Sarah X. closes 55.8 % of leads, most of 2 eligible (all of them are busy)"  # (60 + 20 × 35 %) / 120
    )
    assert told(RATE, {"sarah": STAR}, SARAH) == "Sarah X. closes 60.0 % of leads, the only one eligible (and busy)"


def test_the_best_fit_of_those_who_are_free_is_not_called_the_best_of_all():
    # Both 10 for capacity and specialization and 6 for response, 71 points; close rates 1 + 9 × 23.3 / 80 = 3.625, which makes
    # 9.1, and 1 + 9 × 56.7 / 80 = 7.375, which makes 18.4.
    assert told(FIT, FOUR, SARAH, JAMES) == (
        "James X. is the only one free, with 80.1 of 100 points (Sarah X. has 89.4 and is busy)"
    )
    assert told(FIT, FOUR).endswith(" (Sarah X. has 96.0 and is busy)")  # 53.3 of 20 %: 10, which makes 25
    assert told(FIT, FOUR).startswith("James X. fits best of 3 who are free, with ")


def test_a_tie_is_told_with_what_broke_it():
    assert told(FIT, {}, SARAH, JAMES) == (
        "James X. fits best of 2 eligible, with 84.8 of 100 points, level with Sarah X. and first in the list"
    )
    waited = {"james": LoadFacts(last_assigned_at=TUESDAY)}
    assert told(FIT, waited, SARAH, JAMES) == (
        "Sarah X. fits best of 2 eligible, with 84.8 of 100 points, level with James X. and longest without a lead"
    )
    least = {"distribute": "least_loaded", "among": "everyone"}
    assert told(least, waited, SARAH, JAMES, DAVID, RACHEL).startswith(
        "David X. has the fewest open leads (0) of 4 eligible, level with 3 others and first in the list"
    )


# --- To those who ask ---


@pytest.fixture
def closers(harbor: Harbor) -> Harbor:
    """Sarah closes 53.3 % and is busy, James 20 %, Rachel and David 3.3 %; nobody has a cap."""
    CapacityCap.objects.all().delete()
    Load.objects.filter(producer__key__in=("sarah", "james", "rachel", "david")).update(received_90d=100, bound_90d=0)
    Load.objects.filter(producer__key="sarah").update(bound_90d=60)
    Load.objects.filter(producer__key="james").update(bound_90d=20)
    change_producer(harbor.person("sarah"), changes={"availability": "busy"}, now=TUESDAY)
    return harbor


def share(**then) -> None:
    load_rules([{"name": "Closers", "then": {"among": "everyone", **then}}], note="", now=TUESDAY)


def asks(harbor: Harbor, about, key: str) -> str:
    return why_not(about.pk, key=key, name=harbor.person(key).name).sentence


@pytest.mark.parametrize("model", ["close_rate", "best_fit"])
def test_whoever_was_better_and_busy_is_told_that_it_was_because_of_that(closers, model):
    share(distribute=model)
    got = closers.lead()
    assert closers.owner(got) == "james"
    assert "(Sarah M. " in RoutingDecision.objects.get(lead=got).reason
    assert asks(closers, got, "sarah") == BUSY == "You were busy; it went to somebody who was free."


def test_a_lead_that_waits_for_somebody_says_so_to_them_and_to_the_others(closers):
    share(distribute="close_rate", hold_seconds=30)
    held = closers.lead()
    assert asks(closers, held, "sarah") == "It waits for you, up to 30 s, because you are busy."
    assert asks(closers, held, "james") == WAITS
    change_producer(closers.person("james"), changes={"availability": "busy"}, now=TUESDAY)
    assert asks(closers, closers.lead(), "james") == WAITS_TOO


def test_whoever_was_level_is_told_so(harbor):
    Load.objects.update(received_90d=100, bound_90d=20)
    share(distribute="close_rate")
    got = harbor.lead()
    other = "sarah" if harbor.owner(got) != "sarah" else "james"
    assert asks(harbor, got, other) == (
        "You were eligible and close 20.0 % of such leads; somebody closes as many and was before you in line."
    )


# --- Figures ---


def test_figures_are_said_in_words():
    assert words.figures({"owed": 500_000, "share": 333_333}) == ["owed 0.50 of a lead", "share of this lead 33.3 %"]
    rate = {"close_rate": 0.209999, "received": 100, "bound": 30, "received_of_kind": 20, "bound_of_kind": 0, "presence": "busy"}
    assert words.figures(rate) == [
        "closes 21.0 % of such leads",
        "30 of 100 bound in 90 days",
        "0 of 20 bound of this kind",
        "busy",
    ]
    fit = {"points": 84.75, "capacity": 10.0, "specialisation": 10.0, "close_rate": 5.5, "response_time": 6.0}
    assert words.figures(fit) == [
        "84.8 of 100 points",
        "capacity 10 of 10",
        "specialization 10 of 10",
        "close rate 5.5 of 10",
        "response time 6 of 10",
    ]
    assert words.figures({"open": 1}) == ["1 open lead"]


def test_a_turn_is_told_in_leads_on_the_lead_page_and_when_a_lead_is_tried(harbor):
    got, people = harbor.lead(), rosters.static()
    found = choice(got, people)
    assert found is not None
    assert {one.name: one.rank for one in found.candidates} == {
        name: ["even", "share of this lead 50.0 %"] for name in ("James K.", "Sarah M.")
    }
    page = str(traced(stored(RoutingDecision.objects.get()), people)["considered"])
    assert "even · share of this lead 50.0 %" in page
    assert "500000" not in page


def test_whoever_does_not_close_enough_has_their_rate_in_the_unit_of_all_others():
    office = roster(SARAH, JAMES, loads={"sarah": GOOD, "james": NONE})
    decision = decide(lead(), office, rules({**RATE, "top": 1}), {}, TUESDAY)
    # The agency binds 20 of 200: (20 + 2) / 120 and 2 / 120.
    assert {one.producer: one.rank["close_rate"] for one in decision.considered} == {"sarah": 0.183333, "james": 0.016666}


def test_a_rate_that_was_stored_in_millionths_is_read_as_what_it_was(harbor):
    harbor.lead()
    row = RoutingDecision.objects.select_related("producer", "ruleset").get()
    row.trace["considered"] = [["james", False, ["is not among the 1 who close most"], {"close_rate": 16_666}]]
    assert stored(row).considered[0].rank == {"close_rate": 0.016666}
