"""Texts are counted as the carriers count them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agency.messaging import send
from agency.messaging.sms.segments import BASIC, EXTENDED, count, size


def test_the_alphabet_of_gsm_has_its_letters():
    assert (len(BASIC), len(EXTENDED)) == (127, 10)  # 128 less the escape; with the form feed


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", 0),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("é" * 160, 1),  # GSM-7 has it
        ("€" * 80, 1),  # two units each
        ("€" * 81, 2),
        ("“" * 70, 1),  # a curly quote forces UCS-2
        ("“" * 71, 2),
        ("“" * 134, 2),
        ("“" * 135, 3),
        ("😀" * 35, 1),  # two units each
        ("😀" * 36, 2),
    ],
)
def test_a_text_is_counted_in_segments(text, segments):
    assert count(text) == segments


def test_a_letter_is_not_cut_in_two():
    assert count("a" * 152 + "€" + "a" * 151) == 2  # the sign does not fit into the first
    assert count("a" * 152 + "€" + "a" * 152) == 3  # though 306 units would fill two


def test_what_forces_the_costlier_alphabet_is_named():
    assert (size("It’s 5 o’clock 😀").encoding, size("It’s 5 o’clock 😀").forced_by) == ("UCS-2", "’😀")
    assert size("It's 5 o'clock").forced_by == ""


@given(st.text(max_size=500), st.text(max_size=20))
def test_a_longer_text_is_never_counted_as_fewer(text, more):
    assert count(text + more) >= count(text)


@pytest.mark.django_db
def test_the_outbox_knows_how_many_segments_a_text_has(now):
    assert send(channel="sms", audience="consumer", kind="note", to="+12125550150", body="a" * 161, now=now).segments == 2
    assert send(channel="email", audience="consumer", kind="note", to="a@b.example", body="a" * 161, now=now).segments == 0
