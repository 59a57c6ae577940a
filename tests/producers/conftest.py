"""A small agency: Rosa has what nobody else may take, Sarah and James sell, Mia markets."""

from datetime import UTC, datetime

import pytest

from agency.models import Agency, User
from producers.models import Producer, Role, Team
from producers.services import save_person

TUESDAY = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
"""Three in the afternoon in New York."""


def hire(key: str, role: str = Role.PRODUCER, **fields: object) -> Producer:
    """Someone new at the agency."""
    producer = Producer(key=key, role=role, **fields)
    return save_person(producer, name=key.title(), email=f"{key}@harborpoint.example", now=TUESDAY)


@pytest.fixture
def people(db: None) -> dict[str, Producer]:
    """Everyone by key."""
    found = {key: hire(key) for key in ("sarah", "james")}
    found |= {"rosa": hire("rosa", Role.MANAGER), "mia": hire("mia", Role.MARKETING)}
    Agency.objects.create(
        name="Harbor Point Insurance", hours={"mon": "09:00-18:00"}, holidays="US", fallback=User.objects.get(username="rosa")
    )
    found["sarah"].teams.add(Team.objects.create(key="north", name="North County", lead=found["rosa"]))
    return found
