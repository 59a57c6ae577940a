"""Rosa the manager and Sarah the producer, each at a browser, and the agency they work for."""

import pytest
from django.test import Client

from tests.office import Office, open_office


@pytest.fixture
def office(db) -> Office:
    """A small agency."""
    return open_office()


@pytest.fixture
def rosa(office) -> Client:
    """The manager, logged in. She is no superuser."""
    client = Client()
    client.force_login(office.rosa.user)
    return client


@pytest.fixture
def sarah(office) -> Client:
    """A producer, logged in."""
    client = Client()
    client.force_login(office.sarah.user)
    return client
