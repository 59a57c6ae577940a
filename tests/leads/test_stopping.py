"""What closes a number for good, and what does not open it again."""

from datetime import timedelta

import pytest

from leads.calling import caution
from leads.consents import email_is_closed
from leads.flags import WRONG_NUMBER
from leads.followup import may_contact, run_due
from leads.work import log_touch

MINUTE = timedelta(minutes=1)


@pytest.fixture
def ana(harbor):
    return harbor.receive().lead


@pytest.mark.parametrize(
    ("source", "said", "opens"),
    [
        ("quotewizard", {}, False),
        ("quotewizard", {"at": "2026-11-24T14:30:00-05:00"}, False),  # before they asked to stop
        ("quotewizard", {"at": "2026-11-24T15:30:00-05:00"}, True),
        ("quotewizard", {"at": "2027-11-24T15:30:00-05:00"}, False),  # a time to come says nothing
        ("website", {}, True),
    ],
)
def test_a_resale_without_its_own_time_lifts_no_stop(harbor, source, said, opens):
    lead = harbor.receive(consent={"channels": ["sms", "email"], "text": "Yes"}).lead
    log_touch(lead, by=None, channel="sms", outcome="opted_out", direction="in", note="STOP", now=harbor.now)
    later = harbor.now + timedelta(hours=2)
    again = harbor.receive(source, now=later, consent={"channels": ["sms", "email"], "text": "Yes", **said}).lead
    assert may_contact(again, "sms", later).allowed == opens
    assert email_is_closed("ana.ruiz@example.com") != opens


def test_a_wrong_number_takes_its_tasks_and_the_button_away(harbor, ana):
    run_due(harbor.now)
    assert ana.follow_ups.filter(channel="call", state="waiting").exists()
    log_touch(ana, by=None, channel="sms", outcome="wrong_number", direction="in", now=harbor.now)
    call = ana.follow_ups.get(label="First call")
    assert (call.state, call.outcome) == ("skipped", WRONG_NUMBER)
    ana.refresh_from_db()
    found = caution(ana, may_contact(ana, "call", harbor.now))
    assert (found.is_forbidden, found.reason) == (True, WRONG_NUMBER)


def test_a_wrong_number_after_a_stop_does_not_bring_the_button_back(harbor, ana):
    log_touch(ana, by=None, channel="sms", outcome="opted_out", direction="in", note="STOP", now=harbor.now)
    log_touch(ana, by=ana.owner.user, channel="call", outcome="wrong_number", now=harbor.now + MINUTE)
    ana.refresh_from_db()
    permission = may_contact(ana, "call", harbor.now + MINUTE)
    assert (permission.rule, caution(ana, permission).is_forbidden) == ("opt-out", True)
