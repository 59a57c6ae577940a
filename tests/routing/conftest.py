"""Harbor Point Insurance on record, and people who keep asking it for quotes."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from agency.agencyfile import load
from agency.agencyfile.demo import FILE
from agency.models import User
from leads.intake import receive
from leads.models import Lead, Source
from producers.models import Load, Producer
from routing.models import Assignment, LadderStep, Rotation
from tests.routing.people import TUESDAY

LOADED = datetime(2026, 1, 2, 15, 0, tzinfo=UTC)
POD = "Territory first, taking turns inside the pod"
DESK = "Commercial goes to the commercial desk"
ANYONE = "Anyone licensed, fair turns by weight"


class Harbor:
    """The demo agency and what its tests ask of it."""

    now = TUESDAY

    def __init__(self) -> None:
        self._numbers = count(1)

    def lead(self, source: str = "website", *, now: datetime | None = None, **fields: Any) -> Lead:
        """Somebody new asked for a personal auto quote in the north pod's territory."""
        number = next(self._numbers)
        payload = {
            "first_name": "Ana",
            "last_name": f"Ruiz {number}",
            "email": f"ana{number}@mail.example",
            "phone": f"+1212555{number:04}" if number < 100 else f"+1646555{number:04}",
            "zip_code": "10005",
            "line": "personal_auto",
            **fields,
        }
        return receive(payload, source=Source.objects.get(key=source), now=now or self.now).lead

    def hot(self, **fields: Any) -> Lead:
        """Somebody live on the phone."""
        return self.lead("transfers", **fields)

    def person(self, key: str) -> Producer:
        """Somebody of the agency."""
        return Producer.objects.select_related("user").get(key=key)

    def user(self, key: str) -> User:
        """Somebody's log-in."""
        return User.objects.get(username=key)

    def owner(self, lead: Lead) -> str | None:
        """Who owns the lead on record."""
        return Lead.objects.values_list("owner__key", flat=True).get(pk=lead.pk)

    def live(self, lead: Lead) -> Assignment:
        """The lead's current ownership."""
        return Assignment.objects.get(lead=lead, ended_at=None)

    def load(self, key: str) -> Load:
        """Somebody's load on record."""
        return Load.objects.get(producer__key=key)

    def owed(self, rotation: str = POD) -> dict[str, int]:
        """The shortfalls of a rotation on record, in millionths of a lead."""
        return {key: one["owed"] for key, one in Rotation.objects.get(name=rotation).ledger.items()}

    def rungs(self, lead: Lead) -> list[tuple[int, str]]:
        """The lead's ladder: (rung, state), of the current ownership."""
        return list(LadderStep.objects.filter(assignment=self.live(lead)).order_by("rung").values_list("rung", "state"))

    def later(self, **delta: float) -> datetime:
        """So long after the beginning."""
        return self.now + timedelta(**delta)


@pytest.fixture
def harbor(db: None) -> Harbor:
    """The demo agency, in an otherwise empty database."""
    load(FILE, now=LOADED)
    return Harbor()
