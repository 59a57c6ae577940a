"""How often intake speaks to the database: each number is a budget, written down so that it cannot grow unseen."""

from datetime import timedelta

import pytest

from leads import work
from leads.intake import IntakeError, record_event

SAVEPOINT = 2
"""A transaction inside the test's own is a savepoint and its release."""
HOUR = timedelta(hours=1)


@pytest.fixture
def warm(harbor):
    """A process that has taken in a lead before."""
    harbor.receive("referral", phone="(212) 555-0100", email="first@example.com")
    return harbor


def test_a_new_lead_costs_eight(warm, django_assert_num_queries):
    source = warm.source("website")
    warm.source = lambda key: source
    # lock, look-up, the lead with all its rows; routing's lock, loads, outcome; the owner's notices; the follow-up steps
    with django_assert_num_queries(8 + SAVEPOINT):
        warm.receive(
            consent={"channels": ["call", "sms"], "text": "Yes"},
            events=[{"kind": "pricing_view", "at": "2026-11-24T14:50:00-05:00"}] * 20,
            notes="Evenings",
            attributes={"age": 42},
        )


def test_a_nurtured_lead_costs_seven(warm, django_assert_num_queries):
    source = warm.source("facebook_ads")
    warm.source = lambda key: source
    with django_assert_num_queries(7 + SAVEPOINT):
        assert warm.receive().decision.outcome == "nurtured"


def test_a_duplicate_costs_no_more_however_much_is_known_of_it(warm, django_assert_max_num_queries):
    source = warm.source("website")
    warm.source = lambda key: source
    warm.receive(events=[{"kind": "pricing_view", "at": "2026-11-24T14:50:00-05:00"}] * 50)
    with django_assert_max_num_queries(10 + SAVEPOINT):
        assert warm.receive(now=warm.now + HOUR).duplicate


def test_a_replay_costs_four(warm, django_assert_num_queries):
    source = warm.source("website")
    warm.source = lambda key: source
    warm.receive(key="k-1")
    with django_assert_num_queries(4 + SAVEPOINT):
        assert warm.receive(key="k-1").replayed


def test_a_refusal_costs_one(warm, django_assert_num_queries):
    source = warm.source("website")
    warm.source = lambda key: source
    with django_assert_num_queries(1), pytest.raises(IntakeError):
        warm.receive(phone="555-0143")


def test_an_event_costs_no_more_however_many_there_were(warm, django_assert_max_num_queries):
    lead = warm.receive(events=[{"kind": "page_view", "at": "2026-11-24T14:50:00-05:00"}] * 50).lead
    with django_assert_max_num_queries(8 + SAVEPOINT):
        record_event(lead, "pricing_view", at=warm.now + HOUR, now=warm.now + HOUR)


def test_a_logged_call_has_a_budget(warm, django_assert_max_num_queries):
    lead = warm.receive().lead
    owner = lead.owner.user
    with django_assert_max_num_queries(20 + SAVEPOINT):
        work.log_touch(lead, by=owner, channel="call", outcome="reached", now=warm.now + HOUR)
