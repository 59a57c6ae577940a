"""Eight to nine where the person is, on both sides of both edges and of a clock change."""

from datetime import UTC, datetime

import pytest

from leads.followup.windows import next_allowed, zones_of

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
    ],
)
def test_the_window_is_eight_to_nine_where_they_are(zones, instant, allowed):
    assert next_allowed(zones, instant) == allowed


def test_unknown_whereabouts_wait_for_both_ends_of_the_country():
    assert zones_of("") == ("America/New_York", "Pacific/Honolulu")
    assert next_allowed(zones_of(""), utc(20, 14)) == utc(20, 18)  # 09:00 in New York, 08:00 in Honolulu at 18:00 UTC
    assert next_allowed(zones_of(""), utc(21, 2)) == utc(21, 18)  # 21:00 in New York, 16:00 in Honolulu
