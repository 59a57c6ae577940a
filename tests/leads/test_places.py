"""Where ZIPs are, with what the data gets wrong put right."""

from zoneinfo import ZoneInfo

import pytest
import zipcodes

from leads.intake import place_corrections
from leads.intake.places import five_digits, place


def test_a_zip_on_staten_island():
    found = place("10310")
    assert (found.city, found.state, found.county, found.timezone) == (
        "Staten Island",
        "NY",
        "Richmond County",
        "America/New_York",
    )


@pytest.mark.parametrize("written", ["10310", "10310-1234", " 10310 ", "103101234", "10310 - 1234"])
def test_a_zip_is_known_however_it_is_written(written):
    assert place(written).county == "Richmond County"


@pytest.mark.parametrize("written", ["", "1031", "103100", "ABCDE", "1031O", "10310-12", "10310-12345", "-", "١٠٣١٠", "00000"])
def test_what_is_no_zip_has_no_place(written):
    assert place(written) is None


def test_five_digits_are_kept_with_their_leading_zeros():
    assert five_digits("07030-0001") == "07030"


@pytest.mark.parametrize(
    ("zip_code", "state", "zone"),
    [
        ("85901", "AZ", "America/Phoenix"),
        ("86503", "AZ", "America/Denver"),
        ("00901", "PR", "America/Puerto_Rico"),
        ("99634", "AK", "America/Anchorage"),
        ("37405", "TN", "America/New_York"),
        ("67857", "KS", "America/Denver"),
        ("79942", "TX", "America/Denver"),
        ("83522", "ID", "America/Los_Angeles"),
        ("86003", "AZ", "America/Phoenix"),
        ("86040", "AZ", "America/Phoenix"),
        ("86045", "AZ", "America/Denver"),
        ("89883", "NV", "America/Denver"),
        ("96910", "GU", "Pacific/Guam"),
    ],
)
def test_each_place_keeps_its_own_time(zip_code, state, zone):
    assert (place(zip_code).state, place(zip_code).timezone) == (state, zone)


def test_where_law_and_habit_disagree_both_zones_count():
    assert place("36854").timezones == ("America/Chicago", "America/New_York")
    assert place("57532").timezones == ("America/Chicago", "America/Denver")
    assert place("10310").timezones == ("America/New_York",)


def test_military_mail_has_a_place_but_no_clock():
    assert (place("09006").state, place("09006").timezone, place("09006").timezones) == ("AE", "", ())


def test_every_zone_we_can_answer_with_exists():
    answers = {row["timezone"] for row in zipcodes.list_all() if row["zip_code"] not in place_corrections.TIMEZONES}
    for zone in answers | set(place_corrections.TIMEZONES.values()) | set(place_corrections.SECOND_TIMEZONES.values()):
        assert not zone or ZoneInfo(zone)


def test_every_correction_is_of_a_zip_that_exists_and_changes_something():
    for zip_code, zone in place_corrections.TIMEZONES.items():
        assert zipcodes.matching(zip_code)[0]["timezone"] != zone
    for zip_code, zone in place_corrections.SECOND_TIMEZONES.items():
        assert place(zip_code).timezone != zone
