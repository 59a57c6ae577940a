"""The ladder as facts: when its rungs are due, and what is wrong with one."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from routing import ladder
from routing.ladder import Ladder, due_rungs, from_data, span
from tests.routing.people import SARAH, TUESDAY, lead, roster
from tests.routing.test_conditions import KNOWN

RUNGS = [
    {"after": "5m", "action": "alert", "channels": ["push", "in_app"], "to": "owner"},
    {"after": "15m", "action": "warn", "channels": ["sms", "email"], "to": "owner"},
    {"after": "30m", "action": "reassign", "to": "backup"},
    {"after": "1h", "action": "alert", "channels": ["email"], "to": "manager", "always": True},
]
FILE = {"rungs": RUNGS, "max_reassignments": 2, "backup_minimum_capacity_score": 6}


def local(text: str) -> datetime:
    """An instant as a clock in New York shows it, in November."""
    return datetime.fromisoformat(f"2026-11-{text}:00-05:00")


def due(begin: datetime, **more) -> list[datetime]:
    """When Sarah's rungs are due for a lead she has from `begin` on."""
    people = more.pop("people", roster())
    return [one.due_at for one in due_rungs(Ladder(from_data(RUNGS)), lead(), "sarah", people, now=begin, **more)]


def test_within_working_hours_the_clock_is_the_wall_s():
    assert due(TUESDAY) == [TUESDAY + timedelta(minutes=minutes) for minutes in (5, 15, 30, 60)]


def test_the_night_does_not_count_unless_the_rung_says_always():
    assert due(local("24T17:50")) == [local("24T17:55"), local("25T09:05"), local("25T09:20"), local("24T18:50")]


def test_what_comes_in_on_sunday_starts_on_monday_morning():
    assert due(local("29T03:00"))[:3] == [local("30T09:05"), local("30T09:15"), local("30T09:30")]


def test_holidays_and_days_off_do_not_count():
    closed = roster(closed=frozenset({date(2026, 11, 26)}))
    assert due(local("26T11:00"), people=closed)[0] == local("27T09:05")
    away = roster(sarah_with(time_off=((date(2026, 11, 25), date(2026, 11, 26)),)))
    assert due(local("24T18:30"), people=away)[0] == local("27T09:05")


def test_a_booked_call_back_is_when_the_clock_starts():
    assert due(TUESDAY, callback_at=local("25T10:00"))[0] == local("25T10:05")
    assert due(TUESDAY, callback_at=TUESDAY - timedelta(days=1))[0] == TUESDAY + timedelta(minutes=5)


def test_somebody_who_never_works_has_the_wall_s_clock():
    never = roster(sarah_with(hours={}))
    assert due(TUESDAY, people=never)[0] == TUESDAY + timedelta(minutes=5)


def test_own_hours_are_the_ones_that_count():
    mornings = roster(sarah_with(hours={2: ((time(8), time(12)),)}))
    assert due(TUESDAY, people=mornings)[0] == local("25T08:05")


def test_a_rung_may_be_for_some_leads_only():
    hot = Ladder(from_data([RUNGS[0] | {"when": {"tier": "hot"}}, RUNGS[1]]))
    numbers = [one.number for one in due_rungs(hot, lead(tier="warm"), "sarah", roster(), now=TUESDAY)]
    assert numbers == [2]


def sarah_with(**changes):
    """Sarah, changed."""
    return replace(SARAH, **changes)


@pytest.mark.parametrize(("text", "seconds"), [("5m", 300), ("1h", 3600), ("2d", 172_800), ("90s", 90), ("0m", 0)])
def test_spans_are_written_short(text, seconds):
    assert span(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "5", "m", "5 minutes", "-5m", None, 5])
def test_other_spans_are_none(text):
    assert span(text) is None


def test_the_example_s_ladder_is_sound():
    assert ladder.problems(FILE, "escalation", KNOWN) == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"rung": []}, f"escalation.rung: {ladder.UNKNOWN_KEY}"),
        ({"rungs": {}}, f"escalation.rungs: {ladder.NOT_A_LIST}"),
        ({"rungs": ["5m"]}, f"escalation.rungs[0]: {ladder.NOT_A_MAPPING}"),
        ({"max_reassignments": -1}, f"escalation.max_reassignments: {ladder.NOT_A_COUNT}"),
        ({"backup_minimum_capacity_score": 11}, f"escalation.backup_minimum_capacity_score: {ladder.NOT_A_SCORE}"),
        ({"ends_on": "sale"}, "escalation.ends_on: 'sale' is not one of attempt, contact"),
        ({"rungs": [RUNGS[0] | {"after": "soon"}]}, f"escalation.rungs[0].after: {ladder.NOT_A_SPAN}"),
        ({"rungs": [RUNGS[0] | {"action": "shout"}]}, "escalation.rungs[0].action: 'shout' is not one of alert, warn, reassign"),
        ({"rungs": [RUNGS[0] | {"to": "mother"}]}, "escalation.rungs[0].to: 'mother' is not one of owner, backup, manager"),
        (
            {"rungs": [RUNGS[0] | {"channels": ["pigeon"]}]},
            "escalation.rungs[0].channels[0]: 'pigeon' is not one of in_app, push, email, sms, voice",
        ),
        ({"rungs": [RUNGS[0] | {"channels": []}]}, f"escalation.rungs[0].channels: {ladder.NOBODY_TO_TELL}"),
        ({"rungs": [RUNGS[0] | {"always": "yes"}]}, f"escalation.rungs[0].always: {ladder.NOT_A_FLAG}"),
        (
            {"rungs": [RUNGS[0] | {"when": {"tier": "mild"}}]},
            "escalation.rungs[0].when.tier: 'mild' is not one of hot, warm, cold",
        ),
        ({"rungs": [RUNGS[0] | {"unless": 1}]}, f"escalation.rungs[0].unless: {ladder.UNKNOWN_KEY}"),
        ({"sla": "soon"}, f"escalation.sla: {ladder.NOT_A_SPAN}"),
        ({"ladders": {}}, f"escalation.ladders: {ladder.NOT_A_LIST}"),
        ({"ladders": [{"rungs": RUNGS}]}, f"escalation.ladders[0].when: {ladder.NO_CONDITION}"),
        ({"ladders": [{"when": {"tier": "hot"}, "sla": 5}]}, f"escalation.ladders[0].sla: {ladder.NOT_A_SPAN}"),
        (
            {"ladders": [{"when": {"tier": "mild"}}]},
            "escalation.ladders[0].when.tier: 'mild' is not one of hot, warm, cold",
        ),
        ({"ladders": [{"when": {"tier": "hot"}, "to": "me"}]}, f"escalation.ladders[0].to: {ladder.UNKNOWN_KEY}"),
    ],
)
def test_what_is_written_wrong_is_an_error_with_its_path(change, found):
    assert ladder.problems({**FILE, **change}, "escalation", KNOWN) == [found]
