"""A draft looked over, tried and compared before it is published."""

import pytest
import time_machine

from agency.messaging.models import Message
from agency.models import Agency
from leads.models import Lead, Source
from producers.models import Load
from routing import rulesets
from routing.admin.compare import THE_SAME
from routing.admin.review import NOTHING
from routing.admin.trial import NO_SUCH_ZIP
from routing.engine.review import NO_CATCH_ALL, ONLY_NOBODY
from routing.models import Rotation, RoutingDecision, Rule, RuleSet
from tests.admin.browser import form_of, page
from tests.office import NOW, TAKING_TURNS, hand_in


@pytest.fixture(autouse=True)
def afternoon():
    """It is a Tuesday, three in the afternoon in New York."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def draft(office) -> RuleSet:
    """A copy of the rules in force, with one rule more that stands in the wrong place."""
    copy = rulesets.copy_into_draft(RuleSet.objects.get(), by=office.rosa.user, now=NOW)
    Rule.objects.create(ruleset=copy, position=5, name="Hot to Carla", when={"tier": "hot"}, then={"person": "carla"})
    return copy


def text_of(answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode().replace("&#x27;", "'")


def test_the_page_of_a_draft_says_what_stands_out(rosa, draft):
    text = text_of(rosa.get(page("routing_ruleset_change", draft.pk)))
    assert ONLY_NOBODY.format(by=1, name=TAKING_TURNS) in text
    assert "Look at this." in text


def test_the_page_of_a_draft_says_so_when_nothing_does(rosa, draft):
    draft.rules.get(name="Hot to Carla").delete()
    assert NOTHING in text_of(rosa.get(page("routing_ruleset_change", draft.pk)))


def test_a_draft_that_names_somebody_who_left_says_it_cannot_be_published(rosa, office, draft):
    office.carla.active = False
    office.carla.save()
    text = text_of(rosa.get(page("routing_ruleset_change", draft.pk)))
    assert "Wrong." in text
    assert "cannot be published" in text


def test_a_rule_set_in_force_is_not_looked_over_again_on_its_page(rosa, office):
    assert "before you publish" not in text_of(rosa.get(page("routing_ruleset_change", RuleSet.objects.get().pk))).lower()


def test_a_draft_beside_what_it_was_copied_from(rosa, draft):
    text = text_of(rosa.get(page("routing_ruleset_compare", draft.pk)))
    assert "Rule set 2 beside rule set 1" in text
    assert "New, as rule 2: When the lead is hot, to Carla P." in text


def test_a_version_beside_one_that_was_chosen(rosa, draft):
    again = rulesets.copy_into_draft(draft, by=None, now=NOW)
    assert THE_SAME in text_of(rosa.get(page("routing_ruleset_compare", again.pk)))
    text = text_of(rosa.get(page("routing_ruleset_compare", again.pk), {"against": RuleSet.objects.get(version=1).pk}))
    assert "Hot to Carla" in text


def facts(rosa, draft, **changes):
    return {**form_of(rosa, page("routing_ruleset_try_lead", draft.pk)), **changes}


def test_trying_a_lead_shows_everything_the_engine_looked_at(rosa, draft):
    url = page("routing_ruleset_try_lead", draft.pk)
    answer = rosa.post(url, facts(rosa, draft, zip_code="10005", line="personal_auto", source="website", tier="hot", score="75"))
    text = text_of(answer)
    assert "Assigned: James K." in text
    assert TAKING_TURNS in text
    assert "Sarah M." in text
    assert "10-james" in text  # the license that allows it


def test_trying_a_lead_writes_nothing(rosa, office, draft):
    hand_in(office)
    before = [Lead.objects.count(), RoutingDecision.objects.count(), Message.objects.count()]
    turns, load = Rotation.objects.get().ledger, Load.objects.get(producer=office.sarah).open_leads
    for _ in range(2):
        answer = rosa.post(page("routing_ruleset_try_lead", draft.pk), facts(rosa, draft, zip_code="10005", line="personal_auto"))
        assert "Assigned: Sarah M." in text_of(answer)  # James had the first: it is her turn, however often one tries
    assert [Lead.objects.count(), RoutingDecision.objects.count(), Message.objects.count()] == before
    assert Rotation.objects.get().ledger == turns
    assert Load.objects.get(producer=office.sarah).open_leads == load


def test_a_lead_from_where_nobody_is_licensed(rosa, draft):
    answer = rosa.post(page("routing_ruleset_try_lead", draft.pk), facts(rosa, draft, state="CT", line="personal_auto"))
    text = text_of(answer)
    assert "Nobody may take it: Rosa V." in text
    assert "holds no license in CT" in text


def test_a_client_goes_to_whoever_serves_them(rosa, draft):
    draft.rules.filter(name=TAKING_TURNS).update(position=3)
    Rule.objects.create(ruleset=draft, position=0, name="Clients", when={"existing_client": True}, then={"owner": "account"})
    answer = rosa.post(page("routing_ruleset_try_lead", draft.pk), facts(rosa, draft, zip_code="10005", account_owner="carla"))
    assert "Assigned: Carla P." in text_of(answer)


def test_the_instant_is_on_the_agencys_clocks(rosa, office, draft):
    """The agency closes at five: at six, in New York, the second pass finds somebody."""
    agency = Agency.objects.get()
    agency.hours = {"tue": ["09:00-17:00"]}
    agency.save()
    sent = facts(rosa, draft, zip_code="10005", line="personal_auto", at="2026-11-24T18:00")
    assert "outside working hours" in text_of(rosa.post(page("routing_ruleset_try_lead", draft.pk), sent))
    sent["at"] = "2026-11-24T16:59"
    assert "outside working hours" not in text_of(rosa.post(page("routing_ruleset_try_lead", draft.pk), sent))


def test_a_zip_that_nobody_knows_is_an_error(rosa, draft):
    text = text_of(rosa.post(page("routing_ruleset_try_lead", draft.pk), facts(rosa, draft, zip_code="00000")))
    assert NO_SUCH_ZIP in text


def test_no_catch_all_is_noted_with_the_name_of_who_gets_them(rosa, office, draft):
    draft.rules.get(name=TAKING_TURNS).delete()
    text = text_of(rosa.get(page("routing_ruleset_change", draft.pk)))
    assert NO_CATCH_ALL.format(name="Rosa V.") in text


def test_these_pages_are_for_those_who_publish(sarah, draft):
    for name in ("try_lead", "compare"):
        assert sarah.get(page(f"routing_ruleset_{name}", draft.pk)).status_code == 302


def test_sources_are_in_the_form(rosa, office, draft):
    text = text_of(rosa.get(page("routing_ruleset_try_lead", draft.pk)))
    assert all(one.name in text for one in Source.objects.all())
