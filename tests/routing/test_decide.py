"""Who gets a lead: each rule form, each gate, the second pass and the owner of last resort."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from producers.facts import CertificationFacts, LoadFacts
from routing.engine import Balance, Rule, decide
from routing.engine.decide import against, given
from routing.engine.gates import AWAY, CLOSED, EXCLUDED, INACTIVE, NO_LEADS, NO_STATE, OUTSIDE_HOURS
from routing.engine.words import NEEDS_OWNER, NO_TERRITORY, NOBODY_THERE
from tests.routing.people import (
    CARLA,
    DAVID,
    EVERYBODY,
    JAMES,
    METRO,
    NORTH,
    RACHEL,
    ROSA,
    SARAH,
    SUNDAY_NIGHT,
    TUESDAY,
    lead,
    license_in,
    person,
    roster,
    rules,
    turns,
)

BUSY = LoadFacts(presence="busy")
DAY = date(2026, 11, 24)


def why(decision, key: str) -> tuple[str, ...]:
    """What ruled somebody out."""
    return next(one.why for one in decision.considered if one.producer == key)


def choose(*people, facts=None, then=None, now=TUESDAY, **changes):
    """One lead before these people, taking turns among everyone unless said otherwise."""
    return decide(facts or lead(), roster(*people, **changes), rules(then or turns()), {}, now)


# --- The chain of rules ---


def test_the_first_rule_that_finds_somebody_decides_and_the_ones_before_say_why_not():
    ruleset = rules(
        Rule("clients", {"existing_client": True}, {"owner": "account"}),
        Rule("desk", {"line_families": ["commercial"]}, turns({"team": "metro"})),
        Rule("pod", {}, turns("territory")),
        Rule("anyone", {}, turns()),
    )
    decision = decide(lead(), roster(), ruleset, {}, TUESDAY)
    assert (decision.outcome, decision.producer, decision.rule) == ("assigned", "james", "pod")
    assert [(one.name, one.matched) for one in decision.rules] == [("clients", False), ("desk", False), ("pod", True)]
    assert decision.rules[0].why == "the person is not a client"
    assert decision.rules[1].why == "the family is personal, not commercial"
    assert decision.reason == "It is James X.'s turn: owed 0.50 of a lead, 2 eligible (rule “pod”)."
    assert (decision.ruleset, decision.roster) == (3, 7)


def test_where_everybody_eligible_is_ahead_the_reason_says_so():
    """Rachel, whom the rule does not name, is owed what they are ahead: half this lead each, -0.9 + 0.5 and -0.8 + 0.5."""
    ledger = {"sarah": Balance(-900_000), "james": Balance(-800_000), "rachel": Balance(1_700_000)}
    decision = decide(lead(), roster(), rules(turns({"people": ["sarah", "james"]})), {"rule 1": ledger}, TUESDAY)
    assert decision.reason == "It is James X.'s turn: ahead by 0.30 of a lead, the least of 2 eligible (rule “rule 1”)."


def test_a_rule_that_finds_nobody_is_recorded_and_the_next_is_tried():
    decision = decide(lead(line="life_term", family="life"), roster(), rules(turns("territory"), turns()), {}, TUESDAY)
    assert (decision.producer, decision.rule) == ("david", "rule 2")
    assert decision.rules[0].matched
    assert decision.rules[0].why == "Nobody of 2 is eligible: license in NY lacks life (2)"


def test_outside_working_hours_the_rules_run_once_more_without_shifts():
    decision = choose(now=SUNDAY_NIGHT)
    assert decision.outcome == "assigned"
    assert decision.off_shift
    assert decision.producer == "david"
    assert [one.why for one in decision.rules] == [
        f"Nobody of 4 is eligible: {OUTSIDE_HOURS} (4)",
        "Tried again without regard to shifts: It is David X.'s turn: owed 0.25 of a lead, 4 eligible",
    ]


def test_ranking_off_shift_does_not_prefer_who_opens_first():
    early = replace(SARAH, hours={6: ((time(4), time(12)),)})
    assert choose(early, JAMES, now=SUNDAY_NIGHT).producer == "james"


def test_somebody_on_shift_comes_before_anybody_off_shift_even_by_a_later_rule():
    late = replace(DAVID, hours={6: ((time(0), time(6)),)})
    decision = decide(lead(), roster(SARAH, JAMES, late, ROSA), rules(turns("territory"), turns()), {}, SUNDAY_NIGHT)
    assert (decision.producer, decision.rule, decision.off_shift) == ("david", "rule 2", False)


def test_with_nobody_eligible_the_owner_of_last_resort_has_it_and_is_told_why():
    decision = choose(facts=lead(state="TX", zip_code="78701"))
    assert (decision.outcome, decision.producer, decision.rule) == ("unplaced", "rosa", None)
    assert decision.reason == "Nobody may take it (holds no license in TX (4)): with Rosa X. as owner of last resort."
    assert why(decision, "sarah") == ("holds no license in TX",)
    assert decision.proof == {}


def test_the_owner_of_last_resort_is_bound_by_no_gate():
    off = replace(ROSA, licenses=(), time_off=((DAY, DAY),), caps={"open": 0})
    assert choose(off, facts=lead(state="TX")).producer == "rosa"


def test_without_a_choice_the_owner_of_last_resort_is_the_first_manager_else_anyone():
    texan = lead(state="TX")
    assert choose(ROSA, SARAH, facts=texan, fallback=None).producer == "rosa"
    assert choose(SARAH, JAMES, facts=texan, fallback="gone").producer == "james"


def test_a_lead_that_fits_no_rule_is_unplaced():
    decision = decide(lead(), roster(), rules(Rule("hot", {"tier": "hot"}, turns())), {}, TUESDAY)
    assert decision.outcome == "unplaced"
    assert decision.reason == "No rule fits: with Rosa X. as owner of last resort."


# --- Rule forms ---


def test_existing_clients_go_to_whoever_serves_them_even_a_csr_off_shift():
    ruleset = rules({"owner": "account"}, turns())
    decision = decide(lead(existing_client=True, account_owner="carla"), roster(), ruleset, {}, SUNDAY_NIGHT)
    assert (decision.producer, decision.off_shift) == ("carla", False)
    assert decision.reason == "Carla X. serves this client (rule “rule 1”)."


@pytest.mark.parametrize(
    ("change", "because"),
    [
        ({"licenses": ()}, "holds no license in NY"),
        ({"time_off": ((DAY, DAY),)}, "is off until 2026-11-24"),
        ({"caps": {"open": 0}}, "is at the cap of 0 open leads"),
    ],
)
def test_whoever_serves_the_client_passes_every_gate_but_the_shift(change, because):
    ruleset = rules({"owner": "account"}, turns())
    facts = lead(existing_client=True, account_owner="carla")
    decision = decide(facts, roster(SARAH, replace(CARLA, **change)), ruleset, {}, TUESDAY)
    assert decision.producer == "sarah"
    assert why(decision, "carla") == (because,)


def test_a_person_already_being_worked_with_stays_where_they_are():
    decision = decide(lead(open_lead=True, lead_owner="james"), roster(), rules({"owner": "lead"}), {}, SUNDAY_NIGHT)
    assert (decision.producer, decision.reason) == ("james", "James X. is already working with this person (rule “rule 1”).")


def test_an_owner_nobody_knows_of_passes_the_rule_on():
    decision = decide(lead(existing_client=True), roster(), rules({"owner": "account"}, {"owner": "lead"}, turns()), {}, TUESDAY)
    assert decision.rule == "rule 3"
    assert [one.matched for one in decision.rules] == [True, True, True]


def test_someone_who_left_is_not_active_any_more():
    decision = decide(
        lead(existing_client=True, account_owner="bob"), roster(), rules({"owner": "account"}, turns()), {}, TUESDAY
    )
    assert why(decision, "bob") == (INACTIVE,)


def test_a_named_person_gets_it_if_eligible_and_off_shift_only_in_the_second_pass():
    assert decide(lead(), roster(), rules({"person": "rosa"}, turns()), {}, TUESDAY).producer == "rosa"
    decision = decide(lead(), roster(), rules({"person": "rosa"}), {}, SUNDAY_NIGHT)
    assert (decision.producer, decision.off_shift) == ("rosa", True)


def test_csrs_and_managers_are_nobody_in_everyone_territory_team_and_level():
    senior = replace(ROSA, level="senior", teams=frozenset({"metro"}))
    for among in ("everyone", {"team": "metro"}, {"level": "senior"}, "territory"):
        decision = choose(senior, CARLA, then=turns(among), facts=lead(zip_code="10205"))
        assert decision.outcome == "unplaced", among
        assert {one.producer for one in decision.considered} == set()
    assert choose(then=turns({"people": ["rosa", "carla"]})).producer == "carla"


def test_a_level_is_a_pool_of_its_own():
    assert choose(SARAH, replace(JAMES, level="senior"), then=turns({"level": "senior"})).producer == "james"
    assert choose(SARAH, then=turns({"level": "senior"})).rules[0].why == NOBODY_THERE


def test_territory_is_the_team_that_owns_the_lead_s_place():
    assert {one.producer for one in choose(then=turns("territory")).considered} == {"sarah", "james"}
    assert {one.producer for one in choose(then=turns("territory"), facts=lead(zip_code="10205")).considered} == {
        "rachel",
        "david",
    }
    nowhere = lead(zip_code="10999", county="")
    assert choose(then=turns("territory"), facts=nowhere).rules[0].why == NO_TERRITORY
    orphan = roster(territories=(replace(NORTH, team=None), METRO))
    assert decide(lead(), orphan, rules(turns("territory")), {}, TUESDAY).rules[0].why == "No team owns North County"


def test_nurture_has_no_owner_and_names_the_plan():
    decision = choose(then={"nurture": "monthly"})
    assert (decision.outcome, decision.producer, decision.plan, decision.considered) == ("nurtured", None, "monthly", ())


def test_who_came_back_by_themselves_is_not_nurtured_again():
    decision = decide(lead(may_be_nurtured=False), roster(), rules({"nurture": "monthly"}, turns()), {}, TUESDAY)
    assert (decision.outcome, decision.rules[0].why) == ("assigned", NEEDS_OWNER)


def test_turns_by_weight_use_the_rotation_of_the_rule_and_return_its_new_state():
    ledger = {"sarah": Balance(-400_000), "james": Balance(400_000)}
    decision = decide(lead(), roster(), rules(Rule("pod", {}, turns("territory"))), {"pod": ledger}, TUESDAY)
    assert (decision.producer, decision.rotation) == ("james", "pod")
    assert decision.ledger == {"sarah": Balance(100_000, 500_000, 0), "james": Balance(-100_000, 500_000, 1_000_000)}
    assert decision.shares == {"sarah": 500_000, "james": 500_000}
    ranks = {one.producer: one.rank for one in decision.considered}
    assert ranks["james"] == {"owed": 400_000, "share": 500_000}


def test_weight_zero_takes_no_turns():
    decision = choose(replace(SARAH, weight=0), JAMES, then={"distribute": "weighted_round_robin", "among": "everyone"})
    assert decision.producer == "james"
    assert why(decision, "sarah") == ("has no weight in this rotation",)
    assert (
        choose(replace(SARAH, weight=0), then={"distribute": "weighted_round_robin", "among": "everyone"}).outcome == "unplaced"
    )


def test_the_least_loaded_has_the_fewest_open_leads_and_ties_go_to_the_longest_wait():
    loads = {
        "sarah": LoadFacts(open=3, last_assigned_at=TUESDAY - timedelta(hours=1)),
        "james": LoadFacts(open=2, last_assigned_at=TUESDAY - timedelta(minutes=5)),
        "david": LoadFacts(open=2, last_assigned_at=TUESDAY - timedelta(minutes=9)),
        "rachel": LoadFacts(open=4),
    }
    then = {"distribute": "least_loaded", "among": "everyone"}
    assert choose(then=then, loads=loads).producer == "david"
    never = loads | {"james": LoadFacts(open=2)}
    assert choose(then=then, loads=never).producer == "james"
    assert choose(then=then, loads={}).producer == "david"  # nobody ever had one: by key


def test_close_rate_is_shrunk_to_the_agency_s_mean_so_two_of_two_do_not_beat_thirty_of_a_hundred():
    loads = {
        "sarah": LoadFacts(received_90d=100, bound_90d=30),
        "james": LoadFacts(received_90d=2, bound_90d=2),
        "david": LoadFacts(received_90d=98, bound_90d=8),
    }
    # The mean is 40 of 200 = 20 %: sarah (30 + 4) / 120 = 28.3 %, james (2 + 4) / 22 = 27.3 %, rachel 20 %,
    # david (8 + 4) / 118 = 10.2 %.
    decision = choose(then={"distribute": "close_rate", "among": "everyone"}, loads=loads)
    assert decision.producer == "sarah"
    rates = {one.producer: one.rank["close_rate"] for one in decision.considered}
    assert rates == pytest.approx({"sarah": 0.283333, "james": 0.272727, "rachel": 0.2, "david": 0.101694}, abs=1e-6)


def test_top_keeps_only_the_best_closers():
    loads = {
        "sarah": LoadFacts(received_90d=100, bound_90d=30),
        "james": LoadFacts(received_90d=100, bound_90d=20),
        "david": LoadFacts(received_90d=100, bound_90d=10),
    }
    decision = choose(SARAH, JAMES, DAVID, then=turns(top=2), loads=loads)
    assert decision.producer in {"sarah", "james"}
    assert why(decision, "david") == ("is not among the 2 who close most",)


# --- Gates ---


@pytest.mark.parametrize(
    ("licenses", "because"),
    [
        ((), "holds no license in NY"),
        ((license_in("NJ"),), "holds no license in NY"),
        ((license_in("NY", expires=DAY - timedelta(days=1)),), "license in NY expired on 2026-11-23"),
        ((license_in("NY", effective=DAY + timedelta(days=1)),), "license in NY begins on 2026-11-25"),
        ((license_in("NY", "property"),), "license in NY lacks casualty and property or personal lines"),
        (
            (license_in("NY", "property"), license_in("NY", "casualty")),
            "license in NY lacks casualty and property or personal lines",
        ),
        ((license_in("NY", resident=False),), "non-resident license in NY needs an active home-state license"),
        (
            (license_in("NY", resident=False), license_in("NJ", resident=True, expires=DAY - timedelta(days=1))),
            "non-resident license in NY needs an active home-state license",
        ),
        (
            (license_in("NY", resident=False), license_in("NJ", "life", resident=True)),
            "non-resident license in NY needs an active home-state license",
        ),
    ],
)
def test_without_the_licence_nobody_gets_the_lead(licenses, because):
    decision = choose(replace(SARAH, licenses=licenses), ROSA)
    assert decision.outcome == "unplaced"
    assert why(decision, "sarah") == (because,)


@pytest.mark.parametrize(
    "licenses",
    [
        (license_in("NY", expires=DAY),),
        (license_in("NY", effective=DAY),),
        (license_in("NY", "personal_lines"),),
        (license_in("NY", "personal_lines", "life", "ah"),),
        (license_in("NY", expires=DAY - timedelta(days=1)), license_in("NY", number="renewed")),
        (license_in("NY", resident=False), license_in("NJ", resident=True)),
    ],
)
def test_with_the_licence_they_do(licenses):
    assert choose(replace(SARAH, licenses=licenses)).outcome == "assigned"


def test_a_licence_s_last_day_is_the_agency_s_not_the_server_s():
    last = replace(SARAH, licenses=(license_in("NY", expires=DAY),), hours={day: ((time(0), time.max),) for day in range(7)})
    late_evening = datetime.fromisoformat("2026-11-24T23:30:00-05:00")  # the 25th already in UTC
    assert choose(last, ROSA, now=late_evening).outcome == "assigned"
    assert choose(last, ROSA, now=late_evening + timedelta(hours=1)).outcome == "unplaced"


def test_the_proof_is_the_licence_that_allows_it():
    decision = choose(replace(SARAH, licenses=(license_in("NY", number="1000002"),)))
    assert decision.proof == {
        "state": "NY",
        "number": "1000002",
        "authority": ["casualty", "property"],
        "effective": "2020-01-01",
        "expires": "2029-12-31",
        "resident": None,
        "line": "personal_auto",
        "checked_on": "2026-11-24",
        "npn": "",
        "source": "",
        "verified_on": None,
        "age_days": None,
    }


def test_a_line_nobody_knows_is_held_against_the_state_only():
    surety = replace(SARAH, licenses=(license_in("NY", "surety"),))
    assert choose(surety, facts=lead(line="spaceship", family="")).producer == "sarah"
    assert choose(surety, ROSA, facts=lead(line="spaceship", family="", state="NJ")).outcome == "unplaced"


def test_a_state_nobody_knows_is_for_the_owner_of_last_resort():
    decision = choose(facts=lead(state="", zip_code="", county=""))
    assert decision.outcome == "unplaced"
    assert why(decision, "sarah") == (NO_STATE,)


def test_a_certification_must_be_held_and_in_date():
    flood = lead(line="flood")
    held = CertificationFacts("flood_training", date(2026, 1, 1), DAY)
    assert why(choose(SARAH, ROSA, facts=flood), "sarah") == ("lacks the certification flood_training",)
    assert choose(replace(SARAH, certifications=(held,)), facts=flood).producer == "sarah"
    lapsed = replace(held, expires=DAY - timedelta(days=1))
    assert choose(replace(SARAH, certifications=(lapsed,)), ROSA, facts=flood).outcome == "unplaced"
    for_ever = replace(held, expires=None)
    assert choose(replace(SARAH, certifications=(for_ever,)), facts=flood).producer == "sarah"


@pytest.mark.parametrize(
    ("period", "words"),
    [("open", "open leads"), ("day", "leads today"), ("week", "leads this week"), ("month", "leads this month")],
)
def test_a_full_cap_rules_out(period, words):
    capped = replace(SARAH, caps={period: 8})
    assert choose(capped, loads={"sarah": LoadFacts(**{period: 7})}).producer == "sarah"
    decision = choose(capped, ROSA, loads={"sarah": LoadFacts(**{period: 8})})
    assert why(decision, "sarah") == (f"is at the cap of 8 {words}",)


def test_time_off_counts_both_its_days():
    away = replace(SARAH, time_off=((date(2026, 11, 21), date(2026, 11, 28)),))
    at = datetime.fromisoformat("2026-11-20T15:00:00-05:00")
    outcomes = [choose(away, ROSA, now=at + timedelta(days=n)).outcome for n in (0, 1, 8, 9)]
    assert outcomes == ["assigned", "unplaced", "unplaced", "assigned"]


def test_own_hours_replace_the_agency_s_and_the_closing_minute_is_closed():
    early = replace(RACHEL, hours={day: ((time(8), time(16)),) for day in range(5)})
    at = datetime.fromisoformat("2026-11-24T08:00:00-05:00")
    assert not choose(early, now=at).off_shift
    assert choose(early, now=at - timedelta(minutes=1)).off_shift
    assert not choose(early, now=at + timedelta(hours=8, minutes=-1)).off_shift
    assert choose(early, now=at + timedelta(hours=8)).off_shift


def test_a_holiday_closes_everyone():
    decision = choose(closed=frozenset({DAY}))
    assert decision.off_shift
    assert CLOSED in decision.rules[0].why


def test_who_is_away_is_not_on_shift():
    loads = {"sarah": LoadFacts(presence="away"), "james": LoadFacts(presence="busy", open=9)}
    decision = choose(SARAH, JAMES, loads=loads)
    assert decision.producer == "james"
    assert why(decision, "sarah") == (AWAY,)
    assert choose(SARAH, loads=loads).off_shift


def test_who_is_excluded_is_passed_over_in_every_form():
    facts = lead(existing_client=True, account_owner="sarah")
    ruleset = rules({"owner": "account"}, {"person": "sarah"}, turns())
    decision = decide(facts, roster(SARAH, JAMES), ruleset, {}, TUESDAY, exclude=frozenset({"sarah"}))
    assert decision.producer == "james"
    assert why(decision, "sarah") == (EXCLUDED,)


def test_everything_that_rules_someone_out_is_said():
    wreck = replace(SARAH, licenses=(), time_off=((DAY, DAY),), caps={"open": 0, "day": 0})
    decision = choose(wreck, ROSA)
    assert why(decision, "sarah") == (
        "holds no license in NY",
        "is off until 2026-11-24",
        "is at the cap of 0 open leads",
        "is at the cap of 0 leads today",
    )


def test_shares_of_capacity_are_no_gate():
    assert choose(person("solo", lines=frozenset({"life_term"}))).producer == "solo"


def test_a_decision_serialises_with_the_contract_s_names():
    data = choose().to_json()
    assert set(data) == {"outcome", "producer", "rule", "ruleset", "roster", "reason", "rules", "considered", "proof"}
    assert set(data["rules"][0]) == {"name", "matched", "why"}
    assert set(data["considered"][0]) == {"producer", "eligible", "why", "rank"}
    assert len(EVERYBODY) == 6


# --- What somebody else decides ---


def test_what_stands_against_a_person_by_hand():
    capped = replace(SARAH, caps={"open": 0}, time_off=((DAY, DAY),))
    office = roster(capped, replace(JAMES, licenses=()))
    full = ("is off until 2026-11-24", "is at the cap of 0 open leads")
    assert against(lead(), office, "sarah", SUNDAY_NIGHT) == ("is at the cap of 0 open leads", OUTSIDE_HOURS)
    assert against(lead(), office, "sarah", TUESDAY, shift=False) == full
    assert against(lead(), office, "sarah", TUESDAY, overrule=True) == ()
    assert against(lead(), office, "james", TUESDAY, overrule=True) == ("holds no license in NY",)
    assert against(lead(), office, "bob", TUESDAY, overrule=True) == (INACTIVE,)
    assert against(lead(), replace(office, without_leads=frozenset({"mia"})), "mia", TUESDAY, overrule=True) == (NO_LEADS,)


def test_what_the_gates_say_of_a_hand_s_choice_is_kept_with_it():
    decision = given(lead(), roster(), 3, "sarah", SUNDAY_NIGHT, reason="Given to Sarah.")
    assert (decision.outcome, decision.producer, decision.rule, decision.reason) == ("assigned", "sarah", None, "Given to Sarah.")
    assert decision.considered[0].why == (OUTSIDE_HOURS,)
    assert decision.proof["state"] == "NY"
