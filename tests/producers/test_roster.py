"""The roster: what it holds, when it changes, and what it costs to ask."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from agency import revisions
from agency.calendar import END_OF_DAY
from agency.models import Agency, User
from producers import roster as roster_module
from producers import services
from producers.facts import (
    CertificationFacts,
    LicenseFacts,
    LineFacts,
    LoadFacts,
    ProducerFacts,
    Roster,
    TerritoryFacts,
)
from producers.models import CapacityCap, License, LineOfBusiness, Load, Producer, RosterVersion, Team, Territory, WorkingHours
from producers.roster import closed_days, from_data, loads, roster, static, to_data
from tests.producers.conftest import TUESDAY, hire

pytestmark = pytest.mark.django_db

NEW_YORK = "America/New_York"
BEGIN, END = date(2021, 3, 1), date(2029, 3, 1)


def test_the_roster_has_who_may_own_leads_and_nobody_else(people: dict[str, Producer]) -> None:
    Producer.objects.filter(key="james").update(active=False)
    revisions.bump(revisions.ROSTER)
    now = static()
    assert set(now.producers) == {"rosa", "sarah"}
    assert now.fallback == "rosa"
    assert now.producers["sarah"].teams == {"north"}


def test_someone_whose_log_in_is_closed_owns_no_leads(people: dict[str, Producer]) -> None:
    james = people["james"].user
    james.is_active = False
    james.save(update_fields=["is_active"])
    assert "james" not in static().producers


def test_an_agency_not_yet_described_is_open_from_nine_to_five() -> None:
    assert static().hours[0] == ((time(9), time(17)),)
    assert static().timezone == NEW_YORK
    assert static().fallback is None


def test_everything_of_a_person_is_in_their_facts(people: dict[str, Producer]) -> None:
    sarah = people["sarah"]
    sarah.weight, sarah.backup, sarah.languages = Decimal("1.5"), people["james"], ["en", "es"]
    sarah.save()
    sarah.lines.add(LineOfBusiness.objects.get(key="homeowners"))
    License.objects.create(
        producer=sarah,
        state="NY",
        number="7",
        authority=["property", "casualty"],
        effective=date(2021, 3, 1),
        expires=date(2029, 3, 1),
    )
    License.objects.create(
        producer=sarah,
        state="NJ",
        number="8",
        authority=["life"],
        effective=date(2021, 3, 1),
        expires=date(2029, 3, 1),
        active=False,
    )
    CapacityCap.objects.create(producer=sarah, period="day", limit=8)
    WorkingHours.objects.create(producer=sarah, weekday=1, opens=time(13), closes=time(18))
    WorkingHours.objects.create(producer=sarah, weekday=1, opens=time(8), closes=time(12))
    assert static().producers["sarah"] == ProducerFacts(
        key="sarah",
        name="Sarah",
        role="producer",
        teams=frozenset({"north"}),
        lines=frozenset({"homeowners"}),
        languages=("en", "es"),
        weight=1_500_000,
        backup="james",
        licenses=(LicenseFacts("NY", "7", frozenset({"property", "casualty"}), BEGIN, END),),
        caps={"day": 8},
        hours={1: ((time(8), time(12)), (time(13), time(18)))},
    )


def test_what_was_deactivated_is_referred_to_by_nobody(people: dict[str, Producer]) -> None:
    Territory.objects.create(
        key="north", name="North", zips=["10001-10099", "10200"], team=Team.objects.get(key="north"), backup=people["james"]
    )
    assert static().territories[0] == TerritoryFacts("north", "North", "north", "james", (("10001", "10099"), ("10200", "10200")))
    for record in (Team.objects.get(key="north"), people["james"]):
        record.active = False
        record.save()
    assert static().territories[0].team is None
    assert static().territories[0].backup is None
    assert static().producers["sarah"].teams == frozenset()


def test_every_change_makes_a_new_version_and_the_old_one_stays_readable(people: dict[str, Producer]) -> None:
    before = static()
    people["sarah"].user.name = "Sarah M."
    people["sarah"].user.save()
    after = static()
    assert (before.producers["sarah"].name, after.producers["sarah"].name) == ("Sarah", "Sarah M.")
    assert after.number != before.number
    assert static(before.number) == before
    assert from_data(RosterVersion.objects.get(pk=before.number).data) == before


@pytest.mark.parametrize(
    "change",
    [
        lambda sarah: CapacityCap.objects.create(producer=sarah, period="open", limit=1),
        lambda sarah: sarah.teams.clear(),
        lambda sarah: sarah.lines.add(LineOfBusiness.objects.get(key="flood")),
        lambda sarah: Agency.objects.get().save(),
        lambda sarah: LineOfBusiness.objects.get(key="flood").save(),
        lambda sarah: Territory.objects.create(key="t", name="T", states=["NY"]),
        lambda sarah: Team.objects.get(key="north").delete(),
    ],
)
def test_whatever_the_roster_is_made_of_changes_its_number(people: dict[str, Producer], change) -> None:  # type: ignore[no-untyped-def]
    before = revisions.current()[revisions.ROSTER]
    change(people["sarah"])
    assert revisions.current()[revisions.ROSTER] != before


def test_logging_in_and_taking_a_lead_leave_the_version_as_it_is(people: dict[str, Producer]) -> None:
    before = revisions.current()
    user = people["sarah"].user
    user.last_login = TUESDAY
    user.save(update_fields=["last_login"])
    Load.objects.filter(producer=people["sarah"]).update(open_leads=1)
    services.set_presence(people["sarah"], presence="busy", now=TUESDAY)
    assert revisions.current() == before


def test_a_change_that_was_rolled_back_never_lends_its_number_to_another(people: dict[str, Producer]) -> None:
    class ChangedMindError(Exception):
        pass

    before = static()
    with pytest.raises(ChangedMindError), transaction.atomic():
        hire("kim")
        promised = static()
        raise ChangedMindError
    assert "kim" in promised.producers
    assert static() == before
    hire("lee")
    after = static()
    assert "kim" not in after.producers
    assert after.number not in (before.number, promised.number)


def test_asking_costs_one_query_for_the_version_and_one_for_the_loads(people, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    number = static().number
    with django_assert_num_queries(0):
        static(number)
    with django_assert_num_queries(1):
        static()
    with django_assert_num_queries(2):
        roster(TUESDAY)


def test_reading_a_large_agency_takes_as_many_queries_as_a_small_one(people, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_num_queries(16):
        static()
    for number in range(8):
        CapacityCap.objects.create(producer=hire(f"kim{number}", backup=people["sarah"]), period="day", limit=1)
    with django_assert_num_queries(16):
        static()


def test_a_number_nobody_used_gives_the_current_roster(people: dict[str, Producer]) -> None:
    assert static(10**9) == static()


def test_counts_of_a_day_week_and_month_that_are_over_are_none(people: dict[str, Producer]) -> None:
    Load.objects.filter(producer=people["sarah"]).update(
        open_leads=3,
        day=date(2026, 11, 24),
        day_count=2,
        week=date(2026, 11, 23),
        week_count=3,
        month=date(2026, 11, 1),
        month_count=3,
        last_assigned_at=TUESDAY,
    )
    assert loads(TUESDAY, NEW_YORK)["sarah"] == LoadFacts(open=3, day=2, week=3, month=3, last_assigned_at=TUESDAY)
    tuesday_night = datetime(2026, 11, 25, 4, 59, tzinfo=UTC)
    wednesday, next_week, next_month = (tuesday_night + timedelta(minutes=1, days=days) for days in (0, 6, 7))
    assert loads(tuesday_night, NEW_YORK)["sarah"].day == 2
    assert _periods(wednesday) == (0, 3, 3)
    assert _periods(next_week) == (0, 0, 0)
    assert _periods(next_month) == (0, 0, 0)
    assert _periods(datetime(2026, 11, 30, 20, tzinfo=UTC)) == (0, 0, 3)


def _periods(now: datetime) -> tuple[int, int, int]:
    load = loads(now, NEW_YORK)["sarah"]
    return load.day, load.week, load.month


def test_holidays_close_the_days_around_and_a_state_may_have_its_own() -> None:
    closed = closed_days("US", date(2026, 11, 24))
    assert {date(2025, 12, 25), date(2026, 11, 26), date(2027, 7, 4)} <= closed
    assert date(2026, 11, 27) not in closed
    assert date(2026, 2, 12) in closed_days("US-NY", date(2026, 11, 24))
    assert closed_days("", date(2026, 11, 24)) == frozenset()


def test_two_who_use_a_new_version_at_once_store_it_once(people: dict[str, Producer]) -> None:
    first = static()
    roster_module._cache.clear()  # as another process would find it
    roster_module._store(first)
    assert static() == first
    assert RosterVersion.objects.filter(pk=first.number).count() == 1


def test_the_owner_of_last_resort_cannot_leave(people: dict[str, Producer]) -> None:
    rosa = people["rosa"]
    rosa.active = False
    with pytest.raises(services.PersonError, match="last resort"):
        services.save_person(rosa, name="Rosa", email="rosa@harborpoint.example", now=TUESDAY)
    assert User.objects.get(username="rosa").is_active


KEYS = st.text("abcdefghij_", min_size=1, max_size=8)
DAYS = st.dates(date(2000, 1, 1), date(2040, 1, 1))
WEEKS = st.dictionaries(st.integers(0, 6), st.tuples(st.tuples(st.times(), st.times() | st.just(END_OF_DAY))), max_size=7)
LICENSES = st.builds(LicenseFacts, st.just("NY"), KEYS, st.frozensets(KEYS), DAYS, DAYS, st.none() | st.booleans())
PEOPLE = st.builds(
    ProducerFacts,
    key=KEYS,
    name=st.text(max_size=20),
    role=KEYS,
    teams=st.frozensets(KEYS),
    lines=st.frozensets(KEYS),
    level=KEYS,
    languages=st.tuples(KEYS),
    weight=st.integers(0, 10**9),
    backup=st.none() | KEYS,
    licenses=st.lists(LICENSES, max_size=3).map(tuple),
    certifications=st.lists(st.builds(CertificationFacts, KEYS, DAYS, st.none() | DAYS), max_size=2).map(tuple),
    caps=st.dictionaries(st.sampled_from(["open", "day", "week", "month"]), st.integers(0, 500)),
    hours=st.none() | WEEKS,
    time_off=st.lists(st.tuples(DAYS, DAYS), max_size=2).map(tuple),
)
AREAS = st.builds(
    TerritoryFacts,
    key=KEYS,
    name=st.text(max_size=10),
    team=st.none() | KEYS,
    backup=st.none() | KEYS,
    zips=st.lists(st.tuples(KEYS, KEYS), max_size=3).map(tuple),
    counties=st.frozensets(KEYS),
    states=st.frozensets(KEYS),
)
LINES = st.builds(
    LineFacts,
    KEYS,
    st.text(max_size=10),
    KEYS,
    st.lists(st.frozensets(KEYS), max_size=3).map(tuple),
    st.lists(KEYS, max_size=2).map(tuple),
)
ROSTERS = st.builds(
    Roster,
    number=st.integers(0, 10**12),
    timezone=st.just(NEW_YORK),
    hours=WEEKS,
    holidays=st.sampled_from(["", "US"]),
    fallback=st.none() | KEYS,
    producers=st.lists(PEOPLE, max_size=3).map(lambda people: {one.key: one for one in people}),
    territories=st.lists(AREAS, max_size=3).map(tuple),
    lines=st.lists(LINES, max_size=3).map(lambda lines: {one.key: one for one in lines}),
)


@settings(max_examples=100, deadline=None)
@given(ROSTERS)
def test_a_roster_stored_is_the_roster_read(people: Roster) -> None:
    again = from_data(json.loads(json.dumps(to_data(people), sort_keys=True)))
    assert again == people
    assert list(again.producers) == list(people.producers)
    assert to_data(replace(again)) == to_data(people)
