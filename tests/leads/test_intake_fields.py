"""What each field accepts, and what its sender is told."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from leads.intake import fields
from leads.intake.fields import FieldError


@pytest.mark.parametrize(
    ("written", "number", "extension"),
    [
        ("(212) 555-0143", "+12125550143", ""),
        ("917.555.0123 x12", "+19175550123", "12"),
        ("+1 212 555 0143 ext. 7", "+12125550143", "7"),
        ("1-212-555-0143", "+12125550143", ""),
        (2125550143, "+12125550143", ""),
        ("+44 20 7946 0958", "+442079460958", ""),
        ("  (787) 555-0123 ", "+17875550123", ""),
        (None, "", ""),
        ("", "", ""),
        ("   ", "", ""),
    ],
)
def test_a_number_is_kept_in_one_form_with_its_extension(written, number, extension):
    assert fields.phone(written) == (number, extension)


@pytest.mark.parametrize(
    "written", ["555-0143", "12", "call me", "212555014", "2125550143999", True, ["212"], "+999 1", "212\x005550143"]
)
def test_what_is_no_number_is_refused(written):
    with pytest.raises(FieldError):
        fields.phone(written)


def test_an_address_is_kept_in_lower_case():
    assert fields.email("  ZOE@Example.COM ") == "zoe@example.com"
    assert fields.email(None) == ""


@pytest.mark.parametrize("written", ["ana@@example", "ana", "ana@", "@example.com", "a b@example.com", "a\x00@example.com", 7])
def test_what_is_no_address_is_refused(written):
    with pytest.raises(FieldError):
        fields.email(written)


@pytest.mark.parametrize("name", ["Zoë", "O'Neill-Nuñez", "de la Cruz", "李", "محمد", "Nguyễn", "क्\u200dष"])
def test_names_stay_as_they_are_written(name):
    assert fields.text(f"  {name} ", most=100) == name


@pytest.mark.parametrize("name", ["Ana\x00", "Ana\x07", "A\nna", "A\tna", "\ud800", "x\x1b[31m"])
def test_control_characters_and_half_characters_are_refused(name):
    with pytest.raises(FieldError, match=fields.CONTROL_CHARACTERS):
        fields.text(name, most=100)


@pytest.mark.parametrize("name", ["", "  ", "\u200b", "\u00a0", "\u2003\u200d"])
def test_what_cannot_be_seen_is_blank(name):
    assert fields.text(name, most=100) == ""


def test_notes_may_have_several_lines():
    assert fields.text("one\r\ntwo\tthree", most=100, lines=True) == "one\ntwo\tthree"


def test_too_long_is_told_with_the_length_allowed():
    with pytest.raises(FieldError, match="At most 100 characters"):
        fields.text("x" * 101, most=100)


@pytest.mark.parametrize(
    ("written", "money"),
    [("$1,250.50", "1250.50"), (1250, "1250.00"), (12.5, "12.50"), ("0", "0.00"), (Decimal("9999999999.99"), "9999999999.99")],
)
def test_money_is_kept_to_the_cent(written, money):
    assert fields.amount(written) == Decimal(money)


@pytest.mark.parametrize("written", ["-1", "nan", "Infinity", "1e99", "lots", True, [], "10000000000", "1" * 50, "$"])
def test_what_is_no_amount_is_refused(written):
    with pytest.raises(FieldError, match="amount of money"):
        fields.amount(written)


def test_dates_are_dates():
    assert fields.day("2027-01-10") == date(2027, 1, 10)
    assert fields.day(None) is None


@pytest.mark.parametrize("written", ["01/10/2027", "2027-02-30", "soon", 20270110, "2027-01-10T10:00:00Z"])
def test_what_is_no_date_is_refused(written):
    with pytest.raises(FieldError, match="Must be a date"):
        fields.day(written)


def test_a_time_without_an_offset_is_on_the_given_clocks():
    assert fields.moment("2026-11-24T15:00:00", "America/New_York") == datetime(2026, 11, 24, 20, tzinfo=UTC)
    assert fields.moment("2026-11-24T15:00:00-08:00", "America/New_York") == datetime(2026, 11, 24, 23, tzinfo=UTC)
    assert fields.moment("2026-11-24T15:00:00Z", "America/New_York") == datetime(2026, 11, 24, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "written", ["2026-11-24", "tomorrow", 5, "0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59-12:00", "1066-10-14T09:00"]
)
def test_what_is_no_time_is_refused(written):
    with pytest.raises(FieldError, match="Must be a time"):
        fields.moment(written, "America/New_York")


@pytest.mark.parametrize(
    ("written", "flag"), [(True, True), (False, False), ("true", True), ("False", False), (None, True), ("", True)]
)
def test_flags_are_true_or_false(written, flag):
    assert fields.flag(written, default=True) is flag


@pytest.mark.parametrize("written", ["maybe", 1, 0, []])
def test_what_is_no_flag_is_refused(written):
    with pytest.raises(FieldError):
        fields.flag(written, default=True)


def test_attributes_are_bounded_in_depth_and_size():
    assert fields.mapping({"age": 42, "pets": ["dog"]}) == {"age": 42, "pets": ["dog"]}
    with pytest.raises(FieldError, match="deeper than 5"):
        fields.mapping({"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}})
    with pytest.raises(FieldError, match="larger than 20,000"):
        fields.mapping({"a": "x" * 20_001})
    with pytest.raises(FieldError):
        fields.mapping(["age"])


def test_very_deep_attributes_do_not_exhaust_the_stack():
    deep = leaf = {}
    for _ in range(5000):
        leaf["a"] = {}
        leaf = leaf["a"]
    with pytest.raises(FieldError, match="deeper than 5"):
        fields.mapping(deep)
    assert fields.storable(deep)


def test_what_a_json_column_cannot_hold_is_replaced():
    assert fields.storable({"a\x00": ["\x00", "\ud800", float("nan"), 1.5, None, True]}) == {
        "a\ufffd": ["\ufffd", "?", "nan", 1.5, None, True]
    }


@pytest.mark.parametrize("kind", ["pricing_view", "form:step-2", "a.b"])
def test_events_have_names(kind):
    assert fields.event_kind(kind) == kind


@pytest.mark.parametrize("kind", ["", None, 5, "has space", "x" * 41, "-x", "a\x00"])
def test_what_is_no_name_of_an_event_is_refused(kind):
    with pytest.raises(FieldError):
        fields.event_kind(kind)
