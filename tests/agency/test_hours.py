"""Hours as people write them."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agency.calendar import END_OF_DAY
from agency.hours import parse_day, parse_week, write_week


def test_a_week_may_have_several_stretches_a_day_in_either_way_of_writing() -> None:
    expected = {0: ((time(9), time(12)), (time(13), time(18))), 5: ((time(10), END_OF_DAY),)}
    assert parse_week({"sat": "10:00-24:00", "mon": "13:00-18:00, 9:00 - 12:00"}) == expected
    assert parse_week({"mon": ["09:00-12:00", "13:00-18:00"], "sat": ["10:00-24:00"], "sun": ""}) == expected


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("9-17", "no stretch"),
        ("09:00-25:00", "no stretch"),
        ("09:00", "no stretch"),
        ("22:00-02:00", "ends before it begins"),
        ("09:00-09:00", "ends before it begins"),
        ("09:00-12:00, 11:00-13:00", "overlaps"),
    ],
)
def test_what_is_no_day_is_said_in_words(written: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_day(written)


@given(st.dictionaries(st.sampled_from(range(7)), st.lists(st.integers(0, 1440), min_size=2, max_size=6, unique=True)))
def test_a_week_written_is_the_week_read(days: dict[int, list[int]]) -> None:
    week = {}
    for day, minutes in sorted(days.items()):
        edges = [END_OF_DAY if one == 1440 else time(one // 60, one % 60) for one in sorted(minutes)]
        week[day] = tuple(zip(edges[::2], edges[1::2], strict=False))
    assert parse_week(write_week(week)) == week
