"""A small agency with everyone in it, for tests that go through doors: producers, a CSR, a manager, marketing, two sources."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import transaction

from agency.models import Agency, User
from agency.roles import sync_groups
from leads.keys import issue
from leads.models import Lead, ScoreModel, Source
from producers.models import CapacityCap, Family, License, LineOfBusiness, Producer, Role, Team, Territory
from producers.services import save_person
from routing.rulesets import load_rules

NOW = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
"""A Tuesday, three in the afternoon in New York."""
ALL_DAY = {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
TAKING_TURNS = "Taking turns"
ANA = {
    "first_name": "Ana",
    "last_name": "Ruiz",
    "email": "ana.ruiz@mail.example",
    "phone": "(212) 555-0143",
    "zip_code": "10005",
    "line": "personal_auto",
}


@dataclass(slots=True)
class Office:
    """Everyone, their keys, and where leads come from."""

    rosa: Producer
    sarah: Producer
    james: Producer
    carla: Producer
    mia: User
    website: Source
    vendor: Source
    counter: Source
    keys: dict[str, str]
    """Bearer keys: by person's name, `website` and `vendor`."""

    def key(self, name: str) -> dict[str, str]:
        """The header that speaks for somebody."""
        return {"Authorization": f"Bearer {self.keys[name]}"}


def open_office(now: datetime = NOW) -> Office:
    """The agency is open around the clock, personal auto goes to Sarah and James in turn, Rosa has what nobody may take."""
    sync_groups()
    place = "1 Harbor Plaza, New York, NY 10004"
    about = {"name": "Harbor Point Insurance", "address": place, "timezone": "America/New_York", "hours": ALL_DAY}
    agency, _ = Agency.objects.update_or_create(pk=1, defaults=about)
    auto = LineOfBusiness.objects.update_or_create(
        key="personal_auto",
        defaults={"name": "Personal auto", "family": Family.PERSONAL, "requires": [["property", "casualty"], ["personal_lines"]]},
    )[0]
    north = Team.objects.create(key="north", name="North County")
    people = {
        key: _person(key, name, role, now)
        for key, name, role in (
            ("rosa", "Rosa V.", Role.MANAGER),
            ("sarah", "Sarah M.", Role.PRODUCER),
            ("james", "James K.", Role.PRODUCER),
            ("carla", "Carla P.", Role.CSR),
            ("mia", "Mia R.", Role.MARKETING),
        )
    }
    for key in ("sarah", "james"):
        people[key].teams.add(north)
        people[key].lines.add(auto)
        CapacityCap.objects.create(producer=people[key], period="open", limit=20)
    Territory.objects.create(key="north_county", name="North County", zips=["10001-10099"], team=north)
    agency.fallback = people["rosa"].user
    agency.save()
    website = Source.objects.create(key="website", name="Website", kind="organic", implies=["quote_request"], position=1)
    vendor = Source.objects.create(key="quotewizard", name="QuoteWizard", kind="vendor", exclusive=False, position=2)
    counter = Source.objects.create(key="phone", name="Phone calls", kind="phone", position=3)
    _score_model(now)
    load_rules([{"name": TAKING_TURNS, "then": {"distribute": "round_robin", "among": "everyone"}}], note="", now=now)
    keys = {key: issue(user=person.user, now=now)[1] for key, person in people.items()}
    keys |= {"website": issue(source=website, now=now)[1], "vendor": issue(source=vendor, now=now)[1]}
    mia = people.pop("mia").user
    return Office(**people, mia=mia, website=website, vendor=vendor, counter=counter, keys=keys)


def _person(key: str, name: str, role: str, now: datetime) -> Producer:
    producer = save_person(
        Producer(key=key, role=role), name=name, email=f"{key}@harborpoint.example", phone="+12125550110", password=key, now=now
    )
    if role != Role.MARKETING:
        License.objects.create(
            producer=producer,
            state="NY",
            number=f"10-{key}",
            authority=["property", "casualty"],
            effective=date(2020, 1, 1),
            expires=date(2029, 12, 31),
        )
    return producer


def _score_model(now: datetime) -> None:
    ScoreModel.objects.create(
        version=1,
        name="Starting model",
        state="champion",
        tiers={"hot": 65, "warm": 40},
        rules=[
            {"label": "Requested a quote", "event": ["quote_request"], "points": 25},
            {"label": "Visited pricing pages", "event": ["pricing_view"], "points": 10, "times": 2},
            {"label": "In our territory", "fit": {"states": ["NY"]}, "points": 15},
        ],
        created_at=now,
        published_at=now,
    )


def hand_in(office: Office, *, now: datetime = NOW, source: Source | None = None, **fields: Any) -> Lead:
    """Ana's request, with other `fields`, came in and was routed."""
    from leads.intake import receive

    return receive({**ANA, **fields}, source=source or office.website, now=now).lead


@pytest.fixture(scope="module")
def lasting_office(django_db_setup: None, django_db_blocker: Any) -> Iterator[Office]:
    """The office for all tests of a module, in a transaction that is rolled back after the last one."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield open_office()
        transaction.set_rollback(True)


@pytest.fixture
def office(lasting_office: Office, db: None) -> Office:
    """The office as it was opened: what a test does to it is undone after the test.

    `db` undoes it. It is also by `db` that the tests' own database is used: `lasting_office` alone would write to the real one.
    """
    return copy.deepcopy(lasting_office)
