"""A call at another time of day than the ones nobody answered: hand-worked, in New York unless it says otherwise."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from agency.calendar import next_open
from agency.hours import parse_week
from leads.followup.daypart import another_part, part_of

NEW_YORK = "America/New_York"
OFFICE = parse_week(dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "09:00-18:00") | {"sat": "10:00-14:00"})


def there(text: str, zone: str = NEW_YORK) -> datetime:
    """A wall clock in November 2026 unless it names the month: `24 15:00`, `10-31 15:00`."""
    day, clock = text.split()
    month, day = day.split("-") if "-" in day else ("11", day)
    hour, minute = clock.split(":")
    return datetime(2026, int(month), int(day), int(hour), int(minute), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def at_the_office(instant: datetime) -> datetime:
    return next_open(OFFICE, NEW_YORK, (), instant)


def always(instant: datetime) -> datetime:
    return instant


@pytest.mark.parametrize(
    ("clock", "part"),
    [
        ("24 07:59", ""), ("24 08:00", "morning"), ("24 10:59", "morning"), ("24 11:00", "midday"), ("24 13:59", "midday"),
        ("24 14:00", "afternoon"), ("24 17:00", "early evening"), ("24 19:59", "early evening"), ("24 20:00", ""),
    ],
)  # fmt: skip
def test_the_parts_of_a_day(clock, part):
    assert part_of(there(clock), NEW_YORK) == part


def test_the_part_is_the_one_where_they_are():
    assert part_of(there("24 15:00"), "Pacific/Honolulu") == "morning"  # ten o'clock there


def test_after_two_afternoons_the_early_evening():
    shift = another_part(there("25 15:00"), NEW_YORK, [there("24 15:00"), there("24 16:00")], at_the_office)
    assert shift.at == there("25 17:00")
    assert shift.reason == "Another time of day: nobody answered in the afternoon."


def test_after_afternoon_and_evening_the_next_morning():
    shift = another_part(there("24 15:00"), NEW_YORK, [there("23 15:00"), there("23 17:30")], at_the_office)
    assert shift.at == there("25 09:00")
    assert shift.reason == "Another time of day: nobody answered in the afternoon and the early evening."


def test_a_part_not_tried_yet_stays():
    failed = [there("24 15:00")]
    assert another_part(there("25 10:00"), NEW_YORK, failed, at_the_office).at == there("25 10:00")


def test_nothing_failed_nothing_moves():
    assert another_part(there("25 15:00"), NEW_YORK, [], at_the_office) == another_part(
        there("25 15:00"), NEW_YORK, [there("25 06:00")], at_the_office
    )


def test_when_all_parts_failed_the_one_that_failed_least_comes_first():
    failed = [there("23 09:00"), there("23 12:00"), there("23 15:00"), there("23 15:30"), there("23 17:00")]
    shift = another_part(there("24 15:00"), NEW_YORK, failed, at_the_office)
    assert shift.at == there("24 17:00")


def test_over_the_weekend_within_the_owners_hours():
    failed = [there("20 15:00"), there("20 17:30")]  # a Friday
    assert another_part(there("20 17:45"), NEW_YORK, failed, at_the_office).at == there("21 10:00")  # Saturday's opening


def test_never_to_where_the_next_call_is_due_already():
    failed = [there("24 15:00"), there("24 17:30")]
    assert another_part(there("25 15:00"), NEW_YORK, failed, at_the_office, before=there("26 09:00")).at == there("25 15:00")
    assert another_part(there("25 15:00"), NEW_YORK, failed, at_the_office, before=there("26 09:01")).at == there("26 09:00")


def test_where_no_call_is_ever_allowed_nothing_moves():
    assert another_part(there("25 15:00"), NEW_YORK, [there("24 15:00")], lambda _: None).at == there("25 15:00")


def test_the_hour_that_spring_takes_away():
    """Clocks go from 2:00 to 3:00 on March 8: the morning begins at 8:00 daylight time, 12:00 UTC, not 13:00."""
    failed = [there("03-07 15:00"), there("03-07 17:30")]
    shift = another_part(there("03-07 18:30"), NEW_YORK, failed, always)
    assert shift.at == datetime(2026, 3, 8, 12, 0, tzinfo=UTC)


def test_the_hour_that_autumn_repeats():
    """On November 1 the clocks go back: eight in the morning is 13:00 UTC."""
    failed = [there("10-31 15:00"), there("10-31 17:30")]
    assert another_part(there("10-31 18:30"), NEW_YORK, failed, always).at == datetime(2026, 11, 1, 13, 0, tzinfo=UTC)


def test_for_somebody_in_hawaii_the_owners_day_is_their_morning():
    """An owner in New York works until 18:00, one in the afternoon there: the evening there is never open."""
    failed = [there("24 15:00")]  # ten in the morning in Honolulu
    shift = another_part(there("25 15:00"), "Pacific/Honolulu", failed, at_the_office)
    assert shift.at == there("25 16:00")  # eleven there
    assert shift.at - there("25 15:00") == timedelta(hours=1)
