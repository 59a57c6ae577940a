"""Lists, filters, pages, one lead, its history and the day's figures."""

from base64 import b64encode
from datetime import timedelta

import pytest

from leads.api.shapes import LeadDetailSerializer
from leads.models import Lead, Note
from tests.office import NOW, TAKING_TURNS, hand_in

LEADS = "/api/v1/leads/"


@pytest.fixture
def ana(office) -> Lead:
    """James has Ana."""
    return hand_in(office)


@pytest.fixture
def ben(office, ana) -> Lead:
    """Sarah has Ben, who came five minutes later from the vendor and is cold."""
    return hand_in(
        office,
        now=NOW + timedelta(minutes=5),
        source=office.vendor,
        first_name="Ben",
        last_name="O'Neill Nuñez",
        email="ben@mail.example",
        phone="(917) 555-0123",
    )


def found(client, **filters) -> list[str]:
    answer = client.get(LEADS, filters)
    assert answer.status_code == 200, answer.json()
    return [lead["first_name"] for lead in answer.json()["results"]]


def test_a_manager_sees_all_and_a_producer_their_own(speak, ana, ben):
    assert found(speak("rosa")) == ["Ben", "Ana"]
    assert found(speak("james")) == ["Ana"]
    assert found(speak("sarah")) == ["Ben"]
    assert found(speak("carla")) == []


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"owner": "james"}, ["Ana"]),
        ({"owner": "nobody"}, []),
        ({"source": "quotewizard"}, ["Ben"]),
        ({"tier": "warm"}, ["Ana"]),
        ({"tier": ["warm", "cold"]}, ["Ben", "Ana"]),
        ({"status": "new"}, ["Ben", "Ana"]),
        ({"status": ["bound", "lost"]}, []),
        ({"line": "personal_auto"}, ["Ben", "Ana"]),
        ({"line": "life_term"}, []),
        ({"state": "ny"}, ["Ben", "Ana"]),
        ({"state": "NJ"}, []),
        ({"received_after": "2026-11-24T15:05:00-05:00"}, ["Ben"]),
        ({"received_after": "2026-11-25T01:05:00 05:00"}, ["Ben"]),
        ({"received_before": "2026-11-24T20:05:00Z"}, ["Ana"]),
        ({"received_after": "2026-11-24T20:00:00Z", "received_before": "2026-11-24T20:01:00Z"}, ["Ana"]),
        ({"received_before": "0001-01-01T00:00:00+23:59"}, []),
        ({"received_after": "9999-12-31T23:59:59-23:59"}, []),
        ({"q": "an"}, ["Ana"]),
        ({"q": "ruiz ana"}, ["Ana"]),
        ({"q": "ana neill"}, []),
        ({"q": "nuñ"}, ["Ben"]),
        ({"q": "ben@mail"}, ["Ben"]),
        ({"q": "917-555-0123"}, ["Ben"]),
        ({"q": "%"}, []),
        ({"q": "12 3"}, []),
        ({"q": "9" * 400}, []),
        ({"q": "   "}, ["Ben", "Ana"]),
    ],
)
def test_a_list_is_narrowed(speak, ana, ben, filters, names):
    assert found(speak("rosa"), **filters) == names


def test_a_lead_is_found_by_its_number(speak, ana, ben):
    assert found(speak("rosa"), q=str(ben.pk)) == ["Ben"]


@pytest.mark.parametrize(
    ("filters", "field"),
    [
        ({"status": "half-open"}, "status"),
        ({"tier": "boiling"}, "tier"),
        ({"received_after": "yesterday"}, "received_after"),
        ({"received_before": "9999-99-99T00:00:00Z"}, "received_before"),
        ({"q": "a\x00b"}, "q"),
        ({"owner": "\x00"}, "owner"),
    ],
)
def test_a_filter_that_is_none_is_named(speak, office, filters, field):
    answer = speak("rosa").get(LEADS, filters)
    assert answer.status_code == 400
    assert list(answer.json()) == [field]


def test_pages_follow_each_other_without_gap_or_overlap(speak, office):
    for index in range(5):
        hand_in(office, email=f"{index}@mail.example", phone=f"(212) 555-01{index:02}", first_name=f"Lead {index}")
    client, names, address = speak("rosa"), [], f"{LEADS}?page_size=2"
    while address:
        page = client.get(address).json()
        names += [lead["first_name"] for lead in page["results"]]
        address = page["next"]
    assert names == ["Lead 4", "Lead 3", "Lead 2", "Lead 1", "Lead 0"]
    assert client.get(page["previous"]).status_code == 200


def cursor(position: str) -> str:
    return b64encode(f"p={position}".encode()).decode()


@pytest.mark.parametrize(
    "text",
    ["nonsense", cursor("a\x00b"), cursor("x"), cursor("2026-99-99T00:00:00Z"), cursor("0001-01-01T00:00:00+23:59"), "x" * 5000],
)
def test_a_page_that_is_none_is_not_found(speak, ana, text):
    assert speak("rosa").get(LEADS, {"cursor": text}).status_code == 404


def test_a_longer_list_costs_no_more_queries(speak, office, django_assert_num_queries):
    hand_in(office)
    client = speak("rosa")
    client.get(LEADS)
    with django_assert_num_queries(4):  # the key, its person, the role, the leads with their names
        client.get(LEADS)
    for index in range(4):
        hand_in(office, email=f"{index}@mail.example", phone=f"(212) 555-01{index:02}")
    with django_assert_num_queries(4):
        assert len(client.get(LEADS).json()["results"]) == 5


def test_one_lead_shows_all_that_is_known_of_it(speak, ana, django_assert_num_queries):
    client = speak("james")
    client.get(f"{LEADS}{ana.pk}/")
    with django_assert_num_queries(5):
        lead = client.get(f"{LEADS}{ana.pk}/").json()
    assert set(lead) == set(LeadDetailSerializer().fields)
    assert lead["owner"] == {"key": "james", "name": "James K."}
    assert lead["owned_since"] == "2026-11-24T20:00:00Z"
    assert lead["unplaced"] is False


@pytest.mark.parametrize("pk", ["999999999", "9" * 30])
def test_a_lead_that_there_is_not_is_not_found(speak, ana, pk):
    assert speak("rosa").get(f"{LEADS}{pk}/").status_code == 404


def test_somebody_else_s_lead_is_not_there(speak, ana):
    for address in ("", "timeline/", "assignments/", "decisions/"):
        assert speak("sarah").get(f"{LEADS}{ana.pk}/{address}").status_code == 404


def test_a_lead_is_mended_and_a_note_says_so(speak, ana, office):
    answer = speak("james").patch(f"{LEADS}{ana.pk}/", {"zip_code": "07030", "phone": "917.555.0177 x5", "first_name": " Anna "})
    assert answer.status_code == 200
    lead = answer.json()
    assert (lead["city"], lead["state"], lead["county"]) == ("Hoboken", "NJ", "Hudson County")
    assert (lead["phone"], lead["first_name"]) == ("+19175550177", "Anna")
    assert lead["score"] == 25, "out of our territory now"
    note = Note.objects.get(lead=ana)
    assert note.by == office.james.user
    assert "ZIP from 10005 to 07030" in note.text


def test_what_was_unknown_is_no_longer_flagged_once_it_is_mended(speak, office):
    lead = hand_in(office, zip_code="00000", line="spaceship")
    assert len(lead.flags) == 2
    speak("rosa").patch(f"{LEADS}{lead.pk}/", {"zip_code": "10005"})
    lead.refresh_from_db()
    assert len(lead.flags) == 1
    assert "spaceship" in lead.flags[0]


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "bound"},
        {"owner": "sarah"},
        {"score": 100},
        {"unheard_of": 1},
        {"first_name": " "},
        {"email": "ana@@mail"},
        {"phone": "555-0143"},
        {"policy_expires_on": "soon"},
        {"attributes": [1]},
        {"premium_estimate": -1},
        {"callback_at": "then"},
    ],
)
def test_what_cannot_be_changed_is_named_and_nothing_is_changed(speak, ana, changes):
    answer = speak("james").patch(f"{LEADS}{ana.pk}/", {"last_name": "Russo", **changes})
    assert answer.status_code == 400
    assert set(answer.json()) == set(changes)
    ana.refresh_from_db()
    assert ana.last_name == "Ruiz"


def test_the_last_way_to_reach_somebody_stays(speak, ana):
    client = speak("james")
    assert client.patch(f"{LEADS}{ana.pk}/", {"email": ""}).status_code == 200
    assert set(client.patch(f"{LEADS}{ana.pk}/", {"phone": None}).json()) == {"phone"}


def test_the_history_of_a_lead(speak, ana, django_assert_max_num_queries):
    client = speak("james")
    client.get(f"{LEADS}{ana.pk}/timeline/")
    with django_assert_max_num_queries(20):
        page = client.get(f"{LEADS}{ana.pk}/timeline/").json()
    kinds = {entry["kind"] for entry in page["results"]}
    assert {"arrival", "event", "decision", "assigned"} <= kinds
    assert page["count"] == len(page["results"])


def test_who_owned_a_lead_and_what_was_decided(speak, ana, django_assert_num_queries):
    client = speak("james")
    client.post(f"{LEADS}{ana.pk}/decline/", {"reason": "too_busy"})
    client = speak("rosa")
    client.get(LEADS)
    with django_assert_num_queries(6):  # key, person, role, lead, count, page
        owners = client.get(f"{LEADS}{ana.pk}/assignments/").json()["results"]
    assert [(one["producer"], one["end_reason"], one["end_note"]) for one in owners] == [
        ("sarah", "", ""),
        ("james", "declined", "too_busy"),
    ]
    with django_assert_num_queries(6):
        decisions = client.get(f"{LEADS}{ana.pk}/decisions/").json()["results"]
    assert [(one["cause"], one["producer"], one["outcome"]) for one in decisions] == [
        ("decline", "sarah", "assigned"),
        ("intake", "james", "assigned"),
    ]
    first = decisions[1]
    assert first["rules"] == [
        {"name": TAKING_TURNS, "matched": True, "why": "It is James K.'s turn: owed 0.50 of a lead, 2 eligible"}
    ]
    even = {"eligible": True, "why": [], "rank": {"owed": 0, "share": 500_000}}
    assert first["considered"] == [{"producer": "james", **even}, {"producer": "sarah", **even}]
    assert decisions[0]["considered"][1] == {
        "producer": "james",
        "eligible": False,
        "why": ["is passed over for this lead"],
        "rank": {},
    }
    assert [one["proof"]["number"] for one in decisions] == ["10-sarah", "10-james"]
    assert first["proof"] == {
        "state": "NY",
        "number": "10-james",
        "authority": ["casualty", "property"],
        "effective": "2020-01-01",
        "expires": "2029-12-31",
        "resident": None,
        "line": "personal_auto",
        "checked_on": "2026-11-24",
        "npn": "",
        "source": "",
        "verified_on": None,
        "age_days": None,
    }


def test_the_day_s_figures(speak, ana, ben, afternoon, django_assert_max_num_queries):
    afternoon.shift(timedelta(minutes=20))
    speak("sarah").post(f"{LEADS}{ben.pk}/touches/", {"channel": "call", "outcome": "reached"})
    client = speak("rosa")
    client.get("/api/v1/dashboard/")
    with django_assert_max_num_queries(13):
        figures = client.get("/api/v1/dashboard/").json()
    assert (figures["received"], figures["contacted"], figures["contacted_share"]) == (2, 1, 0.5)
    assert (figures["hot"], figures["warm"], figures["cold"], figures["untouched"]) == (0, 1, 1, 1)
    assert figures["average_response_seconds"] == 15 * 60
    people = {one["key"]: one for one in figures["producers"]}
    assert (people["sarah"]["contacted"], people["sarah"]["average_response_seconds"]) == (1, 900)
    assert (people["james"]["untouched"], people["james"]["late"]) == (1, 1)
    assert figures["alerts"] == [
        "James K. has 1 lead untouched for 15 minutes or more.",
        "Sarah M. takes 15 minutes to the first attempt; the target is 5.",
    ]
    assert [lead["first_name"] for lead in figures["leads"]] == ["Ben", "Ana"]
    assert "mia" not in people


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 30, "\x00"])
def test_a_numbered_page_that_is_none_is_not_found(speak, ana, page):
    assert speak("rosa").get(f"{LEADS}{ana.pk}/timeline/", {"page": page}).status_code == 404


def test_a_size_that_is_none_is_the_usual_one(speak, ana):
    for size in ("0", "x", "-5", "100000"):
        assert len(speak("rosa").get(LEADS, {"page_size": size}).json()["results"]) == 1


@pytest.mark.parametrize("address", ["/api/v1/", "/api/v1/leads", "/api/v1/nothing/here/", "/api/v1/leads/abc/"])
def test_an_address_that_is_none_says_so_in_json(speak, address):
    answer = speak("rosa").post(address, {})
    assert answer.status_code == 404
    assert list(answer.json()) == ["detail"]
