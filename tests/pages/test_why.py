"""Asking about a lead that went to somebody else, by page and by API."""

from collections.abc import Callable

from django.test import Client
from rest_framework.test import APIClient

from tests.office import Office, hand_in

Browse = Callable[[str], Client]


def test_sarah_asks_about_a_lead_she_may_not_see(browse: Browse, office: Office) -> None:
    lead = hand_in(office)
    sarah = browse("sarah")
    assert sarah.get(f"/leads/{lead.pk}/").status_code == 404
    page = sarah.get("/leads/why/", {"lead": f"https://harbor.example/leads/{lead.pk}/"}).content.decode()
    assert "somebody else&#x27;s turn" in page
    for secret in ("Ana", "Ruiz", "James", lead.email):
        assert secret not in page, secret


def test_a_number_that_is_none_is_said_to_be_none(browse: Browse, office: Office) -> None:
    for asked in ("999999", "abc", "9" * 30):
        answer = browse("sarah").get("/leads/why/", {"lead": asked})
        assert answer.status_code == 404
        assert "No decision about such a lead" in answer.content.decode()
    assert browse("sarah").get("/leads/why/").status_code == 200
    assert 'href="/leads/why/"' in browse("sarah").get("/inbox/").content.decode()


def test_by_api(office: Office) -> None:
    lead = hand_in(office)
    client = APIClient(headers=office.key("sarah"))
    answer = client.get(f"/api/v1/leads/{lead.pk}/why-not-me/").json()
    assert set(answer) == {"at", "cause", "rule", "chosen", "eligible", "why", "rank", "sentence"}
    assert (answer["chosen"], answer["eligible"], answer["rank"]) == (False, True, {"owed": 0, "share": 500_000})
    assert "james" not in str(answer).lower()
    assert client.get("/api/v1/leads/999999/why-not-me/").status_code == 404
    assert APIClient(headers=office.key("mia")).get(f"/api/v1/leads/{lead.pk}/why-not-me/").status_code == 403
