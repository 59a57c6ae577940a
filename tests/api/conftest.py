"""A small agency and clients that speak for the people and sources in it."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from rest_framework.test import APIClient

from tests.office import NOW, Office, lasting_office, office

__all__ = ["lasting_office", "office"]


@pytest.fixture(autouse=True)
def afternoon() -> Iterator[time_machine.Traveller]:
    """It is a Tuesday, three in the afternoon in New York, until the test moves on."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def speak(office: Office) -> Callable[[str], APIClient]:
    """A client with the key of somebody: `speak("sarah")`, `speak("website")`."""

    def client(name: str) -> APIClient:
        return APIClient(headers=office.key(name))

    return client
