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

NOW = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
"""A Tuesday, three in the afternoon in New York."""


@pytest.fixture
def agency(transactional_db) -> None:
    load(FILE, now=datetime(2026, 1, 2, 15, 0, tzinfo=UTC))


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
