"""What people make of words nobody could be sure of; who else is told; and the button for what was said by mouth."""

import pytest
from django.urls import reverse

from agency.messaging.models import Message
from leads import followup, work
from leads.inbound import heard, review
from leads.models import Consent, InboundMessage, Touch
from leads.timeline import timeline
from leads.work import WorkError
from leads.work.stopping import NO_SCOPE
from tests.leads.following import HOUR, MINUTE, NOON, agree, maria, office, steps_of

pytestmark = pytest.mark.django_db
NUMBER = "+12125550150"


@pytest.fixture
def people(db):
    made = office()
    made["rosa"].role = "manager"
    made["rosa"].save()
    return made


@pytest.fixture
def lead(people):
    lead = maria(people["sarah"])
    followup.start(lead, trigger="assigned", now=NOON)
    return lead


def says(text, at=NOON + HOUR, event="SM1"):
    return heard(channel="sms", sender=NUMBER, text=text, provider="twilio", event_id=event, at=at, now=at).message


def notices(person):
    return list(Message.objects.filter(user=person.user, channel="in_app").order_by("pk").values_list("subject", flat=True))


def may(lead, channel):
    return followup.may_contact(lead, channel, NOON + 2 * HOUR).allowed


def test_a_sentence_that_seems_to_ask_to_stop_closes_the_number_first_and_waits_for_a_person(lead, people):
    message = says("can you stop by and call me")
    assert message.open
    assert not may(lead, "sms")
    assert review.restore(message.pk, by=people["rosa"].user, now=NOON + 2 * HOUR)
    message.refresh_from_db()
    assert (message.open, message.verdict, message.closed_by) == (False, "No request to stop", people["rosa"].user)
    assert may(lead, "sms") and may(lead, "call") and may(lead, "email")


def test_what_a_person_has_seen_stays_as_it_was_taken(lead, people):
    message = says("can you stop by and call me")
    assert review.close(message.pk, by=people["rosa"].user, now=NOON + 2 * HOUR)
    assert not review.restore(message.pk, by=people["rosa"].user, now=NOON + 2 * HOUR)
    assert not may(lead, "sms")


def test_a_plain_stop_cannot_be_undone(lead, people):
    message = says("STOP")
    assert not message.open
    assert not review.restore(message.pk, by=people["rosa"].user, now=NOON + 2 * HOUR)


def test_what_they_said_since_stands(lead, people):
    message = says("can you stop by and call me")
    says("STOP", event="SM2", at=NOON + HOUR + MINUTE)
    assert not review.restore(message.pk, by=people["rosa"].user, now=NOON + 2 * HOUR)
    assert not may(lead, "sms")


def test_who_had_agreed_to_nothing_gets_nothing_back(people):
    lead = maria(people["sarah"], consent=False)
    message = says("can you stop by and call me")
    assert not review.restore(message.pk, by=people["rosa"].user, now=NOON + 2 * HOUR)
    assert not may(lead, "sms")


def test_only_what_was_agreed_to_comes_back(people):
    lead = maria(people["sarah"], consent=False)
    agree(lead, NOON, channels=("sms",))
    message = says("can you stop by and call me")
    assert review.restore(message.pk, by=people["rosa"].user, now=NOON + 2 * HOUR)
    assert may(lead, "sms") and not may(lead, "voice")


def test_a_complaint_goes_to_the_owner_and_the_manager(lead, people):
    says("I will talk to my lawyer")
    assert notices(people["sarah"]) == ["Maria Lopez asked to stop: nothing automatic will go to this number"]
    assert notices(people["rosa"]) == ["Maria Lopez complains: look at what they wrote before anybody answers"]


def test_managers_hear_of_words_from_somebody_unknown(people):
    message = says("Who is this?")
    assert notices(people["rosa"]) == ["A text from somebody we do not know"]
    assert Message.objects.get(channel="in_app").path == reverse("admin:leads_inboundmessage_change", args=[message.pk])


def test_the_owner_of_another_request_hears_that_the_plan_there_has_stopped(lead, people):
    maria(people["james"], now=NOON + MINUTE)
    says("Call me")
    assert notices(people["james"]) == ["Maria Lopez answered by text"]
    assert notices(people["sarah"]) == ["Maria Lopez answered about another request: the plan here has stopped"]


@pytest.mark.parametrize(
    ("scope", "closed", "open_still"),
    [("all", {"call", "sms", "email"}, set()), ("phone", {"call", "sms"}, {"email"}), ("email", {"email"}, {"call", "sms"})],
)
def test_the_button_closes_what_they_asked_to_be_spared(scope, closed, open_still, lead, people):
    work.ask_to_stop(lead, by=people["sarah"].user, scope=scope, note="Take me off", now=NOON + HOUR)
    assert {channel for channel in ("call", "sms", "email") if not may(lead, channel)} == closed
    assert {channel for channel in ("call", "sms", "email") if may(lead, channel)} == open_still
    assert [step for step in steps_of(lead) if step.state in ("due", "waiting")] == []
    [entry] = Consent.objects.filter(granted=False)
    assert (entry.by, entry.text, entry.via) == (people["sarah"].user, "Take me off", "producer")


def test_the_button_pressed_twice_closes_once(lead, people):
    for _ in range(2):
        work.ask_to_stop(lead, by=people["sarah"].user, now=NOON + HOUR)
    assert (Consent.objects.filter(granted=False).count(), Touch.objects.count()) == (1, 1)


def test_the_button_is_for_whoever_works_the_lead_and_says_what_is_to_stop(lead, people):
    with pytest.raises(WorkError):
        work.ask_to_stop(lead, by=people["james"].user, now=NOON)
    with pytest.raises(WorkError, match=NO_SCOPE):
        work.ask_to_stop(lead, by=people["sarah"].user, scope="letters", now=NOON)
    assert not Consent.objects.filter(granted=False).exists()


def test_the_timeline_says_why_nothing_goes_out(lead, people):
    says("STOP")
    titles = [(entry.title, entry.detail, entry.by) for entry in timeline(lead) if entry.kind in ("consent", "touch")]
    assert ("STOP by text: nothing automatic will go to this number or address", "STOP", "") in titles
    assert ("Text from the lead: asked to stop", "STOP", "") in titles
    work.ask_to_stop(lead, by=people["sarah"].user, now=NOON + 2 * HOUR)
    newest = next(entry for entry in timeline(lead) if entry.kind == "consent")
    assert newest.title == "Asked to stop: nothing automatic will go to this number or address"
    assert newest.by == "Sarah M."


def test_nobody_is_pressed_to_call_someone_who_asked_to_stop(lead):
    says("STOP")
    assert not lead.ladder.filter(state="due").exists()


def test_every_word_is_kept_as_it_came(lead):
    says("  STOP  ")
    assert InboundMessage.objects.get().text == "  STOP  "
