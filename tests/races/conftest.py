"""Things done at the same moment by several connections to the same database."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from agency.agencyfile import load
from agency.agencyfile.demo import FILE
from routing import assignment, sql
from tests.races.meeting import Meeting
from tests.routing.conftest import LOADED, Harbor

NOW = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
"""A Tuesday, three in the afternoon in New York."""


NO_LOCK = "SELECT %s::bigint"
NO_LEAD_LOCK = "SELECT owner_id FROM leads_lead WHERE id = %s::bigint"


@pytest.fixture
def agency(transactional_db) -> None:
    load(FILE, now=datetime(2026, 1, 2, 15, 0, tzinfo=UTC))


@pytest.fixture
def harbor(transactional_db: None) -> Harbor:
    """The demo agency, committed, so that every connection sees it."""
    load(FILE, now=LOADED)
    return Harbor()


@pytest.fixture
def unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is locked before it is read."""
    monkeypatch.setattr(sql, "TAKE_LOCK", NO_LOCK)
    monkeypatch.setattr(sql, "LOCK_LEAD", NO_LEAD_LOCK)


@pytest.fixture
def meeting(monkeypatch: pytest.MonkeyPatch) -> Meeting:
    """Whoever has read the facts waits for the other before deciding."""
    place = Meeting()
    read = assignment.read_state

    def read_and_wait(*args, **kwargs):
        state = read(*args, **kwargs)
        place.attend()
        return state

    monkeypatch.setattr(assignment, "read_state", read_and_wait)
    return place


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Start all calls at the same moment, each on a connection of its own; what each returned, or the error it raised."""
    start = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            start.wait(timeout=30)
            return call()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def raised(results: list[object]) -> list[Exception]:
    """The exceptions among the results."""
    return [one for one in results if isinstance(one, Exception)]
