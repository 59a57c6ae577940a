"""What producers do with leads, and what follows from it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum

from agency import revisions
from leads import followup, work
from leads.edits import edit
from leads.flags import WRONG_NUMBER
from leads.models import (
    Client,
    Consent,
    FollowUpStep,
    Lead,
    Note,
    Plan,
    Policy,
    Quote,
    ScoreFlag,
    StatusChange,
    Touch,
)
from leads.work import WorkError
from leads.work.desk import MANAGERS_ONLY, NOT_YOURS
from leads.work.notes import EMPTY_NOTE, NO_VERDICT
from leads.work.ownership import ALREADY_THEIRS, LAST_RESORT, NO_REASON, NO_REASON_GIVEN, NOT_OPEN
from leads.work.statuses import BOUND_STAYS, ENDS_BEFORE, NEGATIVE, NO_PREMIUM, NO_WAY_BACK, TOO_MUCH
from leads.work.statuses import NO_REASON as NO_LOST_REASON
from leads.work.touches import NO_CHANNEL, NO_OUTCOME
from producers.models import Load, PerformanceDay, Producer
from routing.models import Assignment, LadderStep, RoutingDecision

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.fixture
def ana(harbor):
    """Ana's lead, with James or Sarah."""
    return harbor.receive().lead


@pytest.fixture
def owner(ana):
    return ana.owner.user


@pytest.fixture
def other(harbor, ana):
    """Whoever of the pod does not have it."""
    return harbor.person("sarah" if ana.owner.key == "james" else "james")


def held(lead):
    return Assignment.objects.get(lead=lead, ended_at__isnull=True)


def due_steps(lead):
    return FollowUpStep.objects.filter(lead=lead, state__in=("due", "waiting"))


def due_rungs(lead):
    return LadderStep.objects.filter(lead=lead, state="due")


def open_leads(user):
    return Load.objects.get(producer__user=user).open_leads


def bucket(user):
    return PerformanceDay.objects.get(producer__user=user)


def steps(lead):
    return list(StatusChange.objects.filter(lead=lead).order_by("id").values_list("before", "after"))


def test_accepting_stamps_the_ownership_once_and_leaves_the_ladder_running(harbor, ana, owner):
    work.accept(ana, by=owner, now=harbor.now + MINUTE)
    work.accept(ana, by=owner, now=harbor.now + 2 * MINUTE)
    assert held(ana).accepted_at == harbor.now + MINUTE
    assert due_rungs(ana).count() == 4


def test_nobody_but_the_owner_or_a_manager_works_a_lead(harbor, ana, owner, other):
    for deed in (
        lambda by: work.accept(ana, by=by, now=harbor.now),
        lambda by: work.decline(ana, by=by, reason="too_busy", now=harbor.now),
        lambda by: work.log_touch(ana, by=by, channel="call", outcome="no_answer", now=harbor.now),
        lambda by: work.set_status(ana, by=by, status="lost", reason="x", now=harbor.now),
        lambda by: work.add_note(ana, by=by, text="x", now=harbor.now),
        lambda by: work.flag_score(ana, by=by, verdict="too_low", now=harbor.now),
    ):
        for stranger in (other, harbor.person("mia"), harbor.person("carla")):
            with pytest.raises(WorkError, match="not yours"):
                deed(stranger)
    work.accept(ana, by=harbor.person("rosa"), now=harbor.now)
    with pytest.raises(WorkError) as error:
        work.decline(ana, by=harbor.person("rosa"), reason="too_busy", now=harbor.now)
    assert str(error.value) == NOT_YOURS


def test_a_declined_lead_goes_to_the_other_at_once(harbor, ana, owner, other):
    decision = work.decline(ana, by=owner, reason="too_busy", now=harbor.now + MINUTE)
    assert (decision.outcome, decision.producer) == ("assigned", other.username)
    assert ana.owner.user == other
    first, second = Assignment.objects.order_by("id")
    assert (first.end_reason, first.end_note, first.declined_at) == ("declined", "too_busy", harbor.now + MINUTE)
    assert second.producer.user == other
    assert (open_leads(owner), open_leads(other)) == (0, 1)
    with pytest.raises(WorkError, match="not yours"):
        work.decline(ana, by=owner, reason="too_busy", now=harbor.now + MINUTE)


def test_whoever_declined_is_never_asked_again(harbor, ana):
    asked = []
    while not ana.unplaced:
        asked.append(ana.owner.key)
        work.decline(ana, by=ana.owner.user, reason="not_my_line", now=harbor.now + len(asked) * MINUTE)
    assert len(asked) == len(set(asked))
    assert {"james", "sarah"} <= set(asked)
    assert ana.owner.key == "rosa"
    with pytest.raises(WorkError) as error:
        work.decline(ana, by=harbor.person("rosa"), reason="other", now=harbor.now)
    assert str(error.value) == LAST_RESORT


def test_a_decline_needs_one_of_the_reasons(harbor, ana, owner):
    with pytest.raises(WorkError) as error:
        work.decline(ana, by=owner, reason="lazy", now=harbor.now)
    assert str(error.value) == NO_REASON
    assert set(work.DECLINE_REASONS) == {"licence", "bad_data", "conflict", "too_busy", "not_my_line", "other"}


def test_a_call_nobody_answers_is_the_first_attempt_and_ends_the_ladder(harbor, ana, owner):
    touch = work.log_touch(ana, by=owner, channel="call", outcome="no_answer", now=harbor.now + 2 * MINUTE)
    assert (touch.direction, touch.at, touch.by) == ("out", harbor.now + 2 * MINUTE, owner)
    assert (ana.status, ana.first_attempt_at, ana.contacted_at) == ("new", harbor.now + 2 * MINUTE, None)
    assert held(ana).first_attempt_at == harbor.now + 2 * MINUTE
    assert not due_rungs(ana).exists()
    assert due_steps(ana).exists()
    assert (bucket(owner).received, bucket(owner).responses, bucket(owner).response_seconds) == (1, 1, 120)
    work.log_touch(ana, by=owner, channel="call", outcome="voicemail", now=harbor.now + 9 * MINUTE)
    assert held(ana).first_attempt_at == harbor.now + 2 * MINUTE
    assert bucket(owner).responses == 1


def test_reaching_somebody_moves_the_lead_on_and_ends_the_sequence(harbor, ana, owner):
    work.log_touch(ana, by=owner, channel="call", outcome="reached", note="Wants a quote", now=harbor.now + MINUTE)
    assert (ana.status, ana.contacted_at) == ("contacted", harbor.now + MINUTE)
    assert held(ana).contacted_at == harbor.now + MINUTE
    assert not due_steps(ana).exists()
    assert not due_rungs(ana).exists()
    assert steps(ana) == [("new", "contacted")]
    assert (bucket(owner).contacted, bucket(owner).quoted) == (1, 0)
    work.log_touch(ana, by=owner, channel="call", outcome="reached", now=harbor.now + DAY)
    assert bucket(owner).contacted == 1
    assert Touch.objects.count() == 2


def test_a_reply_that_the_system_hears_is_contact_but_does_not_excuse_the_owner(harbor, ana, owner):
    work.log_touch(ana, by=None, channel="sms", outcome="replied", direction="in", now=harbor.now + MINUTE)
    assert ana.status == "contacted"
    assert due_rungs(ana).count() == 4
    assert ana.first_attempt_at is None


def test_a_stop_is_kept_for_the_number_and_ends_everything_automatic(harbor, ana, owner):
    work.log_touch(ana, by=None, channel="sms", outcome="opted_out", direction="in", note="STOP", now=harbor.now + MINUTE)
    row = Consent.objects.get()
    assert (row.granted, row.channels, row.phone, row.email, row.text) == (
        False,
        ["call", "sms", "email"],
        "+12125550143",
        "ana.ruiz@example.com",
        "STOP",
    )
    assert not due_steps(ana).exists()
    assert (ana.status, ana.contacted_at) == ("new", None)


@pytest.mark.parametrize("channel", ["email", "in_person", "call"])
def test_a_stop_said_any_way_is_about_everything(harbor, ana, owner, channel):
    work.log_touch(ana, by=owner, channel=channel, outcome="opted_out", direction="in", now=harbor.now)
    row = Consent.objects.get()
    assert (row.channels, row.phone, row.email) == (["call", "sms", "email"], "+12125550143", "ana.ruiz@example.com")


def test_a_touch_of_before_the_ownership_is_no_answer_before_the_question(harbor, ana, owner):
    work.log_touch(ana, by=owner, channel="call", outcome="reached", at=harbor.now - DAY, now=harbor.now + MINUTE)
    stamped = held(ana)
    assert (stamped.first_attempt_at, stamped.contacted_at) == (harbor.now, harbor.now)
    assert (bucket(owner).responses, bucket(owner).response_seconds) == (1, 0)


def test_a_wrong_number_is_flagged_once(harbor, ana, owner):
    work.log_touch(ana, by=owner, channel="call", outcome="wrong_number", now=harbor.now)
    work.log_touch(ana, by=owner, channel="call", outcome="wrong_number", now=harbor.now + DAY)
    assert ana.flags == [WRONG_NUMBER]


def test_a_wrong_number_that_answers_after_all_is_right(harbor, ana, owner):
    work.log_touch(ana, by=owner, channel="call", outcome="wrong_number", now=harbor.now)
    work.log_touch(ana, by=owner, channel="email", outcome="replied", direction="in", now=harbor.now + MINUTE)
    assert ana.flags == [WRONG_NUMBER]
    work.log_touch(ana, by=owner, channel="call", outcome="reached", now=harbor.now + DAY)
    assert ana.flags == []


def test_a_corrected_number_is_not_the_wrong_one(harbor, ana, owner):
    work.log_touch(ana, by=owner, channel="call", outcome="wrong_number", now=harbor.now)
    edit(ana, by=owner, changes={"first_name": "Anna"}, now=harbor.now)
    assert Lead.objects.get().flags == [WRONG_NUMBER]
    edit(ana, by=owner, changes={"phone": "(646) 555-0188"}, now=harbor.now)
    assert Lead.objects.get().flags == []


def test_a_person_who_comes_back_brings_another_number_for_a_wrong_one(harbor, ana, owner):
    work.log_touch(ana, by=owner, channel="call", outcome="wrong_number", now=harbor.now)
    again = harbor.receive("referral", now=harbor.now + MINUTE).lead
    assert (again.flags, again.phone) == ([WRONG_NUMBER], "+12125550143")
    again = harbor.receive("referral", phone="(646) 555-0188 x7", now=harbor.now + DAY).lead
    assert (again.pk, again.flags, again.phone, again.phone_extension) == (ana.pk, [], "+16465550188", "7")


def test_a_touch_may_have_been_earlier_but_not_later(harbor, ana, owner):
    early = work.log_touch(ana, by=owner, channel="call", outcome="no_answer", at=harbor.now - MINUTE, now=harbor.now)
    late = work.log_touch(ana, by=owner, channel="sms", outcome="no_answer", at=harbor.now + DAY, now=harbor.now)
    assert (early.at, late.at) == (harbor.now - MINUTE, harbor.now)


@pytest.mark.parametrize(("channel", "outcome", "message"), [("pigeon", "reached", NO_CHANNEL), ("call", "eaten", NO_OUTCOME)])
def test_a_touch_says_how_and_what_came_of_it(harbor, ana, owner, channel, outcome, message):
    with pytest.raises(WorkError) as error:
        work.log_touch(ana, by=owner, channel=channel, outcome=outcome, now=harbor.now)
    assert str(error.value) == message


def test_pressing_twice_does_it_once(harbor, ana, owner):
    for _ in range(2):
        work.log_touch(ana, by=owner, channel="call", outcome="no_answer", now=harbor.now)
        work.add_note(ana, by=owner, text="Call in the evening", now=harbor.now)
        work.flag_score(ana, by=owner, verdict="too_low", now=harbor.now)
        work.set_status(ana, by=owner, status="quoted", premium=Decimal(1840), now=harbor.now)
    assert [model.objects.count() for model in (Touch, Note, ScoreFlag, Quote)] == [1, 1, 1, 1]
    for _ in range(2):
        work.set_status(ana, by=owner, status="bound", premium=Decimal(1840), commission=Decimal(220), now=harbor.now)
    assert Policy.objects.count() == 1
    assert steps(ana) == [("new", "quoted"), ("quoted", "bound")]


def test_a_quote_has_a_premium_and_starts_what_follows_a_quote(harbor, ana, owner):
    with pytest.raises(WorkError) as error:
        work.set_status(ana, by=owner, status="quoted", now=harbor.now)
    assert str(error.value) == NO_PREMIUM
    work.set_status(ana, by=owner, status="quoted", premium=Decimal(1840), carrier="Acme Mutual", now=harbor.now + MINUTE)
    quote = Quote.objects.get()
    assert (quote.premium, quote.carrier, quote.line, quote.by) == (Decimal(1840), "Acme Mutual", "personal_auto", owner)
    assert (ana.status, ana.quoted_at, ana.contacted_at) == ("quoted", harbor.now + MINUTE, harbor.now + MINUTE)
    assert (held(ana).quoted_at, held(ana).contacted_at) == (harbor.now + MINUTE, harbor.now + MINUTE)
    assert {step.plan.key for step in due_steps(ana).select_related("plan")} == {"after_quote"}
    assert not due_rungs(ana).exists()
    assert (bucket(owner).contacted, bucket(owner).quoted, bucket(owner).bound) == (1, 1, 0)


def test_a_second_quote_is_another_record(harbor, ana, owner):
    work.set_status(ana, by=owner, status="quoted", premium=Decimal(1840), now=harbor.now)
    work.set_status(ana, by=owner, status="quoted", premium=Decimal(1720), now=harbor.now + DAY)
    assert Quote.objects.count() == 2
    assert ana.quoted_at == harbor.now
    assert bucket(owner).quoted == 1


def test_a_sale_closes_the_lead_and_makes_a_client(harbor, ana, owner):
    work.set_status(
        ana,
        by=owner,
        status="bound",
        premium=Decimal(1840),
        commission=Decimal("220.80"),
        number="PA-77",
        effective_on=date(2026, 12, 1),
        expires_on=date(2027, 12, 1),
        now=harbor.now + DAY,
    )
    policy = Policy.objects.get()
    assert (policy.premium, policy.commission, policy.number) == (Decimal(1840), Decimal("220.80"), "PA-77")
    assert (policy.producer.user, policy.bound_at, policy.expires_on) == (owner, harbor.now + DAY, date(2027, 12, 1))
    assert (ana.status, ana.closed_at, ana.owner.user) == ("bound", harbor.now + DAY, owner)
    assert not due_steps(ana).exists()
    assert not due_rungs(ana).exists()
    ended = Assignment.objects.get()
    assert (ended.bound_at, ended.ended_at, ended.end_reason) == (harbor.now + DAY, harbor.now + DAY, "closed")
    assert open_leads(owner) == 0
    assert (bucket(owner).contacted, bucket(owner).quoted, bucket(owner).bound) == (1, 1, 1)
    client = Client.objects.get()
    assert (client.household, client.producer.user, ana.client) == (ana.household, owner, client)
    again = harbor.receive(line="life_term", now=harbor.now + 30 * DAY)
    assert again.created
    assert again.lead.client == client


def test_a_second_policy_of_the_same_buyer_is_another_record(harbor, ana, owner):
    work.set_status(ana, by=owner, status="bound", premium=Decimal(1840), now=harbor.now)
    work.set_status(ana, by=owner, status="bound", premium=Decimal(960), line="renters", now=harbor.now + DAY)
    assert sorted(Policy.objects.values_list("line", flat=True)) == ["personal_auto", "renters"]
    assert Client.objects.count() == 1
    assert ana.closed_at == harbor.now


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"status": "bound"}, NO_PREMIUM),
        ({"status": "bound", "premium": Decimal(0)}, NO_PREMIUM),
        ({"status": "bound", "premium": Decimal(-1)}, NEGATIVE),
        ({"status": "bound", "premium": Decimal(10), "commission": Decimal(11)}, TOO_MUCH),
        (
            {"status": "bound", "premium": Decimal(10), "effective_on": date(2027, 1, 2), "expires_on": date(2027, 1, 1)},
            ENDS_BEFORE,
        ),
        ({"status": "lost"}, NO_LOST_REASON),
    ],
)
def test_a_status_needs_what_belongs_to_it(harbor, ana, owner, fields, message):
    with pytest.raises(WorkError) as error:
        work.set_status(ana, by=owner, now=harbor.now, **fields)
    assert str(error.value) == message
    assert not StatusChange.objects.exists()


def test_a_lost_lead_says_why_and_frees_its_owner(harbor, ana, owner):
    work.set_status(ana, by=owner, status="lost", reason="Bought elsewhere", now=harbor.now + MINUTE)
    assert (ana.status, ana.lost_reason, ana.closed_at, ana.owner.user) == (
        "lost",
        "Bought elsewhere",
        harbor.now + MINUTE,
        owner,
    )
    assert open_leads(owner) == 0
    assert not due_steps(ana).exists()
    assert not due_rungs(ana).exists()
    with pytest.raises(WorkError) as error:
        work.accept(ana, by=owner, now=harbor.now)
    assert str(error.value) == NOT_OPEN


def test_nothing_of_any_plan_is_left_on_a_closed_lead(harbor, ana, owner):
    Plan.objects.update(stops=[])
    revisions.bump(revisions.PLANS)
    followup.run_due(harbor.now)
    assert due_steps(ana).filter(state="waiting").exists()
    work.set_status(ana, by=owner, status="lost", reason="Bought elsewhere", now=harbor.now + MINUTE)
    assert not due_steps(ana).exists()


def test_a_sale_to_somebody_in_nurture_is_whose_who_sold(harbor, ana, owner):
    rosa = harbor.person("rosa")
    work.set_status(ana, by=owner, status="nurture", now=harbor.now)
    work.set_status(ana, by=rosa, status="bound", premium=Decimal(1840), now=harbor.now + DAY)
    assert (ana.status, ana.owner.user, ana.steward) == ("bound", rosa, None)
    assert (Policy.objects.get().producer.user, Client.objects.get().producer.user) == (rosa, rosa)
    assert (bucket(rosa).received, bucket(rosa).bound, open_leads(rosa)) == (1, 1, 0)
    assert not due_steps(ana).exists()
    assert steps(ana) == [("new", "nurture"), ("nurture", "bound")]


def test_a_sale_after_all_counts_for_whoever_had_lost_it(harbor, ana, owner):
    work.set_status(ana, by=owner, status="lost", reason="Too dear", now=harbor.now)
    work.set_status(ana, by=owner, status="bound", premium=Decimal(1840), now=harbor.now + DAY)
    assert (ana.status, ana.lost_reason, ana.owner.user, open_leads(owner)) == ("bound", "", owner, 0)
    assert PerformanceDay.objects.filter(producer__user=owner).aggregate(Sum("bound"))["bound__sum"] == 1


def test_a_lost_lead_can_be_opened_again_by_whoever_had_it(harbor, ana, owner):
    work.set_status(ana, by=owner, status="lost", reason="Bought elsewhere", now=harbor.now)
    work.set_status(ana, by=owner, status="contacted", now=harbor.now + DAY)
    assert (ana.status, ana.lost_reason, ana.closed_at, ana.owner.user) == ("contacted", "", None, owner)
    assert open_leads(owner) == 1
    assert steps(ana) == [("new", "lost"), ("lost", "contacted")]


def test_a_lead_in_nurture_has_a_steward_and_one_plan(harbor, ana, owner):
    work.set_status(ana, by=owner, status="nurture", now=harbor.now + MINUTE)
    assert (ana.status, ana.owner, ana.steward.key) == ("nurture", None, "rosa")
    assert Assignment.objects.get().end_reason == "nurtured"
    assert {step.plan.key for step in due_steps(ana).select_related("plan")} == {"monthly"}
    assert not due_rungs(ana).exists()
    assert open_leads(owner) == 0


def test_a_steward_who_reaches_somebody_in_nurture_has_the_lead(harbor, ana, owner):
    work.set_status(ana, by=owner, status="nurture", now=harbor.now)
    rosa = harbor.person("rosa")
    work.log_touch(ana, by=rosa, channel="call", outcome="reached", now=harbor.now + DAY)
    assert (ana.status, ana.owner.user, ana.steward) == ("contacted", rosa, None)
    assert not due_steps(ana).filter(plan__key="monthly").exists()
    assert steps(ana)[-1] == ("nurture", "contacted")


def test_somebody_in_nurture_who_answers_is_somebody_s_at_once(harbor):
    lead = harbor.receive("facebook_ads").lead
    work.log_touch(lead, by=None, channel="sms", outcome="replied", direction="in", now=harbor.now + DAY)
    assert (lead.status, lead.steward) == ("contacted", None)
    assert lead.owner.key in ("james", "sarah")
    assert not due_steps(lead).filter(plan__key="monthly").exists()
    assert steps(lead) == [("nurture", "contacted")]


def test_a_contacted_lead_does_not_become_new_again(harbor, ana, owner):
    work.set_status(ana, by=owner, status="contacted", now=harbor.now)
    with pytest.raises(WorkError) as error:
        work.set_status(ana, by=owner, status="new", now=harbor.now)
    assert str(error.value) == NO_WAY_BACK


def test_only_a_manager_undoes_a_sale(harbor, ana, owner):
    work.set_status(ana, by=owner, status="bound", premium=Decimal(1840), now=harbor.now)
    with pytest.raises(WorkError) as error:
        work.set_status(ana, by=owner, status="lost", reason="Changed their mind", now=harbor.now + DAY)
    assert str(error.value) == BOUND_STAYS
    work.set_status(ana, by=harbor.person("rosa"), status="lost", reason="Changed their mind", now=harbor.now + DAY)
    assert (ana.status, Policy.objects.get().reversed_at) == ("lost", harbor.now + DAY)


def test_a_manager_gives_a_lead_to_somebody(harbor, ana, owner, other):
    rosa = harbor.person("rosa")
    decision = work.reassign(ana, by=rosa, producer=other.producer, reason="She knows them", now=harbor.now + MINUTE)
    assert (decision.producer, ana.owner.user) == (other.username, other)
    assert "She knows them" in decision.reason
    assert Assignment.objects.order_by("id").first().end_reason == "reassigned"
    with pytest.raises(WorkError) as error:
        work.reassign(ana, by=rosa, producer=other.producer, reason="Again", now=harbor.now)
    assert str(error.value) == ALREADY_THEIRS.format(name=other.name)


def test_a_manager_lets_the_rules_choose_anew(harbor, ana, owner, other):
    decision = work.reassign(ana, by=harbor.person("rosa"), reason="Away sick", now=harbor.now + MINUTE)
    assert decision.producer == other.username
    assert RoutingDecision.objects.order_by("id").last().cause == "manual"


def test_reassigning_is_for_managers_and_needs_a_reason(harbor, ana, owner, other):
    with pytest.raises(WorkError) as error:
        work.reassign(ana, by=owner, producer=other.producer, reason="Yours", now=harbor.now)
    assert str(error.value) == MANAGERS_ONLY
    with pytest.raises(WorkError) as error:
        work.reassign(ana, by=harbor.person("rosa"), reason=" ", now=harbor.now)
    assert str(error.value) == NO_REASON_GIVEN


def test_not_even_a_manager_gives_a_lead_to_somebody_without_the_licence(harbor):
    boston = harbor.receive("referral", zip_code="02108").lead
    with pytest.raises(WorkError, match="James K"):
        work.reassign(
            boston,
            by=harbor.person("rosa"),
            producer=Producer.objects.get(key="james"),
            reason="Please",
            now=harbor.now,
        )
    boston.refresh_from_db()
    assert boston.owner.key == "rosa"


def test_notes_and_flags_say_who_and_when(harbor, ana, owner):
    note = work.add_note(ana, by=owner, text="  Two cars\r\none driver ", now=harbor.now)
    assert (note.text, note.by, note.at) == ("Two cars\none driver", owner, harbor.now)
    flag = work.flag_score(ana, by=owner, verdict="too_low", note="Ready to buy", now=harbor.now)
    assert (flag.score, flag.verdict, flag.note, flag.by) == (40, "too_low", "Ready to buy", owner)
    with pytest.raises(WorkError) as error:
        work.add_note(ana, by=owner, text="  ", now=harbor.now)
    assert str(error.value) == EMPTY_NOTE
    with pytest.raises(WorkError) as error:
        work.flag_score(ana, by=owner, verdict="nonsense", now=harbor.now)
    assert str(error.value) == NO_VERDICT


def test_the_lead_passed_in_shows_what_became_of_it(harbor, ana, owner):
    stale = Lead.objects.get(pk=ana.pk)
    work.set_status(stale, by=owner, status="lost", reason="x", now=harbor.now)
    assert stale.status == "lost"
