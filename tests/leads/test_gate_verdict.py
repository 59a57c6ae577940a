"""What the gate answers when several things are in question at once: places, zones, lists, stops, switches."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.followup.gate import Book, Known, Question, Word, answer
from leads.followup.gate.rulebook import Rulebook, Stop
from leads.followup.gate.verdict import months_after
from leads.followup.whereabouts import whereabouts
from leads.followup.windows import Cap, places
from leads.followup.windows import next_allowed as opening
from leads.models import Lead
from tests.leads.test_gate_rows import rulebook

RULES = rulebook()
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def utc(day: int, hour: int, minute: int = 0, month: int = 12, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


NOON = utc(9, 17)
"""A Wednesday, noon in New York."""


def ask(phone, at, channel="sms", *, rules=RULES, consent=True, known=None, planned=(), **lead):
    words = {(phone, channel): Word(True, utc(1, 0, year=2025))} if consent else {}
    book = Book(rules, words, {phone: known} if known else {})
    return answer(Question(Lead(**lead), channel, phone), book, at, planned)


def test_the_area_codes_state_holds_too():
    """New York's window is open until 21:00, Florida's closed at 20:00."""
    at = utc(10, 1, 30)  # 20:30 in New York
    home = {"state": "NY", "timezone": "America/New_York", "zip_code": "10005"}
    assert ask("+12125550150", at, **home).allowed
    refused = ask("+13055550150", at, **home)
    assert (refused.rule, refused.retry_at) == ("FL hours v1", utc(10, 13))


def test_the_area_codes_cap_holds_too():
    made = tuple(NOON - n * HOUR for n in (1, 2, 3))
    refused = ask("+13055550150", NOON, known=Known(made), state="NY", timezone="America/New_York")
    assert refused.rule == "cap FL v1"


@pytest.mark.parametrize(
    ("phone", "zip_code", "state", "opens", "closes"),
    [
        ("+18505550150", "32301", "FL", utc(9, 14), utc(10, 1)),  # 850 is in two zones: 08:00 Central to 20:00 Eastern
        ("+18005550150", "36867", "AL", utc(9, 14), utc(10, 1)),  # Phenix City: Central by law, Eastern by habit
        ("+18005550150", "57532", "SD", utc(9, 16), utc(10, 3)),  # Fort Pierre: 09:00 Mountain to 21:00 Central
        ("+18005550150", "46402", "IN", utc(9, 14), utc(10, 3)),  # Gary: Central
        ("+13175550150", "46402", "IN", utc(9, 14), utc(10, 2)),  # with an Indianapolis number to 21:00 Eastern
        ("+18085550150", "96813", "HI", utc(9, 18), utc(10, 7)),
        ("+16025550150", "85003", "AZ", utc(9, 15), utc(10, 4)),
        ("+17875550150", "00901", "PR", utc(9, 12), utc(10, 1)),
        ("+16715550150", "", "", utc(8, 22), utc(9, 11)),  # Guam by its area code: Wednesday 08:00 to 21:00 there
        ("+18085550150", "", "", utc(9, 18), utc(10, 7)),
    ],
)
def test_every_zone_in_which_they_may_be_must_be_open(phone, zip_code, state, opens, closes):
    found = [
        ask(phone, at, state=state, zip_code=zip_code).allowed
        for at in (opens - timedelta(minutes=1), opens, closes - timedelta(minutes=1), closes)
    ]
    assert found == [False, True, True, False]


def test_arizona_keeps_its_hours_in_summer_when_others_move_theirs():
    at = utc(8, 15, month=7)  # 08:00 in Phoenix
    assert ask("+16025550150", at, state="AZ", zip_code="85003").allowed
    assert not ask("+16025550150", at - timedelta(minutes=1), state="AZ", zip_code="85003").allowed


def test_a_newer_area_code_is_that_of_the_area_it_shares():
    assert whereabouts("", "", "", "+17285550150") == whereabouts("", "", "", "+15615550150")
    assert whereabouts("", "", "", "+17285550150").states == ("FL",)


def test_somebody_with_a_military_address_and_no_zone_has_the_fallback():
    abroad = {"state": "AE", "zip_code": "09012"}
    assert ask("+18005550150", NOON, **abroad).allowed
    assert ask("+18005550150", NOON - timedelta(minutes=1), **abroad).rule == "unknown hours v1"


def test_the_evening_before_the_clocks_change_waits_for_the_new_morning():
    night = utc(8, 2, 30, month=3)  # Saturday 21:30 in New York
    assert ask("+12125550150", night, state="NY", zip_code="10005").retry_at == utc(8, 12, month=3)


def test_planned_attempts_count_as_if_they_had_been_made():
    florida = {"state": "FL", "zip_code": "33101"}
    made = Known((NOON - 2 * HOUR, NOON - HOUR))
    assert ask("+13055550150", NOON, known=made, **florida).allowed
    assert not ask("+13055550150", NOON, known=made, planned=[NOON - HOUR], **florida).allowed
    assert ask("+13055550150", NOON, known=made, planned=[NOON + HOUR], **florida).allowed, "not made yet"


def test_the_agencys_own_cap_holds_everywhere():
    rules = replace(RULES, cap=Cap(8, 48))
    eight = tuple(NOON - 48 * HOUR + n * HOUR for n in range(1, 9))
    home = {"state": "OH", "zip_code": "43004", "rules": rules}
    assert ask("+18005550150", NOON, known=Known(eight[1:]), **home).allowed
    refused = ask("+18005550150", NOON, known=Known(eight), **home)
    assert (refused.rule, refused.retry_at, refused.free_at) == ("cap agency", None, NOON + HOUR)


DO_NOT_CALL = {"channel": "call", "consent": False, "state": "NY", "zip_code": "10005"}


def scrubbed(day):
    return replace(RULES, scrubs={"212": day})


@pytest.mark.parametrize(("age", "allowed"), [(0, True), (31, True), (32, False)])
def test_a_list_is_good_for_thirty_one_days(age, allowed):
    found = ask("+12125550150", NOON, rules=scrubbed(date(2026, 12, 9) - age * DAY), **DO_NOT_CALL)
    assert found.allowed is allowed
    assert found.rule == ("" if allowed else "do-not-call list age")


def test_a_number_of_an_area_without_a_list_is_not_called_without_a_reason():
    assert ask("+19175550150", NOON, rules=scrubbed(date(2026, 12, 9)), **DO_NOT_CALL).rule == "do-not-call list age"


@pytest.mark.parametrize(
    ("known", "allowed"),
    [
        (Known(listed=True), False),
        (Known(listed=True, inquired_at=NOON - 90 * DAY), True),
        (Known(listed=True, inquired_at=NOON - 90 * DAY - timedelta(seconds=1)), False),
        (Known(listed=True, bought_at=utc(9, 17, month=6, year=2025)), True),  # eighteen months to the minute
        (Known(listed=True, bought_at=utc(9, 16, 59, month=6, year=2025)), False),
        (Known(listed=True, client=True), True),
    ],
)
def test_a_listed_number_is_called_after_an_inquiry_or_a_purchase(known, allowed):
    found = ask("+12125550150", NOON, rules=scrubbed(date(2026, 12, 9)), known=known, **DO_NOT_CALL)
    assert (found.allowed, found.rule) == (allowed, "" if allowed else "national do-not-call")


def test_a_listed_number_is_called_with_consent():
    assert ask("+12125550150", NOON, **{**DO_NOT_CALL, "consent": True}, known=Known(listed=True)).allowed


def test_eighteen_months_end_on_the_last_day_of_a_short_month():
    assert months_after(utc(31, 12, month=8, year=2025)) == utc(28, 12, month=2, year=2027)


def stopped(state="LA", county="", until=None):
    return replace(RULES, stops=(Stop(state, county, NOON - HOUR, until),))


LOUISIANA = {"state": "LA", "zip_code": "70112", "county": "Orleans Parish"}


@pytest.mark.parametrize("channel", ["sms", "voice", "call"])
def test_an_emergency_stop_moves_everything_by_phone_to_the_opening_after_its_end(channel):
    rules = stopped(until=utc(10, 5))  # 23:00 in New Orleans
    refused = ask("+15045550150", NOON, channel, rules=rules, **LOUISIANA)
    assert (refused.rule, refused.retry_at) == ("emergency LA", utc(10, 14))
    assert ask("+15045550150", utc(10, 14), channel, rules=rules, **LOUISIANA).allowed


def test_a_stop_without_an_end_is_looked_at_again_a_day_later():
    assert ask("+15045550150", NOON, rules=stopped(), **LOUISIANA).retry_at == NOON + DAY


def test_a_stop_reaches_whoever_has_a_number_of_the_state():
    assert ask("+15045550150", NOON, rules=stopped(), state="TX", zip_code="77002").rule == "emergency LA"


@pytest.mark.parametrize(
    ("lead", "is_stopped"),
    [
        ({"state": "NY", "county": "Kings County"}, True),
        ({"state": "NY", "county": "Queens County"}, False),
        ({"state": "NY"}, True),  # nobody knows which county
        ({"state": "NJ", "county": "Bergen County"}, False),  # known to live elsewhere
        ({}, True),
    ],
)
def test_a_stop_of_a_county_spares_who_is_known_to_live_elsewhere(lead, is_stopped):
    rules = stopped("NY", "Kings County")
    zone = {"timezone": "America/New_York"}
    assert (ask("+12125550150", NOON, rules=rules, **lead, **zone).rule == "emergency NY") is is_stopped


def switched(place, **changes):
    [rule] = RULES.windows[place]
    return replace(RULES, windows={**RULES.windows, place: (replace(rule, **changes),)})


LATE_IN_SEATTLE = utc(10, 4, 30)  # 20:30


def test_what_the_law_lifts_is_not_lifted_until_counsel_says_so():
    seattle = {"state": "WA", "zip_code": "98101", "known": Known(inquired_at=NOON)}
    assert ask("+12065550150", LATE_IN_SEATTLE, **seattle).rule == "WA hours v1"
    assert ask("+12065550150", LATE_IN_SEATTLE, rules=switched("WA", relax="inquiry"), **seattle).allowed


def test_a_lifted_row_leaves_the_federal_one():
    rules = switched("WA", relax="consent")
    assert ask("+12065550150", utc(10, 5), rules=rules, state="WA", zip_code="98101").rule == "US hours v1"


def test_consent_lifts_only_where_there_is_consent():
    rules = switched("UT", relax="consent")
    sunday = {"at": utc(13, 20), "channel": "call", "rules": rules, "state": "UT", "zip_code": "84101"}
    assert ask("+18015550150", **sunday).allowed
    asked_us = Known(inquired_at=NOON)
    assert ask("+18015550150", **sunday, consent=False, known=asked_us).rule == "UT hours v1"


def test_oregons_cap_is_lifted_by_a_purchase_once_counsel_says_so():
    known = Known(tuple(NOON - n * HOUR for n in (1, 2, 3)), bought_at=NOON - 100 * DAY)
    portland = {"state": "OR", "zip_code": "97201", "known": known}
    noon = NOON + 3 * HOUR
    assert ask("+15035550150", noon, **portland).rule == "cap OR v1"
    assert ask("+15035550150", noon, rules=switched("OR", cap_unless="purchase"), **portland).allowed


def test_without_any_row_nobody_is_contacted_by_phone():
    refused = ask("+12125550150", NOON, rules=Rulebook(), state="NY", zip_code="10005")
    assert (refused.allowed, refused.rule) == (False, "contact rules")
    assert answer(Question(Lead(email="m@home.example"), "email", "m@home.example"), Book(Rulebook()), NOON).allowed


PHONES = st.sampled_from(["+12125550150", "+13055550150", "+18085550150", "+18505550150", "+18005550150", "+19285550150"])
ZIPS = st.sampled_from(["10005", "33101", "96813", "46402", "85003", "00901", "36867", "70112", ""])


@given(PHONES, ZIPS, st.integers(0, 365 * 24 * 60), st.permutations(sorted(RULES.windows)))
def test_what_is_put_off_is_allowed_when_its_time_comes_whatever_the_order_of_the_rows(phone, zip_code, minutes, order):
    at = utc(1, 0, month=1) + timedelta(minutes=minutes)
    found = ask(phone, at, zip_code=zip_code)
    shuffled = replace(RULES, windows={place: RULES.windows[place] for place in order})
    assert ask(phone, at, zip_code=zip_code, rules=shuffled) == found
    where = whereabouts("", zip_code, "", phone)
    rules = RULES.rules(where.states, where.unknown)
    assert opening(places(rules[::-1], where.zones[::-1]), at) == (at if found.allowed else found.retry_at)
    if not found.allowed:
        assert found.retry_at is not None and found.retry_at > at
        assert ask(phone, found.retry_at, zip_code=zip_code).allowed
