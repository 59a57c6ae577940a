"""Stored decisions: made again from what was stored, they give the same answer."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from leads.models import Lead
from producers.models import CapacityCap, License, Load, TimeOff
from routing.assignment import assign, give
from routing.decisions import lead_from_data, lead_to_data, loads_of, recompute, stored
from routing.models import RoutingDecision
from routing.rulesets import load_rules
from tests.routing.people import SUNDAY_NIGHT, TUESDAY, lead


def assert_the_same(row: RoutingDecision) -> None:
    """The stored decision and the one made again agree in every word."""
    then, now = stored(row), recompute(row)
    assert replace(now, shares=dict(now.shares), considered=then.considered, rules=then.rules) == then
    assert [(one.producer, one.eligible, list(one.why), dict(one.rank)) for one in now.considered] == [
        (one.producer, one.eligible, list(one.why), dict(one.rank)) for one in then.considered
    ]
    assert now.rules == then.rules


def test_lead_facts_survive_being_stored():
    facts = lead(
        premium=Decimal("50000.01"),
        policy_expires_on=date(2027, 1, 10),
        attributes={"age": 42},
        may_be_held=False,
        exclusive=False,
    )
    data = lead_to_data(facts)
    assert data["exclusive"] is False
    assert "existing_client" not in data
    assert lead_from_data({**data, "premium": "50000.01", "policy_expires_on": "2027-01-10"}) == facts


def test_loads_survive_being_stored():
    row = ["amy", 3, 1, 2, 3, 1_764_014_400_000_001, "busy", 50, 5, 40, 9000]
    amy = loads_of([row, ["ben", 0, 0, 0, 0, None, "available", 0, 0, 0, 0]])["amy"]
    assert (amy.open, amy.day, amy.week, amy.month, amy.presence) == (3, 1, 2, 3, "busy")
    assert amy.last_assigned_at.isoformat() == "2025-11-24T20:00:00.000001+00:00"
    assert (amy.received_90d, amy.bound_90d, amy.responses_90d, amy.response_seconds_90d) == (50, 5, 40, 9000)


def test_every_kind_of_decision_can_be_made_again(harbor):
    Load.objects.filter(producer__key="sarah").update(received_90d=40, bound_90d=12, responses_90d=3, response_seconds_90d=700)
    leads = [harbor.lead(line=line) for line in ("personal_auto", "bop", "life_term", "spaceship", "homeowners")]
    leads += [harbor.hot(), harbor.lead("facebook_ads"), harbor.lead("referral", zip_code="78701")]
    leads += [harbor.lead(now=SUNDAY_NIGHT), harbor.lead(now=TUESDAY + timedelta(days=2))]  # night, and Thanksgiving
    with transaction.atomic():
        assign(Lead.objects.get(pk=leads[0].pk), reason="decline", now=TUESDAY, exclude={"james"}, end_note="conflict")
        give(Lead.objects.get(pk=leads[1].pk), harbor.person("david"), by=harbor.user("rosa"), reason="His", now=TUESDAY)
    rows = RoutingDecision.objects.select_related("producer", "ruleset").order_by("id")
    assert {row.outcome for row in rows} == {"assigned", "nurtured", "unplaced"}
    assert len(rows) == 12
    for row in rows:
        assert_the_same(row)


def test_what_changed_since_does_not_change_what_was_decided(harbor):
    first = harbor.lead()
    License.objects.all().delete()
    TimeOff.objects.create(producer=harbor.person("james"), starts_on=date(2026, 1, 1), ends_on=date(2027, 1, 1))
    CapacityCap.objects.filter(producer__key="sarah").update(limit=0)
    load_rules([{"name": "All to Rosa", "then": {"person": "rosa"}}], note="", now=TUESDAY)
    Load.objects.update(open_leads=500)
    row = RoutingDecision.objects.select_related("producer", "ruleset").get(lead=first)
    assert_the_same(row)
    assert recompute(row).producer == "james"


def test_a_held_decision_can_be_made_again(harbor):
    Load.objects.filter(producer__key="sarah").update(received_90d=100, bound_90d=60, presence="busy")
    Load.objects.exclude(producer__key="sarah").update(received_90d=100, bound_90d=5)
    held = harbor.lead(events=[{"kind": "pricing_view", "at": TUESDAY.isoformat()}] * 2, policy_expires_on="2027-01-10")
    row = RoutingDecision.objects.select_related("producer", "ruleset").get(lead=held)
    assert row.outcome == "held"
    assert_the_same(row)


def test_a_decision_is_never_changed(harbor):
    row = RoutingDecision.objects.get(lead=harbor.lead())
    row.reason = "Because."
    with pytest.raises(Exception, match="only ever added"), transaction.atomic():
        row.save()
