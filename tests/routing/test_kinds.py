"""What counts by line family and tier: rates, and caps that only some leads fill. And other work beside leads."""

from dataclasses import replace

import pytest
from django.db import transaction

from producers.facts import CapFacts, CountFacts, LoadFacts
from producers.models import CapacityCap, Load
from producers.performance import record_outcome, refresh_performance
from producers.services import set_other_load
from routing.assignment import AssignmentError, assign, give
from routing.decisions import loads_of, recompute
from routing.engine import decide
from routing.engine.gates import over_caps
from routing.engine.ranking import MILLION, Mean, capacity_score, close_rate, close_score
from routing.models import RoutingDecision
from tests.routing.people import JAMES, SARAH, TUESDAY, lead, roster, rules
from tests.routing.test_decisions import assert_the_same

SARAH_LOAD = LoadFacts(received_90d=100, bound_90d=30, kind_received_90d=20, kind_bound_90d=0)
JAMES_LOAD = LoadFacts(received_90d=100, bound_90d=10, kind_received_90d=20, kind_bound_90d=10)
MEAN = Mean(200, 40, 40, 10)
"""20 % of all leads are bound; of this kind 10 of 40, which 20 leads' worth of the mean make 14 of 60."""


# --- Rates ---


def test_what_someone_did_with_such_leads_counts_beside_what_they_do_with_all():
    assert MEAN.kind_rate == 233_333
    # Of other leads the agency binds 30 of 160. Sarah: (30 + 20 × 30/160) / (80 + 20) = 33.75 %, 1.8 times that, so 1.8 × 23.33 %
    # = 42 % of these are expected of her; she sold none of 20: 20 × 42 % / 40.
    assert close_rate(SARAH_LOAD, MEAN) == 209_999
    # James sold no other lead: 0.2 times the agency's rate, 4.67 % expected; he sold ten of 20: (10 + 20 × 4.67 %) / 40.
    assert close_rate(JAMES_LOAD, MEAN) == 273_333


def test_whoever_closes_most_of_these_leads_gets_them():
    office = roster(SARAH, JAMES, loads={"sarah": SARAH_LOAD, "james": JAMES_LOAD})
    decision = decide(lead(), office, rules({"distribute": "close_rate", "among": "everyone"}), {}, TUESDAY)
    assert decision.producer == "james"
    assert "27.3 %" in decision.reason
    rank = dict(decision.considered[1].rank)
    assert rank == {"close_rate": 0.209999, "received": 100, "bound": 30, "received_of_kind": 20, "bound_of_kind": 0}


def test_without_leads_of_the_kind_the_rate_is_that_of_all_leads():
    bare = replace(SARAH_LOAD, kind_received_90d=0)
    assert close_rate(bare, Mean(200, 40)) == 283_333  # 34 of 120
    assert close_rate(LoadFacts(), MEAN) == 233_333, "a newcomer: the agency's rate with such leads"


def test_two_sales_of_two_do_not_beat_a_long_record():
    newcomer = LoadFacts(received_90d=2, bound_90d=2, kind_received_90d=2, kind_bound_90d=2)
    veteran = LoadFacts(received_90d=200, bound_90d=60, kind_received_90d=100, kind_bound_90d=30)
    mean = Mean(1000, 200, 500, 100)
    assert close_rate(newcomer, mean) == 272_727  # (2 + 20 × 20 %) / 22
    assert close_rate(veteran, mean) == 297_222  # 30 % of others against 20 %: 28.33 % expected, (30 + 20 × 28.33 %) / 120


def test_no_rate_exceeds_one():
    star = LoadFacts(received_90d=100, bound_90d=100)
    assert close_rate(star, Mean(1000, 150, 50, 50)) == MILLION


def test_the_score_is_held_against_the_agency_s_rate_with_such_leads():
    assert close_score(MEAN.kind_rate, MEAN) == 5_500
    assert close_score(0, MEAN) == 1_000
    assert close_score(3 * MEAN.kind_rate, MEAN) == 10_000
    assert close_score(0, Mean(50, 0, 50, 0)) == 5_500


def test_the_trailing_figures_hold_each_kind(harbor):
    sarah = harbor.person("sarah")
    today = TUESDAY.date()
    for family, tier, received, bound in (("personal", "hot", 3, 1), ("personal", "cold", 4, 0), ("life", "hot", 1, 1)):
        record_outcome(producer_id=sarah.pk, received_on=today, family=family, tier=tier, received=received, bound=bound)
    refresh_performance(today=today)
    assert harbor.load("sarah").kinds_90d == {"personal/hot": [3, 1], "personal/cold": [4, 0], "life/hot": [1, 1]}
    assert harbor.load("sarah").received_90d == 8
    assert harbor.load("james").kinds_90d == {}
    assert refresh_performance(today=today) == 0


def test_a_stored_decision_holds_the_rates_it_used(harbor):
    kinds = {"personal/warm": [30, 15], "personal/cold": [50, 2]}
    Load.objects.filter(producer__key="sarah").update(received_90d=80, bound_90d=17, kinds_90d=kinds)
    row = RoutingDecision.objects.select_related("producer", "ruleset").get(lead=harbor.lead("referral"))
    stored = {one[0]: one[12] for one in row.facts["loads"]}
    assert row.facts["lead"]["tier"] == "warm"
    assert (stored["sarah"], stored["james"]) == ([30, 15], None)
    Load.objects.update(kinds_90d={})
    assert_the_same(row)


def test_rows_stored_before_kinds_counted_are_still_read():
    old = loads_of([["amy", 3, 1, 2, 3, None, "busy", 50, 5, 40, 9000]])["amy"]
    new = loads_of([["amy", 3, 1, 2, 3, None, "busy", 50, 5, 40, 9000, 0, None, None]])["amy"]
    assert old == new == LoadFacts(3, 1, 2, 3, None, "busy", 50, 5, 40, 9000)
    rich = loads_of([["amy", 3, 1, 2, 3, None, "busy", 50, 5, 40, 9000, 6, [9, 2], [["life", "hot", 1, 0, 1, 1]]]])["amy"]
    assert (rich.other, rich.kind_received_90d, rich.kind_bound_90d) == (6, 9, 2)
    assert rich.counts == (CountFacts("life", "hot", 1, 0, 1, 1),)


# --- Caps on some leads ---

COUNTS = (
    CountFacts("life", "hot", open=1, day=1, week=2, month=4),
    CountFacts("personal", "hot", open=3, day=2, week=2, month=2),
)


@pytest.mark.parametrize(
    ("cap", "why"),
    [
        (CapFacts("month", 4, family="life"), "is at the cap of 4 life leads this month"),
        (CapFacts("month", 5, family="life"), ""),
        (CapFacts("open", 4, tier="hot"), "is at the cap of 4 hot open leads"),
        (CapFacts("open", 5, tier="hot"), ""),
        (CapFacts("day", 1, family="life", tier="hot"), "is at the cap of 1 hot life lead today"),
        (CapFacts("day", 0, family="personal"), ""),
        (CapFacts("day", 0, tier="cold"), ""),
        (CapFacts("week", 0, family="life", tier="cold"), ""),
    ],
)
def test_a_limited_cap_counts_and_stops_only_what_it_speaks_of(cap, why):
    capped = replace(SARAH, limited_caps=(cap,))
    assert over_caps(capped, LoadFacts(counts=COUNTS), "life", "hot") == ((why,) if why else ())


def james_may_have(harbor, limit: int, **kind: str) -> None:
    CapacityCap.objects.create(producer=harbor.person("james"), limit=limit, **kind)


def test_a_cap_on_a_family_is_counted_as_leads_come(harbor):
    james_may_have(harbor, 1, period="day", family="personal")
    leads = [harbor.lead() for _ in range(3)]
    assert [harbor.owner(one) for one in leads] == ["james", "sarah", "sarah"]
    row = RoutingDecision.objects.select_related("producer", "ruleset").get(lead=leads[2])
    assert ["james", False, ["is at the cap of 1 personal lead today"], {}] in row.trace["considered"]
    assert {one[0]: one[13] for one in row.facts["loads"]} == {
        key: [["personal", "warm", 1, 1, 1, 1]] if key == "james" else None
        for key in ("rosa", "sarah", "james", "rachel", "david", "carla", "mia")
    }
    CapacityCap.objects.all().delete()
    assert recompute(row).producer == "sarah"
    assert_the_same(row)


def test_an_open_cap_on_a_tier_has_room_again_when_a_lead_goes(harbor):
    james_may_have(harbor, 1, period="open", tier="warm")
    first, second = harbor.lead(), harbor.lead()
    assert (harbor.owner(first), harbor.owner(second)) == ("james", "sarah")
    assert harbor.owner(harbor.lead()) == "sarah"
    with transaction.atomic():
        assign(first, reason="decline", now=TUESDAY, exclude={"james"}, end_note="other")
    last = RoutingDecision.objects.get(lead=harbor.lead())
    assert [one[:3] for one in last.trace["considered"] if one[0] == "james"] == [["james", True, []]]


def test_a_manager_may_go_beyond_a_limited_cap_and_nobody_else(harbor):
    james_may_have(harbor, 0, period="week", family="personal")
    mine = harbor.lead()
    assert harbor.owner(mine) == "sarah"
    with pytest.raises(AssignmentError, match="cap of 0 personal leads this week"), transaction.atomic():
        give(mine, harbor.person("james"), by=harbor.user("sarah"), reason="He is free", now=TUESDAY)
    with transaction.atomic():
        give(mine, harbor.person("james"), by=harbor.user("rosa"), reason="He is free", now=TUESDAY)
    assert harbor.owner(mine) == "james"


# --- Other work ---


def test_other_work_takes_room_as_open_leads_do():
    assert capacity_score(LoadFacts(open=3, other=2)) == 8
    capped = replace(SARAH, caps={"open": 20, "day": 5})
    assert over_caps(capped, LoadFacts(open=13, other=6, day=4), "personal", "hot") == ()
    assert over_caps(capped, LoadFacts(open=14, other=6, day=4), "personal", "hot") == (
        "is at the cap of 20 open leads, other work counting as 6",
    )


def test_other_work_counts_for_the_next_lead_and_is_kept_with_the_decision(harbor):
    set_other_load(harbor.person("james"), amount=20)
    first = harbor.lead()
    assert harbor.owner(first) == "sarah"
    row = RoutingDecision.objects.select_related("producer", "ruleset").get(lead=first)
    set_other_load(harbor.person("james"), amount=0)
    assert_the_same(row)
    assert harbor.owner(harbor.lead()) == "james"
