"""Somebody calls a number of ours: their lead is found or made, phones ring by the rules, and a missed call is not forgotten."""

from datetime import timedelta

import pytest
import time_machine

from agency.due import DueState
from agency.models import Agency, Message
from leads import edits, work
from leads.calls.callers import NAME_UNKNOWN
from leads.inbox import inbox
from leads.models import Call, Event, FollowUpStep, Lead, Source, Touch
from leads.selectors import leads_visible_to
from leads.sweep import sweep
from producers.models import Load, Producer
from routing.models import LadderStep
from tests.journeys.conftest import START
from tests.leads.twilio_calls import AGENCY, BASE, HOOKS, document, post, spoken, twilio

OURS, ANAS = "+12125550170", "+12125550143"


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def line(settings, harbor, clock):
    """Twilio, with voice switched on; the website's own number is called."""
    with twilio() as found:
        settings.VOICE_URL, settings.PUBLIC_BASE_URL = found.voice_url, BASE
        Source.objects.filter(key="website").update(phone=OURS)
        yield found


class Caller:
    """Somebody at a telephone."""

    def __init__(self, sender: str = ANAS, sid: str = "CAin1", to: str = OURS) -> None:
        self.sender, self.sid, self.to = sender, sid, to

    def sends(self, path: str, **more: str):
        return post(f"{HOOKS}/{path}", CallSid=self.sid, From=self.sender, To=self.to, **more)

    def calls(self):
        return document(self.sends("incoming/", CallStatus="ringing"))

    @property
    def call(self) -> Call:
        return Call.objects.get(lead_sid=self.sid)

    def is_not_taken(self, status: str = "no-answer"):
        return document(self.sends(f"incoming-next/{self.call.pk}/", DialCallStatus=status))

    def is_picked_up(self):
        return document(post(f"{HOOKS}/whisper/{self.call.pk}/", CallSid=f"{self.sid}O"))

    def is_taken(self, digits: str = "1"):
        return document(post(f"{HOOKS}/whisper-accept/{self.call.pk}/", CallSid=f"{self.sid}O", Digits=digits))

    def hangs_up(self):
        return self.sends("incoming-status/", CallStatus="completed")


@pytest.fixture
def ana(harbor, line):
    """Ana's open lead, which Sarah or somebody has."""
    return harbor.receive(now=START - timedelta(hours=1)).lead


def test_a_call_to_a_sources_number_makes_a_lead_of_a_stranger(line):
    Caller("+12125550188").calls()
    lead = Lead.objects.get(phone="+12125550188")
    assert (lead.name, lead.source.key, lead.is_open) == ("Caller 0188", "website", True)
    assert NAME_UNKNOWN in lead.flags
    assert Event.objects.filter(lead=lead, kind="inbound_call").count() == 1


def test_writing_down_the_name_takes_the_flag_away(line, harbor):
    Caller("+12125550188").calls()
    lead = Lead.objects.get(phone="+12125550188")
    changed = edits.edit(lead, by=harbor.person("rosa"), changes={"first_name": "Tom", "last_name": "Berg"}, now=START)
    assert NAME_UNKNOWN not in changed.flags


def test_the_owner_is_rung_first_with_the_callers_number_on_the_display(ana, line):
    heard = Caller().calls()
    dial = heard.find("Dial")
    assert dial.find("Number").text == str(ana.owner.user.phone)
    assert (dial.get("callerId"), dial.get("timeout"), dial.get("record")) == (ANAS, "20", None)
    assert Lead.objects.count() == 1, "it is her open lead"


def test_the_owner_sees_who_is_calling(ana, line):
    Caller().calls()
    notice = Message.objects.get(kind="lead_calls", channel="in_app")
    assert (notice.user, notice.subject, notice.path) == (ana.owner.user, "Ana Ruiz is calling now", f"/leads/{ana.pk}/")
    shown = inbox(leads_visible_to(ana.owner.user, START), now=START, reader=ana.owner.key)
    assert [row.lead.pk for row in shown.sections[0].rows] == [ana.pk]
    assert shown.sections[0].title == "Now"


def test_whoever_picks_up_hears_who_it_is_and_talks_on_1(ana, line, clock):
    caller = Caller()
    caller.calls()
    assert spoken(caller.is_picked_up()).startswith("Ana R is calling: personal auto, New York.")
    assert caller.is_taken().find("Hangup") is None
    ana.refresh_from_db()
    assert ana.status == "contacted"
    assert Load.objects.get(producer=ana.owner).presence == "busy"
    clock.shift(timedelta(minutes=4))
    caller.is_not_taken("completed")
    assert (caller.call.end, caller.call.seconds, caller.call.result) == ("completed", 240, "reached")
    assert Load.objects.get(producer=ana.owner).presence == "available"


def test_talking_to_them_stops_the_sequence(ana, line):
    caller = Caller()
    caller.calls()
    caller.is_taken()
    assert [one.outcome for one in Touch.objects.filter(lead=ana, direction="in")] == ["reached"]
    assert not FollowUpStep.objects.filter(lead=ana, plan__key="speed_to_lead", state__in=("due", "waiting")).exists()


def test_a_voicemail_of_ours_does_not_take_the_call(ana, line):
    caller = Caller()
    caller.calls()
    caller.is_picked_up()
    assert caller.is_taken("").find("Hangup") is not None
    assert caller.call.bridged_at is None


def test_when_the_owner_does_not_answer_others_who_may_are_rung_two_at_most(ana, line):
    caller = Caller()
    rings = [caller.calls(), caller.is_not_taken(), caller.is_not_taken()]
    numbers = [one.find("Dial/Number").text for one in rings]
    heard = caller.is_not_taken()
    assert heard.find("Dial") is None
    assert "We call you back" in spoken(heard)
    assert len(set(numbers)) == 3
    rung = Producer.objects.in_bulk(caller.call.rung, field_name="key")
    assert all(one.licenses.filter(state="NY").exists() for one in rung.values())


def test_an_owner_who_is_away_is_passed_over(ana, line):
    Load.objects.filter(producer=ana.owner).update(presence="away")
    assert Caller().calls().find("Dial/Number").text != str(ana.owner.user.phone)


def test_a_missed_call_is_a_task_at_the_top_an_alarm_and_a_text(ana, line):
    caller = Caller()
    caller.calls()
    for _ in range(3):
        caller.is_not_taken()
    assert caller.call.end == "missed"
    assert Message.objects.filter(kind="missed_call", user=ana.owner.user, channel="in_app").count() == 1
    text = Message.objects.get(kind="missed_call_text")
    assert (text.audience, text.channel, text.to) == ("consumer", "sms", ANAS)
    assert LadderStep.objects.filter(lead=ana, state=DueState.DUE).exists()
    task = FollowUpStep.objects.get(lead=ana, state=DueState.DUE, channel="call")
    assert (task.label, task.due_at) == ("Call back: a missed call", START)
    shown = inbox(leads_visible_to(ana.owner.user, START), now=START, reader=ana.owner.key)
    assert (shown.sections[0].title, shown.sections[0].rows[0].lead.pk) == ("Now", ana.pk)


def test_the_text_about_a_missed_call_passes_the_gate(ana, line):
    work.log_touch(ana, by=ana.owner.user, channel="call", outcome="opted_out", now=START)
    caller = Caller()
    assert caller.calls().find("Dial") is not None, "they may call us"
    caller.hangs_up()
    sweep(START)
    text = Message.objects.get(kind="missed_call_text")
    assert text.state == DueState.SKIPPED
    assert "They asked" in text.outcome


def test_a_caller_who_hangs_up_while_it_rings_is_missed_once(ana, line):
    caller = Caller()
    caller.calls()
    caller.hangs_up()
    caller.hangs_up()
    assert caller.is_not_taken().find("Dial") is None
    assert Message.objects.filter(kind="missed_call_text").count() == 1


def test_no_word_of_the_end_makes_it_missed_in_the_end(ana, line, clock):
    caller = Caller()
    caller.calls()
    clock.shift(timedelta(minutes=3))
    sweep(START + timedelta(minutes=3))
    assert caller.call.end == "missed"


def test_the_same_call_told_twice_is_one(ana, line):
    caller = Caller()
    first, second = caller.calls(), caller.calls()
    assert first.find("Dial/Number").text == second.find("Dial/Number").text
    assert Call.objects.count() == 1
    assert Message.objects.filter(kind="lead_calls", channel="in_app").count() == 1


def test_somebody_in_nurture_who_calls_has_an_owner_again(ana, line):
    work.set_status(ana, by=ana.owner.user, status="nurture", now=START)
    Caller().calls()
    ana.refresh_from_db()
    assert ana.is_open
    assert ana.owner is not None


def test_somebody_whose_lead_is_closed_gets_a_new_one_under_their_name(ana, line):
    work.set_status(ana, by=ana.owner.user, status="lost", reason="Price", now=START)
    Caller().calls()
    new = Lead.objects.exclude(pk=ana.pk).get()
    assert (new.name, new.zip_code, new.line, new.is_open) == ("Ana Ruiz", "10005", "personal_auto", True)
    assert NAME_UNKNOWN not in new.flags


@pytest.mark.parametrize("sender", ["anonymous", "", "+266696687", "Restricted"])
def test_somebody_who_shows_no_number_is_put_through_to_the_agencys_own_line(line, sender):
    Agency.objects.update(phone="+12125550199")
    heard = Caller(sender).calls()
    assert heard.find("Dial/Number").text == "+12125550199"
    assert heard.find("Dial").get("callerId") == AGENCY
    assert not Lead.objects.exists()
    assert Message.objects.filter(kind="withheld_call").exists()


def test_that_line_is_not_one_of_those_that_lead_back_to_us(line):
    Agency.objects.update(phone=OURS)
    heard = Caller("anonymous").calls()
    assert heard.find("Dial") is None
    assert "show your number" in spoken(heard)


def test_a_number_of_no_source_is_not_in_use(line):
    assert Caller(to="+12125550171").calls().find("Dial") is None


def test_the_agencys_own_number_is_the_phone_source(line):
    Caller("+12125550188", to=AGENCY).calls()
    assert Lead.objects.get().source.kind in {"phone", Source.objects.order_by("position", "key").first().kind}


def test_a_recorded_call_says_so_to_both(ana, line):
    Agency.objects.update(record_calls=True, recording_notice="This call is recorded.")
    caller = Caller()
    heard = caller.calls()
    assert spoken(heard) == "This call is recorded."
    assert heard.find("Dial").get("record") == "record-from-answer-dual"
    assert "This call is recorded." in spoken(caller.is_picked_up())
    post(f"{HOOKS}/incoming-recorded/{caller.call.pk}/", RecordingUrl="https://api.twilio.com/rec/RE1")
    assert caller.call.recording_url == "https://api.twilio.com/rec/RE1"
