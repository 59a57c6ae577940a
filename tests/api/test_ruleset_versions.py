"""Rule sets looked over and held against each other by API."""

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from routing import rulesets
from routing.engine.review import ONLY_NOBODY
from routing.models import Rule, RuleSet
from tests.office import NOW, TAKING_TURNS


@pytest.fixture
def draft(office) -> RuleSet:
    """A copy of the rules in force, with one rule more that stands in the wrong place."""
    copy = rulesets.copy_into_draft(RuleSet.objects.get(), by=office.rosa.user, now=NOW)
    Rule.objects.create(ruleset=copy, position=5, name="Hot to Carla", when={"tier": "hot"}, then={"person": "carla"})
    return copy


def get(office, name, path, **query):
    return APIClient(headers=office.key(name)).get(path, query)


def test_a_manager_reads_what_stands_out(office, draft):
    body = get(office, "rosa", reverse("api:ruleset", args=[draft.pk])).json()
    sentence = ONLY_NOBODY.format(by=1, name=TAKING_TURNS)
    assert body["warnings"] == [{"severity": "warning", "rule": "Hot to Carla", "sentence": sentence}]


def test_others_read_the_rules_alone(office, draft):
    body = get(office, "sarah", reverse("api:ruleset", args=[draft.pk])).json()
    assert body["warnings"] is None
    assert len(body["rules"]) == 2


def test_a_version_beside_what_it_was_copied_from(office, draft):
    body = get(office, "sarah", reverse("api:ruleset_diff", args=[draft.pk])).json()
    change = {"kind": "added", "rule": "Hot to Carla", "sentence": "New, as rule 2: When the lead is hot, to Carla P."}
    assert body == {"ruleset": 2, "against": 1, "changes": [change]}


def test_a_version_beside_another_one(office, draft):
    first = RuleSet.objects.get(version=1)
    body = get(office, "rosa", reverse("api:ruleset_diff", args=[first.pk]), against=draft.pk).json()
    assert (body["ruleset"], body["against"]) == (1, 2)
    assert [one["kind"] for one in body["changes"]] == ["removed"]


@pytest.mark.parametrize("against", ["999999", "six", "-1"])
def test_a_version_that_is_not_there(office, draft, against):
    assert get(office, "rosa", reverse("api:ruleset_diff", args=[draft.pk]), against=against).status_code == 404


def test_the_first_version_of_all_has_nothing_to_be_held_against(office):
    first = RuleSet.objects.get()
    body = get(office, "rosa", reverse("api:ruleset_diff", args=[first.pk])).json()
    assert (body["against"], [one["kind"] for one in body["changes"]]) == (None, ["added"])


def test_looking_over_takes_a_fixed_number_of_queries(office, draft, django_assert_max_num_queries):
    for n in range(20):
        Rule.objects.create(ruleset=draft, position=10 + n, name=f"More {n}", when={"states": ["NY"]}, then={"person": "sarah"})
    path = reverse("api:ruleset", args=[draft.pk])
    get(office, "rosa", path)
    with django_assert_max_num_queries(18):
        get(office, "rosa", path)
