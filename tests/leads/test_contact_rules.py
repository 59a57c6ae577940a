"""Versions of contact rules: who changed what, and what a new release may and may not do."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from agency.models import User
from leads import contactrules
from leads.contactrules import SUPERSEDED, ContactRuleError, revise, ship, take_shipped
from leads.followup.gate.rulebook import rulebook
from leads.models import ContactWindow

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 12, 1, 17, tzinfo=UTC)


@pytest.fixture
def rosa():
    return User.objects.create(username="rosa", name="Rosa V.")


@pytest.fixture
def florida():
    return ContactWindow.objects.get(key="FL")


def test_every_shipped_row_is_there_once_however_often_it_is_shipped():
    before = ContactWindow.objects.count()
    assert before == len(contactrules.shipped()) == 28
    ship()
    assert ContactWindow.objects.count() == before


def test_a_change_is_a_new_version_and_the_old_one_stays(florida, rosa):
    new = revise(florida, {"cap_attempts": 2}, by=rosa, now=NOON)
    florida.refresh_from_db()
    assert (florida.version, florida.cap_attempts, florida.superseded_at) == (1, 3, NOON)
    assert (new.version, new.cap_attempts, new.by, new.created_at, new.superseded_at) == (2, 2, rosa, NOON, None)
    assert contactrules.changes(florida, new) == [("cap_attempts", 3, 2)]
    assert [rule.version for rule in rulebook().windows["FL"]] == [2]


def test_saving_what_was_not_changed_writes_nothing(florida, rosa):
    assert revise(florida, {"cap_attempts": 3}, by=rosa, now=NOON) == florida
    assert ContactWindow.objects.filter(key="FL").count() == 1


def test_two_who_change_the_same_version_do_not_overwrite_each_other(florida, rosa):
    revise(florida, {"cap_attempts": 2}, by=rosa, now=NOON)
    with pytest.raises(ContactRuleError, match=SUPERSEDED):
        revise(florida, {"cap_attempts": 1}, by=rosa, now=NOON)


def test_a_version_cannot_be_rewritten_in_the_database(florida):
    with pytest.raises(IntegrityError, match="only ever added"), transaction.atomic():
        ContactWindow.objects.filter(pk=florida.pk).update(cap_attempts=99)


@pytest.fixture
def next_release(monkeypatch):
    """A release that ships Florida and Texas otherwise."""
    rows = {key: dict(values) for key, values in contactrules.shipped().items()}
    rows["FL"]["note"] = rows["TX"]["note"] = "Amended."
    monkeypatch.setattr(contactrules, "shipped", lambda: rows)


def test_a_release_renews_what_nobody_changed_and_keeps_what_a_manager_wrote(florida, rosa, next_release):
    revise(florida, {"cap_attempts": 2}, by=rosa, now=NOON)
    ship()
    ship()
    mine, theirs = (ContactWindow.objects.get(key=key, superseded_at__isnull=True) for key in ("FL", "TX"))
    assert (mine.version, mine.cap_attempts, mine.shipped) == (2, 2, False)
    assert (theirs.version, theirs.note, theirs.shipped) == (2, "Amended.", True)
    assert contactrules.differs_from_shipped(mine)


def test_a_manager_may_take_the_shipped_row_and_later_releases_renew_it_again(florida, rosa):
    mine = revise(florida, {"cap_attempts": 2}, by=rosa, now=NOON)
    back = take_shipped(mine, by=rosa, now=NOON)
    assert (back.version, back.cap_attempts, back.shipped, back.by) == (3, 3, True, rosa)


def test_a_second_rule_of_a_state_holds_from_its_first_day(rosa):
    ContactWindow.objects.create(
        key="FL-2027",
        place="FL",
        hours={"mon": "10:00-12:00"},
        effective_from=date(2027, 1, 1),
        as_of=date(2026, 12, 1),
        created_at=NOON,
        by=rosa,
    )
    first, second = rulebook().windows["FL"]
    assert (first.key, second.key) == ("FL", "FL-2027")
    assert (second.in_force(date(2026, 12, 31)), second.in_force(date(2027, 1, 1))) == (False, True)


def test_what_was_looked_at_longest_ago_dates_the_whole(florida, rosa):
    assert rulebook().as_of == date(2026, 11, 20)
    revise(florida, {"as_of": date(2026, 11, 1)}, by=rosa, now=NOON)
    assert rulebook().as_of == date(2026, 11, 1)
