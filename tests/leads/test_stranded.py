"""What licenses that run out would strand, worked out by hand."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from leads.models import Lead
from leads.stranded import forecast, stretches
from producers.facts import CertificationFacts
from producers.models import License
from tests.office import NOW, Office, hand_in, open_office
from tests.routing.people import CARLA, DAVID, JAMES, RACHEL, ROSA, SARAH, license_in, roster

TODAY, UNTIL = date(2026, 11, 24), date(2027, 2, 22)
JERSEY = ("NJ", "personal", "personal_auto", 7)
NEW_YORK = ("NY", "personal", "personal_auto", 12)


def told(people, *kinds):
    return [
        (one.state, one.family, one.leads, len(one.takers), len(one.takers_then), one.stranded, one.nobody_now, one.since)
        for one in stretches(people, kinds, TODAY, UNTIL)
    ]


def jersey(last: date):
    return replace(SARAH, licenses=(license_in("NY"), license_in("NJ", expires=last)))


def test_a_licence_that_only_one_holds_strands_its_leads_from_the_day_after():
    people = roster(jersey(date(2027, 1, 15)), JAMES, ROSA)
    assert told(people, NEW_YORK, JERSEY) == [
        ("NJ", "personal", 7, 1, 0, 7, 0, date(2027, 1, 16)),
        ("NY", "personal", 12, 2, 2, 0, 0, None),
    ]


def test_a_licence_that_ends_on_the_last_day_looked_at_strands_nothing_yet():
    assert told(roster(jersey(UNTIL), ROSA), JERSEY) == [("NJ", "personal", 7, 1, 1, 0, 0, None)]


def test_what_a_csr_or_manager_could_be_given_by_name_is_counted_apart():
    """Carla may sell in New Jersey to the end, Rosa in New York only."""
    carla = replace(CARLA, licenses=(license_in("NJ"),))
    people = roster(jersey(date(2027, 1, 15)), carla, ROSA)
    [found] = stretches(people, [JERSEY], TODAY, UNTIL)
    assert (found.stranded, found.others_then, found.by_nobody) == (7, {"carla"}, 0)
    [alone] = stretches(roster(jersey(date(2027, 1, 15)), ROSA), [JERSEY], TODAY, UNTIL)
    assert (alone.stranded, alone.others_then, alone.by_nobody) == (7, set(), 7)


def test_two_licences_strand_when_the_later_one_ends():
    other = replace(JAMES, licenses=(license_in("NJ", expires=date(2027, 2, 1)),))
    assert told(roster(jersey(date(2027, 1, 15)), other, ROSA), JERSEY) == [
        ("NJ", "personal", 7, 2, 0, 7, 0, date(2027, 2, 2)),
    ]


def test_a_renewal_on_record_strands_nothing():
    renewed = replace(
        SARAH,
        licenses=(
            license_in("NJ", expires=date(2027, 1, 15)),
            license_in("NJ", number="NJ-2", effective=date(2027, 1, 16)),
        ),
    )
    assert told(roster(renewed, ROSA), JERSEY) == [("NJ", "personal", 7, 1, 1, 0, 0, None)]


def test_what_nobody_may_take_today_is_counted_apart():
    assert told(roster(JAMES, ROSA), JERSEY) == [("NJ", "personal", 7, 0, 0, 0, 7, None)]


def test_lines_of_one_family_add_up():
    """David alone may sell life, until the middle of January; casualty is all that general liability asks for."""
    david = replace(DAVID, licenses=(license_in("NY", "property", "casualty", "life", expires=date(2027, 1, 15)),))
    kinds = [("NY", "life", "life_term", 5), ("NY", "commercial", "general_liability", 3), ("NY", "commercial", "bop", 4)]
    assert told(roster(david, RACHEL, ROSA), *kinds) == [
        ("NY", "life", 5, 1, 0, 5, 0, date(2027, 1, 16)),
        ("NY", "commercial", 7, 2, 1, 0, 0, None),
    ]


def test_a_training_that_runs_out_strands_what_asks_for_it():
    trained = replace(JAMES, certifications=(CertificationFacts("flood_training", date(2025, 1, 1), date(2026, 12, 31)),))
    flood = ("NY", "personal", "flood", 2)
    assert told(roster(trained, SARAH, ROSA), flood) == [("NY", "personal", 2, 1, 0, 2, 0, date(2027, 1, 1))]


def test_a_managers_licence_saves_nothing_that_rules_send_to_producers():
    people = roster(jersey(date(2027, 1, 15)), replace(ROSA, licenses=(license_in("NJ"),)))
    assert [one[5] for one in told(people, JERSEY)] == [7]


# --- On record ---


@pytest.fixture
def office(db) -> Office:
    """A small agency."""
    return open_office()


def test_leads_of_the_last_ninety_days_are_counted(office, django_assert_num_queries):
    hand_in(office)
    hand_in(office, phone="(212) 555-0144", email="b@mail.example", zip_code="07030")
    old = hand_in(office, phone="(212) 555-0145", email="c@mail.example")
    Lead.objects.filter(pk=old.pk).update(received_at=NOW - timedelta(days=91))
    for held in License.objects.filter(producer__in=[office.sarah, office.james]):
        held.expires = date(2027, 1, 31)
        held.save()
    forecast(NOW)  # the roster is known from here on
    with django_assert_num_queries(4):
        found = forecast(NOW)
    assert [(one.state, one.leads, one.stranded, one.nobody_now) for one in found.stretches] == [("NY", 1, 1, 0), ("NJ", 1, 0, 1)]
    assert found.stranded == 1
    assert [(one.person, one.what, one.days_left, one.renewed) for one in found.expiring] == [
        ("James K.", "NY license", 68, False),
        ("Sarah M.", "NY license", 68, False),
    ]
