"""“Why not me?” is answered with the asker's own part in the decision, and with nobody else's figures."""

from decimal import Decimal

import pytest
from django.db import transaction

from leads import work
from producers.models import CapacityCap, License, Load
from producers.services import set_other_load
from routing.assignment import give
from routing.engine.words import standing
from routing.fairness import correct
from routing.models import Rotation
from routing.rulesets import load_rules
from routing.why import NO_RULE_NAMES_YOU, NOT_AMONG, NOT_BY_RULES, NURTURED_FIRST, why_not
from tests.routing.conftest import POD
from tests.routing.people import TUESDAY


def asks(harbor, lead, key: str):
    return why_not(lead.pk, key=key, name=harbor.person(key).name)


def share(harbor, **then) -> None:
    load_rules([{"name": "Shared out", "then": {"among": "everyone", **then}}], note="", now=TUESDAY)


def test_it_was_somebody_else_s_turn(harbor):
    answer = asks(harbor, harbor.lead(), "sarah")
    assert (answer.chosen, answer.eligible, answer.rule, answer.cause) == (False, True, POD, "intake")
    assert answer.sentence == "You were eligible, and it was somebody else's turn: you were even before this one."
    assert dict(answer.rank) == {"owed": 0, "share": 500_000}
    assert "james" not in repr(answer).lower()


@pytest.mark.parametrize(
    ("owed", "words"),
    [
        (500_000, "owed 0.50 of a lead"),
        (1_000_000, "owed 1 lead"),
        (1_250_000, "owed 1.25 leads"),
        (17_000_000, "owed 17 leads"),
        (-500_000, "ahead by 0.50 of a lead"),
        (-1_000_000, "ahead by 1 lead"),
        (-4_500_000, "ahead by 4.50 leads"),
        (999_999, "owed 1 lead"),
        (1, "even"),
        (-1, "even"),
    ],
)
def test_how_somebody_stands_is_said_in_plain_words(owed, words):
    assert standing(owed) == words


def test_whoever_is_ahead_is_told_so(harbor):
    """James had the first lead, so Sarah is owed 0.50; Rosa moves 1.25 to him: Sarah is ahead by 0.75, and it is his turn."""
    harbor.lead()
    people = {"giver": harbor.person("sarah"), "taker": harbor.person("james")}
    rotation = Rotation.objects.get(name=POD)
    correct(rotation, **people, leads=Decimal("1.25"), reason="Two test leads", by=harbor.user("rosa"), now=TUESDAY)
    answer = asks(harbor, harbor.lead(), "sarah")
    assert answer.sentence == (
        "You were eligible, and it was somebody else's turn: you were ahead by 0.75 of a lead before this one."
    )


def test_whoever_has_it_reads_the_reason(harbor):
    answer = asks(harbor, harbor.lead(), "james")
    assert (answer.chosen, answer.sentence.startswith("It is James K.'s turn")) == (True, True)


def test_somebody_who_is_not_in_the_pool_is_told_so(harbor):
    answer = asks(harbor, harbor.lead(), "rachel")
    assert (answer.eligible, answer.why, dict(answer.rank)) == (None, (), {})
    assert answer.sentence == NOT_AMONG.format(rule=POD)


def test_whoever_was_ruled_out_is_told_by_what(harbor):
    License.objects.get(producer__key="sarah", state="NY").delete()
    cap = CapacityCap.objects.get(producer__key="sarah", period="open")
    cap.limit = 6
    cap.save()
    set_other_load(harbor.person("sarah"), amount=6)
    answer = asks(harbor, harbor.lead(), "sarah")
    assert answer.why == ("holds no license in NY", "is at the cap of 6 open leads, other work counting as 6")
    assert answer.sentence == (
        "You were looked at and ruled out. Sarah M.: holds no license in NY"
        "; is at the cap of 6 open leads, other work counting as 6."
    )


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("least_loaded", "You were eligible with 3 open leads; somebody had fewer."),
        ("close_rate", "You were eligible and close 4.5 % of such leads; somebody closes more."),
        ("best_fit", "of 100 points; somebody fitted better."),
    ],
)
def test_each_model_says_the_asker_s_own_figure(harbor, model, words):
    Load.objects.update(received_90d=100, bound_90d=20)
    Load.objects.filter(producer__key="sarah").update(open_leads=3, bound_90d=2)
    share(harbor, distribute=model)
    answer = asks(harbor, harbor.lead(), "sarah")
    assert (answer.chosen, answer.eligible) == (False, True)
    assert words in answer.sentence


def test_nurtured_given_by_hand_or_unplaced(harbor):
    nurtured = harbor.lead("facebook_ads")
    assert asks(harbor, nurtured, "sarah").sentence == NURTURED_FIRST
    mine = harbor.lead()
    with transaction.atomic():
        give(mine, harbor.person("david"), by=harbor.user("rosa"), reason="His street", now=TUESDAY)
    assert asks(harbor, mine, "sarah").sentence == NOT_BY_RULES
    load_rules([{"name": "Never", "when": {"states": ["TX"]}, "then": {"person": "rosa"}}], note="", now=TUESDAY)
    assert asks(harbor, harbor.lead(), "sarah").sentence == NO_RULE_NAMES_YOU


def test_a_lead_that_there_is_not_has_no_answer(harbor):
    assert why_not(10**9, key="sarah", name="Sarah") is None


def test_whoever_declined_it_is_told_so_with_the_day_and_the_reason(harbor):
    lead = harbor.lead()
    work.decline(lead, by=harbor.user("james"), reason="too_busy", now=TUESDAY)
    answer = asks(harbor, lead, "james")
    assert answer.sentence == "You declined it on 2026-11-24 (too busy), so you were passed over."
    assert answer.why == ("declined it on 2026-11-24 (too busy)",)


def test_what_else_rules_out_whoever_declined_is_said_besides(harbor):
    lead = harbor.lead()
    License.objects.get(producer__key="james", state="NY").delete()
    work.decline(lead, by=harbor.user("james"), reason="licence", now=TUESDAY)
    assert asks(harbor, lead, "james").sentence == (
        "You declined it on 2026-11-24 (not licensed for it), so you were passed over. Besides, James K.: holds no license in NY."
    )


def test_whoever_it_was_taken_from_by_hand_is_told_so(harbor):
    lead = harbor.lead()
    work.reassign(lead, by=harbor.user("rosa"), reason="His street", now=TUESDAY)
    assert asks(harbor, lead, "james").sentence == (
        "You had it until 2026-11-24, when it was given on by hand, so you were passed over."
    )
