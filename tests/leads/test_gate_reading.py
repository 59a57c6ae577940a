"""What the gate reads before it answers: attempts, inquiries, purchases, the national list, licenses; and what it leaves."""

from datetime import date

import pytest

from agency import revisions
from agency.due import DueState
from agency.messaging import delivery, send
from agency.messaging.models import Message
from leads import followup
from leads.flags import NO_WAY_LEFT
from leads.followup.gate import gate_messages, may_contact
from leads.followup.refusals import KIND
from leads.models import Client, Consent, ContactRefusal, DoNotCallList, DoNotCallNumber, Lead, Policy, Touch
from producers.models import License
from tests.leads.following import DAY, HOUR, MINUTE, NOON, agree, maria, office, step_of

pytestmark = pytest.mark.django_db

FLORIDA = {"phone": "+13055550150", "state": "FL", "timezone": "America/New_York", "zip_code": "33101"}


@pytest.fixture
def people():
    return office()


@pytest.fixture
def sarah(people):
    return people["sarah"]


def called(lead, at, **more):
    Touch.objects.create(**{"lead": lead, "channel": "call", "direction": "out", "outcome": "no_answer", "at": at, **more})


def texted(lead, at, state="done", **more):
    message = send(channel="sms", audience="consumer", kind="follow_up", now=at, lead_id=lead.pk, to=str(lead.phone), body="Hi")
    Message.objects.filter(pk=message.pk).update(**{"state": state, "finished_at": at if state == "done" else None, **more})
    return message


def refused_by(lead, channel, now=NOON):
    return may_contact(lead, channel, now).rule


def test_calls_and_texts_count_together_across_leads_of_a_number(sarah, people):
    lead = maria(sarah, **FLORIDA)
    other = maria(people["james"], consent=False, **{**FLORIDA, "email": "m2@home.example"})
    called(lead, NOON - HOUR)
    texted(other, NOON - 2 * HOUR)
    assert may_contact(lead, "sms", NOON).allowed
    called(other, NOON - 3 * HOUR, by=people["james"].user)
    assert refused_by(lead, "sms") == "cap FL v1"
    assert may_contact(lead, "sms", NOON).free_at == NOON + 21 * HOUR


def test_what_they_send_and_what_went_by_mail_is_no_attempt(sarah):
    lead = maria(sarah, **FLORIDA)
    for hour in (1, 2, 3):
        called(lead, NOON - hour * HOUR, direction="in")
        called(lead, NOON - hour * HOUR, channel="email")
        called(lead, NOON - hour * HOUR, channel="in_person")
    assert may_contact(lead, "sms", NOON).allowed


def test_a_touch_that_tells_of_a_message_is_not_counted_again(sarah):
    lead = maria(sarah, **FLORIDA)
    for hour in (1, 2):
        called(lead, NOON - hour * HOUR, channel="sms", message=texted(lead, NOON - hour * HOUR))
    assert may_contact(lead, "sms", NOON).allowed


@pytest.mark.parametrize(("state", "counts"), [("in_flight", True), ("stuck", True), ("failed", False), ("skipped", False)])
def test_what_may_have_been_sent_counts(sarah, state, counts):
    lead = maria(sarah, **FLORIDA)
    for hour in (1, 2, 3):
        texted(lead, NOON - hour * HOUR, state)
    assert may_contact(lead, "sms", NOON).allowed is not counts


def test_of_several_messages_in_one_batch_each_counts_for_the_next(sarah):
    lead = maria(sarah, **FLORIDA)
    called(lead, NOON - HOUR)
    batch = [texted(lead, NOON, "in_flight", due_at=NOON - minute * MINUTE) for minute in (1, 3, 2)]
    found = gate_messages(list(Message.objects.filter(pk__in=[one.pk for one in batch])), NOON)
    assert [found[message.pk].allowed for message in batch] == [False, True, True]


def test_people_are_warned_of_a_cap_and_not_kept_from_calling(sarah):
    from leads.calling import caution

    lead = maria(sarah, **FLORIDA)
    for hour in (1, 2, 3):
        called(lead, NOON - hour * HOUR)
    warned = caution(lead, may_contact(lead, "call", NOON))
    assert (warned.rule, warned.is_forbidden, warned.is_quiet) == ("cap FL v1", False, False)
    assert warned.until == NOON + 21 * HOUR


OLD = NOON - 91 * DAY


@pytest.fixture
def old_lead(sarah):
    """Maria asked us ninety-one days ago, and a list without her number is two months old."""
    DoNotCallList.objects.create(scrubbed_on=date(2026, 9, 20), area_codes=["212"], created_at=OLD)
    return maria(sarah, now=OLD, consent=False)


def test_an_old_inquiry_and_an_old_list_keep_her_from_being_called(old_lead):
    assert refused_by(old_lead, "call") == "do-not-call list age"
    DoNotCallList.objects.create(scrubbed_on=date(2026, 10, 20), area_codes=["212"], created_at=NOON)
    assert may_contact(old_lead, "call", NOON).allowed, "thirty-one days old"


def test_a_new_inquiry_on_another_lead_of_the_number_opens_it(old_lead, sarah):
    aged = maria(sarah, consent=False, kind="aged", email="aged@home.example")
    assert refused_by(old_lead, "call") == "do-not-call list age", "an aged lead asked somebody else"
    Lead.objects.filter(pk=aged.pk).update(kind="real_time")
    assert may_contact(old_lead, "call", NOON).allowed


def test_a_purchase_or_a_client_opens_it(old_lead):
    policy = Policy.objects.create(lead=old_lead, carrier="Acme", line="homeowners", premium=900, bound_at=NOON - 500 * DAY)
    assert may_contact(old_lead, "call", NOON).allowed
    policy.delete()
    Client.objects.create(last_name="Lopez", phone=str(old_lead.phone), created_at=NOON - 900 * DAY)
    assert may_contact(old_lead, "call", NOON).allowed


def test_a_listed_number_is_found_whichever_way_it_was_written(old_lead):
    newest = DoNotCallList.objects.create(scrubbed_on=date(2026, 11, 19), area_codes=["212"], created_at=NOON)
    assert may_contact(old_lead, "call", NOON).allowed
    DoNotCallNumber.objects.create(list=newest, number=2125550150)
    assert refused_by(old_lead, "call") == "national do-not-call"


@pytest.mark.parametrize("channel", ["sms", "voice", "email"])
def test_nothing_automatic_leaves_once_the_owners_license_is_gone(sarah, channel):
    lead = maria(sarah)
    assert may_contact(lead, channel, NOON).allowed
    License.objects.filter(producer=sarah, state="NY").update(expires=date(2026, 11, 19))
    revisions.bump(revisions.ROSTER)
    assert refused_by(lead, channel) == "license"
    assert may_contact(lead, "call", NOON).allowed, "people are warned elsewhere"


def test_a_lead_without_owner_needs_somebody_licensed(sarah):
    lead = maria(None)
    assert may_contact(lead, "email", NOON).allowed
    License.objects.filter(state="NY").delete()
    assert refused_by(lead, "email") == "license"


def test_a_withdrawal_outlives_the_lead_it_was_given_on(sarah):
    first = maria(sarah)
    agree(first, NOON, ("sms",), granted=False)
    first.delete()
    assert Consent.objects.filter(granted=False).count() == 1
    assert refused_by(maria(sarah, consent=False), "sms") == "opt-out"


def test_a_step_put_off_leaves_a_refusal_with_its_rule(sarah):
    night = NOON + 9 * HOUR  # 21:00
    lead = maria(sarah)
    followup.start(lead, trigger="assigned", now=night)
    followup.run_due(night + 5 * MINUTE)
    refusal = ContactRefusal.objects.get(channel="sms")
    assert (refusal.rule, refusal.lead, refusal.step) == ("NY hours v1", lead, step_of(lead, ""))
    assert refusal.moved_to == refusal.step.due_at == NOON + 20 * HOUR


def test_a_dropped_message_leaves_a_refusal_too(sarah):
    lead = maria(sarah)
    message = send(channel="sms", audience="consumer", kind="follow_up", now=NOON, lead_id=lead.pk, to=str(lead.phone), body="Hi")
    agree(lead, NOON, ("sms",), granted=False)
    delivery.deliver_due(NOON)
    refusal = ContactRefusal.objects.get()
    assert (refusal.message, refusal.rule, refusal.moved_to) == (message, "opt-out", None)
    message.refresh_from_db()
    assert message.state == DueState.SKIPPED


def test_whoever_cannot_be_reached_any_more_is_shown_to_the_owner_once(sarah):
    lead = maria(sarah)
    followup.start(lead, trigger="assigned", now=NOON)
    agree(lead, NOON, (), granted=False)
    followup.run_due(NOON + 5 * MINUTE)
    followup.run_due(NOON + 5 * HOUR)
    lead.refresh_from_db()
    assert NO_WAY_LEFT in lead.flags
    notice = Message.objects.get(kind=KIND)
    assert (notice.user, notice.path) == (sarah.user, f"/leads/{lead.pk}/")


def test_whoever_can_still_be_mailed_is_not_given_up(sarah):
    lead = maria(sarah)
    followup.start(lead, trigger="assigned", now=NOON)
    agree(lead, NOON, ("sms", "call"), granted=False)
    followup.run_due(NOON + 5 * MINUTE)
    lead.refresh_from_db()
    assert NO_WAY_LEFT not in lead.flags
