"""Business hours: who is open when, across clock changes and holidays."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from agency.calendar import BACKWARDS, END_OF_DAY, Week, add_open_time, is_open, next_open, open_time_between

NEW_YORK = "America/New_York"
NINE_TO_SIX = ((time(9), time(18)),)
WEEK: Week = {**dict.fromkeys(range(5), NINE_TO_SIX), 5: ((time(10), time(14)),)}
ROUND_THE_CLOCK: Week = dict.fromkeys(range(7), ((time(0), END_OF_DAY),))
NEVER = frozenset[date]()


def new_york(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """An instant by the clock of New York."""
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(NEW_YORK))


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        (new_york(2026, 11, 24, 9), True),
        (new_york(2026, 11, 24, 8, 59), False),
        (new_york(2026, 11, 24, 17, 59), True),
        (new_york(2026, 11, 24, 18), False),
        (new_york(2026, 11, 28, 13), True),
        (new_york(2026, 11, 29, 13), False),
    ],
)
def test_opening_counts_and_closing_does_not(instant: datetime, expected: bool) -> None:
    assert is_open(WEEK, NEW_YORK, NEVER, instant) is expected


def test_the_clock_of_the_agency_counts_whatever_zone_the_instant_is_told_in() -> None:
    assert is_open(WEEK, NEW_YORK, NEVER, datetime(2026, 11, 24, 14, 0, tzinfo=UTC))
    assert not is_open(WEEK, "America/Los_Angeles", NEVER, datetime(2026, 11, 24, 14, 0, tzinfo=UTC))


def test_thanksgiving_closes_and_friday_opens_again() -> None:
    closed = frozenset(holidays.country_holidays("US", years=2026))
    assert not is_open(WEEK, NEW_YORK, closed, new_york(2026, 11, 26, 11))
    assert next_open(WEEK, NEW_YORK, closed, new_york(2026, 11, 26, 11)) == new_york(2026, 11, 27, 9)


def test_next_open_is_the_instant_itself_when_open() -> None:
    instant = new_york(2026, 11, 24, 15)
    assert next_open(WEEK, NEW_YORK, NEVER, instant) is instant


def test_next_open_after_saturday_noon_is_monday_morning() -> None:
    assert next_open(WEEK, NEW_YORK, NEVER, new_york(2026, 11, 28, 14)) == new_york(2026, 11, 30, 9)


def test_a_lunch_break_is_no_working_time() -> None:
    week: Week = {1: ((time(9), time(12)), (time(13), time(18)))}
    start = new_york(2026, 11, 24, 11, 50)
    assert add_open_time(week, NEW_YORK, NEVER, start, timedelta(minutes=30)) == new_york(2026, 11, 24, 13, 20)
    assert open_time_between(week, NEW_YORK, NEVER, start, new_york(2026, 11, 24, 13, 20)) == timedelta(minutes=30)


def test_thirty_minutes_late_on_saturday_end_on_monday() -> None:
    start = new_york(2026, 11, 28, 13, 50)
    assert add_open_time(WEEK, NEW_YORK, NEVER, start, timedelta(minutes=30)) == new_york(2026, 11, 30, 9, 20)


def test_time_that_is_up_exactly_at_closing_is_up_at_closing() -> None:
    assert add_open_time(WEEK, NEW_YORK, NEVER, new_york(2026, 11, 24, 17, 55), timedelta(minutes=5)) == new_york(
        2026, 11, 24, 18
    )


def test_no_time_at_all_is_up_when_it_opens() -> None:
    assert add_open_time(WEEK, NEW_YORK, NEVER, new_york(2026, 11, 24, 18), timedelta(0)) == new_york(2026, 11, 25, 9)


def test_an_hour_that_the_clocks_skip_is_not_open() -> None:
    """On 8 March 2026 New York goes from 2:00 to 3:00: a stretch from 1:00 to 5:00 lasts three hours."""
    week: Week = {6: ((time(1), time(5)),)}
    day = new_york(2026, 3, 8), new_york(2026, 3, 9)
    assert open_time_between(week, NEW_YORK, NEVER, *day) == timedelta(hours=3)
    assert add_open_time(week, NEW_YORK, NEVER, new_york(2026, 3, 8, 1, 30), timedelta(hours=1)) == new_york(2026, 3, 8, 3, 30)


def test_an_hour_that_the_clocks_repeat_is_open_twice() -> None:
    """On 1 November 2026 New York goes from 2:00 back to 1:00: a stretch from 0:00 to 5:00 lasts six hours."""
    week: Week = {6: ((time(0), time(5)),)}
    assert open_time_between(week, NEW_YORK, NEVER, new_york(2026, 11, 1), new_york(2026, 11, 2)) == timedelta(hours=6)


def test_what_opens_within_a_skipped_hour_opens_when_the_clocks_change() -> None:
    week: Week = {6: ((time(2, 30), time(5)),)}
    assert next_open(week, NEW_YORK, NEVER, new_york(2026, 3, 8)) == datetime(2026, 3, 8, 7, 0, tzinfo=UTC)
    assert is_open(week, NEW_YORK, NEVER, datetime(2026, 3, 8, 7, 0, tzinfo=UTC))


def test_what_lies_within_a_skipped_hour_does_not_open_that_day() -> None:
    week: Week = {6: ((time(2, 10), time(2, 50)),)}
    assert open_time_between(week, NEW_YORK, NEVER, new_york(2026, 3, 8), new_york(2026, 3, 9)) == timedelta(0)
    assert next_open(week, NEW_YORK, NEVER, new_york(2026, 3, 8)) == new_york(2026, 3, 15, 2, 10)


def test_round_the_clock_has_no_gap_at_midnight() -> None:
    assert is_open(ROUND_THE_CLOCK, NEW_YORK, NEVER, new_york(2026, 11, 25) - timedelta(microseconds=1))
    start = new_york(2026, 3, 7, 23)
    assert add_open_time(ROUND_THE_CLOCK, NEW_YORK, NEVER, start, timedelta(hours=48)) == start.astimezone(UTC) + timedelta(
        hours=48
    )


def test_half_an_hour_of_clock_change_counts_as_half_an_hour() -> None:
    """Lord Howe Island moves its clocks by thirty minutes, on 4 October 2026 from 2:00 to 2:30."""
    week: Week = {6: ((time(1), time(4)),)}
    day = (datetime(2026, 10, 3, 12, tzinfo=UTC), datetime(2026, 10, 4, 12, tzinfo=UTC))
    assert open_time_between(week, "Australia/Lord_Howe", NEVER, *day) == timedelta(hours=2, minutes=30)


@pytest.mark.parametrize("week", [{}, {0: ()}, {6: ((time(9), time(17)),)}])
def test_never_open_is_an_error_and_not_an_endless_search(week: Week) -> None:
    sundays = frozenset(date(2026, 1, 4) + timedelta(weeks=n) for n in range(120))
    with pytest.raises(ValueError, match="366 days"):
        next_open(week, NEW_YORK, sundays, new_york(2026, 11, 24))


def test_time_backwards_and_instants_without_a_zone_are_errors() -> None:
    with pytest.raises(ValueError, match=BACKWARDS):
        add_open_time(WEEK, NEW_YORK, NEVER, new_york(2026, 11, 24), timedelta(minutes=-1))
    with pytest.raises(ValueError, match="needs a timezone"):
        is_open(WEEK, NEW_YORK, NEVER, datetime(2026, 11, 24, 12))


def test_nothing_lies_between_an_instant_and_an_earlier_one() -> None:
    assert open_time_between(WEEK, NEW_YORK, NEVER, new_york(2026, 11, 25), new_york(2026, 11, 24)) == timedelta(0)


ZONES = st.sampled_from([NEW_YORK, "America/Los_Angeles", "America/Phoenix", "America/Puerto_Rico", "Australia/Lord_Howe", "UTC"])
INSTANTS = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))
MINUTES = st.integers(0, 24 * 60)
HOLIDAYS = st.frozensets(st.dates(date(2025, 1, 1), date(2028, 1, 1)), max_size=30)


@st.composite
def weeks(draw: st.DrawFn) -> Week:
    """A week with up to three stretches a day, open at least once."""
    week = {}
    for day in draw(st.sets(st.integers(0, 6), min_size=1)):
        edges = sorted(draw(st.sets(MINUTES, min_size=2, max_size=6)))
        pairs = zip(edges[::2], edges[1::2], strict=False)
        week[day] = tuple((_time(opens), _time(closes)) for opens, closes in pairs)
    return week


def _time(minutes: int) -> time:
    return END_OF_DAY if minutes == 24 * 60 else time(minutes // 60, minutes % 60)


@settings(max_examples=150, deadline=None)
@given(weeks(), ZONES, HOLIDAYS, INSTANTS)
def test_next_open_is_open_and_nothing_before_it_is(week: Week, zone: str, closed: frozenset[date], instant: datetime) -> None:
    opens = next_open(week, zone, closed, instant)
    assert opens >= instant
    assert is_open(week, zone, closed, opens)
    assert open_time_between(week, zone, closed, instant, opens) == timedelta(0)


@settings(max_examples=150, deadline=None)
@given(weeks(), ZONES, HOLIDAYS, INSTANTS, st.integers(1, 40 * 3600))
def test_open_time_added_is_the_open_time_between(
    week: Week, zone: str, closed: frozenset[date], start: datetime, seconds: int
) -> None:
    end = add_open_time(week, zone, closed, start, timedelta(seconds=seconds))
    assert open_time_between(week, zone, closed, start, end) == timedelta(seconds=seconds)
    assert open_time_between(week, zone, closed, start, end - timedelta(microseconds=1)) < timedelta(seconds=seconds)


@settings(max_examples=100, deadline=None)
@given(weeks(), ZONES, HOLIDAYS, INSTANTS, INSTANTS, INSTANTS)
def test_open_time_adds_up_over_parts(
    week: Week, zone: str, closed: frozenset[date], one: datetime, two: datetime, three: datetime
) -> None:
    first, second, third = sorted([one, two, three])
    assume(third - first < timedelta(days=400))
    parts = open_time_between(week, zone, closed, first, second) + open_time_between(week, zone, closed, second, third)
    assert parts == open_time_between(week, zone, closed, first, third)
