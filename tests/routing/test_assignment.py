"""The one write path for ownership: what is written, who is told, what moves when a lead changes hands."""

from datetime import timedelta

import pytest
from django.db import transaction

from agency.messaging.models import Message
from leads.models import Household, Lead, Status
from producers.models import CapacityCap, License, Load, PerformanceDay
from routing import assignment
from routing.assignment import MOVED_ON, AssignmentError, assign, close, decision_at, give, latest_decision, reopen, stamp
from routing.models import Assignment, Hold, LadderStep, Rotation, RoutingDecision
from tests.routing.conftest import ANYONE, DESK, POD
from tests.routing.people import SUNDAY_NIGHT, TUESDAY

NEXT_DAY = TUESDAY + timedelta(days=1)


def again(lead: Lead, cause: str, **more):
    """Decide an owned lead once more, as the services above do."""
    with transaction.atomic():
        fresh = Lead.objects.get(pk=lead.pk)
        return assign(fresh, reason=cause, now=more.pop("now", TUESDAY), **more)


# --- What a first assignment writes ---


def test_a_new_lead_is_owned_and_everything_about_it_is_on_record(harbor):
    lead = harbor.lead()
    lead.refresh_from_db()
    assert (lead.owner.key, lead.owned_since, lead.status) == ("james", TUESDAY, Status.NEW)
    assert (lead.held_until, lead.unplaced, lead.steward) == (None, False, None)
    held = harbor.live(lead)
    assert (held.producer.key, held.started_at, held.rotation, held.end_reason) == ("james", TUESDAY, POD, "")
    made = held.decision
    assert (made.outcome, made.producer.key, made.rule, made.cause, made.at) == ("assigned", "james", POD, "intake", TUESDAY)
    assert made.reason == f"It is James K.'s turn: owed 0.50 of a lead, 2 eligible (rule “{POD}”)."
    assert made.ruleset.version == 1
    assert made.roster is not None
    load = harbor.load("james")
    assert (load.open_leads, load.day_count, load.week_count, load.month_count) == (1, 1, 1, 1)
    assert load.last_assigned_at == TUESDAY
    assert harbor.owed() == {"james": -500_000, "sarah": 500_000}
    bucket = PerformanceDay.objects.get()
    assert (bucket.producer.key, bucket.family, bucket.tier, bucket.received) == ("james", "personal", "warm", 1)


def test_the_ladder_is_due_from_the_first_minute(harbor):
    lead = harbor.lead()
    steps = LadderStep.objects.filter(lead=lead).order_by("rung")
    assert [(one.rung, one.action, one.to, one.channels, one.due_at - TUESDAY) for one in steps] == [
        (1, "alert", "owner", ["push", "in_app"], timedelta(minutes=5)),
        (2, "warn", "owner", ["sms", "email"], timedelta(minutes=15)),
        (3, "reassign", "backup", [], timedelta(minutes=30)),
        (4, "alert", "manager", ["email", "in_app", "sms"], timedelta(hours=1)),
    ]
    assert {one.state for one in steps} == {"due"}


def test_the_owner_is_told_at_once_on_the_agency_s_channels(harbor):
    lead = harbor.lead()
    told = Message.objects.filter(kind="lead_assigned", lead=lead)
    assert {one.user.username for one in told} == {"james"}
    assert {one.channel for one in told} >= {"in_app", "email", "sms"}
    one = told.get(channel="email")
    assert one.subject == f"New warm lead: {lead.name}, Personal auto"
    assert one.body == f"Warm, 40 points. Requested a quote or callback.\n{harbor.live(lead).decision.reason}"
    assert one.path == f"/leads/{lead.pk}/"


def test_people_may_choose_their_own_channels(harbor):
    james = harbor.person("james")
    james.notify = {"assigned": ["in_app"]}
    james.save()
    lead = harbor.lead()
    assert list(Message.objects.filter(kind="lead_assigned", lead=lead).values_list("channel", flat=True)) == ["in_app"]


def test_a_nurtured_lead_has_a_steward_and_neither_owner_nor_ladder(harbor):
    lead = harbor.lead("facebook_ads")
    lead.refresh_from_db()
    assert (lead.status, lead.owner, lead.steward.key) == (Status.NURTURE, None, "rosa")
    assert not Assignment.objects.exists()
    assert not LadderStep.objects.exists()
    assert latest_decision(lead).plan == "monthly"
    assert not Load.objects.filter(open_leads__gt=0).exists()


def test_an_unplaced_lead_is_with_the_owner_of_last_resort_who_is_told_why(harbor):
    lead = harbor.lead("referral", zip_code="78701")
    lead.refresh_from_db()
    assert (lead.owner.key, lead.unplaced) == ("rosa", True)
    assert harbor.load("rosa").open_leads == 1
    told = Message.objects.get(kind="lead_assigned", channel="email", lead=lead)
    assert told.user.username == "rosa"
    assert told.subject.startswith("Nobody could take")
    assert "holds no license in TX" in told.body


def test_off_shift_the_clock_starts_at_the_winner_s_next_opening(harbor):
    lead = harbor.lead(now=SUNDAY_NIGHT, line="general_liability")
    assert harbor.owner(lead) == "rachel"  # opens at eight on Monday
    first = LadderStep.objects.get(lead=lead, rung=1)
    assert first.due_at.isoformat() == "2026-11-30T13:05:00+00:00"


def test_period_counts_start_anew_with_each_day_week_and_month(harbor):
    CapacityCap.objects.filter(producer__key="james").delete()
    License.objects.filter(producer__key="sarah").delete()
    for days in (0, 1, 6, 7):  # Tuesday, Wednesday, Monday, Tuesday the first of December
        harbor.lead(now=TUESDAY + timedelta(days=days))
    load = harbor.load("james")
    assert (load.open_leads, load.day_count, load.week_count, load.month_count) == (4, 1, 2, 1)


def test_a_change_of_rules_or_people_holds_for_the_very_next_lead(harbor):
    assert harbor.owner(harbor.lead(line="bop")) == "rachel"
    License.objects.filter(producer__key="rachel").update(active=False)
    harbor.person("rachel").save()  # an update sends no signals, a save does
    assert harbor.owner(harbor.lead(line="bop")) == "david"


# --- Query counts ---


def test_a_first_assignment_takes_four_statements(harbor, django_assert_num_queries, monkeypatch):
    """The lock, one reading, one writing, the notices: whatever else is on record."""
    harbor.lead()
    monkeypatch.setattr(assignment, "_hooks", [])
    lead = _arrived(harbor)
    facts = assignment.facts_of(lead, TUESDAY)
    with django_assert_num_queries(4):
        assign(lead, reason="intake", now=TUESDAY, facts=facts)
    assert harbor.owner(lead) == "james"


def test_a_reassignment_takes_seven_statements(harbor, django_assert_num_queries, monkeypatch):
    """The lead's row, the lock, its past, the ending, one reading, one writing, the notices."""
    lead = harbor.lead()
    monkeypatch.setattr(assignment, "_hooks", [])
    lead = Lead.objects.get(pk=lead.pk)
    facts = assignment.facts_of(lead, TUESDAY)
    with django_assert_num_queries(7):
        assign(lead, reason="decline", now=TUESDAY, facts=facts, exclude={"james"}, end_note="too_busy")
    assert harbor.owner(lead) == "sarah"


def _arrived(harbor) -> Lead:
    """A lead as intake has it the moment before it is assigned."""
    other = harbor.lead()  # and James's turn again
    other.refresh_from_db()
    return Lead.objects.create(
        household=Household.objects.create(created_at=TUESDAY),
        source=other.source,
        first_name="Bo",
        last_name="Li",
        phone="+12125550199",
        state="NY",
        zip_code="10005",
        line="personal_auto",
        family="personal",
        tier="warm",
        held_until=TUESDAY,
        received_at=TUESDAY,
        updated_at=TUESDAY,
        last_activity_at=TUESDAY,
    )


# --- Changing hands ---


def test_a_decline_ends_one_ownership_and_begins_another(harbor):
    lead = harbor.lead()
    first = harbor.live(lead)
    decision = again(lead, "decline", exclude={"james"}, end_note="too_busy")
    assert decision.producer == "sarah"
    first.refresh_from_db()
    assert (first.ended_at, first.declined_at, first.end_reason, first.end_note) == (TUESDAY, TUESDAY, "declined", "too_busy")
    assert harbor.live(lead).producer.key == "sarah"
    assert set(LadderStep.objects.filter(assignment=first).values_list("state", flat=True)) == {"skipped"}
    assert [state for _, state in harbor.rungs(lead)] == ["due"] * 4
    assert (harbor.load("james").open_leads, harbor.load("james").day_count) == (0, 1)
    assert harbor.load("sarah").open_leads == 1


def test_declining_buys_no_leads(harbor):
    """James declines because he is busy: his turn is spent, and the lead is Sarah's turn too."""
    lead = harbor.lead()
    again(lead, "decline", exclude={"james"}, end_note="too_busy")
    assert harbor.owed() == {"james": -500_000, "sarah": 500_000}


@pytest.mark.parametrize("reason", ["licence", "bad_data", "conflict"])
def test_a_decline_that_is_not_the_producer_s_doing_gives_the_turn_back(harbor, reason):
    """As if the lead had never been James's turn: it was Sarah's alone, who was the only one eligible."""
    lead = harbor.lead()
    again(lead, "decline", exclude={"james"}, end_note=reason)
    assert harbor.owed() == {"james": 0, "sarah": 0}
    assert harbor.owner(harbor.lead()) == "james"


def test_turns_taken_back_in_bulk_move_until_somebody_would_be_more_than_a_lead_off(harbor):
    """Three leads each. Every turn of James's undone owes him half a lead and is Sarah's alone: 0.5, 1; 1.5 would be too far."""
    leads = [harbor.lead() for _ in range(6)]
    assert [harbor.owner(lead) for lead in leads] == ["james", "sarah"] * 3
    for lead in leads[::2]:
        again(lead, "manual", exclude={"james"})
    assert [harbor.owner(lead) for lead in leads] == ["sarah"] * 6
    assert harbor.owed() == {"james": 1_000_000, "sarah": -1_000_000}
    moved = RoutingDecision.objects.filter(cause="manual").order_by("id")
    assert [one.facts["undone"] for one in moved] == [True, True, False]
    more = [harbor.lead(now=harbor.later(minutes=n)) for n in range(1, 5)]
    assert [harbor.owner(lead) for lead in more] == ["james", "james", "sarah", "james"]


def test_leads_given_by_hand_move_their_turn_while_nobody_is_more_than_a_lead_off(harbor):
    """James's first two go to Sarah: a whole lead of credit with the first; with the second he would be owed 1.5."""
    leads = [harbor.lead() for _ in range(4)]
    for lead in leads[::2]:
        with transaction.atomic():
            give(Lead.objects.get(pk=lead.pk), harbor.person("sarah"), by=harbor.user("rosa"), reason="Hers", now=TUESDAY)
    assert harbor.owed() == {"james": 1_000_000, "sarah": -1_000_000}
    assert [harbor.live(lead).rotation for lead in leads[::2]] == [POD, ""]


def test_a_manager_who_moves_a_lead_within_the_pod_moves_its_credit(harbor):
    lead = harbor.lead()
    with transaction.atomic():
        give(Lead.objects.get(pk=lead.pk), harbor.person("sarah"), by=harbor.user("rosa"), reason="Knows her", now=TUESDAY)
    assert harbor.owed() == {"james": 500_000, "sarah": -500_000}
    held = harbor.live(lead)
    assert (held.producer.key, held.rotation, held.decision.cause) == ("sarah", POD, "manual")
    assert held.decision.reason == "Given to Sarah M. by Rosa V.: Knows her"
    assert held.decision.trace["proof"]["number"]
    assert harbor.owner(harbor.lead()) == "james"


def test_moving_it_back_moves_the_credit_back(harbor):
    lead = harbor.lead()
    before = harbor.owed()
    for key in ("sarah", "james"):
        with transaction.atomic():
            give(Lead.objects.get(pk=lead.pk), harbor.person(key), by=harbor.user("rosa"), reason="To and fro", now=TUESDAY)
    assert harbor.owed() == before


def test_a_lead_that_leaves_the_rotation_leaves_it_as_if_it_had_never_been_there(harbor):
    lead = harbor.lead()
    with transaction.atomic():
        give(Lead.objects.get(pk=lead.pk), harbor.person("rachel"), by=harbor.user("rosa"), reason="Her street", now=TUESDAY)
    assert harbor.owed() == {"james": 0, "sarah": 0}
    assert harbor.live(lead).rotation == ""


def test_a_lead_that_goes_to_another_rotation_counts_there_only(harbor):
    lead = harbor.lead(line="life_term")  # nobody in the pod may sell life: anyone licensed, which is David
    assert harbor.live(lead).rotation == ANYONE
    Lead.objects.filter(pk=lead.pk).update(line="bop", family="commercial")
    again(lead, "manual", exclude={"david"})
    assert harbor.owner(lead) == "rachel"
    assert harbor.owed(ANYONE) == {"david": 0}
    assert harbor.owed(DESK) == {"rachel": 0}


def test_every_rotation_sums_to_zero_whatever_happens(harbor):
    for n in range(12):
        lead = harbor.lead(line="bop" if n % 3 == 0 else "personal_auto")
        if n % 4 == 1:
            again(lead, "decline", exclude={harbor.owner(lead)}, end_note="conflict" if n % 8 == 1 else "other")
        if n % 4 == 2:
            again(lead, "manual", exclude={harbor.owner(lead)})
    for rotation in Rotation.objects.all():
        assert sum(one["owed"] for one in rotation.ledger.values()) == 0
        assert all(one["owed"] == one["entitled"] - one["received"] for one in rotation.ledger.values())


def test_whoever_declined_a_lead_or_was_too_slow_is_not_asked_again(harbor):
    lead = harbor.lead()
    again(lead, "decline", exclude={"james"}, end_note="other")
    again(lead, "decline", exclude={"sarah"}, end_note="other")
    assert harbor.owner(lead) not in {"james", "sarah"}


def test_a_lead_that_changed_hands_meanwhile_is_not_changed_again(harbor):
    lead = harbor.lead()
    stale = Lead.objects.get(pk=lead.pk)
    again(lead, "decline", exclude={"james"}, end_note="other")
    with pytest.raises(AssignmentError, match=MOVED_ON), transaction.atomic():
        assign(stale, reason="manual", now=TUESDAY)
    assert harbor.owner(lead) == "sarah"


def test_somebody_in_marketing_works_here_and_receives_no_leads(harbor):
    with pytest.raises(AssignmentError, match=r"^Mia R\. cannot have this lead: is in a role that receives no leads\.$"):
        give(harbor.lead(), harbor.person("mia"), by=harbor.user("rosa"), reason="Try", now=TUESDAY)


def test_nobody_can_overrule_a_licence(harbor):
    lead = harbor.lead(zip_code="07030")  # New Jersey, where Sarah alone is licensed
    with pytest.raises(AssignmentError, match=r"James K\. cannot have this lead: holds no license in NJ"), transaction.atomic():
        give(Lead.objects.get(pk=lead.pk), harbor.person("james"), by=harbor.user("rosa"), reason="Hurry", now=TUESDAY)
    assert harbor.owner(lead) == "sarah"
    assert harbor.load("sarah").open_leads == 1


def test_a_manager_may_overrule_a_cap_and_others_may_not(harbor):
    CapacityCap.objects.update_or_create(producer=harbor.person("rachel"), period="day", defaults={"limit": 0})
    lead = harbor.lead()
    with pytest.raises(AssignmentError, match="cap of 0 leads today"), transaction.atomic():
        give(Lead.objects.get(pk=lead.pk), harbor.person("rachel"), by=harbor.user("james"), reason="Mine", now=TUESDAY)
    with transaction.atomic():
        give(Lead.objects.get(pk=lead.pk), harbor.person("rachel"), by=harbor.user("rosa"), reason="Hers", now=TUESDAY)
    assert harbor.owner(lead) == "rachel"
    assert harbor.live(lead).decision.trace["considered"][0][2] == ["is at the cap of 0 leads today"]


# --- Stamps, closing, opening again ---


def test_a_stamp_is_written_once(harbor):
    lead = harbor.lead()
    stamp(lead, now=TUESDAY, attempted=True)
    stamp(lead, now=NEXT_DAY, attempted=True, contacted=True)
    held = harbor.live(lead)
    assert (held.first_attempt_at, held.contacted_at, held.accepted_at) == (TUESDAY, NEXT_DAY, None)


@pytest.mark.parametrize("why", ["bound", "lost"])
def test_a_closed_lead_keeps_its_owner_s_name_and_frees_its_place(harbor, why):
    lead = harbor.lead()
    with transaction.atomic():
        lead = Lead.objects.select_for_update().get(pk=lead.pk)
        lead.status, lead.closed_at = why, NEXT_DAY
        close(lead, now=NEXT_DAY, why=why)
    lead.refresh_from_db()
    assert (lead.owner.key, lead.status) == ("james", why)
    ended = Assignment.objects.get(lead=lead)
    assert (ended.ended_at, ended.end_reason, ended.end_note) == (NEXT_DAY, "closed", why)
    assert harbor.load("james").open_leads == 0
    assert not LadderStep.objects.filter(lead=lead, state="due").exists()


def test_a_lead_put_into_nurture_has_no_owner_but_a_steward(harbor):
    lead = harbor.lead()
    with transaction.atomic():
        close(Lead.objects.select_for_update().get(pk=lead.pk), now=NEXT_DAY, why="nurture")
    lead.refresh_from_db()
    assert (lead.owner, lead.steward.key, lead.status, lead.owned_since) == (None, "james", Status.NURTURE, None)
    assert Assignment.objects.get(lead=lead).end_reason == "nurtured"


def test_a_closed_lead_opens_again_with_whoever_had_it(harbor):
    lead = harbor.lead()
    with transaction.atomic():
        lead = Lead.objects.select_for_update().get(pk=lead.pk)
        lead.status, lead.closed_at = "lost", TUESDAY
        close(lead, now=TUESDAY, why="lost")
    with transaction.atomic():
        decision = reopen(Lead.objects.get(pk=lead.pk), now=NEXT_DAY)
    lead.refresh_from_db()
    assert (decision.producer, lead.owner.key, lead.status, lead.closed_at) == ("james", "james", Status.NEW, None)
    load = harbor.load("james")
    assert (load.open_leads, load.day_count, load.last_assigned_at) == (1, 1, TUESDAY)  # received once
    assert PerformanceDay.objects.get().received == 1
    with pytest.raises(AssignmentError), transaction.atomic():
        reopen(lead, now=NEXT_DAY)


def test_a_closed_lead_whose_owner_lost_the_licence_goes_to_somebody_else(harbor):
    lead = harbor.lead()
    with transaction.atomic():
        lead = Lead.objects.select_for_update().get(pk=lead.pk)
        lead.status, lead.closed_at = "lost", TUESDAY
        close(lead, now=TUESDAY, why="lost")
    License.objects.get(producer__key="james").delete()
    with transaction.atomic():
        decision = reopen(Lead.objects.get(pk=lead.pk), now=NEXT_DAY)
    assert decision.producer == "sarah"


def test_who_comes_back_from_nurture_gets_an_owner_even_when_cold(harbor):
    lead = harbor.lead("facebook_ads")
    with transaction.atomic():
        decision = reopen(Lead.objects.get(pk=lead.pk), now=NEXT_DAY)
    lead.refresh_from_db()
    assert decision.outcome == "assigned"
    assert (lead.status, lead.steward) == (Status.NEW, None)


# --- Reading decisions ---


def test_the_last_decision_and_the_one_of_an_instant_are_read_back_whole(harbor):
    lead = harbor.lead()
    first = latest_decision(lead)
    assert (first.producer, first.rule, first.roster) == ("james", POD, harbor.live(lead).decision.roster_id)
    assert [one.name for one in first.rules][-1] == POD
    assert first.considered[0].rank == {"owed": 0, "share": 500_000}
    again(lead, "decline", exclude={"james"}, end_note="other", now=NEXT_DAY)
    assert latest_decision(lead).producer == "sarah"
    assert decision_at(lead, TUESDAY) == first
    assert decision_at(lead, TUESDAY + timedelta(hours=1)) is None


def test_nothing_is_left_of_an_assignment_that_was_rolled_back(harbor):
    lead = harbor.lead()
    counted = harbor.load("sarah").open_leads, harbor.owed(), RoutingDecision.objects.count(), Message.objects.count()
    with pytest.raises(RuntimeError), transaction.atomic():
        assign(Lead.objects.get(pk=lead.pk), reason="manual", now=TUESDAY, exclude={"james"})
        raise RuntimeError
    assert (harbor.load("sarah").open_leads, harbor.owed(), RoutingDecision.objects.count(), Message.objects.count()) == counted
    assert harbor.owner(lead) == "james"


def test_above_hears_of_every_decision_within_its_transaction(harbor, monkeypatch):
    heard = []
    monkeypatch.setattr(assignment, "_hooks", [])
    assignment.on_decided(lambda lead, decision, now, cause: heard.append((lead.owner.key, decision.outcome, now, cause)))
    lead = harbor.lead()
    again(lead, "decline", exclude={"james"}, end_note="other")
    assert heard == [("james", "assigned", TUESDAY, "intake"), ("sarah", "assigned", TUESDAY, "decline")]
    assert not Hold.objects.exists()
