"""What is written about people: log-ins, presence, loads, and how they do."""

from datetime import date

import pytest

from agency.models import User
from agency.roles import role_of
from producers import performance, services
from producers.lines import STARTING_LINES, write_lines
from producers.models import Authority, LineOfBusiness, Load, PerformanceDay, Producer, Role
from tests.producers.conftest import TUESDAY, hire

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)


def test_someone_new_can_be_told_things_but_not_log_in_before_a_password_is_set() -> None:
    kim = hire("kim", Role.CSR)
    assert role_of(kim.user) == "csr"
    assert not kim.user.has_usable_password()
    assert kim.load.open_leads == 0


def test_someone_who_leaves_cannot_log_in_and_can_come_back() -> None:
    kim = hire("kim")
    kim.active = False
    services.save_person(kim, name="Kim", email="kim@harborpoint.example", now=TUESDAY)
    assert not User.objects.get(username="kim").is_active
    kim.active = True
    services.save_person(kim, name="Kim", email="kim@harborpoint.example", password="sailing-to-maine", now=TUESDAY)
    assert User.objects.get(username="kim").check_password("sailing-to-maine")
    assert User.objects.get(username="kim").is_active


def test_a_promotion_brings_the_permissions() -> None:
    kim = hire("kim")
    kim.role = Role.MANAGER
    services.save_person(kim, name="Kim", email="kim@harborpoint.example", now=TUESDAY)
    user = User.objects.get(username="kim")
    assert user.is_staff
    assert user.has_perm("agency.reassign_leads")
    assert Producer.objects.get(key="kim").role == Role.MANAGER


def test_presence_is_what_one_says_of_oneself_and_nothing_else() -> None:
    kim = hire("kim")
    services.set_presence(kim, presence="away", now=TUESDAY)
    load = Load.objects.get(producer=kim)
    assert (load.presence, load.presence_at) == ("away", TUESDAY)
    with pytest.raises(ValueError, match="asleep"):
        services.set_presence(kim, presence="asleep", now=TUESDAY)


def test_the_trailing_figures_are_the_last_ninety_days_of_buckets() -> None:
    kim = hire("kim")
    outcomes = [
        (date(2026, 8, 26), {"received": 100, "bound": 50}),  # ninety days ago: out
        (date(2026, 8, 27), {"received": 10, "bound": 1}),
        (TODAY, {"received": 4, "response_seconds": 90}),
        (TODAY, {"bound": 2, "response_seconds": 30}),
    ]
    for day, counts in outcomes:
        performance.record_outcome(producer_id=kim.pk, received_on=day, family="personal", tier="hot", **counts)
    assert performance.refresh_performance(today=TODAY) == 1
    load = Load.objects.get(producer=kim)
    assert (load.received_90d, load.bound_90d) == (14, 3)
    assert (load.responses_90d, load.response_seconds_90d) == (2, 120)
    assert performance.refresh_performance(today=TODAY) == 0
    assert PerformanceDay.objects.filter(producer=kim).count() == 3


def test_figures_of_one_person_can_be_brought_up_to_date_alone() -> None:
    kim, lee = hire("kim"), hire("lee")
    for one in (kim, lee):
        performance.record_outcome(producer_id=one.pk, received_on=TODAY, received=1)
    assert performance.refresh_performance(today=TODAY, producer_id=kim.pk) == 1
    assert Load.objects.get(producer=lee).received_90d == 0


def test_a_line_that_was_edited_stays_as_it_was_edited_and_a_missing_one_comes_back() -> None:
    LineOfBusiness.objects.filter(key="pet").update(requires=[["pet"]], name="Pets")
    LineOfBusiness.objects.filter(key="flood").delete()
    write_lines()
    assert LineOfBusiness.objects.get(key="pet").requires == [["pet"]]
    assert LineOfBusiness.objects.get(key="flood").certifications == ["nfip_flood_training"]


def test_every_starting_line_asks_for_authorities_that_exist() -> None:
    lines = [line for family in STARTING_LINES.values() for line in family]
    assert len({line.key for line in lines}) == len(lines) == LineOfBusiness.objects.count()
    assert {name for line in lines for each in line.requires for name in each} <= set(Authority.values)
    assert all(line.requires and all(line.requires) for line in lines)


def test_personal_auto_needs_property_and_casualty_or_personal_lines() -> None:
    auto = LineOfBusiness.objects.get(key="personal_auto")
    assert (auto.family, auto.code) == ("personal", "AUTOP")
    assert auto.requires == [["property", "casualty"], ["personal_lines"]]
