"""The ladder presses nobody to call somebody who may not be called, and a call-back is no way round it."""

from datetime import timedelta

import pytest

from agency.messaging.models import Message
from agency.models import User
from leads import work
from leads.clocks import clocks, people, waits
from leads.consents import opt_in
from leads.edits import TOO_FAR, EditError, edit
from leads.flags import WRONG_NUMBER, flag
from leads.inbound import heard
from leads.inbox import inbox
from leads.intake import receive
from leads.locks import locked
from leads.models import Lead, Source
from leads.sweep import sweep
from routing import escalation
from routing.models import Assignment, LadderStep
from tests.journeys.conftest import START
from tests.journeys.test_slow_and_stopped import ANA

MINUTE = timedelta(minutes=1)
PHONE = "+12125550143"


def arrive(day, **more) -> Lead:
    return receive({**ANA, **more}, source=Source.objects.get(key="website"), now=day.now).lead


def stop(day) -> None:
    heard(channel="sms", sender=PHONE, text="STOP", provider="twilio", event_id="SM1", at=day.now, now=day.now)


def due(lead: Lead) -> list[int]:
    return list(LadderStep.objects.filter(lead=lead, state="due").order_by("rung").values_list("rung", flat=True))


def pressed(lead: Lead) -> int:
    return Message.objects.filter(lead=lead, kind__startswith="ladder_").count()


def test_a_stop_ends_the_ladders_of_every_lead_of_the_number(day):
    auto, life, other = arrive(day), arrive(day, line="term_life"), arrive(day, phone="(212) 555-0199", email="bo@b.example")
    day.after(minutes=2)
    stop(day)
    assert (due(auto), due(life)) == ([], [])
    assert due(other)
    day.after(minutes=90)
    assert (pressed(auto), pressed(life)) == (0, 0)
    assert locked(life.pk).owner == life.owner


def test_neither_turning_hot_nor_a_manager_s_hand_starts_it_again(day):
    lead = arrive(day, email="")
    day.after(minutes=2)
    stop(day)
    escalation.restart(locked(lead.pk), day.now)
    day.after(minutes=40)
    work.reassign(locked(lead.pk), by=User.objects.get(username="rosa"), reason="x", now=day.now)
    owner = locked(lead.pk).owner
    day.after(minutes=150)
    assert (pressed(lead), locked(lead.pk).owner, due(lead)) == (0, owner, [])
    assert not Assignment.objects.filter(lead=lead, end_reason="escalated").exists()


def test_a_new_lead_of_a_number_that_asked_to_stop_presses_nobody_and_is_not_late(day):
    arrive(day)
    stop(day)
    lead = arrive(day, line="term_life", consent={"channels": ["email"], "text": "x"})
    day.after(minutes=90)
    assert (pressed(lead), due(lead)) == (0, [])
    outcomes = set(LadderStep.objects.filter(lead=lead).values_list("outcome", flat=True))
    assert outcomes == {"Not to be called: They asked on 2026-11-24 not to be contacted this way."}
    [row] = [row for section in inbox(Lead.objects.filter(pk=lead.pk), now=day.now).sections for row in section.rows]
    assert (row.urgency, row.since, row.starts_at) == ("fresh", None, None)
    lead = locked(lead.pk)
    for read in (clocks, waits):
        assert read([lead], working=people(day.now), target=5 * MINUTE) == {}


def test_who_agrees_again_and_turns_hot_is_waited_for_again(day):
    lead = arrive(day)
    stop(day)
    day.after(minutes=10)
    opt_in(lead=lead, channels=["call"], phone=PHONE, via="producer", text="Call me.", at=day.now)
    escalation.restart(locked(lead.pk), day.now)
    assert clocks([locked(lead.pk)], working=people(day.now), target=5 * MINUTE)
    day.after(minutes=16)
    assert pressed(lead) > 0


def test_a_wrong_number_presses_nobody(day):
    lead = arrive(day)
    lead = locked(lead.pk)
    flag(lead, WRONG_NUMBER)
    lead.save()
    day.after(minutes=90)
    assert (pressed(lead), due(lead)) == (0, [])


# --- Call-backs ---


def test_an_owner_s_call_backs_put_their_own_rungs_off_once_and_the_manager_s_never(day):
    lead = arrive(day)
    before = dict(LadderStep.objects.filter(lead=lead).values_list("to", "due_at"))
    owner = lead.owner
    for minutes in (1, 4, 10, 20, 30, 40, 50, 59):
        day.after(minutes=minutes)
        if locked(lead.pk).owner == owner:
            edit(locked(lead.pk), by=owner.user, changes={"callback_at": day.now + MINUTE}, now=day.now)
    assert locked(lead.pk).owner != owner
    day.after(minutes=61)
    assert set(LadderStep.objects.filter(lead=lead, to="manager", state="done").values_list("due_at", flat=True)) == {
        before["manager"]
    }


@pytest.mark.parametrize("by", ["rosa", "themselves"])
def test_a_call_back_the_manager_or_the_person_set_moves_every_rung(day, by):
    lead = arrive(day)
    tomorrow = START + timedelta(hours=20)
    if by == "rosa":
        edit(locked(lead.pk), by=User.objects.get(username="rosa"), changes={"callback_at": tomorrow}, now=day.now)
    else:
        arrive(day, callback_at=tomorrow.isoformat())
    assert LadderStep.objects.filter(lead=lead, state="due").order_by("due_at")[0].due_at > tomorrow


def test_a_call_back_is_sixty_days_ahead_at_most(day):
    lead = arrive(day)
    edit(lead, by=lead.owner.user, changes={"callback_at": START + timedelta(days=60)}, now=day.now)
    with pytest.raises(EditError) as refused:
        edit(lead, by=lead.owner.user, changes={"callback_at": START + timedelta(days=60, seconds=1)}, now=day.now)
    assert refused.value.errors == {"callback_at": [TOO_FAR]}


# --- Late sweeps ---


def test_the_manager_is_told_once_however_late_the_sweeps_are(day):
    lead = arrive(day)
    for minutes in (31, 60, 62, 95, 125, 190, 260):
        day.clock.move_to(START + minutes * MINUTE)
        sweep(day.now)
    told = Message.objects.filter(lead=lead, user__username="rosa", kind__startswith="ladder_", channel="in_app")
    assert told.count() == 1
