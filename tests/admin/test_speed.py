"""Lists stay quick however long they are: fifty rows cost as many queries as five."""

from datetime import date, timedelta

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agency.messaging import send
from agency.models import User
from leads import keys
from leads.intake import IntakeError, receive
from leads.models import Client, Consent, Lead, Note, Plan, Policy, Quote, ScoreFlag, StatusChange, Template, Touch
from producers.models import Certification, License, LineOfBusiness, PerformanceDay, Producer, Team, Territory, TimeOff
from producers.services import save_person
from routing import rulesets
from tests.admin.browser import page
from tests.office import ANA, NOW

FEW, MANY = 5, 50
MOST = 16
TODAY = date(2026, 11, 24)


def person(n: int, office) -> Producer:
    """Someone with a team, a line, a license, a certification, a day off and a territory of their own."""
    one = save_person(Producer(key=f"p{n}", role="producer"), name=f"Person {n}", email=f"p{n}@harborpoint.example", now=NOW)
    team = Team.objects.create(key=f"t{n}", name=f"Team {n}", lead=one)
    one.teams.add(team)
    line = LineOfBusiness.objects.create(key=f"line{n}", name=f"Line {n}", family="personal", requires=[])
    one.lines.add(line)
    license_ = {"authority": ["property", "casualty"], "effective": TODAY, "expires": TODAY + timedelta(days=400)}
    License.objects.create(producer=one, state="NY", number=str(n), **license_)
    Certification.objects.create(producer=one, name="Flood", effective=TODAY)
    TimeOff.objects.create(producer=one, starts_on=TODAY + timedelta(days=30), ends_on=TODAY + timedelta(days=31))
    Territory.objects.create(key=f"a{n}", name=f"Area {n}", zips=[f"{20000 + n}"], team=team, backup=one, position=n)
    PerformanceDay.objects.create(producer=one, day=TODAY, received=n)
    return one


def everything(n: int, office) -> None:
    """One more of every kind of record, each about other people than the one before."""
    one = Producer.objects.select_related("user").get(key=f"p{n}")
    source = type(office.website).objects.create(key=f"s{n}", name=f"Source {n}", kind="vendor", position=n + 10)
    keys.issue(source=source, now=NOW)
    lead: Lead = receive(ANA | {"email": f"l{n}@mail.example", "phone": ""}, source=source, now=NOW).lead
    client = Client.objects.create(last_name=f"Client {n}", email=f"c{n}@mail.example", csr=one, producer=one, created_at=NOW)
    Quote.objects.create(lead=lead, by=one.user, premium=1000, quoted_at=NOW)
    Policy.objects.create(lead=lead, client=client, producer=one, number=str(n), bound_at=NOW)
    Touch.objects.create(lead=lead, by=one.user, channel="call", outcome="no_answer", at=NOW)
    Note.objects.create(lead=lead, by=one.user, at=NOW, text="Called")
    StatusChange.objects.create(lead=lead, before="new", after="contacted", by=one.user, at=NOW)
    ScoreFlag.objects.create(lead=lead, by=one.user, at=NOW, verdict="too_high", score=40)
    Consent.objects.create(lead=lead, email=f"l{n}@mail.example", channels=["email"], at=NOW)
    Template.objects.create(key=f"w{n}", channel="sms", body="Hi")
    Plan.objects.create(key=f"f{n}", name=f"Plan {n}", starts="quoted", steward=one, position=n)
    send(channel="email", audience="staff", kind="test", user=one.user, lead_id=lead.pk, to="x@harborpoint.example", now=NOW)
    with pytest.raises(IntakeError):
        receive({"last_name": "Ruiz"}, source=source, now=NOW)
    rulesets.copy_into_draft(rulesets.RuleSet.objects.latest("version"), by=one.user, now=NOW)


def grow(office, numbers) -> None:
    """All people first: each change of the roster makes a new version of it at the next lead."""
    for n in numbers:
        person(n, office)
    for n in numbers:
        everything(n, office)


def queries(client, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_no_list_asks_more_often_the_more_it_shows(rosa, office):
    lists = [
        page(f"{model._meta.app_label}_{model._meta.model_name}_changelist")
        for model in admin.site._registry
        if model._meta.app_label in {"agency", "producers", "routing", "leads"}
    ]
    grow(office, range(FEW))
    few = {url: queries(rosa, url) for url in lists}
    grow(office, range(FEW, MANY))
    many = {url: queries(rosa, url) for url in lists}
    assert {url: (few[url], many[url]) for url in lists if many[url] > few[url]} == {}
    assert {url: count for url, count in many.items() if count > MOST} == {}
    assert User.objects.count() > MANY


def test_a_rule_sets_page_asks_no_more_often_for_more_rules(rosa, office):
    rules = [{"name": f"Rule {n}", "when": {"score": f"{n}-{n + 1}"}, "then": {"person": "sarah"}} for n in range(30)]
    short = rulesets.load_rules(rules[:3], note="", now=NOW)
    queries(rosa, page("routing_ruleset_change", short.pk))  # the roster is read, and remembered
    few = queries(rosa, page("routing_ruleset_change", short.pk))
    long = rulesets.load_rules(rules, note="", now=NOW)
    assert queries(rosa, page("routing_ruleset_change", long.pk)) == few


def test_a_leads_page_asks_no_more_often_for_a_longer_history(rosa, office):
    lead = receive(ANA, source=office.website, now=NOW).lead
    few = queries(rosa, page("leads_lead_change", lead.pk))
    for n in range(20):
        one = person(n, office)
        Touch.objects.create(lead=lead, by=one.user, channel="call", outcome="no_answer", at=NOW)
    assert queries(rosa, page("leads_lead_change", lead.pk)) <= few + 2
