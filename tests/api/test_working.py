"""What is done with a lead through the API, and what is refused."""

from datetime import timedelta

import pytest

from agency.messaging.models import Message
from leads import work
from leads.models import Lead, Note, ScoreFlag, Touch
from leads.work import DECLINE_REASONS
from leads.work.desk import NOT_YOURS
from leads.work.ownership import NOT_OPEN
from leads.work.statuses import NO_PREMIUM
from leads.work.statuses import NO_REASON as NO_LOST_REASON
from producers.models import License
from tests.office import NOW, hand_in


@pytest.fixture
def ana(office) -> Lead:
    """James has Ana."""
    return hand_in(office)


def post(client, lead: Lead, deed: str, body: dict | None = None):
    return client.post(f"/api/v1/leads/{lead.pk}/{deed}/", body or {})


def test_an_event_of_its_source_lifts_the_score(speak, ana):
    answer = post(speak("website"), ana, "events", {"kind": "pricing_view", "data": {"page": "/pricing"}})
    assert answer.status_code == 201
    assert (answer.json()["score"], answer.json()["id"]) == (50, ana.pk)
    event = ana.events.get(kind="pricing_view")
    assert (event.at, event.data, event.source.key) == (NOW, {"page": "/pricing"}, "website")


def test_an_event_from_ahead_of_our_clock_happened_now(speak, ana):
    post(speak("website"), ana, "events", {"kind": "pricing_view", "at": (NOW + timedelta(days=1)).isoformat()})
    assert ana.events.get(kind="pricing_view").at == NOW


def test_an_event_of_another_source_finds_no_lead(speak, ana):
    assert post(speak("vendor"), ana, "events", {"kind": "pricing_view"}).status_code == 404


def test_a_source_whose_arrival_joined_the_lead_may_add_events(speak, office, ana):
    hand_in(office, source=office.vendor)
    assert post(speak("vendor"), ana, "events", {"kind": "pricing_view"}).status_code == 201


def test_an_event_tells_a_source_of_the_person_only_what_it_sent_itself(speak, office, ana):
    hand_in(office, source=office.vendor, first_name="Anna", phone=None)
    told = post(speak("vendor"), ana, "events", {"kind": "pricing_view"}).json()
    assert (told["id"], told["score"], told["source"]) == (ana.pk, 50, "quotewizard")
    assert (told["first_name"], told["phone"], told["email"]) == ("Anna", "", "ana.ruiz@mail.example")
    assert (told["decision"]["rules"], told["decision"]["considered"]) == ([], [])


def test_an_event_tells_nothing_of_the_person_to_a_source_whose_request_is_not_on_record(speak, office, ana):
    ana.submissions.all().delete()
    told = post(speak("website"), ana, "events", {"kind": "pricing_view"}).json()
    assert (told["score"], told["first_name"], told["phone"], told["zip_code"]) == (50, "", "", "")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "kind"),
        ({"kind": ""}, "kind"),
        ({"kind": "two words"}, "kind"),
        ({"kind": "x" * 41}, "kind"),
        ({"kind": ["pricing_view"]}, "kind"),
        ({"kind": "pricing_view", "at": "noon"}, "at"),
        ({"kind": "pricing_view", "at": None}, "at"),
        ({"kind": "pricing_view", "at": "0001-01-01T00:00:00Z"}, "at"),
        ({"kind": "pricing_view", "data": [1]}, "data"),
        ({"kind": "pricing_view", "data": {"x": "y" * 30_000}}, "data"),
    ],
)
def test_a_wrong_event_is_named(speak, ana, body, field):
    answer = post(speak("website"), ana, "events", body)
    assert (answer.status_code, list(answer.json())) == (400, [field])


def test_a_touch_is_logged_with_who_made_it(speak, ana, office):
    answer = post(speak("james"), ana, "touches", {"channel": "call", "outcome": "reached", "note": "Has two cars"})
    assert answer.status_code == 201
    assert answer.json()["status"] == "contacted"
    touch = Touch.objects.get(lead=ana)
    assert (touch.by, touch.direction, touch.outcome, touch.note, touch.at) == (
        office.james.user,
        "out",
        "reached",
        "Has two cars",
        NOW,
    )


def test_a_touch_may_have_happened_earlier_but_not_later(speak, ana):
    for at in (NOW - timedelta(minutes=3), NOW + timedelta(minutes=3)):
        post(speak("james"), ana, "touches", {"channel": "call", "outcome": "no_answer", "at": at.isoformat()})
    assert sorted(Touch.objects.values_list("at", flat=True)) == [NOW - timedelta(minutes=3), NOW]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"channel", "outcome"}),
        ({"channel": "fax", "outcome": "reached"}, {"channel"}),
        ({"channel": "call", "outcome": "bored"}, {"outcome"}),
        ({"channel": "call", "outcome": "reached", "direction": "up"}, {"direction"}),
        ({"channel": "call", "outcome": "reached", "at": "noon"}, {"at"}),
        ({"channel": "call", "outcome": "reached", "note": "x" * 10_001}, {"note"}),
        ({"channel": {"call": 1}, "outcome": ["reached"]}, {"channel", "outcome"}),
    ],
)
def test_a_wrong_touch_is_named(speak, ana, body, fields):
    answer = post(speak("james"), ana, "touches", body)
    assert (answer.status_code, set(answer.json())) == (400, fields)


@pytest.fixture
def resting(office, ana) -> Lead:
    """Ana is in nurture with Carla as her steward, who may not sell anything."""
    License.objects.filter(producer=office.carla).delete()
    work.set_status(ana, by=office.rosa.user, status="nurture", now=NOW)
    Lead.objects.filter(pk=ana.pk).update(steward=office.carla, tier="cold")
    return ana


def test_a_touch_that_wakes_a_nurtured_lead_is_answered_though_somebody_else_has_it_now(speak, resting):
    answer = post(speak("carla"), resting, "touches", {"channel": "call", "outcome": "reached"})
    assert (answer.status_code, answer.json()["status"]) == (201, "contacted")
    assert answer.json()["owner"]["key"] in ("james", "sarah")


def test_an_event_that_wakes_a_nurtured_lead_is_answered_though_somebody_else_has_it_now(speak, resting):
    answer = post(speak("carla"), resting, "events", {"kind": "pricing_view"})
    assert (answer.status_code, answer.json()["status"]) == (201, "new")
    assert answer.json()["owner"]["key"] in ("james", "sarah")


def test_a_note_is_written_down(speak, ana, office):
    assert post(speak("james"), ana, "notes", {"text": "Prefers evenings"}).status_code == 201
    note = Note.objects.get(lead=ana)
    assert (note.by, note.text, note.at) == (office.james.user, "Prefers evenings", NOW)
    assert post(speak("james"), ana, "notes", {"text": "   "}).status_code == 400


def test_accepting_and_declining(speak, ana, office):
    assert post(speak("james"), ana, "accept").json()["owner"]["key"] == "james"
    assert ana.assignments.get().accepted_at == NOW
    answer = post(speak("james"), ana, "decline", {"reason": "conflict"})
    assert answer.status_code == 200
    assert answer.json()["owner"]["key"] == "sarah"
    assert answer.json()["decision"]["producer"] == "sarah"
    assert post(speak("james"), ana, "accept").status_code == 404, "it is no longer theirs to see"


@pytest.mark.parametrize("reason", ["", "bored", None, ["too_busy"]])
def test_a_decline_needs_one_of_the_reasons(speak, ana, reason):
    answer = post(speak("james"), ana, "decline", {"reason": reason})
    assert (answer.status_code, list(answer.json())) == (400, ["reason"])
    assert set(DECLINE_REASONS) == {"licence", "bad_data", "conflict", "too_busy", "not_my_line", "other"}


def test_a_manager_declines_nobody_else_s_lead(speak, ana):
    answer = post(speak("rosa"), ana, "decline", {"reason": "other"})
    assert (answer.status_code, answer.json()) == (403, {"detail": NOT_YOURS})


def test_a_manager_gives_a_lead_to_somebody(speak, ana):
    answer = post(speak("rosa"), ana, "reassign", {"producer": "sarah", "reason": "James is in court"})
    assert answer.status_code == 200
    assert answer.json()["owner"] == {"key": "sarah", "name": "Sarah M."}
    assert [one.end_note for one in ana.assignments.filter(ended_at__isnull=False)] == ["James is in court"]


def test_without_a_name_the_rules_decide_again(speak, ana):
    assert post(speak("rosa"), ana, "reassign", {"reason": "James is in court"}).json()["owner"]["key"] == "sarah"


def test_a_producer_reassigns_nothing(speak, ana):
    assert post(speak("james"), ana, "reassign", {"producer": "sarah", "reason": "no time"}).status_code == 403


def test_nobody_gets_a_lead_they_may_not_sell(speak, office, ana):
    office.sarah.licenses.update(state="NJ")
    office.sarah.licenses.get().save()
    answer = post(speak("rosa"), ana, "reassign", {"producer": "sarah", "reason": "James is in court"})
    assert answer.status_code == 409
    assert list(answer.json()) == ["detail"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"producer": "sarah"}, "reason"),
        ({"producer": "nobody", "reason": "x"}, "producer"),
        ({"producer": {"key": "sarah"}, "reason": "x"}, "producer"),
        ({"producer": "sarah", "reason": "x" * 301}, "reason"),
    ],
)
def test_a_wrong_reassignment_is_named(speak, ana, body, field):
    answer = post(speak("rosa"), ana, "reassign", body)
    assert (answer.status_code, list(answer.json())) == (400, [field])


def test_a_lead_moves_on_to_bound(speak, ana):
    client = speak("james")
    assert post(client, ana, "status", {"status": "contacted"}).json()["status"] == "contacted"
    assert post(client, ana, "status", {"status": "quoted", "premium": "1450.00"}).json()["status"] == "quoted"
    answer = post(client, ana, "status", {"status": "bound", "premium": 1400, "commission": "168.00", "carrier": "Acme"})
    assert (answer.status_code, answer.json()["status"], answer.json()["owner"]["key"]) == (200, "bound", "james")
    policy = ana.policies.get()
    assert (str(policy.premium), str(policy.commission), policy.carrier) == ("1400.00", "168.00", "Acme")
    assert post(client, ana, "accept").json() == {"detail": NOT_OPEN}


def test_a_lost_lead_stays_in_sight_of_whoever_lost_it(speak, ana):
    answer = post(speak("james"), ana, "status", {"status": "lost", "reason": "Went with Acme"})
    assert (answer.status_code, answer.json()["status"]) == (200, "lost")
    assert speak("james").get(f"/api/v1/leads/{ana.pk}/").json()["lost_reason"] == "Went with Acme"


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"status": "quoted"}, {"premium": [NO_PREMIUM]}),
        ({"status": "bound"}, {"premium": [NO_PREMIUM]}),
        ({"status": "lost"}, {"reason": [NO_LOST_REASON]}),
    ],
)
def test_what_a_status_needs_is_named(speak, ana, body, errors):
    answer = post(speak("james"), ana, "status", body)
    assert (answer.status_code, answer.json()) == (400, errors)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "status"),
        ({"status": "half"}, "status"),
        ({"status": "bound", "premium": "a lot"}, "premium"),
        ({"status": "bound", "premium": -1}, "premium"),
        ({"status": "bound", "premium": "1e30"}, "premium"),
        ({"status": "bound", "premium": "NaN"}, "premium"),
        ({"status": "bound", "premium": 100, "commission": 200}, "commission"),
        ({"status": "bound", "premium": 100, "effective_on": "soon"}, "effective_on"),
    ],
)
def test_a_wrong_status_is_named(speak, ana, body, field):
    answer = post(speak("james"), ana, "status", body)
    assert (answer.status_code, list(answer.json())) == (400, [field])


def test_a_mended_zip_takes_the_lead_from_an_owner_without_a_licence_there(speak, ana, office):
    answer = speak("james").patch(f"/api/v1/leads/{ana.pk}/", {"zip_code": "07030"})
    assert answer.status_code == 200
    assert (answer.json()["owner"]["key"], answer.json()["unplaced"], answer.json()["state"]) == ("rosa", True, "NJ")
    told = Message.objects.get(kind="lead_taken", channel="in_app")
    assert (told.user, "holds no license in NJ" in told.body) == (office.james.user, True)
    assert speak("james").get(f"/api/v1/leads/{ana.pk}/").status_code == 404


def test_a_score_is_judged(speak, ana, office):
    assert post(speak("james"), ana, "flag-score", {"verdict": "too_high", "note": "A student"}).status_code == 201
    flag = ScoreFlag.objects.get()
    assert (flag.by, flag.verdict, flag.score, flag.note) == (office.james.user, "too_high", 40, "A student")
    assert list(post(speak("james"), ana, "flag-score", {"verdict": "fine"}).json()) == ["verdict"]


@pytest.mark.parametrize("deed", ["events", "touches", "notes", "accept", "decline", "status", "flag-score"])
def test_nothing_is_done_to_somebody_else_s_lead(speak, ana, deed):
    assert post(speak("sarah"), ana, deed, {"kind": "x", "channel": "call", "outcome": "reached"}).status_code == 404
