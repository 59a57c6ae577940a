"""A lead handed in through the API: what comes back, and what bad input gets."""

import json
from datetime import UTC, datetime

import pytest
from rest_framework.test import APIClient

from agency.api.bodies import BAD_TEXT, NOT_AN_OBJECT, NOT_JSON, TOO_DEEP, TOO_LARGE
from agency.api.limits import MAX_BODY
from leads.api.intake import NO_SUCH_SOURCE, OTHER_SOURCE
from leads.api.shapes import LeadSerializer
from leads.intake import IdempotencyConflict
from leads.intake.payload import NOBODY_TO_REACH
from leads.models import Lead, LeadKind, RejectedIntake, Source, Submission
from routing.rulesets import load_rules
from tests.office import ANA, NOW, TAKING_TURNS

LEADS = "/api/v1/leads/"


def raw(client: APIClient, body: bytes | str, content_type: str = "application/json"):
    return client.generic("POST", LEADS, body, content_type=content_type)


def test_a_new_lead_comes_back_with_its_owner_and_the_reason(speak):
    answer = speak("website").post(LEADS, ANA)
    assert answer.status_code == 201
    lead = answer.json()
    decision = lead.pop("decision")
    assert lead.pop("owner") == {"key": "james", "name": "James K."}
    assert lead == {
        "id": Lead.objects.get().pk,
        "status": "new",
        "score": 40,
        "tier": "warm",
        "score_reasons": [{"points": 25, "reason": "Requested a quote"}, {"points": 15, "reason": "In our territory"}],
        "duplicate": False,
        "received_at": "2026-11-24T20:00:00Z",
        "first_name": "Ana",
        "last_name": "Ruiz",
        "email": "ana.ruiz@mail.example",
        "phone": "+12125550143",
        "zip_code": "10005",
        "city": "New York",
        "state": "NY",
        "county": "New York County",
        "timezone": "America/New_York",
        "line": "personal_auto",
        "source": "website",
        "kind": "real_time",
        "exclusive": True,
        "flags": [],
    }
    assert decision["outcome"] == "assigned"
    assert decision["producer"] == "james"
    assert decision["rule"] == TAKING_TURNS
    assert [one["name"] for one in decision["rules"]] == [TAKING_TURNS]
    assert {one["producer"] for one in decision["considered"]} >= {"james", "sarah"}
    assert decision["reason"]


def test_the_schema_names_exactly_what_comes_back(speak):
    lead = speak("website").post(LEADS, ANA).json()
    assert set(lead) - {"decision"} == set(LeadSerializer().fields)


def test_a_lead_that_nobody_may_take_is_with_the_owner_of_last_resort(speak):
    lead = speak("website").post(LEADS, {**ANA, "zip_code": "78701"}).json()
    assert lead["owner"] == {"key": "rosa", "name": "Rosa V."}
    assert lead["decision"]["outcome"] == "unplaced"


def test_the_same_request_again_gets_the_same_answer_and_makes_nothing(speak):
    client = speak("website")
    first = client.post(LEADS, ANA, headers={"Idempotency-Key": "form-17"})
    again = client.post(LEADS, ANA, headers={"Idempotency-Key": "form-17"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert Lead.objects.count() == Submission.objects.count() == 1


def test_the_same_key_with_another_body_is_refused(speak):
    client = speak("website")
    client.post(LEADS, ANA, headers={"Idempotency-Key": "form-17"})
    answer = client.post(LEADS, {**ANA, "last_name": "Russo"}, headers={"Idempotency-Key": "form-17"})
    assert (answer.status_code, answer.json()) == (409, {"detail": IdempotencyConflict.MESSAGE})


def test_two_sources_may_use_the_same_idempotency_key(speak):
    for name, phone in (("website", "(212) 555-0143"), ("vendor", "(212) 555-0144")):
        body = {**ANA, "phone": phone, "email": f"{name}@mail.example"}
        assert speak(name).post(LEADS, body, headers={"Idempotency-Key": "1"}).status_code == 201


@pytest.mark.parametrize("key", ["k" * 201, "with\x00null"])
def test_an_idempotency_key_that_cannot_be_kept_is_refused(speak, key):
    answer = speak("website").post(LEADS, ANA, headers={"Idempotency-Key": key})
    assert answer.status_code == 400
    assert list(answer.json()) == ["idempotency_key"]


def test_the_same_person_again_joins_their_open_lead(speak):
    first = speak("website").post(LEADS, ANA).json()
    again = speak("vendor").post(LEADS, {**ANA, "email": "other@mail.example"})
    assert again.status_code == 200
    assert again.json()["duplicate"] is True
    assert again.json()["id"] == first["id"]
    assert again.json()["owner"] == first["owner"]


HERS = {
    "first_name": "Ana",
    "last_name": "Ruiz-Ortega",
    "phone": "(646) 555-0188",
    "zip_code": "10310",
    "premium_estimate": "2450",
    "policy_expires_on": "2027-01-10",
}
"""What the website knows of Ana, and nobody else."""


def hers_in(answer) -> list[str]:
    """What of it stands in the answer."""
    told = answer.content.decode()
    return [
        word
        for word in ("Ruiz-Ortega", "6465550188", "10310", "Staten", "Richmond", "2450", "2,450", "2027-01-10")
        if word in told
    ]


def test_a_source_hears_of_the_person_only_what_it_sent_itself(speak, office):
    load_rules(
        [
            {"name": "Large ones", "when": {"premium_over": 9000}, "then": {"person": "sarah"}},
            {"name": TAKING_TURNS, "then": {"distribute": "round_robin", "among": "everyone"}},
        ],
        note="",
        now=NOW,
    )
    first = speak("website").post(LEADS, {**ANA, **HERS}).json()
    answer = speak("vendor").post(LEADS, {**ANA, "phone": None, "zip_code": "10005-1234", "line": "spaceship"})
    told = answer.json()
    assert (answer.status_code, told["duplicate"], hers_in(answer)) == (200, True, [])
    assert {name: told[name] for name in ("id", "status", "owner", "score", "tier")} == {
        name: first[name] for name in ("id", "status", "owner", "score", "tier")
    }
    assert (told["last_name"], told["email"], told["phone"]) == ("Ruiz", "ana.ruiz@mail.example", "")
    assert (told["zip_code"], told["city"], told["line"], told["source"]) == (
        "10005-1234",
        "New York",
        "spaceship",
        "quotewizard",
    )
    assert told["flags"] == ["“spaceship” is not one of our lines of insurance."]
    assert (told["decision"]["producer"], told["decision"]["rule"]) == (first["owner"]["key"], TAKING_TURNS)
    assert (told["decision"]["rules"], told["decision"]["considered"]) == ([], [])


def test_not_even_a_request_sent_again_tells_a_source_what_others_added(speak):
    vendor, sent = speak("vendor"), {**ANA, "phone": None}
    first = vendor.post(LEADS, sent, headers={"Idempotency-Key": "1"}).json()
    speak("website").post(LEADS, {**ANA, **HERS})
    again = vendor.post(LEADS, sent, headers={"Idempotency-Key": "1"})
    assert (again.json()["phone"], hers_in(again)) == ("", [])
    assert again.json()["decision"] == first["decision"]


def test_a_person_sees_the_whole_lead_that_a_request_has_joined(speak):
    speak("website").post(LEADS, {**ANA, **HERS})
    told = speak("rosa").post(LEADS, {**ANA, "phone": None}).json()
    assert (told["last_name"], told["phone"]) == ("Ruiz-Ortega", "+16465550188")
    assert told["decision"]["rules"]


def test_a_source_key_may_leave_the_source_empty(speak):
    assert speak("website").post(LEADS, {**ANA, "source": None}).json()["source"] == "website"


def test_wrong_fields_are_named_and_kept_for_somebody_to_mend(speak, office):
    answer = speak("website").post(LEADS, {**ANA, "last_name": " ", "email": "ana@@mail", "phone": "555-0143"})
    assert answer.status_code == 400
    assert set(answer.json()) == {"last_name", "email", "phone"}
    assert not Lead.objects.exists()
    kept = RejectedIntake.objects.get()
    assert (kept.source, kept.door, kept.payload["email"]) == (office.website, "api", "ana@@mail")
    assert kept.errors == answer.json()


def test_nobody_to_reach_is_refused_under_both_names(speak):
    answer = speak("website").post(LEADS, {**ANA, "email": None, "phone": ""})
    assert answer.json() == {"email": [NOBODY_TO_REACH], "phone": [NOBODY_TO_REACH]}


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        (b"{", 400, NOT_JSON),
        (b"\xff\xfe", 400, NOT_JSON),
        (b'{"first_name": NaN}', 400, NOT_JSON),
        (b'{"premium_estimate": 1e999}', 400, NOT_JSON),
        (b'{"a": ' + b"9" * 5000 + b"}", 400, NOT_JSON),
        (b"[1, 2]", 400, NOT_AN_OBJECT),
        (b'"Ana"', 400, NOT_AN_OBJECT),
        (b"null", 400, NOT_AN_OBJECT),
        (b'{"a": ' + b"[" * 30 + b"]" * 30 + b"}", 400, TOO_DEEP),
        (b"[" * 100_000, 400, TOO_DEEP),
        (b'{"first_name": "A\\u0000na"}', 400, BAD_TEXT),
        (b'{"\\u0000": 1}', 400, BAD_TEXT),
        (b'{"attributes": {"x": ["\\ud800"]}}', 400, BAD_TEXT),
        (b'{"notes": "' + b"x" * 1_000_000 + b'"}', 413, TOO_LARGE),
        (b" " * (MAX_BODY + 1), 413, TOO_LARGE),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_in_words(speak, body, status, detail):
    answer = raw(speak("website"), body)
    assert (answer.status_code, answer.json()) == (status, {"detail": detail})
    assert not Lead.objects.exists()


def test_a_body_that_cannot_be_read_is_kept_cut_short(speak, office):
    raw(speak("website"), b'{"first_name": "Ana", \x00' + b"x" * 50_000)
    kept = RejectedIntake.objects.get()
    assert kept.source == office.website
    assert kept.payload["raw"].startswith('{"first_name": "Ana", ')
    assert len(kept.payload["raw"]) == 10_000
    assert kept.errors == {"non_field_errors": [NOT_JSON]}


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_another_content_type_is_refused(speak, content_type):
    answer = raw(speak("website"), json.dumps(ANA), content_type)
    assert answer.status_code == 415
    assert list(answer.json()) == ["detail"]


def test_a_charset_beside_the_content_type_is_fine(speak):
    assert raw(speak("website"), json.dumps(ANA), "application/json; charset=utf-8").status_code == 201


def test_no_body_at_all_names_what_is_needed(speak):
    answer = raw(speak("website"), b"")
    assert answer.status_code == 400
    assert {"first_name", "last_name", "email", "phone"} == set(answer.json())


@pytest.mark.parametrize(
    "fields",
    [
        {"first_name": ["Ana"]},
        {"first_name": {"a": 1}},
        {"email": 7},
        {"phone": {"number": "212"}},
        {"premium_estimate": "1e400"},
        {"premium_estimate": 10**300},
        {"policy_expires_on": "2027-13-45"},
        {"callback_at": "9999-12-31T23:59:59-23:59"},
        {"events": {"kind": "pricing_view"}},
        {"events": [{"kind": "x" * 41}]},
        {"events": [{"at": "2026-11-24T15:00:00Z"}] * 2},
        {"consent": "yes"},
        {"consent": {"channels": ["fax"]}},
        {"attributes": [1]},
        {"exclusive": "perhaps"},
        {"kind": "lukewarm"},
        {"external_id": "x" * 500},
        {"first_name": "x" * 500},
        {"notes": "x" * 20_000},
    ],
)
def test_a_wrong_field_is_a_400_with_its_name(speak, fields):
    answer = speak("website").post(LEADS, {**ANA, **fields})
    assert answer.status_code == 400
    assert set(answer.json()) == set(fields)
    assert RejectedIntake.objects.count() == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"zip_code": "ABC"},
        {"zip_code": 10005},
        {"zip_code": ["10005"]},
        {"line": "spaceship"},
        {"line": {"a": 1}},
        {"line": None},
        {"unheard_of": [1, {"deep": [2]}]},
        {"attributes": {"age": 42, "Zoë": "ñ"}},
    ],
)
def test_what_cannot_be_recognised_never_refuses_a_lead(speak, fields):
    assert speak("website").post(LEADS, {**ANA, **fields}).status_code == 201


def test_a_source_key_posts_for_its_source_only(speak, office):
    answer = speak("website").post(LEADS, {**ANA, "source": "quotewizard"})
    assert (answer.status_code, answer.json()) == (403, {"detail": OTHER_SOURCE.format(key="website")})
    assert speak("website").post(LEADS, {**ANA, "source": "website"}).status_code == 201
    assert Lead.objects.get().source == office.website


def test_a_person_names_the_source(speak):
    assert speak("sarah").post(LEADS, {**ANA, "source": "quotewizard"}).json()["source"] == "quotewizard"


def test_without_a_name_a_person_s_lead_came_by_phone(speak):
    assert speak("carla").post(LEADS, ANA).json()["source"] == "phone"


def test_without_a_source_of_that_kind_it_is_the_first(speak, office):
    Source.objects.filter(kind="phone").update(active=False)
    assert speak("carla").post(LEADS, ANA).json()["source"] == "website"


@pytest.mark.parametrize("key", ["nowhere", 7, ["website"], {"key": "website"}])
def test_a_source_that_there_is_not_is_named_as_wrong(speak, key):
    answer = speak("carla").post(LEADS, {**ANA, "source": key})
    assert (answer.status_code, answer.json()) == (400, {"source": [NO_SUCH_SOURCE]})
    kept = RejectedIntake.objects.get()
    assert (kept.source, kept.payload["source"], kept.errors) == (None, key, answer.json())


def test_whoever_enters_a_lead_is_named_on_its_note(speak, office):
    speak("carla").post(LEADS, {**ANA, "notes": "Called about two cars"})
    note = Lead.objects.get().notes.get()
    assert (note.by, note.text) == (office.carla.user, "Called about two cars")


def test_what_the_sender_says_of_the_lead_is_kept(speak):
    speak("vendor").post(
        LEADS,
        {
            **ANA,
            "kind": "live_transfer",
            "exclusive": True,
            "current_carrier": "Acme",
            "policy_expires_on": "2027-01-10",
            "premium_estimate": 1450.5,
            "callback_at": "2026-11-24T18:00:00-05:00",
            "external_id": "Q-1",
        },
    )
    lead = Lead.objects.get()
    assert (lead.kind, lead.exclusive, lead.current_carrier) == (LeadKind.LIVE_TRANSFER, True, "Acme")
    assert str(lead.premium_estimate) == "1450.50"
    assert lead.callback_at == datetime(2026, 11, 24, 23, tzinfo=UTC)


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer ll_wrong"}, {"Authorization": "Bearer"}])
def test_without_a_live_key_the_door_is_shut(office, header):
    answer = APIClient(headers=header).post(LEADS, ANA)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="api"'
    assert list(answer.json()) == ["detail"]


def test_a_session_posts_with_its_token_only(office):
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(office.sarah.user)
    assert client.post(LEADS, ANA).status_code == 403
    client.get("/password/")
    client.credentials(HTTP_X_CSRFTOKEN=client.cookies["csrftoken"].value)
    assert client.post(LEADS, ANA).status_code == 201


def test_posting_a_lead_costs_so_many_queries_and_no_more(speak, office, django_assert_max_num_queries):
    client = speak("website")
    for index in range(2):  # what is cached by version is read, and the key's use is noted
        client.post(LEADS, {**ANA, "phone": f"(212) 555-019{index}", "email": f"{index}@mail.example"})
    with django_assert_max_num_queries(10):  # the key, seven of intake, and the two ends of its transaction
        assert client.post(LEADS, ANA).status_code == 201
