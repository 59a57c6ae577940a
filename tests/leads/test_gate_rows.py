"""Every shipped contact rule at its edges. The table below was written from the law as it was read, not from the data file."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from leads.contactrules import shipped
from leads.followup.gate import Book, Question, Word, answer
from leads.followup.gate.rulebook import Rulebook, facts
from leads.models import ContactWindow, Lead

TOLL_FREE = "+18005550100"
"""A number that says nothing of where its owner is, so that a row is tested by itself."""
EASTERN, CENTRAL, MOUNTAIN, PACIFIC = "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"
MONDAY = date(2026, 12, 7)
"""The first of seven days without a holiday anywhere."""
THANKSGIVING = date(2026, 11, 26)
FEDERAL = (8, 21)
AUTOMATED, RECORDED = ("sms", "voice"), ("voice",)
EVERYTHING = ("sms", "voice", "call")

# State: zone; Monday to Friday; Saturday; Sunday; Thanksgiving; which channels it holds for (the others: federal hours).
LAW = {
    "AL": (CENTRAL, (8, 20), (8, 20), None, None, AUTOMATED),
    "CT": (EASTERN, (9, 20), (9, 20), (9, 20), (9, 20), EVERYTHING),
    "FL": (EASTERN, (8, 20), (8, 20), (8, 20), (8, 20), EVERYTHING),
    "IL": (CENTRAL, (9, 21), (9, 21), (9, 21), (9, 21), AUTOMATED),
    "KY": (EASTERN, (10, 21), (10, 21), (10, 21), (10, 21), EVERYTHING),
    "LA": (CENTRAL, (8, 20), (8, 20), None, None, EVERYTHING),
    "MA": (EASTERN, (8, 20), (8, 20), (8, 20), (8, 20), EVERYTHING),
    "MD": (EASTERN, (8, 20), (8, 20), (8, 20), (8, 20), EVERYTHING),
    "ME": (EASTERN, (9, 17), None, None, (9, 17), RECORDED),
    "MI": (EASTERN, (9, 21), (9, 21), (9, 21), (9, 21), EVERYTHING),
    "MN": (CENTRAL, (9, 21), (9, 21), (9, 21), (9, 21), EVERYTHING),
    "MS": (CENTRAL, (8, 20), (8, 20), None, (8, 20), EVERYTHING),
    "NE": (CENTRAL, (8, 21), (8, 21), (13, 21), (13, 21), AUTOMATED),
    "NM": (MOUNTAIN, (9, 21), (9, 21), (9, 21), (9, 21), EVERYTHING),
    "NV": (PACIFIC, (9, 20), (9, 20), (9, 20), (9, 20), EVERYTHING),
    "NY": (EASTERN, (8, 21), (8, 21), (8, 21), (8, 21), EVERYTHING),
    "OK": (CENTRAL, (8, 20), (8, 20), (8, 20), (8, 20), EVERYTHING),
    "OR": (PACIFIC, (8, 20), (8, 20), (8, 20), (8, 20), EVERYTHING),
    "PA": (EASTERN, (9, 19), (9, 19), None, None, EVERYTHING),
    "RI": (EASTERN, (9, 18), (10, 17), None, None, EVERYTHING),
    "SD": (CENTRAL, (9, 21), None, None, (9, 21), AUTOMATED),
    "TX": (CENTRAL, (9, 21), (9, 21), (12, 21), (9, 21), EVERYTHING),
    "UT": (MOUNTAIN, (8, 21), (8, 21), None, None, EVERYTHING),
    "VA": (EASTERN, (8, 21), (8, 21), (8, 21), (8, 21), EVERYTHING),
    "WA": (PACIFIC, (8, 20), (8, 20), (8, 20), (8, 20), EVERYTHING),
    "WY": (MOUNTAIN, (8, 20), (8, 20), (8, 20), (8, 20), EVERYTHING),
    # Not listed: the federal row alone, every day.
    "OH": (EASTERN, FEDERAL, FEDERAL, FEDERAL, FEDERAL, ()),
    "HI": ("Pacific/Honolulu", FEDERAL, FEDERAL, FEDERAL, FEDERAL, ()),
    "AZ": ("America/Phoenix", FEDERAL, FEDERAL, FEDERAL, FEDERAL, ()),
    "PR": ("America/Puerto_Rico", FEDERAL, FEDERAL, FEDERAL, FEDERAL, ()),
}
CAPS = {"FL": (3, 24), "MD": (3, 24), "OK": (3, 24), "OR": (3, 24), "ME": (1, 8)}
"""State → at most so many attempts in so many hours."""


def rulebook() -> Rulebook:
    """The shipped rows, as they stand when nobody has changed one."""
    rules = [facts(ContactWindow(key=key, **values)) for key, values in shipped().items()]
    return Rulebook({rule.place: (rule,) for rule in rules})


BOOK = Book(rulebook(), {(TOLL_FREE, channel): Word(True, datetime(2026, 1, 1, tzinfo=UTC)) for channel in EVERYTHING})


def asked(state: str, channel: str, zone: str) -> Question:
    return Question(Lead(state=state, timezone=zone), channel, TOLL_FREE)


def is_allowed(state: str, channel: str, zone: str, day: date, hour: int, minute: int = 0) -> bool:
    at = datetime.combine(day, time(hour, minute), ZoneInfo(zone)).astimezone(UTC)
    return answer(asked(state, channel, zone), BOOK, at).allowed


def check_edges(state: str, channel: str, zone: str, day: date, hours: tuple[int, int] | None) -> None:
    """A minute before opening, the opening, the last minute, the closing; or not at all."""
    if hours is None:
        assert not any(is_allowed(state, channel, zone, day, hour) for hour in range(24))
        return
    opens, closes = hours
    found = [
        is_allowed(state, channel, zone, day, opens - 1, 59),
        is_allowed(state, channel, zone, day, opens),
        is_allowed(state, channel, zone, day, closes - 1, 59),
        is_allowed(state, channel, zone, day, closes),
    ]
    assert found == [False, True, True, False]


def test_every_shipped_row_is_in_the_table():
    assert set(shipped()) - {"US", "unknown"} <= set(LAW)


@pytest.mark.parametrize("weekday", range(7), ids=["mon", "tue", "wed", "thu", "fri", "sat", "sun"])
@pytest.mark.parametrize("state", LAW)
def test_a_row_is_open_from_its_first_minute_to_its_last(state, weekday):
    zone, workdays, saturday, sunday, _, channels = LAW[state]
    hours = [*[workdays] * 5, saturday, sunday][weekday]
    for channel in EVERYTHING:
        check_edges(state, channel, zone, MONDAY + timedelta(weekday), hours if channel in channels else FEDERAL)


@pytest.mark.parametrize("state", LAW)
def test_a_row_on_a_holiday(state):
    zone, *_, on_thanksgiving, channels = LAW[state]
    for channel in EVERYTHING:
        check_edges(state, channel, zone, THANKSGIVING, on_thanksgiving if channel in channels else FEDERAL)


@pytest.mark.parametrize(
    ("state", "day", "is_closed"),
    [
        ("PA", date(2026, 4, 3), True),  # Good Friday
        ("PA", date(2027, 6, 14), True),  # Flag Day, a Monday
        ("PA", date(2026, 11, 3), True),  # Election Day
        ("PA", date(2026, 6, 19), False),  # Juneteenth is not on Pennsylvania's list
        ("PA", date(2026, 11, 27), False),  # the day after Thanksgiving
        ("AL", date(2026, 6, 19), True),
        ("AL", date(2026, 7, 3), True),  # the fourth is a Saturday
        ("AL", date(2026, 4, 27), True),  # Confederate Memorial Day
        ("LA", date(2026, 2, 17), True),  # Mardi Gras
        ("LA", date(2026, 11, 3), True),  # a general election
        ("LA", date(2027, 11, 2), False),  # none that year
        ("RI", date(2026, 8, 10), True),  # Victory Day
        ("UT", date(2026, 7, 24), True),  # Pioneer Day
        ("UT", date(2026, 4, 3), False),  # Good Friday is none in Utah
        ("MS", date(2026, 12, 25), False),  # the ban on holidays was repealed
        ("AL", date(2027, 12, 31), True),  # New Year of 2028 is a Saturday
    ],
)
def test_a_state_keeps_its_own_holidays(state, day, is_closed):
    assert is_allowed(state, "sms", LAW[state][0], day, 12) is not is_closed


def test_nebraska_opens_at_one_on_arbor_day():
    check_edges("NE", "voice", CENTRAL, date(2026, 4, 24), (13, 21))


@pytest.mark.parametrize("state", CAPS)
def test_a_cap_counts_to_its_number_and_frees_when_its_hours_have_passed(state):
    most, hours = CAPS[state]
    zone, channel = LAW[state][0], "voice"
    last = datetime.combine(MONDAY + timedelta(1), time(16), ZoneInfo(zone)).astimezone(UTC)
    first = last - timedelta(hours=hours)
    made = [first, *(last - timedelta(minutes=10 * n) for n in range(1, most))]
    at, question = last, asked(state, channel, zone)
    assert answer(question, BOOK, at, made[1:]).allowed, "one fewer"
    assert answer(question, BOOK, at, made).allowed, "the first one is exactly so many hours old"
    refused = answer(question, BOOK, at - timedelta(seconds=1), [one - timedelta(seconds=1) for one in made[1:]] + [first])
    assert (refused.allowed, refused.retry_at, refused.rule) == (False, None, f"cap {state} v1")
    assert refused.free_at == last


def test_maines_cap_is_not_for_texts_and_live_calls():
    noon = datetime(2026, 12, 7, 17, tzinfo=UTC)
    just_now = [noon - timedelta(minutes=5)]
    assert [answer(asked("ME", channel, EASTERN), BOOK, noon, just_now).allowed for channel in EVERYTHING] == [True, False, True]


@pytest.mark.parametrize("state", sorted(set(LAW) - set(CAPS)))
def test_other_states_have_no_cap_of_their_own(state):
    noon = datetime.combine(MONDAY, time(12), ZoneInfo(LAW[state][0])).astimezone(UTC)
    many = [noon - timedelta(minutes=minute) for minute in range(1, 20)]
    assert answer(asked(state, "sms", LAW[state][0]), BOOK, noon, many).allowed


@pytest.mark.parametrize(
    ("state", "channel", "before", "since"),
    [
        ("OR", "sms", datetime(2025, 12, 31, 20, 30), datetime(2026, 1, 1, 20, 30)),
        ("TX", "sms", datetime(2025, 8, 31, 11, 30), datetime(2025, 9, 7, 11, 30)),  # Sundays
    ],
)
def test_a_law_holds_from_its_first_day(state, channel, before, since):
    zone = LAW[state][0]
    for moment, allowed in ((before, True), (since, False)):
        at = moment.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        assert answer(asked(state, channel, zone), BOOK, at).allowed is allowed


@pytest.mark.parametrize(
    ("moment", "allowed"),
    [
        ((2026, 12, 11, 16, 59), False),  # Friday 11:59 in New York
        ((2026, 12, 11, 17, 0), True),
        ((2026, 12, 11, 22, 59), True),
        ((2026, 12, 11, 23, 0), False),  # 18:00
        ((2026, 12, 12, 18, 0), False),  # Saturday
        ((2026, 12, 13, 18, 0), False),  # Sunday
    ],
)
@pytest.mark.parametrize("channel", EVERYTHING)
def test_somebody_of_unknown_whereabouts_has_an_afternoon_in_new_york(moment, allowed, channel):
    assert answer(asked("", channel, ""), BOOK, datetime(*moment, tzinfo=UTC)).allowed is allowed
