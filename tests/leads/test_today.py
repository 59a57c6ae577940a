"""The manager's figures, worked out by hand for a day with three leads and a week with two sales."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from agency.models import Agency
from leads.models import FollowUpStep, Lead, Plan, Policy
from leads.today import DEFAULT_TARGET_MINUTES, today
from leads.work import log_touch, set_status
from producers.models import Load
from tests.office import NOW, Office, hand_in, lasting_office, office

__all__ = ["lasting_office", "office"]

MIDNIGHT = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)  # in New York


def after(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


@pytest.fixture
def ana(office: Office) -> Lead:
    """James has Ana."""
    return hand_in(office)


@pytest.fixture
def ben(office: Office, ana: Lead) -> Lead:
    """Sarah has Ben."""
    return hand_in(office, first_name="Ben", email="ben@mail.example", phone="(212) 555-0144")


def test_before_the_first_lead_nothing_is_divided_by_nothing(office):
    figures = today(NOW)
    assert (figures.received, figures.contacted_share, figures.average_response_seconds) == (0, None, None)
    assert {one.key for one in figures.producers} == {"rosa", "sarah", "james", "carla"}
    assert figures.alerts == []


def test_the_day_begins_at_midnight_in_the_agency_s_timezone(office):
    hand_in(office, now=MIDNIGHT - timedelta(seconds=1))
    hand_in(office, now=MIDNIGHT, email="ben@mail.example", phone="(212) 555-0144")
    figures = today(NOW)
    assert (figures.since, figures.received) == (MIDNIGHT, 1)


def test_what_comes_later_is_not_told(office, ana):
    assert today(after(-1)).received == 0


def test_how_fast_each_one_was_and_who_is_late(office, ana, ben):
    log_touch(ana, by=office.james.user, channel="call", outcome="reached", now=after(2))
    figures = today(after(15))
    assert (figures.contacted, figures.contacted_share, figures.untouched) == (1, 0.5, 1)
    assert (figures.average_response_seconds, figures.target_seconds) == (120, DEFAULT_TARGET_MINUTES * 60)
    james, sarah = figures.producers[0], figures.producers[1]
    assert (james.key, james.leads, james.contacted, james.untouched, james.late, james.average_response_seconds) == (
        "james", 1, 1, 0, 0, 120,
    )  # fmt: skip
    assert (sarah.key, sarah.leads, sarah.contacted, sarah.untouched, sarah.late, sarah.average_response_seconds) == (
        "sarah", 1, 0, 1, 1, None,
    )  # fmt: skip
    assert figures.alerts == ["Sarah M. has 1 lead untouched for 15 minutes or more."]
    assert today(after(14)).alerts == []


def test_the_target_is_the_agency_s(office, ana):
    Agency.objects.update(targets={"first_response_minutes": 1})
    log_touch(ana, by=office.james.user, channel="call", outcome="no_answer", now=after(2))
    assert today(after(3)).alerts == ["James K. takes 2 minutes to the first attempt; the target is 1."]


def test_what_nobody_could_take_is_an_alert(office):
    hand_in(office, zip_code="78701")
    figures = today(after(1))
    assert figures.unplaced == 1
    assert figures.alerts == ["1 lead could not be placed today: nobody eligible was found."]


def test_the_pipeline_and_the_week(office, ana, ben):
    set_status(ana, by=office.james.user, status="quoted", premium=Decimal(900), now=after(5))
    set_status(ben, by=office.sarah.user, status="bound", premium=Decimal("1450.50"), now=after(6))
    Policy.objects.create(lead=ben, premium=Decimal(700), bound_at=NOW - timedelta(days=1))
    Policy.objects.create(lead=ben, premium=Decimal(600), bound_at=NOW - timedelta(days=2))  # Sunday: the week before
    Policy.objects.create(lead=ben, premium=Decimal(500), bound_at=after(7), reversed_at=after(8))
    plan = Plan.objects.create(key="speed", name="Speed", starts="assigned")
    for days in (0, 1):
        FollowUpStep.objects.create(
            lead=ana, plan=plan, position=days, started_at=NOW, channel="call", due_at=NOW + timedelta(days=days)
        )
    figures = today(after(10))
    assert (figures.quoted_pending, figures.follow_ups_due) == (1, 1)
    assert (figures.binds_this_week, figures.premium_this_week) == (2, Decimal("2150.50"))


def test_a_close_rate_needs_a_history(office):
    Load.objects.filter(producer=office.james).update(received_90d=50, bound_90d=9)
    rates = {one.key: one.close_rate for one in today(NOW).producers}
    assert (rates["james"], rates["sarah"]) == (0.18, None)


def test_more_leads_cost_no_more_queries(office, ana, django_assert_num_queries):
    with django_assert_num_queries(10):
        today(after(1))
    for index in range(5):
        hand_in(office, email=f"{index}@mail.example", phone=f"(646) 555-01{index:02}")
    with django_assert_num_queries(10):
        assert len([lead.owner.name for lead in today(after(1)).leads if lead.owner]) == 6
