"""A small agency on a Tuesday afternoon, and browsers logged in as the people in it."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from agency.models import User
from tests.office import NOW, Office, open_office


@pytest.fixture(autouse=True)
def afternoon() -> Iterator[time_machine.Traveller]:
    """It is a Tuesday, three in the afternoon in New York, until the test moves on."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def nobody_was_here() -> None:
    """No test counts against another's rate limit."""
    cache.clear()


@pytest.fixture
def office(db: None) -> Office:
    return open_office()


@pytest.fixture
def browse(office: Office) -> Callable[[str], Client]:
    """A browser in which somebody is logged in: `browse("sarah")`."""

    def client(name: str) -> Client:
        browser = Client()
        browser.force_login(User.objects.get(username=name))
        return browser

    return client
