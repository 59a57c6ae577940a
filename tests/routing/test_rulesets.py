"""Rule sets in versions: checked, drafted, published, read."""

import pytest

from routing import rulesets
from routing.models import Rule, RuleSet, RuleSetState
from routing.rulesets import RuleSetError, copy_into_draft, load_rules, plain, publish, published
from tests.routing.conftest import LOADED
from tests.routing.people import TUESDAY

ALL_TO_ROSA = [{"name": "All to Rosa", "then": {"person": "rosa"}}]


def test_the_agency_file_s_rules_are_in_force_in_their_order(harbor):
    ruleset = published()
    assert ruleset.version == 1
    assert [rule.name for rule in ruleset.rules][:2] == [
        "Existing clients go to whoever serves them",
        "Someone we are already working with stays where they are",
    ]
    assert len(ruleset.rules) == 7


def test_reading_the_rules_in_force_costs_one_small_query(harbor, django_assert_num_queries):
    published()
    with django_assert_num_queries(1):
        published()


def test_the_same_rules_make_no_new_version(harbor):
    ruleset = RuleSet.objects.get()
    assert load_rules(plain(ruleset), note="", now=TUESDAY) == ruleset
    assert RuleSet.objects.count() == 1


def test_other_rules_make_a_version_in_force_and_keep_the_old_one_to_read(harbor):
    old = RuleSet.objects.get()
    new = load_rules(ALL_TO_ROSA, note="Everything to me", now=TUESDAY, by=harbor.user("rosa"))
    old.refresh_from_db()
    assert (new.version, new.state, new.note, new.copied_from) == (2, RuleSetState.PUBLISHED, "Everything to me", old)
    assert (new.published_at, new.published_by.username) == (TUESDAY, "rosa")
    assert (old.state, old.rules.count()) == (RuleSetState.ARCHIVED, 7)
    assert published().version == 2
    assert harbor.owner(harbor.lead()) == "rosa"


def test_the_order_of_rules_is_part_of_what_they_say(harbor):
    load_rules(list(reversed(plain(RuleSet.objects.get()))), note="", now=TUESDAY)
    assert published().version == 2


def test_a_draft_changes_nothing_until_it_is_published(harbor):
    draft = copy_into_draft(RuleSet.objects.get(), by=harbor.user("rosa"), now=TUESDAY)
    Rule.objects.create(ruleset=draft, name="All to Rosa", position=0, then={"person": "rosa"})
    draft.rules.exclude(name="All to Rosa").delete()
    assert harbor.owner(harbor.lead()) == "james"
    publish(draft, by=harbor.user("rosa"), now=TUESDAY, note="From now on")
    assert harbor.owner(harbor.lead()) == "rosa"
    assert RuleSet.objects.get(state=RuleSetState.PUBLISHED).note == "From now on"


def test_only_a_draft_can_be_published(harbor):
    ruleset = RuleSet.objects.get()
    with pytest.raises(RuleSetError, match="Only a draft can be published; version 1 is published"):
        publish(ruleset, by=None, now=TUESDAY)


def test_rules_that_are_wrong_are_not_put_in_force(harbor):
    draft = copy_into_draft(RuleSet.objects.get(), by=None, now=TUESDAY)
    Rule.objects.create(ruleset=draft, name="To Bob", position=99, then={"person": "bob"})
    with pytest.raises(RuleSetError, match="Rule “To Bob”: there is no person 'bob'"):
        publish(draft, by=None, now=TUESDAY)
    with pytest.raises(RuleSetError, match=r"rules\[0\].when.teir: is not a condition"):
        load_rules([{"name": "Hot", "when": {"teir": "hot"}, "then": {"person": "rosa"}}], note="", now=TUESDAY)
    assert published().version == 1


def test_without_rules_everything_is_unplaced(harbor):
    RuleSet.objects.all().update(state=RuleSetState.ARCHIVED)
    RuleSet.objects.first().save(update_fields=["note"])
    assert published() == rulesets.NO_RULES
    lead = harbor.lead()
    lead.refresh_from_db()
    assert (lead.unplaced, lead.owner.key) == (True, "rosa")


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        ("all", ["rules: must be a list of rules"]),
        (["all"], ["rules[0]: must be a rule with a name and what then"]),
        ([{"name": " ", "then": {"person": "rosa"}}], ["rules[0].name: must not be empty"]),
        (ALL_TO_ROSA * 2, ["rules[1].name: there is another rule named 'All to Rosa'"]),
        ([ALL_TO_ROSA[0] | {"unless": {}}], ["rules[0].unless: is not part of a rule"]),
    ],
)
def test_what_is_written_wrong_is_an_error_with_its_path(harbor, rules, found):
    assert rulesets.problems(rules, "rules", rulesets.known()) == found


def test_every_name_that_rules_may_refer_to_is_known(harbor):
    known = rulesets.known()
    assert "personal_auto" in known.lines
    assert known.territories == {"north_county", "south_county", "metro", "west_side"}
    assert known.teams == {"north", "south", "metro", "west"}
    assert known.people == {"rosa", "sarah", "james", "rachel", "david", "carla"}
    assert known.plans >= {"speed_to_lead", "monthly"}
    assert "website" in known.sources
    assert LOADED < TUESDAY
