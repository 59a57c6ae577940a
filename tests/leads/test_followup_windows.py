"""Openings of rules on both sides of their edges, of holidays, of clock changes, and of several places at once."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.followup.windows import Cap, WindowFacts, closed, next_allowed, places

EVERY_DAY = {day: ((time(8), time(21)),) for day in range(7)}
FEDERAL = WindowFacts("US", "US", 1, EVERY_DAY)
TEXAS = WindowFacts("TX", "TX", 1, {**{day: ((time(9), time(21)),) for day in range(6)}, 6: ((time(12), time(21)),)})
MISSISSIPPI = WindowFacts("MS", "MS", 1, {day: ((time(8), time(20)),) for day in range(6)}, timezone="America/Chicago")
NEW_YORK, HAWAII, PHOENIX = ("America/New_York",), ("Pacific/Honolulu",), ("America/Phoenix",)


def utc(day: int, hour: int, minute: int = 0, second: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, second, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zones", "instant", "allowed"),
    [
        (NEW_YORK, utc(20, 13), utc(20, 13)),  # 08:00
        (NEW_YORK, utc(20, 12, 59, 59), utc(20, 13)),  # 07:59:59
        (NEW_YORK, utc(21, 1, 59, 59), utc(21, 1, 59, 59)),  # 20:59:59
        (NEW_YORK, utc(21, 2), utc(21, 13)),  # 21:00 → tomorrow 08:00
        (NEW_YORK, utc(21, 2, 40), utc(21, 13)),  # 21:40
        (HAWAII, utc(20, 17), utc(20, 18)),  # 07:00, no daylight saving
        (PHOENIX, utc(21, 4), utc(21, 15)),  # 21:00
        (NEW_YORK, utc(1, 1, 30), utc(1, 13)),  # 21:30 on Oct 31, EDT; clocks go back at 2: 08:00 is EST
        (NEW_YORK, utc(8, 2, 30, month=3), utc(8, 12, month=3)),  # 21:30 on Mar 7, EST; clocks go forward: 08:00 is EDT
        ((*NEW_YORK, *HAWAII), utc(20, 14), utc(20, 18)),  # open in both: from 08:00 in Honolulu
        ((*NEW_YORK, *HAWAII), utc(21, 2), utc(21, 18)),  # to 21:00 in New York
    ],
)
def test_the_federal_window_is_eight_to_nine_wherever_they_may_be(zones, instant, allowed):
    assert next_allowed(places([FEDERAL], zones), instant) == allowed


def test_a_closed_sunday_evening_waits_for_the_opening_of_monday():
    where = places([FEDERAL, TEXAS], ("America/Chicago",))
    assert next_allowed(where, utc(22, 15)) == utc(22, 18)  # Sunday 09:00 → noon
    assert next_allowed(where, utc(23, 3)) == utc(23, 15)  # Sunday 21:00 → Monday 09:00


def test_a_rule_with_its_own_zone_holds_there_wherever_they_may_be():
    where = places([FEDERAL, MISSISSIPPI], NEW_YORK)
    assert next_allowed(where, utc(20, 13, 30)) == utc(20, 14)  # 08:30 in New York, 07:30 in Jackson
    assert [rule.key for rule, _ in closed(where, utc(20, 13, 30))] == ["MS"]


def test_a_rule_holds_from_its_first_day_to_its_last_where_they_are():
    strict = WindowFacts("PA", "PA", 1, {}, since=date(2026, 11, 21), until=date(2026, 11, 21))
    where = places([strict], NEW_YORK)
    assert next_allowed(where, utc(21, 4, 59)) == utc(21, 4, 59)  # 23:59 on the 20th
    assert next_allowed(where, utc(21, 5)) == utc(22, 5)  # all of the 21st


def test_a_rule_that_never_opens_has_no_opening():
    assert next_allowed(places([WindowFacts("XX", "XX", 1, {})], NEW_YORK), utc(20, 13)) is None


def test_windows_that_never_meet_have_no_opening():
    morning = WindowFacts("A", "A", 1, {day: ((time(8), time(9)),) for day in range(7)})
    evening = WindowFacts("B", "B", 1, {day: ((time(19), time(20)),) for day in range(7)})
    assert next_allowed(places([morning, evening], NEW_YORK), utc(20, 13)) is None


def test_a_pause_puts_it_off_to_the_opening_after_it():
    where = places([FEDERAL], NEW_YORK)
    assert next_allowed(where, utc(20, 13), lambda at: max(at, utc(21, 4))) == utc(21, 13)
    assert next_allowed(where, utc(20, 13), lambda at: None) is None


ZONES = ("America/New_York", "America/Chicago", "America/Phoenix", "Pacific/Honolulu", "America/Puerto_Rico", "America/Boise")
HOURS = st.tuples(st.integers(0, 12), st.integers(13, 23)).map(lambda pair: ((time(pair[0]), time(pair[1])),))


@st.composite
def rules(draw: st.DrawFn) -> WindowFacts:
    key = draw(st.sampled_from(["AA", "BB", "CC", "DD"]))
    week = {day: draw(HOURS) for day in draw(st.sets(st.integers(0, 6), min_size=5))}
    holidays = draw(st.sampled_from(["allowed", "none", "own"]))
    return WindowFacts(
        key, key, 1, week, holidays=holidays, holiday_hours=draw(HOURS), holiday_list=draw(st.sampled_from(["US", "PA"])),
        cap=Cap(3, 24), since=draw(st.sampled_from([None, date(2026, 3, 9)])),
    )  # fmt: skip


@given(
    st.lists(rules(), min_size=1, max_size=3),
    st.lists(st.sampled_from(ZONES), min_size=1, max_size=2, unique=True),
    st.integers(0, 365 * 24 * 60).map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)),
    st.randoms(use_true_random=False),
)
def test_the_next_opening_is_open_and_not_before_it_was_asked_for_whatever_the_order(found, zones, instant, order):
    where = places(found, zones)
    opening = next_allowed(where, instant)
    shuffled = list(where)
    order.shuffle(shuffled)
    assert next_allowed(shuffled, instant) == opening
    if opening is not None:
        assert opening >= instant
        assert closed(where, opening) == []
        assert next_allowed(where, opening) == opening
        assert opening == instant or closed(where, opening - timedelta(seconds=1))
