"""What must hold of every decision, whatever the roster, the loads and the lead."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from producers.facts import LoadFacts
from routing.engine import Balance, Rule, RuleSet, decide
from routing.engine.facts import ASSIGNED, UNPLACED
from tests.routing.people import LINES, METRO, NORTH, ROSA, TUESDAY, lead, license_in, person, roster

NEW_YORK = ZoneInfo("America/New_York")
KEYS = [f"p{n}" for n in range(8)]
TEAMS = ("north", "metro")
DAY = date(2026, 11, 24)
MODELS = ("round_robin", "weighted_round_robin", "least_loaded", "best_fit", "close_rate")

licences = st.builds(
    license_in,
    st.sampled_from(["NY", "NJ"]),
    st.sampled_from(["property", "casualty", "life", "personal_lines"]),
    st.sampled_from(["casualty", "life"]),
    effective=st.sampled_from([date(2020, 1, 1), DAY, DAY + timedelta(days=1)]),
    expires=st.sampled_from([date(2029, 1, 1), DAY, DAY - timedelta(days=1)]),
    resident=st.sampled_from([None, True, False]),
)
loads = st.builds(
    LoadFacts,
    open=st.integers(0, 25),
    day=st.integers(0, 4),
    last_assigned_at=st.none() | st.integers(0, 5).map(lambda minutes: TUESDAY - timedelta(minutes=minutes)),
    presence=st.sampled_from(["available", "available", "busy", "away"]),
    received_90d=st.integers(0, 50),
    bound_90d=st.integers(0, 10),
)
hours = st.none() | st.sampled_from([{1: ((time(9), time(12)),)}, {1: ((time(14), time(18)),)}, {}])


@st.composite
def people(draw):
    """Up to eight people of all sorts, with their loads."""
    found, moving = [], {}
    for key in KEYS[: draw(st.integers(1, 8))]:
        found.append(
            person(
                key,
                role=draw(st.sampled_from(["producer", "producer", "producer", "csr", "manager"])),
                teams=frozenset(draw(st.sets(st.sampled_from(TEAMS)))),
                lines=frozenset(draw(st.sets(st.sampled_from(sorted(LINES))))),
                level=draw(st.sampled_from(["", "senior"])),
                weight=draw(st.sampled_from([0, 500_000, 1_000_000, 3_000_000])),
                licenses=tuple(draw(st.lists(licences, max_size=3))),
                caps=draw(st.dictionaries(st.sampled_from(["open", "day"]), st.integers(0, 20))),
                hours=draw(hours),
                time_off=draw(st.sampled_from([(), (), ((DAY, DAY),), ((date(2026, 11, 1), DAY - timedelta(days=1)),)])),
            )
        )
        moving[key] = draw(loads)
    return found, moving


distributions = st.builds(
    lambda model, among, top: {"distribute": model, "among": among} | ({"top": top} if top else {}),
    st.sampled_from(MODELS),
    st.sampled_from(["everyone", "territory", {"team": "north"}, {"people": KEYS[:3]}, {"level": "senior"}]),
    st.sampled_from([None, 2]),
)
actions = distributions | st.sampled_from([{"owner": "account"}, {"owner": "lead"}, {"person": "p0"}])
rulesets = st.lists(actions, min_size=1, max_size=4).map(
    lambda thens: RuleSet(1, tuple(Rule(f"r{n}", {}, then) for n, then in enumerate(thens)))
)
leads = st.builds(
    lead,
    state=st.sampled_from(["NY", "NJ", "TX", ""]),
    line=st.sampled_from(["personal_auto", "bop", "life_term", "spaceship"]),
    zip_code=st.sampled_from(["10005", "10205", "99999", ""]),
    account_owner=st.sampled_from([None, "p1"]),
    lead_owner=st.sampled_from([None, "p2"]),
)
ledgers = st.dictionaries(st.sampled_from(KEYS), st.integers(-1_500_000, 1_500_000).map(Balance), max_size=8)
moments = st.sampled_from([TUESDAY, TUESDAY - timedelta(hours=4), TUESDAY + timedelta(hours=9)])
excluded = st.frozensets(st.sampled_from(KEYS), max_size=3)


def may_sell(one, facts, day) -> bool:
    """The license gate written a second time, from the contract alone."""
    line = LINES.get(facts.line)

    def able(held) -> bool:
        covers = line is None or any(set(clause) <= set(held.authority) for clause in line.requires)
        return held.effective <= day <= held.expires and covers

    return any(
        held.state == facts.state
        and able(held)
        and (held.resident is not False or any(home.resident and able(home) for home in one.licenses))
        for held in one.licenses
    )


@settings(max_examples=120, deadline=None)
@given(crowd=people(), facts=leads, ruleset=rulesets, ledger=ledgers, now=moments, exclude=excluded)
def test_nobody_gets_a_lead_who_must_not(crowd, facts, ruleset, ledger, now, exclude):
    found, moving = crowd
    office = roster(*found, ROSA, loads=moving)
    decision = decide(facts, office, ruleset, {"r0": ledger}, now, exclude=exclude)
    if decision.outcome == UNPLACED:
        return
    assert decision.outcome == ASSIGNED
    one, load = office.producers[decision.producer], moving[decision.producer]
    day = now.astimezone(NEW_YORK).date()
    assert facts.state and may_sell(one, facts, day)
    assert one.key not in exclude
    assert all(getattr(load, period) < limit for period, limit in one.caps.items())
    assert not any(start <= day <= end for start, end in one.time_off)
    assert decision.proof["state"] == facts.state


@settings(max_examples=60, deadline=None)
@given(crowd=people(), facts=leads, ruleset=rulesets, ledger=ledgers, now=moments, order=st.randoms(use_true_random=False))
def test_shuffling_the_roster_changes_nothing(crowd, facts, ruleset, ledger, now, order):
    found, moving = crowd
    before = decide(facts, roster(*found, ROSA, loads=moving), ruleset, {"r0": ledger}, now)
    order.shuffle(found)
    assert decide(facts, roster(*found, ROSA, loads=moving), ruleset, {"r0": ledger}, now) == before


@settings(max_examples=60, deadline=None)
@given(crowd=people(), facts=leads, ruleset=rulesets, ledger=ledgers, now=moments)
def test_adding_somebody_ineligible_changes_nothing(crowd, facts, ruleset, ledger, now):
    """Somebody without a record of their own: a record is part of the agency's mean, which everyone is measured by."""
    found, moving = crowd
    idle = person("idle", licenses=(), teams=frozenset(TEAMS), level="senior")
    before = decide(facts, roster(*found, ROSA, loads=moving), ruleset, {"r0": ledger}, now)
    after = decide(facts, roster(*found, idle, ROSA, loads=moving), ruleset, {"r0": ledger}, now)
    assert (after.outcome, after.producer, after.rule, after.ledger) == (
        before.outcome,
        before.producer,
        before.rule,
        before.ledger,
    )
    others = tuple(one for one in after.considered if one.producer != "idle")
    assert others == before.considered


@settings(max_examples=60, deadline=None)
@given(crowd=people(), facts=leads, ruleset=rulesets, ledger=ledgers, now=moments)
def test_a_turn_moves_the_ledger_s_sum_by_nothing(crowd, facts, ruleset, ledger, now):
    found, moving = crowd
    decision = decide(facts, roster(*found, ROSA, loads=moving), ruleset, {"r0": ledger}, now)
    if decision.rotation is None:
        return
    before = ledger if decision.rotation == "r0" else {}
    assert sum(one.owed for one in decision.ledger.values()) == sum(one.owed for one in before.values())
    assert sum(decision.shares.values()) == 1_000_000


@settings(max_examples=40, deadline=None)
@given(crowd=people(), facts=leads, ruleset=rulesets, now=moments)
def test_every_decision_says_why_in_words(crowd, facts, ruleset, now):
    found, moving = crowd
    decision = decide(facts, roster(*found, ROSA, loads=moving), ruleset, {}, now)
    assert decision.reason.endswith(".")
    assert all(one.why for one in decision.rules)
    assert all(one.why for one in decision.considered if not one.eligible)
    assert not any(one.why for one in decision.considered if one.eligible)
    if decision.producer is not None and decision.outcome == ASSIGNED:
        assert decision.considered[0].producer == decision.producer


def test_a_roster_changed_in_place_is_another_roster():
    """Rosters are immutable: a change makes a new one, and what was remembered of the old one does not stick to it."""
    office = roster(person("amy"), person("rosa", role="manager"))
    one_rule = RuleSet(1, (Rule("r0", {}, {"person": "amy"}),))
    assert decide(lead(), office, one_rule, {}, TUESDAY).producer == "amy"
    changed = replace(office, producers={**office.producers, "amy": person("amy", licenses=())})
    assert decide(lead(), changed, one_rule, {}, TUESDAY).outcome == UNPLACED
    moved = replace(office, territories=(replace(NORTH, team="metro"), METRO))
    pod = RuleSet(1, (Rule("r0", {}, {"distribute": "round_robin", "among": "territory"}),))
    assert decide(lead(), moved, pod, {}, datetime(2026, 11, 24, 20, 0, tzinfo=NEW_YORK)).outcome == UNPLACED
