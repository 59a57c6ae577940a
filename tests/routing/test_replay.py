"""What a replay says, on days small enough to work out by hand.

The north pod is James and Sarah, who take turns; James goes first, for neither has had a lead and his key comes first.
"""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads import work
from producers import services
from producers.changes import change_producer
from producers.facts import LoadFacts
from producers.models import CapacityCap, License, Load
from routing import escalation
from routing.engine.gates import over_caps
from routing.models import RoutingDecision, RuleSet
from routing.simulation import OUTCOMES_NOT_REPLAYED, Replay, ReplayCancelledError, replay
from routing.simulation.result import BY_HAND, NOBODY, STAYS
from routing.simulation.stream import CAPPED
from tests.routing.conftest import POD, Harbor
from tests.routing.days import draft_of
from tests.routing.people import TUESDAY, person

TO_SARAH = {"name": "All to Sarah", "then": {"person": "sarah"}}
IN_TURN = {"name": POD, "then": {"distribute": "round_robin", "among": "territory"}}
MINUTE = timedelta(minutes=1)


def days(harbor: Harbor, *rules: dict, until: timedelta = timedelta(days=30)) -> tuple[Replay, list[str | None]]:
    """The replay of everything under these rules, and to whom each decision would have sent its lead (None: not asked)."""
    answers = []
    watch = lambda _, decision: answers.append(decision and (decision.producer or decision.outcome))  # noqa: E731
    return replay(draft_of(rules, TUESDAY), harbor.now, harbor.now + until, observe=watch), answers


def arrive(harbor: Harbor, number: int, **fields) -> list:
    """So many leads, a minute apart, from the first minute that is free."""
    begin = RoutingDecision.objects.count()
    return [harbor.lead(now=harbor.now + (begin + n) * MINUTE, **fields) for n in range(number)]


def owners() -> list[str | None]:
    """To whom each decision sent its lead."""
    return list(RoutingDecision.objects.order_by("id").values_list("producer__key", flat=True))


def changes(result: Replay) -> dict[str, tuple[int, int, int, int, int]]:
    """Person → was, would, gained, lost, net."""
    return {one.key: (one.was, one.would, one.gained, one.lost, one.net) for one in result.people}


def test_who_gains_and_who_loses(harbor):
    leads = arrive(harbor, 6)
    assert owners() == ["james", "sarah"] * 3
    result, answers = days(harbor, TO_SARAH)
    assert answers == ["sarah"] * 6
    assert changes(result) == {"sarah": (3, 6, 3, 0, 3), "james": (3, 0, 0, 3, -3)}
    assert (result.decisions, result.asked, result.moved, result.otherwise, result.kept, result.by_hand) == (6, 6, 3, 3, 0, 0)
    assert [(one.before, one.after, one.decisions, one.moved) for one in result.rules] == [(POD, "All to Sarah", 6, 3)]
    assert [one.lead for one in result.samples] == [leads[0].pk, leads[2].pk, leads[4].pk]
    first = result.samples[0]
    assert (first.was.producer, first.would.producer) == ("james", "sarah")
    assert first.was.reason == f"It is James K.'s turn: owed 0.50 of a lead, 2 eligible (rule “{POD}”)."
    assert first.would.reason.endswith("(rule “All to Sarah”).")
    assert first.about == {"tier": "warm", "line": "personal_auto", "state": "NY", "source": "website"}
    assert result.note == OUTCOMES_NOT_REPLAYED
    assert result.to_json()["people"][0]["name"] == "Sarah M."


def test_nothing_is_written(harbor):
    arrive(harbor, 2)
    before = list(Load.objects.order_by("pk").values()), RoutingDecision.objects.count()
    days(harbor, TO_SARAH)
    assert (list(Load.objects.order_by("pk").values()), RoutingDecision.objects.count()) == before


def test_caps_fill_and_empty_as_the_replay_gives_and_leads_close(harbor):
    """With room for two, Sarah is full from her second lead on; when one of hers closes she has room again."""
    CapacityCap.objects.filter(producer__key="sarah", period="open").update(limit=2)
    harbor.person("sarah").save()
    first = arrive(harbor, 4)[0]
    work.set_status(first, by=None, status="lost", reason="Price", now=harbor.now + 3.5 * MINUTE)
    arrive(harbor, 2)
    assert owners() == ["james", "sarah", "james", "sarah", "james", "james"]
    result, answers = days(harbor, TO_SARAH, IN_TURN)
    assert answers == ["sarah", "sarah", "james", "james", "sarah", "james"]
    capped = {one.key: (one.capped_was, one.capped_would) for one in result.people}
    assert capped == {"sarah": (2, 3), "james": (0, 0)}


def test_a_day_s_count_begins_anew_with_the_agency_s_day(harbor):
    CapacityCap.objects.filter(producer__key="sarah", period="day").update(limit=1)
    harbor.person("sarah").save()
    arrive(harbor, 2)
    harbor.lead(now=harbor.now + timedelta(days=1))
    assert days(harbor, TO_SARAH, IN_TURN)[1] == ["sarah", "james", "sarah"]


def test_caps_by_family_count_what_the_replay_gave(harbor):
    """Sarah takes one commercial lead at most; on record she has none, in the replay the first one fills the cap."""
    CapacityCap.objects.create(producer=harbor.person("sarah"), period="open", family="commercial", limit=1)
    arrive(harbor, 2, line="bop")
    arrive(harbor, 1)
    assert "sarah" not in owners()[:2]
    assert days(harbor, TO_SARAH, IN_TURN)[1] == ["sarah", "james", "sarah"]


def test_turns_are_those_of_the_replay(harbor):
    """Renters go to Sarah without a turn, so the turn she would have had is still hers, and then it is James's again."""
    for line in ("personal_auto", "renters", "personal_auto", "personal_auto"):
        arrive(harbor, 1, line=line)
    assert owners() == ["james", "sarah", "james", "sarah"]
    renters = {"name": "Renters", "when": {"lines": ["renters"]}, "then": {"person": "sarah"}}
    assert days(harbor, renters, IN_TURN)[1] == ["james", "sarah", "sarah", "james"]


def test_a_turn_that_is_not_taken_in_the_replay_is_not_undone_either(harbor):
    """James declines for a conflict, which gives his turn back; in the replay the lead was Sarah's, and both turns differ."""
    first = arrive(harbor, 1)[0]
    work.decline(first, by=harbor.user("james"), reason="conflict", now=harbor.now)
    arrive(harbor, 2)
    assert owners() == ["james", "sarah", "james", "sarah"]
    renters = {"name": "First to Sarah", "when": {"lines": ["personal_auto"], "tier": "hot"}, "then": {"person": "sarah"}}
    assert days(harbor, renters, IN_TURN)[1] == ["james", "sarah", "james", "sarah"]
    assert days(harbor, TO_SARAH)[1] == ["sarah", None, "sarah", "sarah"]


def test_who_never_had_the_lead_does_not_decline_it(harbor):
    first = arrive(harbor, 1)[0]
    work.decline(first, by=harbor.user("james"), reason="too_busy", now=harbor.now)
    result, answers = days(harbor, TO_SARAH)
    assert answers == ["sarah", None]
    assert (result.asked, result.kept) == (1, 1)
    assert changes(result) == {"sarah": (1, 1, 0, 0, 0), "james": (1, 0, 0, 1, -1)}
    assert (POD, STAYS) in {(one.before, one.after) for one in result.rules}


def test_who_has_the_lead_in_the_replay_too_declines_it_there(harbor):
    first = arrive(harbor, 1)[0]
    work.decline(first, by=harbor.user("james"), reason="too_busy", now=harbor.now)
    to_james = {"name": "James, else David", "then": {"distribute": "least_loaded", "among": {"people": ["james", "david"]}}}
    to_james_first = {"name": "James", "then": {"person": "james"}}
    result, answers = days(harbor, to_james_first, to_james)
    assert answers == ["james", "david"]
    assert changes(result) == {"david": (0, 1, 1, 0, 1), "james": (1, 1, 0, 0, 0), "sarah": (1, 0, 0, 1, -1)}


def test_a_manager_s_choice_stands(harbor):
    first = arrive(harbor, 1)[0]
    work.reassign(first, by=harbor.user("rosa"), producer=harbor.person("david"), reason="Old friends", now=harbor.now)
    result, answers = days(harbor, TO_SARAH)
    assert answers == ["sarah", "david"]
    assert (result.by_hand, result.moved) == (1, 1)
    assert changes(result) == {"sarah": (0, 1, 1, 0, 1), "david": (1, 1, 0, 0, 0), "james": (1, 0, 0, 1, -1)}
    assert (BY_HAND, BY_HAND) in {(one.before, one.after) for one in result.rules}


def test_the_ladder_takes_from_whoever_was_slow_and_from_nobody_else(harbor):
    arrive(harbor, 1)
    escalation.run_due(harbor.now + 31 * MINUTE)
    assert owners() == ["james", "sarah"]
    assert days(harbor, TO_SARAH)[1] == ["sarah", None]
    assert days(harbor, {"name": "James", "then": {"person": "james"}})[1] == ["james", "sarah"]


def test_a_closed_lead_goes_back_to_whoever_had_it_in_the_replay(harbor):
    first = arrive(harbor, 1)[0]
    work.set_status(first, by=None, status="lost", reason="Price", now=harbor.now + MINUTE)
    work.set_status(first, by=None, status="contacted", now=harbor.now + 2 * MINUTE)
    assert owners() == ["james", "james"]
    assert days(harbor, TO_SARAH)[1] == ["sarah", "sarah"]


def test_licences_are_as_they_were_when_the_lead_came(harbor):
    arrive(harbor, 1)
    held = License.objects.get(producer__key="sarah", state="NY")
    held.active = False
    held.save()
    arrive(harbor, 1)
    held.active = True
    held.save()
    arrive(harbor, 1)
    result, answers = days(harbor, TO_SARAH)
    assert answers == ["sarah", "rosa", "sarah"]
    assert (result.was["unplaced"], result.would["unplaced"]) == (0, 1)
    assert (POD, NOBODY) in {(one.before, one.after) for one in result.rules}


def test_the_owner_of_last_resort_is_bound_by_no_cap(harbor):
    CapacityCap.objects.create(producer=harbor.person("rosa"), period="open", limit=1)
    arrive(harbor, 3)
    assert days(harbor, {"name": "Nobody", "then": {"distribute": "least_loaded", "among": {"team": "none"}}})[1] == ["rosa"] * 3


def test_what_the_rules_nurture_has_no_owner_and_stays_in_nurture(harbor):
    first = arrive(harbor, 1)[0]
    work.decline(first, by=harbor.user("james"), reason="too_busy", now=harbor.now)
    result, answers = days(harbor, {"name": "Later", "then": {"nurture": "monthly"}})
    assert answers == ["nurtured", None]
    assert (result.would["nurtured"], result.was["nurtured"]) == (1, 0)


@pytest.fixture
def better(harbor) -> Harbor:
    """Sarah sells far more than everybody else, and is on the phone."""
    Load.objects.update(received_90d=100, bound_90d=5)
    Load.objects.filter(producer__key="sarah").update(bound_90d=60)
    change_producer(harbor.person("sarah"), changes={"availability": "busy"}, now=harbor.now)
    return harbor


WAITING = {
    "name": "Who closes most",
    "then": {"distribute": "close_rate", "among": {"people": ["james", "sarah"]}, "hold_seconds": 90},
}


def test_a_hold_of_the_replay_ends_with_its_time(better):
    arrive(better, 3)
    result, answers = days(better, WAITING)
    assert answers == ["held", "held", "held"]  # all three wait, a minute apart; the third is asked when the first is over
    assert (result.would["held"], result.would["assigned"]) == (3, 3)
    assert changes(result)["james"] == (2, 3, 1, 0, 1)


def test_a_hold_of_the_replay_ends_when_who_is_worth_it_is_free(better):
    arrive(better, 1)
    change_producer(better.person("sarah"), changes={"availability": "available"}, now=better.now)
    arrive(better, 1)
    result, answers = days(better, WAITING)
    assert answers == ["held", "sarah"]
    assert changes(result)["sarah"] == (1, 2, 1, 0, 1)


def test_who_is_still_waited_for_at_the_end_has_nothing(better):
    arrive(better, 1)
    result, _ = days(better, WAITING, until=MINUTE)
    assert (result.would["held"], result.would["assigned"]) == (1, 0)


def test_what_only_the_replay_has_with_somebody_who_leaves_goes_on(harbor):
    """James had the first lead; in the replay it is Sarah's when she leaves, so it goes on to him, and her own as well."""
    arrive(harbor, 2)
    services.deactivate(harbor.person("sarah"), by=harbor.user("rosa"), now=harbor.now + 2 * MINUTE)
    assert owners() == ["james", "sarah", "james"]
    result, answers = days(harbor, TO_SARAH, IN_TURN)
    assert answers == ["sarah", "sarah", "james"]
    assert changes(result) == {"james": (2, 2, 1, 1, 0), "sarah": (1, 2, 1, 0, 1)}


def test_an_empty_period_has_nothing_to_say(harbor):
    result, answers = days(harbor, TO_SARAH)
    assert (result.decisions, answers, result.people, result.rules, result.samples) == (0, [], (), (), ())


def test_progress_is_told_and_may_end_it(harbor):
    arrive(harbor, 2)
    told = []
    replay(RuleSet.objects.get(), harbor.now, harbor.later(days=1), progress=lambda *at: told.append(at) or True)
    assert told == [(0, 2), (2, 2)]
    with pytest.raises(ReplayCancelledError):
        replay(RuleSet.objects.get(), harbor.now, harbor.later(days=1), progress=lambda *_: False)


def test_queries_do_not_grow_with_the_stream(harbor):
    draft = draft_of([TO_SARAH], TUESDAY)
    counts = []
    for number in (1, 9):
        arrive(harbor, number)
        replay(draft, harbor.now, harbor.later(days=1))  # the roster's version is known from now on
        with CaptureQueriesContext(connection) as queries:
            replay(draft, harbor.now, harbor.later(days=1))
        counts.append(len(queries))
    assert counts == [6, 6]


def test_the_engine_calls_a_full_cap_by_the_words_that_replay_looks_for():
    full = over_caps(person("amy", caps={"open": 1}), LoadFacts(open=1), "personal", "hot")
    assert [words.startswith(CAPPED) for words in full] == [True]
