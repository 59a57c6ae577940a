"""Whoever leaves may still be named by rules, or stand in for others: said before, told after, no typing error in a draft."""

from dataclasses import replace

import pytest

from agency.messaging.models import Message
from leads.models import Plan
from producers.models import Producer, Team, Territory
from routing import offboarding
from routing.engine import Rule, RuleSet
from routing.engine.review import ERROR
from routing.mentions import ALONE, KIND, Leaver, in_rules
from routing.review import findings
from routing.rulesets import RuleSetError, copy_into_draft, load_rules, publish
from tests.routing.people import DAVID, RACHEL, ROSA, SARAH, TUESDAY, roster

WITHOUT_JAMES = roster(replace(SARAH, level="senior"), replace(RACHEL, level="junior"), DAVID, ROSA)


def said(then, *, level="", teams=("north", "south"), remaining=WITHOUT_JAMES):
    rules = RuleSet(3, (Rule("Hot ones", {}, then),))
    return in_rules(Leaver("james", "James K.", level, frozenset(teams)), rules, remaining)


@pytest.mark.parametrize(
    ("then", "words"),
    [
        ({"person": "james"}, ALONE.format(rule="Hot ones", name="James K.")),
        ({"distribute": "round_robin", "among": {"people": ["james"]}}, ALONE.format(rule="Hot ones", name="James K.")),
        (
            {"distribute": "round_robin", "among": {"people": ["james", "sarah", "david"]}},
            "Rule “Hot ones” names James K. beside Sarah X. and David X.: it chooses among these alone then.",
        ),
        (
            {"distribute": "round_robin", "among": {"team": "south"}},
            "Rule “Hot ones” chooses among the team south, and nobody but James K. is in it.",
        ),
    ],
)
def test_a_rule_that_names_them_is_said_by_its_name(then, words):
    assert said(then) == [words]


def test_a_level_of_one_is_empty_without_them():
    then = {"distribute": "best_fit", "among": {"level": "master"}}
    assert said(then, level="master") == [
        "Rule “Hot ones” chooses among everyone of level master, and nobody but James K. is in it."
    ]
    assert said({"distribute": "best_fit", "among": {"level": "senior"}}, level="senior") == []


def test_a_territory_whose_team_is_they_alone_is_said():
    then = {"distribute": "round_robin", "among": "territory"}
    assert said(then, teams=("north",), remaining=roster(RACHEL, DAVID, ROSA)) == [
        "Rule “Hot ones” chooses among a territory's team, and nobody but James K. is in the team of North County."
    ]
    assert said(then) == []


@pytest.mark.parametrize(
    "then",
    [{"person": "sarah"}, {"distribute": "round_robin", "among": "everyone"}, {"owner": "account"}, {"nurture": "slow"}],
)
def test_rules_that_do_without_them_are_not_spoken_of(then):
    assert said(then, level="master") == []


@pytest.fixture
def named(harbor) -> Producer:
    """James, whom a rule names, and who backs up Sarah and North County and leads a team; Rosa manages."""
    load_rules([{"name": "His street", "then": {"person": "james"}}], note="", now=TUESDAY)
    james = harbor.person("james")
    Producer.objects.filter(backup=james).update(backup=None)
    Producer.objects.filter(key="sarah").update(backup=james)
    Territory.objects.filter(backup=james).update(backup=None)
    Territory.objects.filter(key="north_county").update(backup=james)
    Team.objects.filter(lead=james).update(lead=None)
    Team.objects.filter(key="north").update(lead=james)
    Plan.objects.filter(steward=james).update(steward=None)
    return james


def sentences() -> list[str]:
    place, team = Territory.objects.get(key="north_county").name, Team.objects.get(key="north").name
    return [
        ALONE.format(rule="His street", name="James K."),
        "James K. is the backup of Sarah M.: name somebody else for that.",
        f"James K. is the backup of {place}, the territory: name somebody else for that.",
        f"James K. leads {team}, the team: name somebody else for that.",
    ]


def test_the_preview_says_all_that_names_them(harbor, named):
    plan = Plan.objects.order_by("pk").first()
    Plan.objects.filter(pk=plan.pk).update(steward=named, active=True)
    assert list(offboarding.preview(named, TUESDAY).named) == [
        *sentences(),
        f"James K. is the steward of the plan {plan.name}: from then on that is whoever has what nobody may take.",
    ]


def test_the_managers_are_told_afterwards_once(harbor, named):
    offboarding.execute(named, by=harbor.user("rosa"), now=TUESDAY)
    offboarding.release(harbor.person("james"), by=None, now=TUESDAY)
    told = Message.objects.filter(kind=KIND, channel="in_app")
    assert [(one.user.username, one.subject, one.body.splitlines()) for one in told] == [
        ("rosa", "James K. no longer works here and is still named in 4 places", sentences())
    ]


def test_nobody_is_told_of_somebody_whom_nothing_names(harbor, named):
    load_rules([{"name": "Anyone", "then": {"distribute": "round_robin", "among": "everyone"}}], note="", now=TUESDAY)
    Producer.objects.update(backup=None)
    Territory.objects.update(backup=None)
    Team.objects.update(lead=None)
    assert offboarding.preview(named, TUESDAY).named == ()
    offboarding.execute(named, by=None, now=TUESDAY)
    assert not Message.objects.filter(kind=KIND).exists()


def test_a_draft_that_names_them_says_that_they_left(harbor):
    people = {"distribute": "round_robin", "among": {"people": ["sarah", "james"]}}
    inforce = load_rules(
        [{"name": "His street", "then": {"person": "james"}}, {"name": "The two", "then": people}], note="", now=TUESDAY
    )
    offboarding.execute(harbor.person("james"), by=None, now=TUESDAY)
    draft = copy_into_draft(inforce, by=None, now=TUESDAY)
    assert [(one.severity, one.rule, one.sentence) for one in findings(draft, now=TUESDAY)] == [
        (ERROR, "His street", "This rule cannot be published: James K. no longer works here."),
        (ERROR, "The two", "This rule cannot be published: James K. no longer works here."),
    ]
    with pytest.raises(RuleSetError, match=r"Rule “His street”: James K\. no longer works here"):
        publish(draft, by=None, now=TUESDAY)


def test_a_level_that_only_they_had_is_no_typing_error_either(harbor):
    Producer.objects.filter(level="master").update(level="")
    james = harbor.person("james")
    james.level = "master"
    james.save()
    rule = {"name": "Masters", "then": {"distribute": "round_robin", "among": {"level": "master"}}}
    inforce = load_rules([rule], note="", now=TUESDAY)
    offboarding.execute(james, by=None, now=TUESDAY)
    draft = copy_into_draft(inforce, by=None, now=TUESDAY)
    assert [one.sentence for one in findings(draft, now=TUESDAY)] == [
        "This rule cannot be published: level: nobody is of level 'master' any more: James K. was."
    ]


def test_somebody_in_marketing_is_said_to_be_there(harbor):
    with pytest.raises(RuleSetError, match=r"Mia .* is in marketing and gets no leads"):
        load_rules([{"name": "To Mia", "then": {"person": "mia"}}], note="", now=TUESDAY)
