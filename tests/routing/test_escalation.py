"""The ladder and the holds: what is due is done once, on facts looked at again."""

from datetime import timedelta

from django.db import transaction

from agency.messaging.models import Message
from leads.intake import record_event
from leads.models import Lead
from leads.work import log_touch
from producers.models import Load, Presence, Producer
from producers.services import set_presence
from routing import escalation
from routing.assignment import assign, stamp
from routing.escalation import run_due, start, stop
from routing.models import Assignment, EscalationPolicy, Hold, LadderStep, RoutingDecision
from tests.routing.conftest import ANYONE
from tests.routing.people import TUESDAY


def told(kind: str, **where) -> set[tuple[str, str]]:
    """Who was told of something, and on which channel."""
    return set(Message.objects.filter(kind=kind, **where).values_list("user__username", "channel"))


# --- Alerts ---


def test_nothing_is_due_before_its_time(harbor):
    harbor.lead()
    assert run_due(harbor.later(minutes=4, seconds=59)) == 0
    assert run_due(harbor.later(minutes=5)) == 1
    assert run_due(harbor.later(minutes=5)) == 0


def test_at_five_minutes_the_owner_is_reminded_and_at_fifteen_warned(harbor):
    lead = harbor.lead()
    run_due(harbor.later(minutes=5))
    assert told("ladder_alert") == {("james", "in_app")}  # nobody has a device for push yet
    run_due(harbor.later(minutes=15))
    assert told("ladder_warn") == {("james", "in_app"), ("james", "sms"), ("james", "email")}
    one = Message.objects.get(kind="ladder_warn", channel="email")
    assert one.subject == f"Without an action for 15 minutes: {lead.name}, Personal auto"
    assert one.body == f"Nobody has tried to reach {lead.name} yet. James K. has had the lead since 15:00."
    assert harbor.rungs(lead) == [(1, "done"), (2, "done"), (3, "due"), (4, "due")]
    assert LadderStep.objects.get(lead=lead, rung=1).outcome == "Told James K."


def test_an_attempt_ends_the_ladder(harbor):
    lead = harbor.lead()
    assert stop(lead.pk, now=harbor.later(minutes=1), why="attempt") == 4
    assert run_due(harbor.later(hours=2)) == 0
    assert harbor.owner(lead) == "james"
    assert {one.outcome for one in LadderStep.objects.filter(lead=lead)} == {"attempt"}


def test_where_contact_is_asked_for_an_attempt_is_not_enough(harbor):
    policy = EscalationPolicy.objects.get()
    policy.ends_on = "contact"
    policy.save()
    lead = harbor.lead()
    assert stop(lead.pk, now=harbor.later(minutes=1), why="attempt") == 0
    assert stop(lead.pk, now=harbor.later(minutes=2), why="contact") == 4


def test_a_rung_looks_again_before_it_is_done(harbor):
    """The attempt was stamped, but the process died before it stopped the ladder."""
    lead = harbor.lead()
    stamp(lead, now=harbor.later(minutes=1), attempted=True)
    run_due(harbor.later(minutes=40))
    assert harbor.owner(lead) == "james"
    assert {one.outcome for one in LadderStep.objects.filter(lead=lead, state="skipped")} == {escalation.ATTEMPTED}
    assert told("ladder_alert") == set()


def test_the_manager_hears_of_it_after_an_hour_even_when_it_changed_hands(harbor):
    lead = harbor.lead()
    for minutes in (5, 15, 30, 60):
        run_due(harbor.later(minutes=minutes))
    assert harbor.owner(lead) != "james"
    assert {who for who, _ in told("ladder_alert", subject__startswith="Without an action for 60")} == {"rosa"}


# --- Taking back ---


def test_at_thirty_minutes_the_territory_s_backup_has_it(harbor):
    lead = harbor.lead()
    with transaction.atomic():
        assign(Lead.objects.get(pk=lead.pk), reason="manual", now=TUESDAY, exclude={"james"})  # Sarah, whose backup is James
    run_due(harbor.later(minutes=30))
    held = harbor.live(lead)
    assert held.producer.key == "james"
    assert held.decision.cause == "escalation"
    assert held.decision.reason == "James K. takes over as North County's backup: Sarah M. did not act in time."
    before = Assignment.objects.get(lead=lead, producer__key="sarah")
    assert (before.end_reason, before.end_note) == ("escalated", "No attempt in 30 minutes")
    assert told("lead_taken") == {("sarah", "in_app"), ("sarah", "email")}
    assert ("james", "in_app") in told("lead_assigned", created_at=harbor.later(minutes=30))


def test_the_new_owner_has_a_ladder_of_their_own(harbor):
    lead = harbor.lead()
    run_due(harbor.later(minutes=30))
    assert harbor.owner(lead) == "sarah"
    due = LadderStep.objects.filter(assignment=harbor.live(lead), state="due").order_by("rung")
    assert [(one.rung, one.due_at - TUESDAY) for one in due] == [
        (1, timedelta(minutes=35)),
        (2, timedelta(minutes=45)),
        (3, timedelta(minutes=60)),
        (4, timedelta(minutes=60)),  # the manager waits for the lead, not for its owner of the moment
    ]


def test_credit_goes_back_to_the_first_owner(harbor):
    harbor.lead()
    run_due(harbor.later(minutes=30))
    assert harbor.owed() == {"james": 500_000, "sarah": -500_000}


def test_a_backup_without_room_is_passed_over_and_the_rules_decide(harbor):
    """David's lead in his own territory: Rachel is the backup of both. With 15 open leads her capacity scores 4, not 6."""
    lead = harbor.lead(zip_code="10310", line="homeowners")
    assert harbor.owner(lead) == "david"
    Load.objects.filter(producer__key="rachel").update(open_leads=15)
    run_due(harbor.later(minutes=30))
    assert harbor.owner(lead) != "david"
    assert harbor.live(lead).decision.rule == ANYONE


def test_a_backup_without_the_licence_is_passed_over(harbor):
    lead = harbor.lead(zip_code="07030")  # New Jersey: Sarah alone
    run_due(harbor.later(minutes=30))
    assert harbor.owner(lead) == "sarah"
    step = LadderStep.objects.get(lead=lead, rung=3)
    assert (step.state, step.outcome) == ("skipped", escalation.NOBODY_ELSE)
    assert told("lead_taken") == set()
    assert harbor.load("sarah").open_leads == 1


def test_a_lead_is_taken_back_twice_at_most(harbor):
    lead = harbor.lead()
    owners = [harbor.owner(lead)]
    for minutes in (30, 60, 90, 120, 150):
        run_due(harbor.later(minutes=minutes))
        owners.append(harbor.owner(lead))
    assert Assignment.objects.filter(lead=lead, end_reason="escalated").count() == 2
    assert len(set(owners)) == 3
    last = LadderStep.objects.get(assignment=harbor.live(lead), action="reassign")
    assert (last.state, last.outcome) == ("skipped", escalation.TOO_OFTEN.format(count=2))


def test_who_was_too_slow_once_is_not_asked_again(harbor):
    lead = harbor.lead()
    run_due(harbor.later(minutes=30))
    run_due(harbor.later(minutes=60))
    assert harbor.owner(lead) not in {"james", "sarah"}


def test_an_unplaced_lead_stays_with_the_owner_of_last_resort(harbor):
    lead = harbor.lead("referral", zip_code="78701")
    run_due(harbor.later(minutes=30))
    assert harbor.owner(lead) == "rosa"


def test_what_fails_is_tried_again_later_and_ends_with_a_person(harbor, monkeypatch, caplog):
    lead = harbor.lead()
    other = harbor.lead()
    monkeypatch.setattr(escalation, "_alert", _broken)
    assert run_due(harbor.later(minutes=5)) == 2
    step = LadderStep.objects.get(lead=lead, rung=1)
    assert (step.state, step.attempts, step.due_at) == ("due", 1, harbor.later(minutes=5, seconds=30))
    for minutes in (6, 7, 9, 11):
        run_due(harbor.later(minutes=minutes))
    stuck = LadderStep.objects.filter(rung=1, lead__in=[lead, other])
    assert {(one.state, one.attempts, one.outcome) for one in stuck} == {("stuck", 5, "out of order")}
    assert "could not be done" in caplog.text
    monkeypatch.undo()
    assert run_due(harbor.later(minutes=15)) == 2


def _broken(*_: object) -> None:
    raise RuntimeError("out of order")


def test_a_ladder_can_be_started_for_an_ownership_that_has_none(harbor):
    lead = harbor.lead()
    LadderStep.objects.all().delete()
    from producers import roster

    steps = start(harbor.live(lead), lead, roster.roster(TUESDAY), TUESDAY)
    assert [(one.rung, one.action) for one in steps] == [(1, "alert"), (2, "warn"), (3, "reassign"), (4, "alert")]


def test_managers_of_a_team_are_told_before_all_managers(harbor):
    assert [one.key for one in escalation.managers_of(harbor.person("sarah"))] == ["rosa"]
    Producer.objects.filter(key="rosa").update(active=False)
    assert escalation.managers_of(harbor.person("sarah")) == []


# --- Holds ---


def held(harbor) -> Lead:
    """A hot lead that waits for Sarah, who is busy and closes twelve times as often as anybody else."""
    Load.objects.filter(producer__key="sarah").update(received_90d=100, bound_90d=60, presence=Presence.BUSY)
    Load.objects.exclude(producer__key="sarah").update(received_90d=100, bound_90d=5)
    return harbor.lead(events=[{"kind": "pricing_view", "at": TUESDAY.isoformat()}] * 2, policy_expires_on="2027-01-10")


def test_a_held_lead_has_no_owner_and_a_clock(harbor):
    lead = held(harbor)
    lead.refresh_from_db()
    assert (lead.owner, lead.held_until, lead.status) == (None, harbor.later(seconds=30), "new")
    hold = Hold.objects.get(lead=lead)
    assert (hold.due_at, hold.state, hold.awaits.key) == (harbor.later(seconds=30), "due", "sarah")
    assert not LadderStep.objects.exists()


def test_after_the_wait_the_best_free_one_has_it(harbor):
    lead = held(harbor)
    assert run_due(harbor.later(seconds=29)) == 0
    assert run_due(harbor.later(seconds=30)) == 1
    lead.refresh_from_db()
    assert lead.owner.key == "james"
    assert lead.held_until is None
    assert Hold.objects.get(lead=lead).state == "done"
    assert RoutingDecision.objects.filter(lead=lead).count() == 2
    assert run_due(harbor.later(minutes=1)) == 0


def test_as_soon_as_the_better_one_is_free_they_have_it(harbor):
    lead = held(harbor)
    set_presence(harbor.person("sarah"), presence="available", now=harbor.later(seconds=10))
    assert run_due(harbor.later(seconds=10)) == 1
    assert harbor.owner(lead) == "sarah"


def test_a_lead_is_held_once(harbor):
    lead = held(harbor)
    run_due(harbor.later(seconds=30))
    with transaction.atomic():
        decision = assign(
            Lead.objects.get(pk=lead.pk), reason="decline", now=harbor.later(minutes=1), exclude={"james"}, end_note="other"
        )
    assert decision.outcome == "assigned"


def test_giving_a_held_lead_away_ends_the_wait(harbor):
    lead = held(harbor)
    with transaction.atomic():
        assign(Lead.objects.get(pk=lead.pk), reason="manual", now=harbor.later(seconds=5), exclude={"sarah"})
    assert Hold.objects.get(lead=lead).state == "skipped"
    assert run_due(harbor.later(seconds=30)) == 0


# --- Turning hot, time limits, other ladders for other leads ---


def pricing(harbor, lead, **later) -> None:
    """They look at the prices: ten points, twice."""
    for _ in range(2):
        record_event(lead, "pricing_view", at=harbor.later(**later), now=harbor.later(**later))


def test_a_lead_that_turns_hot_starts_the_ladder_again(harbor):
    lead = harbor.lead(policy_expires_on="2027-01-10")  # 25 + 15 + 15; pricing twice makes 75
    log_touch(lead, by=harbor.user("james"), channel="call", outcome="no_answer", now=harbor.later(minutes=2))
    assert not LadderStep.objects.filter(lead=lead, state="due").exists()
    pricing(harbor, lead, minutes=60)
    again = LadderStep.objects.filter(lead=lead, round=1).order_by("rung")
    assert [(one.rung, one.due_at - TUESDAY) for one in again] == [
        (1, timedelta(minutes=65)),
        (2, timedelta(minutes=75)),
        (3, timedelta(minutes=90)),
        (4, timedelta(minutes=120)),
    ]
    run_due(harbor.later(minutes=75))
    one = Message.objects.get(kind="ladder_warn", channel="email")
    assert one.subject == f"Without an action for 15 minutes: {lead.name}, Personal auto"
    assert one.body == f"{lead.name} turned hot at 16:00, and nobody has tried to reach them since. James K. has the lead."
    log_touch(lead, by=harbor.user("james"), channel="call", outcome="no_answer", now=harbor.later(minutes=80))
    assert run_due(harbor.later(minutes=130)) == 0
    assert harbor.owner(lead) == "james"


def test_who_does_not_act_on_a_lead_that_turned_hot_loses_it(harbor):
    lead = harbor.lead(policy_expires_on="2027-01-10")
    log_touch(lead, by=harbor.user("james"), channel="call", outcome="no_answer", now=harbor.later(minutes=2))
    pricing(harbor, lead, minutes=60)
    run_due(harbor.later(minutes=90))
    assert harbor.owner(lead) == "sarah"


def test_a_lead_that_was_reached_is_not_taken_away_by_turning_hot(harbor):
    lead = harbor.lead(policy_expires_on="2027-01-10")
    log_touch(lead, by=harbor.user("james"), channel="call", outcome="reached", now=harbor.later(minutes=2))
    pricing(harbor, lead, minutes=60)
    assert set(LadderStep.objects.filter(lead=lead, round=1).values_list("rung", flat=True)) == {1, 2, 4}


def test_a_time_limit_is_recorded_when_it_is_missed_and_only_then(harbor):
    policy = EscalationPolicy.objects.get()
    policy.sla = "90s"
    policy.save()
    slow, quick = harbor.lead(), harbor.lead()
    log_touch(quick, by=harbor.user(harbor.owner(quick)), channel="call", outcome="no_answer", now=harbor.later(seconds=89))
    run_due(harbor.later(seconds=90))
    found = LadderStep.objects.filter(rung=0).order_by("lead")
    assert [(one.lead_id, one.state, one.due_at) for one in found] == [
        (slow.pk, "done", harbor.later(seconds=90)),
        (quick.pk, "skipped", harbor.later(seconds=90)),
    ]
    assert found[0].outcome == escalation.SLA_MISSED
    assert told("ladder_sla") == set()


def test_live_transfers_may_have_a_ladder_of_their_own(harbor):
    policy = EscalationPolicy.objects.get()
    rungs = [{"after": "1m", "action": "alert", "channels": ["sms"], "to": "manager"}]
    policy.ladders = [{"name": "Live", "when": {"lead_kinds": ["live_transfer"]}, "sla": "30s", "rungs": rungs}]
    policy.save()
    live, other = harbor.hot(), harbor.lead()
    assert harbor.rungs(live) == [(0, "due"), (1, "due")]
    assert harbor.rungs(other) == [(1, "due"), (2, "due"), (3, "due"), (4, "due")]
    run_due(harbor.later(minutes=1))
    assert told("ladder_alert") == {("rosa", "in_app"), ("rosa", "sms")}
