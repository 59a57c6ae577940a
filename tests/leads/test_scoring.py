"""What a score is made of, worked out by hand for named people."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.scoring import EventFacts, Model, ScoreRule, problems, score
from leads.scoring.model import Decay
from leads.scoring.scorer import CEILING, FLOOR, round_half_up
from producers.facts import Roster
from routing.engine.conditions import Known
from routing.engine.facts import LeadFacts

NOW = datetime(2026, 11, 24, 20, tzinfo=UTC)
ROSTER = Roster(
    number=1, timezone="America/New_York", hours={}, holidays="", fallback=None, producers={}, territories=(), lines={}
)
DATA = {
    "tiers": {"hot": 65, "warm": 40},
    "decay": [{"after_days": 30, "keep": 0.8}, {"after_days": 60, "keep": 0.5}, {"after_days": 90, "keep": 0}],
    "rules": [
        {"label": "Asked", "event": ["quote_request", "callback_request"], "points": 25, "intent": "high"},
        {"label": "Prices", "event": ["pricing_view"], "points": 10, "intent": "high", "times": 2},
        {"label": "Came back", "event": ["repeat_channel"], "points": 10, "intent": "high", "within_days": 7},
        {"label": "Guide", "event": ["guide_download"], "points": 15, "intent": "medium"},
        {"label": "Mails", "event": ["email_open"], "at_least": 3, "points": 10, "intent": "medium"},
        {"label": "Here", "fit": {"states": ["NY", "NJ", "CT"]}, "points": 15},
        {"label": "Age", "fit": {"age": "25-64"}, "points": 5},
        {"label": "Expiring", "fit": {"policy_expires_within_days": 60}, "points": 15},
        {"label": "On the phone", "fit": {"lead_kinds": ["live_transfer"]}, "points": 65},
        {"label": "Unsubscribed", "event": ["unsubscribe"], "points": -20},
    ],
}
MODEL = Model.from_data(DATA)
ANA = LeadFacts(key="1", state="NY")
BEN = LeadFacts(key="2", state="TX")


def did(*kinds: str, at: datetime = NOW) -> list[EventFacts]:
    return [EventFacts(kind, at) for kind in kinds]


def test_ana_asked_for_a_quote_from_our_territory():
    assert score(MODEL, ANA, did("quote_request"), ROSTER, NOW, NOW).reasons == ((25, "Asked"), (15, "Here"))
    assert score(MODEL, ANA, did("quote_request"), ROSTER, NOW, NOW).score == 40
    assert score(MODEL, ANA, did("quote_request"), ROSTER, NOW, NOW).tier == "warm"


def test_two_kinds_of_one_rule_count_once():
    assert score(MODEL, BEN, did("quote_request", "callback_request", "quote_request"), ROSTER, NOW, NOW).score == 25


@pytest.mark.parametrize(("views", "points"), [(1, 10), (2, 20), (3, 20), (9, 20)])
def test_a_rule_counts_no_more_than_its_times(views, points):
    assert score(MODEL, BEN, did(*["pricing_view"] * views), ROSTER, NOW, NOW).score == points


@pytest.mark.parametrize(("opened", "points"), [(2, 0), (3, 10), (6, 10)])
def test_three_opened_mails_count_once(opened, points):
    assert score(MODEL, BEN, did(*["email_open"] * opened), ROSTER, NOW, NOW).score == points


def test_at_least_and_times_together_count_whole_groups():
    model = Model((ScoreRule("Mails", 4, frozenset({"email_open"}), at_least=3, times=2),))
    assert [score(model, BEN, did(*["email_open"] * n), ROSTER, NOW, NOW).score for n in (2, 3, 5, 6, 9)] == [0, 4, 4, 8, 8]


def test_a_return_counts_for_seven_days_and_not_a_second_longer():
    week = timedelta(days=7)
    assert score(MODEL, BEN, did("repeat_channel", at=NOW - week), ROSTER, NOW, NOW).score == 10
    assert score(MODEL, BEN, did("repeat_channel", at=NOW - week - timedelta(seconds=1)), ROSTER, NOW, NOW).score == 0


def test_a_return_after_more_than_seven_days_is_not_a_return_within_seven():
    soon = EventFacts("repeat_channel", NOW, since=NOW - timedelta(days=7))
    late = EventFacts("repeat_channel", NOW, since=NOW - timedelta(days=8))
    assert score(MODEL, BEN, [soon], ROSTER, NOW, NOW).score == 10
    assert score(MODEL, BEN, [late], ROSTER, NOW, NOW).score == 0


def test_unknown_age_earns_nothing_and_a_known_one_five():
    carla = LeadFacts(key="3", state="NY", attributes={"age": 42})
    assert score(MODEL, ANA, [], ROSTER, NOW, NOW).score == 15
    assert score(MODEL, carla, [], ROSTER, NOW, NOW).score == 20


def test_unsubscribing_costs_points_and_stands_last():
    result = score(MODEL, ANA, did("quote_request", "unsubscribe"), ROSTER, NOW, NOW)
    assert result.reasons == ((25, "Asked"), (15, "Here"), (-20, "Unsubscribed"))
    assert (result.score, result.tier) == (20, "cold")


def test_a_score_stops_at_a_hundred_and_says_so():
    dora = LeadFacts(key="4", state="NY", kind="live_transfer")
    result = score(MODEL, dora, did("quote_request", "guide_download"), ROSTER, NOW, NOW)
    assert result.score == 100
    assert result.reasons == ((65, "On the phone"), (25, "Asked"), (15, "Guide"), (15, "Here"), (-20, CEILING))


def test_a_score_stops_at_zero_and_says_so():
    result = score(MODEL, BEN, did("unsubscribe"), ROSTER, NOW, NOW)
    assert (result.score, result.reasons) == (0, ((20, FLOOR), (-20, "Unsubscribed")))


@pytest.mark.parametrize(
    ("days", "left", "line"),
    [
        (29, 40, None),
        (30, 32, (-8, "No activity for 30 days")),
        (59, 32, (-8, "No activity for 30 days")),
        (60, 20, (-20, "No activity for 60 days")),
        (90, 0, (-40, "No activity for 90 days")),
        (400, 0, (-40, "No activity for 90 days")),
    ],
)
def test_a_score_fades_from_the_day_of_each_step_on(days, left, line):
    result = score(MODEL, ANA, did("quote_request"), ROSTER, NOW, NOW - timedelta(days=days))
    assert result.score == left
    assert result.reasons == ((25, "Asked"), (15, "Here"), *([line] if line else []))


def test_halves_go_up():
    assert [round_half_up(Decimal(value)) for value in ("22.5", "22.49", "0.5", "23.5")] == [23, 22, 1, 24]
    # 15 + 5 + 15 = 35 points in NY; 35 x 0.5 = 17.5
    erin = LeadFacts(key="5", state="NY", attributes={"age": 30}, policy_expires_on=NOW.date())
    assert score(MODEL, erin, [], ROSTER, NOW, NOW - timedelta(days=60)).score == 18


def test_equal_reasons_stay_in_the_order_of_the_file():
    result = score(MODEL, LeadFacts(key="6", state="NJ", policy_expires_on=NOW.date()), did("guide_download"), ROSTER, NOW, NOW)
    assert [reason for _, reason in result.reasons] == ["Guide", "Here", "Expiring"]


def test_fit_and_event_in_one_rule_must_both_hold():
    model = Model((ScoreRule("Local look", 7, frozenset({"page_view"}), {"states": ["NY"]}),))
    assert score(model, ANA, did("page_view"), ROSTER, NOW, NOW).score == 7
    assert score(model, BEN, did("page_view"), ROSTER, NOW, NOW).score == 0
    assert score(model, ANA, [], ROSTER, NOW, NOW).score == 0


def test_the_tiers_begin_exactly_at_their_numbers():
    assert [MODEL.tier(points) for points in (0, 39, 40, 64, 65, 100)] == ["cold", "cold", "warm", "warm", "hot", "hot"]


def test_high_intent_is_what_the_model_says_it_is():
    assert MODEL.shows_high_intent("callback_request")
    assert not MODEL.shows_high_intent("email_open")
    assert not MODEL.shows_high_intent("nothing we know")


KINDS = st.sampled_from(
    ["quote_request", "callback_request", "pricing_view", "repeat_channel", "guide_download", "email_open", "unsubscribe", "x"]
)
MOMENTS = st.integers(0, 200).map(lambda days: NOW - timedelta(days=days))
EVENTS = st.lists(st.builds(EventFacts, KINDS, MOMENTS, st.none() | MOMENTS), max_size=20)
PEOPLE = st.builds(
    LeadFacts,
    key=st.just("1"),
    state=st.sampled_from(["", "NY", "TX"]),
    kind=st.sampled_from(["real_time", "live_transfer"]),
    attributes=st.sampled_from([{}, {"age": 30}, {"age": "old"}, {"age": None}]),
    policy_expires_on=st.none() | st.dates(NOW.date() - timedelta(days=90), NOW.date() + timedelta(days=90)),
)


@given(PEOPLE, EVENTS, MOMENTS)
def test_reasons_always_add_up_and_come_largest_first(person, events, last):
    result = score(MODEL, person, events, ROSTER, NOW, last)
    points = [line for line, _ in result.reasons]
    assert sum(points) == result.score
    assert 0 <= result.score <= 100
    assert points == sorted(points, reverse=True)
    assert 0 not in points


@given(PEOPLE, EVENTS, st.randoms(use_true_random=False))
def test_the_order_of_events_does_not_matter(person, events, random):
    shuffled = random.sample(events, len(events))
    assert score(MODEL, person, events, ROSTER, NOW, NOW) == score(MODEL, person, shuffled, ROSTER, NOW, NOW)


@given(PEOPLE, EVENTS, KINDS.filter(lambda kind: kind != "unsubscribe"))
def test_doing_something_more_never_lowers_a_score(person, events, kind):
    before = score(MODEL, person, events, ROSTER, NOW, NOW).score
    assert score(MODEL, person, [*events, EventFacts(kind, NOW)], ROSTER, NOW, NOW).score >= before


@given(PEOPLE, EVENTS, st.integers(0, 400), st.integers(0, 400))
def test_time_without_activity_never_raises_a_score(person, events, some, more):
    earlier = score(MODEL, person, events, ROSTER, NOW, NOW - timedelta(days=some)).score
    assert score(MODEL, person, events, ROSTER, NOW, NOW - timedelta(days=some + more)).score <= earlier


def test_decay_steps_work_in_whatever_order_they_are_written():
    model = Model.from_data({"decay": [{"after_days": 60, "keep": 0.5}, {"after_days": 30, "keep": 0.8}]})
    assert model.decay == (Decay(30, Decimal("0.8")), Decay(60, Decimal("0.5")))


def test_a_good_model_has_no_problems():
    assert problems(DATA, "score_model", Known()) == []


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"tires": {}}, "score_model.tires"),
        ({"tiers": {"hot": 40, "warm": 40}}, "score_model.tiers"),
        ({"tiers": {"hot": 101}}, "score_model.tiers.hot"),
        ({"tiers": [65]}, "score_model.tiers"),
        ({"decay": [{"after_days": 30}]}, "score_model.decay[0].keep"),
        ({"decay": [{"after_days": 30, "keep": 2}]}, "score_model.decay[0].keep"),
        ({"decay": [{"after_days": 9, "keep": 1}, {"after_days": 9, "keep": 0}]}, "score_model.decay[1].after_days"),
        ({"rules": {}}, "score_model.rules"),
        ({"rules": [5]}, "score_model.rules[0]"),
        ({"rules": [{"points": 5, "event": ["a"]}]}, "score_model.rules[0].label"),
        ({"rules": [{"label": "A", "points": 5, "event": ["a"]}] * 2}, "score_model.rules[1].label"),
        ({"rules": [{"label": "A", "points": "5", "event": ["a"]}]}, "score_model.rules[0].points"),
        ({"rules": [{"label": "A", "points": True, "event": ["a"]}]}, "score_model.rules[0].points"),
        ({"rules": [{"label": "A", "points": 5}]}, "score_model.rules[0]"),
        ({"rules": [{"label": "A", "points": 5, "event": "a"}]}, "score_model.rules[0].event"),
        ({"rules": [{"label": "A", "points": 5, "event": [7]}]}, "score_model.rules[0].event[0]"),
        ({"rules": [{"label": "A", "points": 5, "event": ["a"], "times": 0}]}, "score_model.rules[0].times"),
        ({"rules": [{"label": "A", "points": 5, "fit": {"age": "1-2"}, "times": 2}]}, "score_model.rules[0].times"),
        ({"rules": [{"label": "A", "points": 5, "event": ["a"], "intent": "huge"}]}, "score_model.rules[0].intent"),
        ({"rules": [{"label": "A", "points": 5, "fit": {"tier": "hot"}}]}, "score_model.rules[0].fit.tier"),
        ({"rules": [{"label": "A", "points": 5, "fit": {"stats": ["NY"]}}]}, "score_model.rules[0].fit.stats"),
        ({"rules": [{"label": "A", "points": 5, "fit": {}}]}, "score_model.rules[0].fit"),
    ],
)
def test_what_is_wrong_with_a_model_is_told_with_its_path(change, path):
    assert [problem.partition(": ")[0] for problem in problems({**DATA, **change}, "score_model", Known())] == [path]


def test_a_model_that_is_no_mapping_is_one_problem():
    assert len(problems([], "score_model", Known())) == 1
