"""The demo agency, as a stranger's machine has it after the first start."""

from datetime import UTC, datetime
from typing import Any

import pytest

from agency.agencyfile import load_data
from agency.agencyfile.demo import FILE
from agency.agencyfile.reading import read_file
from agency.models import User
from leads.intake import Receipt, receive
from leads.models import Source

TUESDAY = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
"""Three in the afternoon in New York, with everyone on shift."""
ANA = {
    "first_name": "Ana",
    "last_name": "Ruiz",
    "email": "ana.ruiz@example.com",
    "phone": "(212) 555-0143",
    "zip_code": "10005",
    "line": "personal_auto",
}


class Harbor:
    """Harbor Point Insurance: its people by key, its sources, and a door to knock on."""

    now = TUESDAY

    def person(self, key: str) -> User:
        """The log-in of somebody."""
        return User.objects.get(username=key)

    def source(self, key: str) -> Source:
        """Where leads come from."""
        return Source.objects.get(key=key)

    def receive(self, source: str = "website", *, now: datetime | None = None, key: str | None = None, **fields: Any) -> Receipt:
        """Ana's request, with other `fields` (None: without that field), came in."""
        payload = {name: value for name, value in {**ANA, **fields}.items() if value is not None}
        return receive(payload, source=self.source(source), idempotency_key=key, now=now or self.now)


@pytest.fixture(scope="session")
def demo_file() -> dict[str, Any]:
    return read_file(FILE)


@pytest.fixture
def harbor(db, demo_file) -> Harbor:
    load_data(demo_file, now=datetime(2026, 1, 2, 15, 0, tzinfo=UTC))
    return Harbor()
