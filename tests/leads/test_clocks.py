"""When an owner's clock starts: Kim works from nine to five in New York, and is off on the Friday."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from leads.clocks import starts_at
from producers.facts import ProducerFacts, Roster

NINE_TO_FIVE = {weekday: ((time(9), time(17)),) for weekday in range(5)}
THANKSGIVING = date(2026, 11, 26)
KIM = ProducerFacts(key="kim", name="Kim", role="producer", time_off=((date(2026, 11, 27), date(2026, 11, 27)),))
OFFICE = Roster(
    number=1,
    timezone="America/New_York",
    hours=NINE_TO_FIVE,
    holidays="US",
    fallback=None,
    producers={"kim": KIM},
    territories=(),
    lines={},
    closed=frozenset({THANKSGIVING}),
)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A time of November 2026 in New York, which is five hours behind."""
    return datetime(2026, 11, day, hour + 5, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("since", "callback_at", "starts"),
    [
        (at(24, 15), None, at(24, 15)),
        (at(25, 2, 20), None, at(25, 9)),
        (at(24, 18), None, at(25, 9)),
        (at(25, 17), None, at(30, 9)),
        (at(24, 15), at(24, 16, 30), at(24, 16, 30)),
        (at(24, 15), at(24, 18), at(25, 9)),
        (at(24, 15), at(24, 14), at(24, 15)),
    ],
)
def test_a_clock_starts_at_work_and_not_before_a_call_back(
    since: datetime, callback_at: datetime | None, starts: datetime
) -> None:
    assert starts_at("kim", since, callback_at, OFFICE) == starts


def test_the_clock_of_somebody_who_never_works_starts_at_once() -> None:
    assert starts_at("kim", at(24, 15), None, replace(OFFICE, hours={})) == at(24, 15)
