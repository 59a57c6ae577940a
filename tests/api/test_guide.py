"""docs/api.md is true: its Python runs against a live server, its calls are addresses that exist."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.urls import Resolver404, resolve

from leads.models import Lead
from tests.office import Office, open_office

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "api.md"


def blocks(language: str) -> list[str]:
    """The guide's blocks of code in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", GUIDE.read_text(), re.DOTALL | re.MULTILINE)


@pytest.fixture
def live_office(transactional_db: None) -> Office:
    """The office where the server's own thread can see it."""
    return open_office()


def run(code: str, url: str, key: str) -> str:
    environment = {"LEADLINE_URL": url, "LEADLINE_KEY": key, "NO_PROXY": "*"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_python_of_the_guide_hands_in_a_lead_and_an_event(live_office, live_server):
    (code,) = blocks("python")
    printed = run(code, live_server.url, live_office.keys["website"])
    lead = Lead.objects.get()
    assert printed.startswith(f"{lead.owner.name} {lead.tier} ") or printed.startswith(f"{lead.owner.name} warm ")
    assert "+25 Requested a quote" in printed
    assert "+10 Visited pricing pages" in printed
    run(code, live_server.url, live_office.keys["website"])
    assert Lead.objects.count() == 1, "the key makes the second run the same request"


def test_the_curl_of_the_guide_names_addresses_that_exist():
    calls = re.findall(r"http://localhost:8000(/\S+)", " ".join(blocks("sh")))
    assert len(calls) >= 4
    for address in calls:
        try:
            assert resolve(address).url_name != "nothing", address
        except Resolver404:
            pytest.fail(f"there is no {address}")


def test_the_curl_of_the_guide_sends_what_is_taken(office, speak):
    sent = [
        json.loads(body) for block in blocks("sh") for body in re.findall(r"-d '(\{.*?\})'$", block, re.DOTALL | re.MULTILINE)
    ]
    lead, event, caps = sent
    answer = speak("website").post("/api/v1/leads/", lead)
    assert answer.status_code == 201
    assert speak("website").post(f"/api/v1/leads/{answer.json()['id']}/events/", event).status_code == 201
    assert speak("rosa").patch("/api/v1/producers/james/", caps).status_code == 200


def test_every_call_in_the_guide_s_tables_exists():
    cells = re.findall(r"^\| (`.+?`) \|", GUIDE.read_text(), re.MULTILINE)
    paths = {path for cell in cells for path in re.findall(r"[` ]([a-z-]+/(?:\{\w+\}/|me/)?(?:[a-z-]+/)?)`", cell)}
    assert "leads/{id}/decline/" in paths
    for path in paths - {"assignments/", "decisions/"}:
        filled = path.replace("{id}", "1").replace("{key}", "james")
        assert resolve(f"/api/v1/{filled}").url_name != "nothing", path
