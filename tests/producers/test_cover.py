"""Who stands in for whom: backups along the chain, for the days somebody is off."""

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from producers.cover import covered_by, is_away, stand_in
from tests.routing.people import SARAH, roster

MONDAY = date(2026, 12, 21)
WEEK = ((MONDAY, date(2026, 12, 28)),)
NAMES = ("ann", "bob", "cal", "dee", "eve")


def person(key: str, backup: str | None = None, *, away: bool = False):
    """Somebody like Sarah."""
    return replace(SARAH, key=key, name=key.title(), backup=backup, time_off=WEEK if away else ())


def office(*people):
    """Only these people."""
    return replace(roster(), producers={one.key: one for one in people})


def test_whoever_is_there_works_their_own_leads():
    here = office(person("ann", "bob"), person("bob"))
    assert stand_in("ann", here, MONDAY) == "ann"
    assert covered_by("bob", here, MONDAY) == frozenset()


def test_the_backup_stands_in_on_the_first_and_the_last_day_and_not_after():
    here = office(person("ann", "bob", away=True), person("bob"))
    assert [stand_in("ann", here, date(2026, 12, day)) for day in (20, 21, 28, 29)] == ["ann", "bob", "bob", "ann"]
    assert covered_by("bob", here, MONDAY) == {"ann"}
    assert covered_by("ann", here, MONDAY) == frozenset()


def test_a_backup_who_is_away_too_is_passed_over_for_theirs():
    here = office(person("ann", "bob", away=True), person("bob", "cal", away=True), person("cal"))
    assert stand_in("ann", here, MONDAY) == "cal"
    assert covered_by("cal", here, MONDAY) == {"ann", "bob"}


def test_two_who_back_each_other_and_are_both_away_leave_nobody():
    here = office(person("ann", "bob", away=True), person("bob", "ann", away=True))
    assert stand_in("ann", here, MONDAY) is None


def test_a_backup_who_left_the_agency_stands_in_for_nobody():
    here = office(person("ann", "gone", away=True))
    assert is_away("gone", here, MONDAY)
    assert stand_in("ann", here, MONDAY) is None


@given(st.lists(st.tuples(st.sampled_from([*NAMES, None]), st.booleans()), min_size=5, max_size=5))
def test_nobody_is_covered_twice_and_only_the_absent_are_covered(rows):
    here = office(*(person(key, backup, away=away) for key, (backup, away) in zip(NAMES, rows, strict=True)))
    covered = [one for key in NAMES for one in covered_by(key, here, MONDAY)]
    assert len(covered) == len(set(covered))
    assert all(is_away(one, here, MONDAY) for one in covered)
    assert all(not is_away(key, here, MONDAY) for key in NAMES if covered_by(key, here, MONDAY))
