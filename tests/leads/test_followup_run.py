"""What becomes of each step when it is due."""

import threading

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from agency import revisions
from agency.due import DueState, lock
from agency.messaging import deliver_due
from agency.messaging.models import Message
from leads import followup
from leads.flags import WRONG_NUMBER
from leads.followup import outcome, run, selectors
from leads.followup.gate.rulebook import rulebook
from leads.followup.gate.verdict import LICENSE, NO_CONSENT, NO_PHONE
from leads.followup.sequence import TO_NURTURE
from leads.followup.transition import NOTHING_FOLLOWS, REACHED
from leads.models import ContactRefusal, FollowUpStep, Lead, Plan, Template, Touch
from producers import roster
from producers.models import License
from tests.leads.following import DAY, HOUR, MINUTE, NOON, agree, maria, office, plan, step_of, steps_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return office()


@pytest.fixture
def sarah(people):
    return people["sarah"]


@pytest.fixture
def lead(sarah):
    """Maria's lead, assigned at noon with the default plan running."""
    found = maria(sarah)
    followup.start(found, trigger="assigned", now=NOON)
    return found


def said(lead, channel) -> Message:
    return Message.objects.get(lead=lead, channel=channel, audience="consumer")


def called(lead, at, direction="out"):
    Touch.objects.create(lead=lead, channel="call", direction=direction, outcome="no_answer", at=at)


def test_the_first_call_becomes_a_task_without_a_second_notice(lead):
    assert followup.run_due(NOON) == 1
    assert step_of(lead, "First call").state == DueState.WAITING
    assert [step.label for step in selectors.due_calls(NOON)] == ["First call"]
    assert not Message.objects.exists()


def test_a_later_call_is_a_task_with_a_notice_to_the_owner(lead, sarah):
    followup.run_due(NOON)
    followup.run_due(NOON + HOUR)
    notice = Message.objects.get(channel="in_app")
    assert (notice.user, notice.subject, notice.path) == (sarah.user, "Call Maria Lopez: Second call", f"/leads/{lead.pk}/")
    assert step_of(lead, "Second call").message == notice


def test_a_call_nobody_made_gives_way_to_the_next(lead):
    followup.run_due(NOON)
    followup.run_due(NOON + HOUR)
    assert (step_of(lead, "First call").state, step_of(lead, "First call").outcome) == (DueState.SKIPPED, outcome.SUPERSEDED)
    assert [step.label for step in selectors.due_calls(NOON + HOUR)] == ["Second call"]


def test_a_message_never_claims_a_call_that_was_not_made(lead):
    followup.run_due(NOON + 5 * MINUTE)
    assert said(lead, "sms").body == "Hi Maria, Sarah M. here. I will call you shortly."


def test_a_message_after_a_call_speaks_of_it(lead):
    called(lead, NOON + MINUTE)
    followup.run_due(NOON + 5 * MINUTE)
    assert said(lead, "sms").body == "Hi Maria, Sarah M. from Harbor Point Insurance. I just called."


@pytest.mark.parametrize(("at", "direction"), [(NOON - HOUR, "out"), (NOON + MINUTE, "in")])
def test_only_our_own_calls_since_the_plan_began_count(lead, at, direction):
    called(lead, at, direction)
    followup.run_due(NOON + 5 * MINUTE)
    assert "I will call" in said(lead, "sms").body


def test_what_is_said_is_addressed_signed_and_linked(lead, sarah):
    followup.run_due(NOON + 5 * MINUTE)
    mail = said(lead, "email")
    assert (mail.to, mail.user, mail.due_at, mail.kind) == ("maria@home.example", sarah.user, NOON + 5 * MINUTE, "follow_up")
    assert mail.subject == "Your homeowners quote"
    assert mail.body == "Hi Maria,\n\nSarah M., (212) 555-0111"
    step = step_of(lead, "Introduction")
    assert (step.state, step.message, step.finished_at) == (DueState.DONE, mail, NOON + 5 * MINUTE)


def test_after_a_reassignment_the_new_owner_signs(lead, people):
    Lead.objects.update(owner=people["james"])
    followup.run_due(NOON + 5 * MINUTE)
    assert "James K." in said(lead, "sms").body


def test_an_unknown_line_is_called_insurance(sarah):
    lead = maria(sarah, line="spaceship")
    followup.start(lead, trigger="assigned", now=NOON)
    followup.run_due(NOON + 5 * MINUTE)
    assert said(lead, "email").subject == "Your insurance quote"


def test_a_text_without_consent_is_refused_with_the_reason(sarah):
    lead = maria(sarah, consent=False)
    followup.start(lead, trigger="assigned", now=NOON)
    followup.run_due(NOON + 5 * MINUTE)
    [text] = [step for step in steps_of(lead, channel="sms") if step.state != DueState.DUE]
    assert (text.state, text.outcome) == (DueState.SKIPPED, NO_CONSENT.format(channel="texts"))
    assert said(lead, "email")


def test_a_late_night_text_waits_for_the_morning_and_the_email_goes_at_once(sarah):
    night = NOON + 10 * HOUR  # 22:00
    lead = maria(sarah, now=night)
    followup.start(lead, trigger="assigned", now=night)
    followup.run_due(night + 5 * MINUTE)
    [text] = [step for step in steps_of(lead, channel="sms") if step.due_at == NOON + 20 * HOUR]
    assert (text.state, text.outcome[:11]) == (DueState.DUE, "Quiet hours")
    assert said(lead, "email")
    followup.run_due(NOON + 20 * HOUR)  # 08:00
    assert said(lead, "sms").due_at == NOON + 20 * HOUR


def test_running_twice_changes_nothing(lead):
    assert followup.run_due(NOON + 5 * MINUTE) == 3
    assert followup.run_due(NOON + 5 * MINUTE) == 0
    assert Message.objects.filter(audience="consumer").count() == 2


def test_a_step_can_never_be_said_twice(lead):
    followup.run_due(NOON + 5 * MINUTE)
    FollowUpStep.objects.filter(label="Introduction").update(state=DueState.DUE)  # whatever went wrong
    followup.run_due(NOON + 6 * MINUTE)
    assert said(lead, "email")


def test_steps_of_a_closed_lead_are_not_done(lead):
    Lead.objects.update(status="lost", closed_at=NOON)
    followup.run_due(NOON + 5 * MINUTE)
    assert {step.outcome for step in steps_of(lead, state="skipped")} == {outcome.CLOSED}
    assert not Message.objects.exists()


def test_steps_of_a_plan_switched_off_are_not_done(lead):
    Plan.objects.filter(key="speed_to_lead").update(active=False)
    followup.run_due(NOON)
    assert step_of(lead, "First call").outcome == outcome.SWITCHED_OFF


def test_a_template_with_an_unknown_name_fails_in_front_of_a_person(lead):
    Template.objects.filter(key="intro").update(body="Dear {{ lead.nickname }}")
    followup.run_due(NOON + 5 * MINUTE)
    step = step_of(lead, "Introduction")
    assert step.state == DueState.FAILED
    assert "lead.nickname" in step.outcome
    assert said(lead, "sms")


def test_a_call_without_a_number_is_not_asked_for(sarah):
    lead = maria(sarah, phone="", consent=False)
    followup.start(lead, trigger="assigned", now=NOON)
    followup.run_due(NOON)
    assert step_of(lead, "First call").outcome == NO_PHONE


def test_neither_call_nor_text_goes_to_a_wrong_number_and_the_email_does(lead, sarah):
    Lead.objects.update(flags=[WRONG_NUMBER])
    followup.run_due(NOON + 5 * MINUTE)
    for label in ("First call", ""):
        step = step_of(lead, label)
        assert (step.state, step.outcome) == (DueState.SKIPPED, WRONG_NUMBER)
    assert not selectors.due_calls(NOON + 5 * MINUTE)
    assert Message.objects.get(audience="consumer").channel == "email"


def test_no_call_is_asked_for_where_calls_were_forbidden(lead):
    agree(lead, NOON, ("call",), granted=False)
    followup.run_due(NOON)
    step = step_of(lead, "First call")
    assert (step.state, step.outcome) == (DueState.SKIPPED, "They asked on 2026-11-20 not to be contacted this way.")


def test_a_call_outside_calling_hours_is_still_somebody_s_task(sarah):
    lead = maria(sarah, now=NOON + 10 * HOUR)
    followup.start(lead, trigger="assigned", now=NOON + 10 * HOUR)
    followup.run_due(NOON + 10 * HOUR)
    assert step_of(lead, "First call").state == DueState.WAITING


def test_after_an_outage_one_text_goes_out_not_three(lead):
    followup.run_due(NOON + 3 * DAY)
    assert [m.body for m in Message.objects.filter(channel="sms")] == ["Hi Maria, Sarah M. here. I will call you shortly."]
    assert [m.subject for m in Message.objects.filter(channel="email")] == ["Your homeowners quote"]
    assert [step.label for step in selectors.due_calls(NOON + 3 * DAY)] == ["Fifth call"]


def test_nurture_goes_on_every_month_signed_by_the_steward(people):
    lead = maria(None)
    followup.start(lead, trigger="nurture", now=NOON)
    for month in range(3):
        assert followup.run_due(NOON + month * 30 * DAY) == 1
    mails = Message.objects.filter(channel="email").order_by("pk")
    assert [(mail.due_at - NOON).days for mail in mails] == [0, 30, 60]
    assert {mail.user for mail in mails} == {people["rosa"].user}
    [following] = steps_of(lead, state="due")
    assert (following.cycle, following.due_at) == (3, NOON + 90 * DAY)


def test_nurture_that_was_stopped_does_not_come_back(people):
    lead = maria(None)
    followup.start(lead, trigger="nurture", now=NOON)
    followup.run_due(NOON)
    followup.stop(lead.pk, event="opted_out", now=NOON + DAY)
    assert followup.run_due(NOON + 365 * DAY) == 0
    assert steps_of(lead, state="due") == []


def test_without_owner_and_steward_the_agency_signs(people):
    Plan.objects.filter(key="monthly").update(steward=None)
    lead = maria(None)
    followup.start(lead, trigger="nurture", now=NOON)
    Template.objects.filter(key="nurture").update(body="{{ producer.name }}, {{ producer.phone }}")
    followup.run_due(NOON)
    assert said(lead, "email").body == "Harbor Point Insurance, (212) 555-0100"


def test_a_lead_never_reached_goes_to_nurture_after_the_last_step(lead, people):
    followup.run_due(NOON + 8 * DAY)
    followup.run_due(NOON + 30 * DAY)
    lead.refresh_from_db()
    assert (lead.status, lead.owner, lead.steward) == ("nurture", None, people["rosa"])
    assert step_of(lead, "Nurture begins").state == DueState.DONE
    assert step_of(lead, "Fifth call").outcome == TO_NURTURE
    assert said_at(lead) == NOON + 30 * DAY
    assert [(change.before, change.after) for change in lead.status_changes.all()] == [("new", "nurture")]


def said_at(lead):
    return Message.objects.filter(lead=lead, subject="Is your cover still right?").get().due_at


def test_a_lead_that_was_reached_stays_where_it_is(lead, sarah):
    Lead.objects.update(status="contacted", contacted_at=NOON + DAY)
    followup.run_due(NOON + 30 * DAY)
    lead.refresh_from_db()
    assert (lead.status, lead.owner) == ("contacted", sarah)
    assert step_of(lead, "Nurture begins").outcome == REACHED


def test_one_step_that_breaks_does_not_hold_up_the_others(lead, sarah, monkeypatch):
    other = maria(sarah, email="ann@home.example", first_name="Ann")
    followup.start(other, trigger="assigned", now=NOON)
    decide = outcome.decide

    def breaking(step, batch):
        if step.lead_id == lead.pk and step.channel == "email":
            raise ZeroDivisionError
        return decide(step, batch)

    monkeypatch.setattr(outcome, "decide", breaking)
    followup.run_due(NOON + 5 * MINUTE)
    broken = step_of(lead, "Introduction")
    assert (broken.state, broken.outcome) == (DueState.FAILED, "It could not be run (ZeroDivisionError).")
    assert said(other, "email")
    assert said(lead, "sms")


def test_a_lead_stays_where_it_is_when_the_plan_it_would_go_to_is_switched_off(lead, sarah):
    Plan.objects.filter(key="monthly").update(active=False)
    revisions.bump(revisions.PLANS)
    followup.run_due(NOON + 30 * DAY)
    lead.refresh_from_db()
    assert (lead.status, lead.owner) == ("new", sarah)
    assert step_of(lead, "Nurture begins").outcome == NOTHING_FOLLOWS.format(plan="Monthly")


def test_a_plan_switched_off_sends_nobody_to_nurture(lead, sarah):
    Plan.objects.filter(key="speed_to_lead").update(active=False)
    followup.run_due(NOON + 30 * DAY)
    lead.refresh_from_db()
    assert (lead.status, lead.owner) == ("new", sarah)
    assert step_of(lead, "Nurture begins").outcome == outcome.SWITCHED_OFF


def test_a_way_to_nurture_that_breaks_does_not_hold_up_the_others(lead, people, monkeypatch):
    other = maria(people["james"], email="ann@home.example", now=NOON + MINUTE)
    followup.start(other, trigger="assigned", now=NOON + MINUTE)
    begin = run.begin_nurture

    def breaking(step, now):
        if step.lead_id == lead.pk:
            raise ZeroDivisionError
        begin(step, now)

    monkeypatch.setattr(run, "begin_nurture", breaking)
    followup.run_due(NOON + 31 * DAY)
    assert step_of(lead, "Nurture begins").state == DueState.FAILED
    other.refresh_from_db()
    assert other.status == "nurture"


@pytest.mark.parametrize("count", [2, 40])
def test_a_batch_takes_the_same_queries_however_large_it_is(count, sarah):
    for number in range(count):
        more = {"email": f"maria{number}@home.example", "phone": f"+12125550{100 + number}"}
        followup.start(maria(sarah, **more), trigger="assigned", now=NOON)
    roster.static()  # this process knows the roster
    rulebook()  # and the contact rules
    with CaptureQueriesContext(connection) as queries:
        assert followup.run_due(NOON + 5 * MINUTE, limit=500) == 3 * count
    statements = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    # Pauses that are over; lock, read; versions, consents, what is known of the numbers; calls, due, letterhead, roster, leave;
    # messages, older calls, calls beyond a cap now, record; and two looks that find no more.
    assert len(statements) == 17


def test_unlike_plans_do_not_disturb_each_other(sarah):
    plan("second", "assigned", [{"after": 5 * MINUTE, "channel": "email", "template": "final", "label": "Second plan"}])
    lead = maria(sarah)
    followup.start(lead, trigger="assigned", now=NOON)
    followup.run_due(NOON + 5 * MINUTE)
    assert sorted(Message.objects.filter(channel="email").values_list("subject", flat=True)) == [
        "Here when you are ready",
        "Your homeowners quote",
    ]


@pytest.mark.django_db(transaction=True)
def test_a_step_whose_lead_somebody_is_working_on_waits_without_blocking(db):
    lead = maria(office()["sarah"])
    followup.start(lead, trigger="assigned", now=NOON)
    ran: list[int] = []

    def work() -> None:
        try:
            ran.append(followup.run_due(NOON))
        finally:
            connections.close_all()

    worker = threading.Thread(target=work, daemon=True)
    with transaction.atomic():
        Lead.objects.select_for_update().get(pk=lead.pk)
        worker.start()
        worker.join(20)
        assert ran == [0]
        followup.stop(lead.pk, event="reached", now=NOON)
    assert followup.run_due(NOON) == 0


@pytest.mark.django_db(transaction=True)
def test_a_worker_holds_no_step_of_a_lead_it_could_not_have(db):
    """Or it could wait for the routing lock while whoever has that waits for the step: a deadlock."""
    lead = maria(office()["sarah"])
    followup.start(lead, trigger="assigned", now=NOON)
    looked, finished = threading.Event(), threading.Event()

    def work() -> None:
        try:
            with transaction.atomic():
                assert lock(run._touches(), NOON, of=run.LOCKED) == []
                looked.set()
                finished.wait(20)
        finally:
            connections.close_all()

    worker = threading.Thread(target=work, daemon=True)
    with transaction.atomic():
        Lead.objects.select_for_update().get(pk=lead.pk)
        worker.start()
        assert looked.wait(20)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '5s'")
        assert followup.stop(lead.pk, event="reached", now=NOON) == 11
    finished.set()
    worker.join(20)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_say_nothing_twice(db):
    sarah = office()["sarah"]
    for number in range(30):
        followup.start(maria(sarah, email=f"maria{number}@home.example"), trigger="assigned", now=NOON)
    barrier = threading.Barrier(2)

    def work() -> None:
        try:
            barrier.wait(10)
            while followup.run_due(NOON + 5 * MINUTE, limit=7):
                pass
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work, daemon=True) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    followup.run_due(NOON + 5 * MINUTE)
    assert Message.objects.filter(audience="consumer").count() == 60
    assert FollowUpStep.objects.filter(state="done").count() == 60


def test_consent_taken_back_before_the_step_is_respected(lead):
    agree(lead, NOON + MINUTE, ("sms", "call"), granted=False)
    followup.run_due(NOON + 5 * MINUTE)
    assert not Message.objects.filter(channel="sms").exists()


def test_a_plan_sends_nothing_once_the_owners_license_is_gone_and_keeps_what_refused_it(lead, sarah):
    """Assigned with a license, which is deleted before the first text and e-mail are due, five minutes later."""
    License.objects.filter(producer=sarah, state="NY").get().delete()
    followup.run_due(NOON + 5 * MINUTE)
    assert not Message.objects.filter(audience="consumer").exists()
    kept = ContactRefusal.objects.filter(lead=lead, channel__in=("sms", "email")).order_by("channel")
    assert [(one.channel, one.rule, one.reason) for one in kept] == [
        (channel, LICENSE, "Sarah M.: holds no license in NY.") for channel in ("email", "sms")
    ]


def test_a_message_on_its_way_stops_once_the_owners_license_is_gone(lead, sarah):
    """Queued with a license: the license is looked at again when it is handed to the provider."""
    followup.run_due(NOON + 5 * MINUTE)
    assert Message.objects.filter(audience="consumer", state=DueState.DUE).count() == 2
    License.objects.filter(producer=sarah, state="NY").get().delete()
    deliver_due(NOON + 5 * MINUTE)
    assert set(Message.objects.filter(audience="consumer").values_list("state", "outcome")) == {
        (DueState.SKIPPED, "Sarah M.: holds no license in NY.")
    }
    assert set(ContactRefusal.objects.filter(lead=lead).values_list("rule", flat=True)) == {LICENSE}
