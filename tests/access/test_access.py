"""Who gets what at every address: the table in `calls.py`, held against the addresses that there are."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from rest_framework.test import APIClient

from agency.messaging import send
from agency.messaging.email.tokens import unsubscribe_token
from leads.keys import issue
from leads.models import FollowUpStep, Lead, RejectedIntake
from routing.models import RuleSet
from routing.simulation.runs import request
from tests.access.calls import BODIES, ROLES, Call, calls
from tests.office import NOW, Office, hand_in

EXEMPT = {
    "admin": "Django's admin asks for a staff log-in everywhere; `test_the_admin_is_for_managers` knocks at each list.",
}
PERSON = {"owner": "james", "other": "sarah", "csr": "carla", "manager": "rosa", "marketing": "mia"}


@pytest.fixture(autouse=True)
def afternoon() -> Iterator[None]:
    """It is a Tuesday, three in the afternoon in New York."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ana(office: Office) -> Lead:
    """James has Ana, who came through the website."""
    lead = hand_in(office)
    assert lead.owner == office.james
    return lead


@pytest.fixture
def expired(office: Office) -> str:
    return issue(user=office.rosa.user, now=NOW - timedelta(days=2), expires_at=NOW - timedelta(days=1))[1]


@pytest.fixture
def address(office: Office, ana: Lead) -> Callable[[str], str]:
    """Where a named address is, for the things there are."""
    rejected = RejectedIntake.objects.create(
        source=office.website, door="api", payload={"first_name": "Ben"}, errors={"phone": ["None."]}, received_at=NOW
    )
    mail = send(channel="email", audience="consumer", kind="follow_up", lead_id=ana.pk, to=ana.email, body="Hi", now=NOW)
    promised = FollowUpStep.objects.create(
        lead=ana, position=0, started_at=NOW, due_at=NOW + timedelta(days=1), channel="call", label="Second call"
    )
    places = {
        "api:ruleset": [RuleSet.objects.get().pk],
        "api:ruleset_diff": [RuleSet.objects.get().pk],
        "api:simulate": [RuleSet.objects.get().pk],
        "api:replay": [request(RuleSet.objects.get(), since=NOW - timedelta(days=1), until=NOW, by=None, now=NOW).pk],
        "api:producer": ["sarah"],
        "api:territory": ["north_county"],
        "api:nothing": ["no/such/thing/"],
        "leads:rejected_one": [rejected.pk],
        "account_device_remove": [0],
        "leads:unsubscribe": [unsubscribe_token(mail.pk)],
        "leads:email_tracking": ["postmark"],
        "leads:email_inbound": ["postmark"],
        "leads:stuck_decide": ["message", 1],
        "leads:skip": [ana.pk, promised.pk],
        "api:skip": [ana.pk, promised.pk],
    }
    of_the_lead = {f"{one.namespace}:{one.name}" for one in named() if "<int:pk>" in one.path} - set(places)
    return lambda name: reverse(name, args=places.get(name, [ana.pk] if name in of_the_lead else []))


class Named:
    """One named address as the resolver has it."""

    def __init__(self, path: str, namespace: str, name: str) -> None:
        self.path, self.namespace, self.name = path, namespace, name

    def __str__(self) -> str:
        return f"{self.namespace}:{self.name}".lstrip(":")


def named(patterns: list | None = None, path: str = "", namespace: str = "") -> list[Named]:
    """Every address of ours that has a name, or none."""
    found = []
    for one in get_resolver().url_patterns if patterns is None else patterns:
        here = path + str(one.pattern)
        if isinstance(one, URLPattern):
            found.append(Named(here, namespace, one.name or f"(nameless {here})"))
        elif isinstance(one, URLResolver) and one.namespace not in EXEMPT:
            found += named(one.url_patterns, here, one.namespace or namespace)
    return found


def knock(call: Call, role: str, office: Office, expired: str, where: str) -> str:
    """What one role gets."""
    keys = {**office.keys, "source": office.keys["website"], "expired": expired}
    key = keys.get(PERSON.get(role, role))
    body = BODIES.get((call.name, call.method), {})
    if call.name.startswith("api:"):
        client = APIClient(headers={"Authorization": f"Bearer {key}"} if key else {})
        return str(getattr(client, call.method.lower())(where, body, format="json").status_code)
    page = Client(headers={"Authorization": f"Bearer {key}"} if role in ("source", "expired") else {})
    if role in PERSON:
        page.force_login(office.mia if role == "marketing" else getattr(office, PERSON[role]).user)
    answer = getattr(page, call.method.lower())(where, body)
    return "login" if answer.status_code == 302 and answer["Location"].startswith("/login/") else str(answer.status_code)


@pytest.mark.parametrize("call", calls(), ids=lambda call: f"{call.method} {call.name}")
def test_each_role_gets_what_the_table_says(call, office, expired, address):
    got = {}
    for role in ROLES:
        cache.clear()
        with transaction.atomic():  # what one role does, the next one does not see
            got[role] = knock(call, role, office, expired, address(call.name))
            transaction.set_rollback(True)
    assert got == call.codes


def test_every_address_is_in_the_table():
    assert {str(one) for one in named()} == {call.name for call in calls()}


def test_every_row_of_the_table_is_there_once():
    rows = [(call.name, call.method) for call in calls()]
    assert len(rows) == len(set(rows))


def test_every_body_is_of_a_row():
    assert set(BODIES) <= {(call.name, call.method) for call in calls()}


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_no_other_method_opens_anything(method, office, address):
    """A method that the table does not name is refused, also to whoever may do everything else."""
    named_methods = {(call.name, call.method) for call in calls()}
    client = APIClient(headers=office.key("rosa"))
    for name in sorted({call.name for call in calls() if call.name.startswith("api:")} - {"api:nothing"}):
        if (name, method) not in named_methods:
            assert getattr(client, method.lower())(address(name), {}).status_code == 405, name
    page = Client()
    page.force_login(office.rosa.user)
    reading = ("GET", "HEAD")
    for name in sorted({call.name for call in calls() if not call.name.startswith("api:")}):
        if (name, "GET") not in named_methods and method in reading:
            assert page.get(address(name)).status_code == 405, name


@pytest.mark.parametrize("role", ["nobody", "owner", "csr", "marketing"])
def test_the_admin_is_for_managers(role, office):
    page = Client()
    if role in PERSON:
        page.force_login(office.mia if role == "marketing" else getattr(office, PERSON[role]).user)
    lists = [
        name for name in get_resolver("agency.urls").namespace_dict["admin"][1].reverse_dict if str(name).endswith("_changelist")
    ]
    assert len(lists) > 30
    for name in lists:
        answer = page.get(reverse(f"admin:{name}"))
        assert answer.status_code == 302, name
        assert answer["Location"].startswith("/admin/login/"), name
