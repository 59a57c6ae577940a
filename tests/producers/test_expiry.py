"""Licenses that run out are spoken of in time, once for each warning, to whoever holds them and to the managers."""

from datetime import UTC, date, datetime, timedelta

import pytest

from agency.messaging.models import Message
from producers import expiry
from producers.models import License
from tests.office import NOW, Office, open_office

TODAY = date(2026, 11, 24)


@pytest.fixture
def office(db) -> Office:
    """A small agency."""
    return open_office()


@pytest.fixture
def licence(office) -> License:
    """Sarah's New York license, which ends on the 22nd of February 2027: in 90 days."""
    held = License.objects.get(producer=office.sarah)
    held.expires = TODAY + timedelta(days=90)
    held.save()
    return held


def days_later(days: int) -> datetime:
    return NOW + timedelta(days=days)


def told() -> list[tuple[str, str]]:
    rows = Message.objects.filter(kind=expiry.KIND, channel="in_app").order_by("pk")
    return [(one.user.username, one.subject) for one in rows.select_related("user")]


def test_nothing_is_said_of_licences_that_run_for_long(office):
    assert expiry.warn(NOW) == 0


def test_ninety_days_before_the_holder_and_the_manager_are_told(licence):
    assert expiry.warn(NOW) == 4  # two people, each in the app and by e-mail
    assert told() == [
        ("sarah", "Your NY license expires on 2027-02-22: 90 days left"),
        ("rosa", "Sarah M.'s NY license expires on 2027-02-22: 90 days left"),
    ]


def test_the_day_before_nothing_is_said(licence):
    assert expiry.warn(days_later(-1)) == 0


def test_each_warning_is_given_once(licence):
    for day in range(91):
        expiry.warn(days_later(day))
        expiry.warn(days_later(day) + timedelta(hours=6))
    mine = [subject for name, subject in told() if name == "sarah"]
    assert [subject.split(": ")[1] for subject in mine] == ["90 days left", "60 days left", "30 days left", "7 days left"]


def test_a_warning_that_was_missed_is_given_late_and_the_ones_before_it_are_not(licence):
    expiry.warn(days_later(65))  # 25 days left
    assert [subject.split(": ")[1] for _, subject in told()] == ["25 days left"] * 2


@pytest.mark.parametrize(("days", "words"), [(89, "one day left"), (90, "today is its last day")])
def test_the_last_days_in_words(licence, days, words):
    expiry.warn(days_later(days))
    assert told()[0][1].endswith(words)


def test_what_has_expired_is_not_spoken_of_any_more(licence):
    assert expiry.warn(days_later(91)) == 0


def test_a_renewed_licence_is_spoken_of_anew_when_its_time_comes(licence):
    expiry.warn(NOW)
    licence.expires += timedelta(days=365)
    licence.save()
    assert expiry.warn(NOW) == 0
    assert expiry.warn(days_later(365)) == 4


@pytest.mark.parametrize(
    ("begins", "authority", "is_said"),
    [
        (90, ["property", "casualty"], False),
        (91, ["property", "casualty", "life"], False),
        (92, ["property", "casualty"], True),  # a day between them
        (90, ["property"], True),
    ],
)
def test_a_licence_that_another_one_takes_over(office, licence, begins, authority, is_said):
    License.objects.create(
        producer=office.sarah,
        state="NY",
        number="20-sarah",
        authority=authority,
        effective=TODAY + timedelta(days=begins),
        expires=TODAY + timedelta(days=700),
    )
    assert bool(expiry.warn(NOW)) is is_said


def test_managers_are_told_of_their_own_once(office):
    License.objects.filter(producer=office.rosa).update(expires=TODAY + timedelta(days=10))
    assert expiry.warn(NOW) == 2
    assert told() == [("rosa", "Your NY license expires on 2026-12-04: 10 days left")]


def test_of_people_who_left_nothing_is_said(office, licence):
    office.sarah.active = False
    office.sarah.save()
    assert expiry.warn(NOW) == 0


def test_days_are_the_agencys(licence):
    """At three in the morning in London on the 24th it is still the 23rd in New York: 91 days."""
    assert expiry.warn(datetime(2026, 11, 24, 3, 0, tzinfo=UTC)) == 0
    assert expiry.warn(datetime(2026, 11, 24, 5, 0, tzinfo=UTC)) == 4


def test_it_is_looked_every_few_hours_and_not_every_second(licence, django_assert_num_queries):
    assert expiry.run_due(NOW) == 4
    with django_assert_num_queries(1):
        assert expiry.run_due(NOW + timedelta(seconds=1)) == 0
    assert expiry.run_due(NOW + timedelta(days=30)) == 4
