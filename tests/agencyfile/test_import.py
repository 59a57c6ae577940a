"""Importing an agency: all of it, in place, once, or nothing."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command

from agency import revisions
from agency.agencyfile import AgencyFileError, check, dump, load, load_data
from agency.agencyfile.demo import FILE, PASSWORD, load_demo
from agency.agencyfile.reading import read_text
from agency.models import Agency, User
from agency.roles import role_of
from leads.models import Plan, ScoreModel, Source, Template
from producers.models import Certification, License, Producer, Team, Territory, TimeOff, WorkingHours
from producers.roster import static
from routing.models import EscalationPolicy, RuleSet
from routing.rulesets import published
from tests.agencyfile.conftest import NOW, Data

pytestmark = pytest.mark.django_db


def test_the_whole_demo_is_there() -> None:
    load(FILE, now=NOW)
    assert Agency.objects.get().fallback.username == "rosa"
    assert set(static().producers) == {"rosa", "sarah", "james", "rachel", "david", "carla"}
    assert [territory.key for territory in static().territories] == ["north_county", "south_county", "metro", "west_side"]
    assert Source.objects.count() == 9
    assert ScoreModel.objects.get().state == "champion"
    assert [rule.name for rule in published().rules][-1] == "Anyone licensed, fair turns by weight"
    assert [plan.steps.count() for plan in Plan.objects.all()] == [11, 5, 1]
    assert Template.objects.count() == 10
    assert len(EscalationPolicy.objects.get().rungs) == 4


def test_a_person_has_what_the_file_says() -> None:
    load(FILE, now=NOW)
    rachel = static().producers["rachel"]
    assert (rachel.weight, rachel.backup, dict(rachel.caps)) == (2_000_000, "david", {"open": 25, "day": 10})
    assert [(one.state, one.expires) for one in rachel.licenses] == [("CT", date(2026, 6, 30)), ("NY", date(2029, 7, 1))]
    assert rachel.time_off == ((date(2026, 12, 21), date(2026, 12, 28)),)
    assert set(rachel.hours or {}) == {0, 1, 2, 3, 4}
    assert Team.objects.get(key="metro").lead.key == "rosa"


def test_everyone_has_a_log_in_in_their_role_s_group_and_no_password_yet() -> None:
    load(FILE, now=NOW)
    users = User.objects.in_bulk(field_name="username")
    assert {key: role_of(user) for key, user in users.items()} == {
        "rosa": "manager",
        "sarah": "producer",
        "james": "producer",
        "rachel": "producer",
        "david": "producer",
        "carla": "csr",
        "mia": "marketing",
    }
    assert [key for key, user in users.items() if user.is_staff] == ["rosa"]
    assert not any(user.has_usable_password() for user in users.values())


def test_a_second_import_changes_nothing() -> None:
    load(FILE, now=NOW)
    before = revisions.current()
    again = load(FILE, now=NOW + timedelta(days=1))
    assert again.done == {}
    assert revisions.current() == before
    assert (RuleSet.objects.count(), ScoreModel.objects.count()) == (1, 1)


def test_an_export_means_the_same_and_imports_as_no_change(data: Data) -> None:
    load(FILE, now=NOW)
    exported = read_text(dump())
    assert check(exported) == check(data)
    assert load_data(exported, now=NOW).done == {}
    assert dump() == dump()


def test_an_export_of_every_unusual_thing_means_the_same(data: Data, person) -> None:  # type: ignore[no-untyped-def]
    person("sarah").update(
        level="senior",
        languages=["en", "es"],
        weight=0.125,
        resident_state="NJ",
        npn="0012345678",
        notify={"assigned": ["sms"]},
        certifications=[{"name": "nfip_flood_training", "effective": "2024-01-01"}],
        hours={"mon": "09:00-12:00, 13:00-24:00", "sat": ["10:00-12:00", "14:00-15:30"]},
        time_off=[{"from": "2026-12-24", "to": "2026-12-24", "note": "Christmas: no, really"}],
        caps={
            "open": 0,
            "day": 1,
            "week": 2,
            "month": 3,
            "only": [
                {"family": "life", "day": 2},
                {"tier": "hot", "open": 5, "week": 9},
                {"family": "personal", "tier": "cold", "day": 0},
            ],
        },
    )
    data["agency"]["idle_minutes"] = 15
    person("sarah")["licenses"][0]["resident"] = False
    data["territories"] += [
        {"key": "jersey", "name": "Jersey", "states": ["NJ"]},
        {"key": "kings", "name": "Kings", "counties": ["NY/Kings County", "VA/Alexandria city"], "zips": ["00501", "11201"]},
    ]
    data["rules"].insert(2, {"name": "Yes", "when": {"score": "40-64", "hours": "after"}, "then": {"person": "carla"}})
    data["rules"].insert(3, {"name": "Seniors", "then": {"distribute": "least_loaded", "among": {"level": "senior"}}})
    data["escalation"]["rungs"][0] |= {"always": True, "when": {"tier": "hot"}}
    data["escalation"]["ends_on"] = "contact"
    data["escalation"]["sla"] = "90s"
    rungs = [{"after": "1m", "action": "alert", "channels": ["sms"], "to": "manager"}]
    data["escalation"]["ladders"] = [{"name": "Live", "when": {"lead_kinds": ["live_transfer"]}, "sla": "30s", "rungs": rungs}]
    data["templates"][0]["body"] = "  no \n'quoted' \"twice\": # {{ lead.first_name }} – ñ\n"
    wanted = check(data)
    load_data(data, now=NOW)
    assert check(read_text(dump())) == wanted


def test_a_changed_file_updates_in_place(data: Data, person) -> None:  # type: ignore[no-untyped-def]
    load(FILE, now=NOW)
    pk = Producer.objects.get(key="sarah").pk
    person("sarah").update(name="Sarah N.", role="manager", teams=["south"], caps={"week": 9})
    person("sarah")["licenses"][0]["expires"] = "2031-01-01"
    done = load_data(data, now=NOW).done
    sarah = static().producers["sarah"]
    assert done == {"people": {"sarah": "changed"}}
    assert Producer.objects.get(key="sarah").pk == pk
    assert (sarah.name, sarah.role, sarah.teams, sarah.caps) == ("Sarah N.", "manager", {"south"}, {"week": 9})
    assert sarah.licenses[1].expires == date(2031, 1, 1)
    assert User.objects.get(username="sarah").is_staff


def test_what_is_no_longer_in_the_file_is_inactive_and_never_deleted(data: Data, person) -> None:  # type: ignore[no-untyped-def]
    load(FILE, now=NOW)
    data["people"].remove(person("carla"))
    data["territories"] = data["territories"][:-1]
    data["sources"] = data["sources"][:-1]
    person("sarah")["licenses"].pop()
    done = load_data(data, now=NOW).done
    assert done["people"] == {"carla": "deactivated", "sarah": "changed"}
    assert not Producer.objects.get(key="carla").active
    assert not User.objects.get(username="carla").is_active
    assert not Territory.objects.get(key="west_side").active
    assert not Source.objects.get(key="walk_in").active
    assert not License.objects.get(producer__key="sarah", state="NJ").active
    assert "carla" not in static().producers
    assert [license_.state for license_ in static().producers["sarah"].licenses] == ["NY"]
    assert check(read_text(dump())) == check(data)


def test_whoever_comes_back_is_as_before() -> None:
    load(FILE, now=NOW)
    before, pk = dump(), Producer.objects.get(key="carla").pk
    data = read_text(before)
    data["people"] = [one for one in data["people"] if one["key"] != "carla"]
    load_data(data, now=NOW)
    load(FILE, now=NOW)
    assert dump() == before
    assert Producer.objects.get(key="carla").pk == pk
    assert User.objects.get(username="carla").is_active


def test_changed_rules_and_a_changed_score_model_are_new_versions(data: Data) -> None:
    load(FILE, now=NOW)
    data["rules"].reverse()
    data["score_model"]["tiers"] = {"hot": 70, "warm": 40}
    done = load_data(data, now=NOW).done
    assert done == {"rules": {"rules": "changed"}, "score_model": {"Starting model": "changed"}}
    assert published().version == 2
    assert published().rules[0].name == "Anyone licensed, fair turns by weight"
    assert [(model.version, model.state) for model in ScoreModel.objects.order_by("version")] == [
        (1, "archived"),
        (2, "champion"),
    ]


def test_what_is_in_force_binds_at_every_instant() -> None:
    """The set clock may lie before the import: rules and people are in force there too."""
    load(FILE, now=NOW)
    ruleset = RuleSet.objects.get()
    assert (ruleset.state, published().version) == ("published", 1)
    assert static().number == revisions.current()[revisions.ROSTER]


def test_steps_are_changed_in_place_so_that_what_runs_keeps_its_step(data: Data) -> None:
    load(FILE, now=NOW)
    plan = Plan.objects.get(key="after_quote")
    before = list(plan.steps.values_list("pk", flat=True))
    data["follow_up"][1]["steps"] = data["follow_up"][1]["steps"][:2]
    data["follow_up"][1]["steps"][1]["after"] = "2d"
    load_data(data, now=NOW)
    assert list(plan.steps.values_list("pk", "after")) == [(before[0], timedelta(days=1)), (before[1], timedelta(days=2))]


def test_one_wrong_value_and_nothing_is_written(data: Data) -> None:
    data["escalation"]["rungs"][3]["to"] = "nobody"
    with pytest.raises(AgencyFileError):
        load_data(data, now=NOW)
    assert not Agency.objects.exists()
    assert not User.objects.exists()


def test_an_error_while_writing_leaves_nothing_behind(data: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("routing.rulesets.load_rules", fail)
    with pytest.raises(RuntimeError):
        load_data(data, now=NOW)
    assert not Agency.objects.exists()
    assert not Producer.objects.exists()


def test_a_log_in_that_was_there_before_is_taken_over_with_its_password_and_rank() -> None:
    User.objects.create_superuser("rosa", "old@harborpoint.example", "owner-of-all")
    load(FILE, now=NOW)
    rosa = User.objects.get(username="rosa")
    assert (rosa.email, rosa.name) == ("rosa@harborpoint.example", "Rosa V.")
    assert rosa.is_superuser
    assert rosa.check_password("owner-of-all")


def test_what_a_person_no_longer_has_is_gone(data: Data, person) -> None:  # type: ignore[no-untyped-def]
    person("rachel")["certifications"] = [{"name": "nfip_flood_training", "effective": "2024-01-01", "expires": "2027-01-01"}]
    load_data(data, now=NOW)
    assert Certification.objects.count() == 1
    for key in ("certifications", "hours", "time_off", "caps"):
        del person("rachel")[key]
    load_data(data, now=NOW)
    rachel = static().producers["rachel"]
    assert (rachel.certifications, rachel.hours, rachel.time_off, rachel.caps) == ((), None, (), {})
    assert not WorkingHours.objects.exists()
    assert not TimeOff.objects.exists()


def test_the_smallest_agency_is_one_person() -> None:
    data = {"version": 1, "agency": {"name": "Solo", "fallback": "sol"}, "people": [{"key": "sol", "name": "Sol"}]}
    load_data(data, now=NOW)
    sol = static().producers["sol"]
    assert (sol.role, sol.weight, dict(sol.caps), sol.hours, sol.backup) == ("producer", 1_000_000, {}, None, None)
    assert Agency.objects.get().notify == {"assigned": ["in_app", "email"]}
    assert published().rules == ()
    assert check(read_text(dump())) == check(data)


def test_a_section_that_is_left_out_is_an_empty_one(data: Data) -> None:
    load(FILE, now=NOW)
    for key in ("rules", "follow_up", "templates", "sources", "territories", "score_model", "escalation"):
        del data[key]
    load_data(data, now=NOW)
    assert published().rules == ()
    assert not Source.objects.filter(active=True).exists()
    assert not EscalationPolicy.objects.get().rungs
    assert check(read_text(dump())) == check(data)


def test_the_demo_is_loaded_into_an_empty_database_only_and_everyone_can_log_in() -> None:
    users = load_demo(now=NOW)
    assert [user.username for user in users] == ["rosa", "sarah", "james", "rachel", "david", "carla", "mia"]
    assert all(User.objects.get(pk=user.pk).check_password(PASSWORD) for user in users)
    sarah = User.objects.get(username="sarah")
    sarah.set_password("something-else")
    sarah.save()
    Producer.objects.filter(key="mia").update(level="kept")
    assert "sarah" not in {user.username for user in load_demo(now=NOW)}
    assert Producer.objects.get(key="mia").level == "kept"


def test_the_demo_leaves_another_agency_alone(capsys: pytest.CaptureFixture[str]) -> None:
    Agency.objects.create(name="Elsewhere")
    call_command("load_demo")
    assert capsys.readouterr().out == ""
    assert not Producer.objects.exists()


def test_the_agencys_own_cap_on_attempts_is_kept_and_eight_in_two_days_unless_said(data: Data) -> None:
    load_data(data, now=NOW)
    assert (Agency.objects.get().contact_cap, Agency.objects.get().contact_cap_hours) == (8, 48)
    assert "contact_cap" not in dump()
    data["agency"]["contact_cap"] = {"attempts": 5, "hours": 24}
    load_data(data, now=NOW)
    assert (Agency.objects.get().contact_cap, Agency.objects.get().contact_cap_hours) == (5, 24)
    assert check(read_text(dump())) == check(data)
    data["agency"]["contact_cap"] = {"attempts": 5, "hours": 0}
    with pytest.raises(AgencyFileError, match=r"agency\.contact_cap\.hours"):
        load_data(data, now=NOW)
