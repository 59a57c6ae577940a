"""A due call rings the owner's phone, tells them of whom, and on 1 connects them: a real SDK, and a provider that is played."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from agency.due import DueState
from agency.models import Agency, Message, User
from leads import work
from leads.calls import run_due
from leads.calls.wanted import why_not
from leads.consents import opt_out
from leads.followup import may_contact
from leads.models import Call, CallEnd, CallState, ContactRefusal, FollowUpStep, Lead, Touch
from leads.sweep import sweep
from producers.models import License, Load, Producer
from routing.models import LadderStep
from tests.journeys.conftest import START
from tests.leads.twilio_calls import AGENCY, BASE, document, post, signed, spoken, twilio

NUMBER = "+12125550143"
AGREED = {"channels": ["call"], "text": "Yes, call me."}


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def line(settings):
    """Twilio, with voice switched on."""
    with twilio() as found:
        settings.VOICE_URL, settings.PUBLIC_BASE_URL = found.voice_url, BASE
        yield found


@pytest.fixture
def ana(harbor, clock, line):
    """Ana's lead, just assigned; her owner's phone is about to ring."""
    return harbor.receive(now=START, consent=AGREED).lead


@pytest.fixture
def ring(ana, line):
    """Her owner's phone rings."""
    sweep(START)
    [found] = line.placed
    return found


def call_of(lead) -> Call:
    return Call.objects.get(lead=lead)


def outcomes(lead) -> list[str]:
    return list(Touch.objects.filter(lead=lead, channel="call").order_by("pk").values_list("outcome", flat=True))


def first_call(lead) -> FollowUpStep:
    return FollowUpStep.objects.get(lead=lead, label="First call")


def test_a_due_call_rings_the_owner_and_nobody_else(ana, ring):
    assert ring.of("To") == str(ana.owner.user.phone)
    assert ring.of("From") == AGENCY
    assert ring.of("Timeout") == "20"
    assert ring.of("Url") == f"{BASE}/hooks/twilio/voice/agent/{call_of(ana).message_id}/"
    assert "Record" not in ring.asked
    assert outcomes(ana) == []


def test_the_owner_hears_of_whom_it_is_and_what_to_press(ana, ring):
    Lead.objects.filter(pk=ana.pk).update(tier="hot", score_reasons=[{"points": 25, "reason": "Requested a quote"}])
    heard = ring.picks_up()
    assert spoken(heard) == "New hot lead: personal auto, Ana R, New York. Requested a quote. Press 1 to connect, 2 for later."
    gather = heard.find("Gather")
    assert (gather.get("numDigits"), gather.get("actionOnEmptyResult")) == ("1", "true")
    assert call_of(ana).state == CallState.ANSWERED


def test_on_1_the_lead_is_dialed_with_the_agencys_number(ana, ring):
    ring.picks_up()
    heard = ring.presses("1")
    dial = heard.find("Dial")
    assert (dial.get("callerId"), dial.get("answerOnBridge"), dial.get("record")) == (AGENCY, "true", None)
    assert dial.find("Number").text == NUMBER
    assert dial.find("Number").get("url") is None, "nothing is played to a lead"
    assert call_of(ana).state == CallState.DIALING


def test_dialing_is_the_attempt_and_ends_the_ladder_at_once(ana, ring):
    ring.picks_up()
    ring.presses("1")
    ana.refresh_from_db()
    assert ana.first_attempt_at == START
    assert outcomes(ana) == [""]
    assert first_call(ana).state == DueState.DONE
    assert not LadderStep.objects.filter(lead=ana, state=DueState.DUE).exists()


def test_they_talk_and_the_owner_is_busy_until_they_hang_up(ana, ring, clock):
    ring.picks_up()
    ring.presses("1")
    ring.leg("ringing")
    ring.leg("in-progress")
    assert Load.objects.get(producer=ana.owner).presence == "busy"
    clock.shift(timedelta(seconds=74))
    ring.leg("completed", CallDuration="74")
    assert spoken(ring.done("completed", 74)) == ""
    call = call_of(ana)
    assert (call.state, call.end, call.seconds, call.asks, call.proposal) == ("ended", "completed", 74, True, "reached")
    assert Load.objects.get(producer=ana.owner).presence == "available"


def test_a_short_connection_is_no_conversation_we_would_propose(ana, ring):
    ring.picks_up()
    ring.presses("1")
    ring.leg("in-progress")
    ring.leg("completed", CallDuration="22")
    assert call_of(ana).proposal == "voicemail"


def test_what_the_owner_says_of_it_is_the_result_and_no_second_attempt(ana, ring):
    ring.picks_up()
    ring.presses("1")
    ring.leg("in-progress")
    ring.leg("completed", CallDuration="74")
    work.log_touch(ana, by=ana.owner.user, channel="call", outcome="reached", now=START)
    call = call_of(ana)
    assert (call.result, call.asks) == ("reached", False)
    assert outcomes(ana) == ["", "reached"]
    assert Touch.objects.filter(lead=ana, channel="call", message=None).count() == 1, "what counts as an attempt"


@pytest.mark.parametrize(("status", "end"), [("no-answer", "no_answer"), ("busy", "busy"), ("failed", "failed")])
def test_nobody_answers_and_that_is_noted_by_itself(ana, ring, status, end):
    ring.picks_up()
    ring.presses("1")
    ring.leg(status)
    assert "noted" in spoken(ring.done(status))
    call = call_of(ana)
    assert (call.end, call.result, call.asks) == (end, "no_answer", False)
    assert outcomes(ana) == ["", "no_answer"]
    assert Load.objects.get(producer=ana.owner).presence == "available"


@pytest.mark.parametrize(
    ("status", "end"), [("no-answer", "owner_no_answer"), ("busy", "owner_busy"), ("failed", "owner_failed")]
)
def test_an_owner_who_does_not_pick_up_keeps_the_task_and_the_ladder_goes_on(ana, ring, status, end):
    ring.status(status)
    assert call_of(ana).end == end
    assert outcomes(ana) == []
    assert first_call(ana).state == DueState.WAITING
    assert LadderStep.objects.filter(lead=ana, state=DueState.DUE).exists()


def test_the_owners_voicemail_presses_nothing_and_never_reaches_the_lead(ana, ring):
    ring.picks_up()
    assert ring.presses("").find("Dial") is None
    ring.status("completed")
    assert call_of(ana).end == CallEnd.OWNER_NO_ANSWER
    assert outcomes(ana) == []


def test_2_leaves_it_in_the_inbox(ana, ring):
    ring.picks_up()
    heard = ring.presses("2")
    assert (heard.find("Dial"), spoken(heard)) == (None, "All right. It stays in your inbox.")
    assert call_of(ana).end == CallEnd.DECLINED
    assert first_call(ana).state == DueState.WAITING


def test_an_opt_out_that_arrives_while_it_rings_stops_the_call(ana, ring):
    ring.picks_up()
    opt_out(lead=ana, channels=["call", "sms"], phone=NUMBER, via="sms", at=START, now=START)
    FollowUpStep.objects.filter(lead=ana, label="First call").update(state=DueState.WAITING)
    heard = ring.presses("1")
    assert heard.find("Dial") is None
    assert "They asked" in spoken(heard)
    call = call_of(ana)
    assert call.end == CallEnd.REFUSED
    assert "opt-out" in call.note
    assert outcomes(ana) == []


def test_a_lead_that_changed_hands_while_it_rang_is_not_dialed(ana, ring, harbor):
    ring.picks_up()
    other = Producer.objects.exclude(pk=ana.owner_id).exclude(role="marketing").first()
    Lead.objects.filter(pk=ana.pk).update(owner=other)
    heard = ring.presses("1")
    assert (heard.find("Dial"), call_of(ana).end) == (None, CallEnd.MOOT)


def test_an_owner_whose_license_ended_while_it_rang_is_not_connected(ana, ring):
    ring.picks_up()
    for license in License.objects.filter(producer=ana.owner):
        license.expires = START.date() - timedelta(days=1)
        license.save()
    heard = ring.presses("1")
    assert heard.find("Dial") is None
    assert "license" in call_of(ana).note


def test_a_call_made_by_hand_meanwhile_is_not_made_again(ana, ring):
    work.log_touch(ana, by=ana.owner.user, channel="call", outcome="no_answer", now=START)
    assert ring.picks_up().find("Gather") is None
    assert call_of(ana).end == CallEnd.MOOT


def test_a_second_press_of_1_does_not_dial_again(ana, ring):
    ring.picks_up()
    assert ring.presses("1").find("Dial") is not None
    assert ring.presses("1").find("Dial") is None
    assert outcomes(ana) == [""]


def test_word_that_comes_late_twice_or_in_any_order_changes_nothing(ana, ring):
    ring.picks_up()
    ring.presses("1")
    ring.leg("completed", CallDuration="74")
    ring.leg("in-progress")
    ring.leg("ringing")
    ring.leg("completed", CallDuration="74")
    ring.status("ringing")
    ring.status("completed")
    call = call_of(ana)
    assert (call.state, call.end, call.seconds) == ("ended", "completed", 74)
    assert Load.objects.get(producer=ana.owner).presence == "available"
    assert outcomes(ana) == [""]


def test_word_of_a_call_nobody_knows_is_taken_without_an_error(db, line):
    for path in ("status/987654", "leg-status/987654", "recorded/987654"):
        assert post(f"/hooks/twilio/voice/{path}/", CallSid="CA9", CallStatus="completed").status_code == 204
    for path in ("agent/987654", "agent-accept/987654", "dial-done/987654", "notice"):
        assert post(f"/hooks/twilio/voice/{path}/", CallSid="CA9", Digits="1").status_code == 200


def test_whoever_cannot_sign_is_refused(ana, ring):
    for path in ("agent", "agent-accept", "status", "leg-status", "dial-done", "recorded"):
        where = f"/hooks/twilio/voice/{path}/{ring.message}/"
        assert post(where, signed(where, {}, token="other"), CallSid=ring.sid, Digits="1").status_code == 403
    assert call_of(ana).state == CallState.QUEUED


def test_an_owner_is_not_rung_twice_when_the_answer_was_lost(ana, line, clock):
    line.answer = lambda: None
    sweep(START)
    [first] = line.placed
    line.answer = None
    clock.shift(timedelta(seconds=11))
    sweep(START + timedelta(seconds=11))
    assert line.placed == [first]
    assert call_of(ana).message.provider_id == first.sid
    first.picks_up()
    assert first.presses("1").find("Dial") is not None


def test_an_answer_lost_before_anything_rang_is_asked_again(ana, line, clock):
    line.answer, line.keeps = lambda: (503, {"message": "away"}), False
    sweep(START)
    assert line.placed == []
    line.answer = None
    clock.shift(timedelta(seconds=11))
    sweep(START + timedelta(seconds=11))
    assert len(line.placed) == 1


def test_a_number_twilio_refuses_ends_the_call_and_leaves_the_task(ana, line, clock):
    line.answer, line.keeps = lambda: (400, {"code": 21211, "message": "Invalid 'To'"}), False
    sweep(START)
    clock.shift(timedelta(seconds=2))
    sweep(START + timedelta(seconds=2))
    assert (call_of(ana).end, Message.objects.get(kind="call_bridge").state) == (CallEnd.OWNER_FAILED, DueState.FAILED)
    assert first_call(ana).state == DueState.WAITING


def test_a_bridge_that_comes_too_late_does_not_ring(ana, line, clock):
    line.answer, line.keeps = lambda: (429, {"code": 20429, "message": "Too many"}), False
    for seconds in (0, 11, 75):
        clock.move_to(START + timedelta(seconds=seconds))
        sweep(START + timedelta(seconds=seconds))
    line.answer = None
    clock.move_to(START + timedelta(minutes=10))
    sweep(START + timedelta(minutes=10))
    assert line.placed == []
    assert call_of(ana).state == CallState.ENDED


def test_a_call_of_which_no_more_is_heard_is_over_in_the_end(ana, ring, clock):
    ring.picks_up()
    ring.presses("1")
    clock.shift(timedelta(minutes=3))
    sweep(START + timedelta(minutes=3))
    assert call_of(ana).end == CallEnd.LOST


def test_one_phone_rings_for_one_lead_at_a_time(ana, ring, harbor, clock, line):
    ben = {"first_name": "Ben", "last_name": "Young", "email": "ben@example.com", "phone": "(212) 555-0144"}
    second = harbor.receive(now=START, consent=AGREED, **ben).lead
    Lead.objects.filter(pk=second.pk).update(owner=ana.owner)
    sweep(START)
    Call.objects.filter(lead=second).update(owner=ana.owner)
    assert len(line.to(str(ana.owner.user.phone))) == 1
    ring.status("no-answer")
    clock.shift(timedelta(seconds=1))
    sweep(START + timedelta(seconds=1))
    assert len(line.to(str(ana.owner.user.phone))) == 2


def test_without_consent_to_automatic_calls_nothing_rings_and_the_task_stays(harbor, clock, line):
    lead = harbor.receive(now=START).lead
    sweep(START)
    assert line.placed == []
    assert call_of(lead).note == "There is no consent to automatic calls on record. (consent)"
    assert first_call(lead).state == DueState.WAITING
    assert may_contact(lead, "call", START).allowed, "a person may press the button"


def test_a_call_that_dials_itself_is_held_against_rules_for_what_the_system_dials(harbor, clock, line):
    sunday = datetime(2026, 11, 29, 18, 0, tzinfo=UTC)  # noon in Alabama, which bars automated calls on Sundays
    lead = harbor.receive("referral", now=START, consent=AGREED, zip_code="35203", phone="(205) 555-0143").lead
    always = {"effective": date(2020, 1, 1), "expires": date(2099, 12, 31), "authority": ["property", "casualty"]}
    License.objects.create(producer=lead.owner, state="AL", **always)
    call = Call(lead=lead, owner=lead.owner, created_at=sunday, due_at=sunday)
    refused = why_not(call, lead, sunday)
    assert refused is not None
    assert refused.permission.rule.startswith("AL hours")
    call.manual = True
    assert why_not(call, lead, sunday) is None


def test_who_dials_themselves_is_left_alone(harbor, clock, line):
    for person in Producer.objects.select_related("user"):
        person.user.auto_dial = False
        person.user.save()
    harbor.receive(now=START)
    sweep(START)
    assert (line.placed, Call.objects.count()) == ([], 0)


def test_with_voice_off_nothing_changes(harbor, clock):
    harbor.receive(now=START)
    sweep(START)
    assert not Call.objects.exists()
    assert not Message.objects.filter(channel="voice").exists()


def test_a_recorded_call_says_so_to_both_before_they_are_connected(ana, ring):
    Agency.objects.update(record_calls=True, recording_notice="This call is recorded.")
    ring.picks_up()
    heard = ring.presses("1")
    assert spoken(heard) == "Connecting. This call is recorded."
    assert heard.find("Dial").get("record") == "record-from-answer-dual"
    theirs = heard.find("Dial/Number").get("url")
    assert spoken(document(post(theirs, CallSid=f"{ring.sid}L"))) == "This call is recorded."
    ring.leg("in-progress")
    ring.done("completed", 74, RecordingUrl="https://api.twilio.com/rec/RE1")
    assert call_of(ana).recording_url == "https://api.twilio.com/rec/RE1"


def test_a_call_in_quiet_hours_rings_nobody_until_they_are_over(harbor, clock, line):
    lead = harbor.receive(now=START, consent=AGREED).lead
    evening = START.replace(hour=2) + timedelta(days=1)  # nine in the evening in New York
    call = Call.objects.create(lead=lead, owner=lead.owner, step=first_call(lead), created_at=evening, due_at=evening)
    FollowUpStep.objects.filter(pk=call.step_id).update(state=DueState.WAITING)
    clock.move_to(evening)
    run_due(evening)
    call.refresh_from_db()
    assert (call.state, call.message, line.placed) == (CallState.QUEUED, None, [])
    assert call.due_at.astimezone(ZoneInfo("America/New_York")).hour >= 8
    assert "hours" in call.note
    assert ContactRefusal.objects.filter(lead=lead, channel="call").exists()


def test_a_rung_that_alerts_by_voice_rings_and_says_it(ana, line):
    LadderStep.objects.filter(lead=ana).exclude(rung=0).update(channels=["voice"], due_at=START, action="alert", to="owner")
    User.objects.filter(pk=ana.owner.user_id).update(auto_dial=False)
    Call.objects.all().delete()
    FollowUpStep.objects.filter(lead=ana).update(state=DueState.SKIPPED)
    sweep(START)
    assert any("<Say>" in one.of("Twiml") and "Ana" in one.of("Twiml") for one in line.placed)
