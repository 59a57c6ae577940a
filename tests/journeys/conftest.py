"""The demo agency with people at their browsers."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from agency.agencyfile import load
from agency.agencyfile.demo import FILE
from agency.models import User
from leads.sweep import sweep

START = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
"""A Tuesday, three in the afternoon in New York."""


class Day:
    """A day at the agency: the clock goes on when told to, and whatever is due by then happens."""

    def __init__(self, clock: time_machine.Traveller) -> None:
        self.clock = clock
        self.visitor = Client()

    @property
    def now(self) -> datetime:
        return datetime.now(tz=UTC)

    def after(self, **time: float) -> None:
        """So long after the start of the day, everything due until then has happened."""
        self.clock.move_to(START + timedelta(**time))
        while any(sweep(self.now).values()):
            pass

    def person(self, key: str) -> Client:
        """Somebody's browser, logged in."""
        browser = Client()
        browser.force_login(User.objects.get(username=key))
        return browser


@pytest.fixture
def day(db):
    load(FILE, now=datetime(2026, 1, 2, 15, 0, tzinfo=UTC))
    with time_machine.travel(START, tick=False) as clock:
        yield Day(clock)
