"""A thousand leads at once, to the server as it is run: nobody lost, nobody twice, nobody over a cap or out of turn."""

import json
import os
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection
from django.db.models import Count
from django.utils import timezone

from benchmarks import servers
from benchmarks.load import post, request_bytes
from leads.models import Lead, Submission
from producers.models import CapacityCap, License, Load, Producer
from producers.services import save_person
from routing import rulesets
from routing.models import Assignment, Rotation
from tests.office import Office, open_office

CLIENTS = 16
IN_NEW_YORK, IN_JERSEY, IN_CONNECTICUT = 700, 200, 100
TWICE = 100
CAP = 60
POOL = ("ny0", "ny1", "ny2", "ny3", "ny4", "ny5", "ny6")
JERSEY = ("nj0", "nj1")
NOW = timezone.now

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def office() -> Office:
    """Seven for New York without caps, two for New Jersey with one, one whose license ran out; nobody for Connecticut."""
    office = open_office(NOW())
    for key in (*POOL, *JERSEY, "late"):
        someone = save_person(Producer(key=key, role="producer"), name=key, email=f"{key}@harborpoint.example", now=NOW())
        state = "NJ" if key in JERSEY else "NY"
        expires = date(2020, 1, 1) if key == "late" else date(2099, 1, 1)
        License.objects.create(
            producer=someone,
            state=state,
            number=key,
            authority=["property", "casualty"],
            effective=date(2019, 1, 1),
            expires=expires,
        )
        if key in JERSEY:
            CapacityCap.objects.create(producer=someone, period="open", limit=CAP)
    rules = [
        {
            "name": "New York in turn",
            "when": {"states": ["NY"]},
            "then": {"distribute": "round_robin", "among": {"people": [*POOL, "late"]}},
        },
        {"name": "The rest", "then": {"distribute": "least_loaded", "among": {"people": [*JERSEY, "late"]}}},
    ]
    rulesets.load_rules(rules, note="", now=NOW())
    return office


def people() -> list[bytes]:
    """A thousand people in no order, a hundred of whom press the button twice."""
    zips = ["10005"] * IN_NEW_YORK + ["07030"] * IN_JERSEY + ["06830"] * IN_CONNECTICUT
    bodies = [
        json.dumps(
            {
                "first_name": f"First{n}",
                "last_name": f"Last{n}",
                "email": f"person{n}@mail.example",
                "phone": f"+1212555{n:04}",
                "zip_code": zip_code,
                "line": "personal_auto",
            }
        ).encode()
        for n, zip_code in enumerate(zips)
    ]
    everybody = [*bodies, *bodies[:: len(bodies) // TWICE][:TWICE]]
    random.Random(7).shuffle(everybody)
    return everybody


def environment(folder) -> dict[str, str]:
    """That of a server on the test's own database."""
    info = connection.connection.info
    url = f"postgres://{info.user}:{info.password}@/{info.dbname}?host={info.host}&port={info.port}"
    ours = {"DATABASE_URL": url, "DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "agency.settings", "CELERY_BROKER_URL": ""}
    return os.environ | ours


@pytest.mark.timeout(240)
def test_a_thousand_leads_at_once(office, tmp_path):
    key, bodies, port = office.keys["website"], people(), servers.free_port()
    with (
        servers.gunicorn(environment(tmp_path), "agency.wsgi", port),
        ThreadPoolExecutor(CLIENTS) as clients,
    ):
        answers = list(clients.map(lambda body: post(port, request_bytes("/api/v1/leads/", key, body)), bodies))
    assert Counter(status for status, _ in answers) == {201: 1000, 200: TWICE}

    # Every person once, every arrival kept.
    assert Lead.objects.count() == 1000
    assert Lead.objects.values("email").distinct().count() == 1000
    assert Submission.objects.count() == 1000 + TWICE

    # One owner each, and the record of it agrees.
    held = Assignment.objects.filter(ended_at=None)
    assert held.count() == held.values("lead").distinct().count() == Assignment.objects.count() == 1000
    assert {(one.lead_id, one.producer_id) for one in held} == set(Lead.objects.values_list("pk", "owner_id"))

    owners = Counter(Lead.objects.values_list("state", "owner__key", "unplaced"))
    # In turn, within one lead of each other; the one whose license expired has none.
    shares = [owners["NY", key, False] for key in POOL]
    assert sum(shares) == IN_NEW_YORK
    assert max(shares) - min(shares) <= 1
    # Caps filled to the brim and not beyond; what is left over is the owner of last resort's.
    assert [owners["NJ", key, False] for key in JERSEY] == [CAP, CAP]
    assert owners["NJ", "rosa", True] == IN_JERSEY - 2 * CAP
    assert owners["CT", "rosa", True] == IN_CONNECTICUT
    assert sum(owners.values()) == 1000
    assert not [key for _, key, _ in owners if key == "late"]

    # The figures kept beside the record say the same as a recount.
    counted = dict(Lead.objects.values_list("owner").annotate(Count("pk")))
    assert {load.producer_id: load.open_leads for load in Load.objects.filter(open_leads__gt=0)} == counted
    ledger = Rotation.objects.get(name="New York in turn").ledger
    assert sum(balance["owed"] for balance in ledger.values()) == 0
