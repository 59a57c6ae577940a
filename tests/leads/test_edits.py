"""Mending what was written down wrong."""

from datetime import timedelta

import pytest

from agency.messaging import send
from agency.messaging.models import Message
from leads.edits import CHANGED, WRITTEN_ANEW, edit
from leads.flags import BAD_EMAIL
from leads.followup import run_due
from leads.models import Note, StatusChange
from leads.undeliverable import mark_undeliverable
from leads.work import log_touch
from producers.models import Load, Producer
from routing.assignment import give
from routing.models import Assignment, Rotation, RoutingDecision

HOUR = timedelta(hours=1)


@pytest.fixture
def rosa(harbor):
    return harbor.person("rosa")


def test_a_nurtured_lead_that_a_mended_zip_makes_worth_a_call_is_routed_with_its_history(harbor, rosa):
    lead = harbor.receive("facebook_ads", zip_code="33101", events=[{"kind": "guide_download"}, {"kind": "pricing_view"}]).lead
    assert (lead.status, lead.score) == ("nurture", 25)
    lead = edit(lead, by=rosa, changes={"zip_code": "10005"}, now=harbor.now + HOUR)
    assert (lead.status, lead.score) == ("new", 40)
    assert lead.owner is not None
    [change] = StatusChange.objects.all()
    assert (change.before, change.after, change.by, change.at) == ("nurture", "new", rosa, harbor.now + HOUR)


def test_the_note_tells_each_change(harbor, rosa):
    lead = harbor.receive().lead
    edit(lead, by=rosa, changes={"phone": "(212) 555-0143 x9"}, now=harbor.now)
    assert Note.objects.get().text == "Changed phone extension from nothing to 9."


def test_a_changed_address_is_not_the_one_that_bounced(harbor, rosa):
    lead = harbor.receive().lead
    mark_undeliverable(lead.email, now=harbor.now)
    lead.refresh_from_db()
    assert lead.flags == [BAD_EMAIL]
    edit(lead, by=rosa, changes={"first_name": "Anna"}, now=harbor.now)
    lead.refresh_from_db()
    assert lead.flags == [BAD_EMAIL]
    edit(lead, by=rosa, changes={"email": "ana@new.example"}, now=harbor.now)
    lead.refresh_from_db()
    assert lead.flags == []


def test_what_is_written_to_the_old_number_does_not_go_there(harbor, rosa):
    lead = harbor.receive(consent={"channels": ["sms", "email"], "text": "Yes"}).lead
    five_past = harbor.now + timedelta(minutes=5)
    run_due(five_past)
    text = Message.objects.get(lead=lead, channel="sms", audience="consumer")
    stray = send(
        channel="sms", audience="consumer", kind="missed_call_text", lead_id=lead.pk, to=text.to, body="Hi", now=five_past
    )
    edit(lead, by=rosa, changes={"phone": "(212) 555-0166"}, now=five_past)
    for one in (text, stray):
        one.refresh_from_db()
    assert (text.state, text.outcome) == ("skipped", WRITTEN_ANEW)
    assert (stray.state, stray.outcome) == ("skipped", CHANGED)
    run_due(five_past)
    assert not Message.objects.filter(lead=lead, channel="sms", state="due", audience="consumer").exists()
    assert "no consent" in lead.follow_ups.get(channel="sms", due_at=five_past).outcome, "the new number agreed to nothing"


# --- Who may have it as it is now ---


def ownerships(lead):
    """(Owner, why it ended, in which words), oldest first."""
    rows = Assignment.objects.filter(lead=lead).order_by("pk")
    return list(rows.values_list("producer__key", "end_reason", "end_note"))


def test_a_lead_whose_mended_zip_its_owner_has_no_licence_for_goes_to_somebody_who_has(harbor, rosa):
    lead = harbor.receive().lead
    assert lead.owner.key == "james"
    lead = edit(lead, by=rosa, changes={"zip_code": "07030"}, now=harbor.now + HOUR)
    assert (lead.owner.key, lead.unplaced, lead.status) == ("sarah", False, "new")
    assert ownerships(lead) == [("james", "reassigned", "holds no license in NJ"), ("sarah", "", "")]


def test_a_lead_whose_mended_zip_nobody_is_licensed_for_is_unplaced_and_its_owner_told(harbor, rosa):
    lead = harbor.receive().lead
    assert lead.owner.key == "james"
    lead = edit(lead, by=rosa, changes={"zip_code": "78701"}, now=harbor.now + HOUR)
    assert (lead.owner.key, lead.unplaced, lead.owned_since) == ("rosa", True, harbor.now + HOUR)
    assert ownerships(lead) == [("james", "reassigned", "holds no license in TX"), ("rosa", "", "")]
    told = Message.objects.get(kind="lead_taken", channel="in_app")
    assert told.user.username == "james"
    assert told.subject == "Ana Ruiz has gone to Rosa V."
    assert "holds no license in TX" in told.body
    decision = RoutingDecision.objects.latest("id")
    assert (decision.cause, decision.by, decision.outcome) == ("edit", rosa, "unplaced")


def test_the_turn_of_an_owner_who_may_not_keep_the_lead_is_given_back(harbor, rosa):
    lead = harbor.receive().lead
    edit(lead, by=rosa, changes={"zip_code": "78701"}, now=harbor.now + HOUR)
    [rotation] = Rotation.objects.all()
    assert {key: one["owed"] for key, one in rotation.ledger.items()} == {"james": 0, "sarah": 0}


def test_a_change_that_bars_nobody_leaves_the_lead_where_it_is(harbor, rosa):
    lead = harbor.receive().lead
    lead = edit(lead, by=rosa, changes={"zip_code": "10006", "line": "homeowners"}, now=harbor.now + HOUR)
    assert ownerships(lead) == [("james", "", "")]
    assert RoutingDecision.objects.filter(lead=lead).count() == 1


def test_an_unplaced_lead_whose_mended_zip_somebody_is_licensed_for_is_with_them(harbor, rosa):
    lead = harbor.receive("referral", zip_code="78701").lead
    assert lead.unplaced
    lead = edit(lead, by=rosa, changes={"zip_code": "10005"}, now=harbor.now + HOUR)
    assert (lead.owner.key, lead.unplaced) == ("james", False)
    assert not Message.objects.filter(kind="lead_taken").exists()


def test_an_unplaced_lead_that_stays_with_the_owner_of_last_resort_keeps_its_clock_and_says_nothing_new(harbor, rosa):
    lead = harbor.receive("referral", zip_code="78701").lead
    told, ladder = Message.objects.filter(kind="lead_assigned").count(), list(lead.ladder.values_list("due_at", "state"))
    assert told
    lead = edit(lead, by=rosa, changes={"zip_code": "90210"}, now=harbor.now + HOUR)
    assert (lead.owner.key, lead.unplaced, lead.owned_since) == ("rosa", True, harbor.now)
    assert ownerships(lead) == [("rosa", "", "")]
    assert list(lead.ladder.values_list("due_at", "state")) == ladder
    assert Message.objects.filter(kind="lead_assigned").count() == told
    assert Load.objects.get(producer__key="rosa").open_leads == 1
    decision = RoutingDecision.objects.latest("id")
    assert (decision.cause, decision.outcome, decision.at) == ("edit", "unplaced", harbor.now + HOUR)
    assert "holds no license in CA" in decision.reason


def test_the_owner_of_last_resort_who_may_not_keep_a_lead_has_it_unplaced_and_is_told(harbor, rosa):
    lead = harbor.receive().lead
    give(lead, Producer.objects.get(key="rosa"), by=rosa, reason="Mine", now=harbor.now)
    Message.objects.all().delete()
    lead = edit(lead, by=rosa, changes={"zip_code": "78701"}, now=harbor.now + HOUR)
    assert (lead.owner.key, lead.unplaced, lead.owned_since) == ("rosa", True, harbor.now)
    assert {one.subject for one in Message.objects.all()} == {"Nobody could take Ana Ruiz, Personal auto"}


def test_a_lead_that_is_being_worked_is_neither_put_to_rest_nor_kept_waiting_when_it_changes_hands(harbor, rosa):
    lead = harbor.receive().lead
    log_touch(lead, by=lead.owner.user, channel="call", outcome="reached", now=harbor.now + HOUR)
    lead = edit(lead, by=rosa, changes={"line": "life_term"}, now=harbor.now + 2 * HOUR)
    assert lead.status == "contacted"
    assert lead.owner.key not in ("james", None)
