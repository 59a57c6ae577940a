"""People's capacity and availability, territories and licenses: read and written through the API, in force at once."""

from datetime import timedelta

import pytest

from producers.models import CapacityCap, License, Territory
from producers.presence import run_due
from producers.services import LAST_RESORT
from producers.shapes import BAD_COUNTY, BAD_ZIPS, NO_SUCH_COUNTY
from tests.office import NOW, hand_in

PRODUCERS = "/api/v1/producers/"
TERRITORIES = "/api/v1/territories/"
LICENSES = "/api/v1/licenses/"


def people(client) -> dict[str, dict]:
    return {one["key"]: one for one in client.get(PRODUCERS).json()["results"]}


def test_everyone_of_the_agency_sees_who_has_what(speak, office):
    hand_in(office)
    assert set(people(speak("mia"))) == {"rosa", "sarah", "james", "carla"}
    james = people(speak("sarah"))["james"]
    assert james == {
        "key": "james",
        "name": "James K.",
        "role": "producer",
        "active": True,
        "level": "",
        "weight": "1.000",
        "teams": ["north"],
        "lines": ["personal_auto"],
        "languages": [],
        "backup": None,
        "caps": {"open": 20},
        "availability": "available",
        "available": True,
        "open_leads": 1,
        "other_load": 0,
        "capacity_remaining": 19,
        "close_rate": None,
        "median_response_seconds": None,
    }


def test_capacity_is_what_is_left_under_the_tightest_cap(speak, office):
    CapacityCap.objects.create(producer=office.james, period="day", limit=2)
    hand_in(office)
    assert people(speak("rosa"))["james"]["capacity_remaining"] == 1
    assert people(speak("rosa"))["carla"]["capacity_remaining"] is None


def test_rates_come_from_what_was_done(speak, office, afternoon):
    first, second = hand_in(office), hand_in(office, email="ben@mail.example", phone="(212) 555-0144")
    assert first.owner != second.owner
    third = hand_in(office, email="cat@mail.example", phone="(212) 555-0145")
    assert third.owner == first.owner == office.james
    afternoon.shift(timedelta(minutes=2))
    speak("james").post(f"/api/v1/leads/{first.pk}/touches/", {"channel": "call", "outcome": "no_answer"})
    afternoon.shift(timedelta(minutes=4))
    speak("james").post(f"/api/v1/leads/{third.pk}/touches/", {"channel": "call", "outcome": "reached"})
    assert people(speak("rosa"))["james"]["median_response_seconds"] == 240, "between two and six minutes"
    assert people(speak("rosa"))["sarah"]["median_response_seconds"] is None


def test_a_longer_list_of_people_costs_no_more_queries(speak, office, django_assert_num_queries):
    client = speak("mia")
    client.get(PRODUCERS)
    with django_assert_num_queries(11):
        assert len(client.get(PRODUCERS).json()["results"]) == 4
    with django_assert_num_queries(11):
        client.get(PRODUCERS, {"page_size": 1})


def test_somebody_away_is_not_available_and_comes_back(speak, office):
    client = speak("james")
    assert client.patch(f"{PRODUCERS}me/", {"availability": "away"}).json()["available"] is False
    assert people(speak("rosa"))["james"]["availability"] == "away"
    assert hand_in(office).owner == office.sarah, "at once"
    assert client.patch(f"{PRODUCERS}me/", {"availability": "available"}).json()["available"] is True
    assert client.get(f"{PRODUCERS}me/").json()["key"] == "james"


def test_a_call_makes_busy_for_its_time(speak, office):
    until = (NOW + timedelta(minutes=20)).isoformat()
    mine = speak("james").patch(f"{PRODUCERS}me/", {"availability": "busy", "until": until}).json()
    assert (mine["availability"], mine["available"]) == ("busy", False)
    assert run_due(NOW + timedelta(minutes=20)) == 1
    assert people(speak("rosa"))["james"]["availability"] == "available"
    for body, field in (
        ({"availability": "available", "until": until}, "until"),
        ({"availability": "busy", "until": NOW.isoformat()}, "until"),
        ({"until": until}, "availability"),
    ):
        answer = speak("james").patch(f"{PRODUCERS}me/", body)
        assert (answer.status_code, list(answer.json())) == (400, [field])


def test_on_holiday_and_after_hours_nobody_is_available(speak, office):
    office.james.time_off.create(starts_on=NOW.date(), ends_on=NOW.date())
    office.sarah.hours.create(weekday=1, opens="08:00", closes="12:00")
    found = people(speak("rosa"))
    assert (found["james"]["available"], found["sarah"]["available"], found["carla"]["available"]) == (False, False, True)


@pytest.mark.parametrize("body", [{}, {"availability": "asleep"}, {"availability": None}, {"availability": ["away"]}])
def test_an_availability_that_is_none_is_named(speak, office, body):
    answer = speak("james").patch(f"{PRODUCERS}me/", body)
    assert (answer.status_code, list(answer.json())) == (400, ["availability"])


def test_a_manager_changes_someone_s_work(speak, office):
    answer = speak("rosa").patch(
        f"{PRODUCERS}james/",
        {
            "caps": {"day": 5},
            "weight": "2.5",
            "level": "senior",
            "teams": [],
            "lines": [],
            "languages": ["es"],
            "backup": "sarah",
        },
    )
    assert answer.status_code == 200
    changed = answer.json()
    assert (changed["caps"], changed["weight"], changed["level"]) == ({"day": 5}, "2.500", "senior")
    assert (changed["teams"], changed["lines"], changed["languages"], changed["backup"]) == ([], [], ["es"], "sarah")


def test_a_manager_limits_leads_of_one_family_or_tier(speak, office):
    caps = {"open": 20, "only": [{"family": "personal", "day": 1}, {"tier": "hot", "family": "life", "open": 3, "week": 9}]}
    answer = speak("rosa").patch(f"{PRODUCERS}james/", {"caps": caps})
    assert answer.json()["caps"] == caps
    hand_in(office)
    again = hand_in(office, email="ben@mail.example", phone="(212) 555-0144")
    third = hand_in(office, email="cat@mail.example", phone="(212) 555-0145")
    assert (again.owner, third.owner) == (office.sarah, office.sarah)
    assert speak("rosa").patch(f"{PRODUCERS}james/", {"caps": {"open": 20}}).json()["caps"] == {"open": 20}


def test_other_work_is_said_by_whoever_does_it_and_takes_room(speak, office):
    mine = speak("james").patch(f"{PRODUCERS}me/", {"other_load": 18}).json()
    assert (mine["other_load"], mine["open_leads"], mine["capacity_remaining"]) == (18, 0, 2)
    assert speak("rosa").patch(f"{PRODUCERS}james/", {"other_load": 20}).json()["capacity_remaining"] == 0
    assert hand_in(office).owner == office.sarah
    assert speak("james").patch(f"{PRODUCERS}me/", {"other_load": -1}).json().keys() == {"other_load"}


def test_a_lower_cap_holds_for_the_next_lead(speak, office):
    speak("rosa").patch(f"{PRODUCERS}james/", {"caps": {"open": 0}})
    assert hand_in(office).owner == office.sarah


def test_whoever_is_switched_off_gets_nothing_and_cannot_come_in(speak, office):
    assert speak("rosa").patch(f"{PRODUCERS}james/", {"active": False}).json()["available"] is False
    assert speak("james").get(PRODUCERS).status_code == 401
    assert hand_in(office).owner == office.sarah
    assert speak("rosa").patch(f"{PRODUCERS}james/", {"active": True}).status_code == 200
    assert speak("james").get(PRODUCERS).status_code == 200


def test_the_owner_of_last_resort_stays(speak, office):
    answer = speak("rosa").patch(f"{PRODUCERS}rosa/", {"active": False, "level": "senior"})
    assert (answer.status_code, answer.json()) == (400, {"active": [LAST_RESORT.format("Rosa V.")]})
    office.rosa.refresh_from_db()
    assert (office.rosa.active, office.rosa.level) == (True, "")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"caps": {"open": -1}}, "caps.open"),
        ({"caps": {"hour": 1}}, "caps.hour"),
        ({"caps": 5}, "caps"),
        ({"caps": {"only": [{"day": 1}]}}, "caps.only[0].family"),
        ({"caps": {"only": [{"family": "pets", "day": 1}]}}, "caps.only[0].family"),
        ({"caps": {"only": [{"tier": "hot", "hour": 1}]}}, "caps.only[0].hour"),
        ({"other_load": "much"}, "other_load"),
        ({"caps": {"open": 10**12}}, "caps.open"),
        ({"weight": -1}, "weight"),
        ({"weight": "NaN"}, "weight"),
        ({"teams": ["nowhere"]}, "teams"),
        ({"teams": "north"}, "teams"),
        ({"lines": ["spaceship"]}, "lines"),
        ({"backup": "nobody"}, "backup"),
        ({"backup": "james"}, "backup"),
        ({"active": "perhaps"}, "active"),
        ({"level": "x" * 41}, "level"),
        ({"languages": ["x" * 11]}, "languages[0]"),
    ],
)
def test_a_wrong_change_is_named_and_nothing_is_changed(speak, office, body, field):
    answer = speak("rosa").patch(f"{PRODUCERS}james/", {"availability": "away", **body})
    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert people(speak("rosa"))["james"]["availability"] == "available"


def test_somebody_that_there_is_not_is_not_found(speak, office):
    assert speak("rosa").patch(f"{PRODUCERS}nobody/", {}).status_code == 404
    assert speak("rosa").patch(f"{PRODUCERS}mia/", {}).status_code == 404, "marketing owns no leads"
    assert speak("mia").patch(f"{PRODUCERS}me/", {"availability": "away"}).status_code == 404


def test_territories_are_read_and_put_back_as_they_are(speak, office):
    client = speak("rosa")
    page = client.get(TERRITORIES).json()
    assert page["results"] == [
        {
            "key": "north_county",
            "name": "North County",
            "zips": ["10001-10099"],
            "counties": [],
            "states": [],
            "team": "north",
            "backup": None,
            "active": True,
        }
    ]
    assert client.put(TERRITORIES, page).json() == page
    assert client.put(TERRITORIES, page["results"]).json() == page


def test_a_list_of_territories_replaces_the_list_and_deletes_none(speak, office):
    rows = [
        {"key": "hudson", "name": "Hudson", "counties": ["NJ/Hudson County"], "team": "north", "backup": "sarah"},
        {"key": "jersey", "name": "New Jersey", "states": ["NJ"]},
    ]
    assert speak("rosa").put(TERRITORIES, rows).status_code == 200
    assert list(Territory.objects.filter(active=True).order_by("position").values_list("key", flat=True)) == ["hudson", "jersey"]
    assert Territory.objects.get(key="north_county").active is False


def test_a_single_territory_is_made_or_replaced_alone(speak, office):
    client = speak("rosa")
    assert client.put(TERRITORIES, {"key": "jersey", "name": "New Jersey", "states": ["NJ"]}).status_code == 200
    assert client.put(f"{TERRITORIES}jersey/", {"name": "All of Jersey", "zips": ["07030"]}).json()["zips"] == ["07030"]
    assert client.get(f"{TERRITORIES}jersey/").json()["states"] == []
    assert Territory.objects.filter(active=True).count() == 2
    assert client.get(f"{TERRITORIES}nowhere/").status_code == 404


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        ({"zips": ["10099-10001"]}, "zips", BAD_ZIPS),
        ({"zips": ["1000"]}, "zips", BAD_ZIPS),
        ({"counties": ["Kings"]}, "counties", BAD_COUNTY),
        ({"counties": ["NJ/Nowhere County"]}, "counties", NO_SUCH_COUNTY.format("NJ/Nowhere County")),
        ({"states": ["NJ", "New York"]}, "states[1]", None),
        ({"team": "nowhere"}, "team", None),
        ({"backup": "nobody"}, "backup", None),
        ({"name": ""}, "name", None),
    ],
)
def test_a_wrong_territory_is_named(speak, office, fields, field, message):
    answer = speak("rosa").put(f"{TERRITORIES}jersey/", {"name": "New Jersey", **fields})
    assert (answer.status_code, list(answer.json())) == (400, [field])
    if message:
        assert answer.json() == {field: [message]}
    assert not Territory.objects.filter(key="jersey").exists()


@pytest.mark.parametrize("body", [{}, {"results": None}, {"results": "all"}, ["north"], [[]], [{"key": "a", "name": "A"}] * 2])
def test_a_list_that_is_none_is_refused_whole(speak, office, body):
    for address in (TERRITORIES, LICENSES):
        assert speak("rosa").put(address, body).status_code == 400
    assert Territory.objects.get().active


def test_licences_are_read_and_put_back_as_they_are(speak, office):
    client = speak("rosa")
    page = client.get(LICENSES).json()
    assert [one["person"] for one in page["results"]] == ["carla", "james", "rosa", "sarah"]
    assert client.put(LICENSES, page).json() == page


def test_a_licence_says_where_its_record_came_from_until_somebody_says_otherwise(speak, office):
    licence = {
        "person": "james",
        "state": "NJ",
        "number": "NJ-7",
        "authority": ["property", "casualty"],
        "effective": "2026-01-01",
        "expires": "2028-01-01",
        "source": "state register",
        "verified_on": "2026-11-02",
    }
    assert speak("rosa").put(LICENSES, licence).status_code == 200
    kept = {name: value for name, value in licence.items() if name not in ("source", "verified_on")}
    assert speak("rosa").put(LICENSES, kept | {"expires": "2029-01-01"}).status_code == 200
    held = License.objects.get(number="NJ-7")
    assert (held.source, str(held.verified_on), str(held.expires)) == ("state register", "2026-11-02", "2029-01-01")


def test_licences_replace_those_of_the_people_named_only(speak, office):
    licence = {
        "person": "james",
        "state": "NJ",
        "number": "20-1",
        "authority": ["property", "casualty"],
        "effective": "2026-01-01",
        "expires": "2028-01-01",
    }
    assert speak("rosa").put(LICENSES, [licence]).status_code == 200
    held = {(one.producer.key, one.state): one.active for one in License.objects.select_related("producer")}
    assert held == {
        ("carla", "NY"): True,
        ("james", "NY"): False,
        ("james", "NJ"): True,
        ("rosa", "NY"): True,
        ("sarah", "NY"): True,
    }
    assert hand_in(office).owner == office.sarah, "in force at once"


def test_a_single_licence_is_added_to_what_is_held(speak, office):
    licence = {"person": "james", "state": "NJ", "authority": ["life"], "effective": "2026-01-01", "expires": "2028-01-01"}
    assert speak("rosa").put(LICENSES, licence).status_code == 200
    assert License.objects.filter(producer=office.james, active=True).count() == 2


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"person": "nobody"}, "person"),
        ({"state": "ny"}, "state"),
        ({"authority": []}, "authority"),
        ({"authority": ["magic"]}, "authority[0]"),
        ({"effective": "soon"}, "effective"),
        ({"expires": "2019-01-01"}, "expires"),
    ],
)
def test_a_wrong_licence_is_named(speak, office, fields, field):
    licence = {
        "person": "james",
        "state": "NY",
        "authority": ["life"],
        "effective": "2026-01-01",
        "expires": "2028-01-01",
        **fields,
    }
    answer = speak("rosa").put(LICENSES, licence)
    assert (answer.status_code, list(answer.json())) == (400, [field])
    if field != "person":
        answer = speak("rosa").put(LICENSES, [licence])
        assert (answer.status_code, list(answer.json())) == (400, [f"results[0].{field}"])


def test_the_versions_of_the_rules(speak, office):
    client = speak("mia")
    (version,) = client.get("/api/v1/rulesets/").json()["results"]
    assert (version["version"], version["state"]) == (1, "published")
    rules = client.get(f"/api/v1/rulesets/{version['id']}/").json()["rules"]
    assert rules == [{"name": "Taking turns", "when": {}, "then": {"among": "everyone", "distribute": "round_robin"}}]
    assert client.get("/api/v1/rulesets/999/").status_code == 404
