"""A person leaves: where their leads would go, where they go, and every way in which somebody can leave."""

import copy
from datetime import timedelta

import pytest
import yaml
from django.urls import reverse
from rest_framework.test import APIClient

from agency.agencyfile import load_data
from agency.agencyfile.demo import FILE
from agency.messaging.models import Message
from leads.keys import issue
from leads.models import Lead, Plan
from producers.changes import change_producer
from producers.models import CapacityCap, License, Producer
from producers.services import LAST_RESORT, PersonError, save_person
from routing import offboarding
from routing.assignment import assign, close
from routing.models import Assignment, EndReason, LadderStep, RoutingDecision
from tests.routing.conftest import LOADED, POD
from tests.routing.people import TUESDAY

LATER = TUESDAY + timedelta(hours=1)


@pytest.fixture
def four(harbor):
    """Four personal auto leads of the north pod: James, Sarah, James, Sarah."""
    return [harbor.lead(now=TUESDAY + timedelta(minutes=n)) for n in range(4)]


def owners(leads):
    return [Lead.objects.values_list("owner__key", flat=True).get(pk=lead.pk) for lead in leads]


def leave(harbor, key):
    return offboarding.execute(harbor.person(key), by=harbor.user("rosa"), now=LATER)


def test_the_pod_takes_turns_to_begin_with(harbor, four):
    assert owners(four) == ["james", "sarah", "james", "sarah"]


def test_the_open_leads_of_someone_who_leaves_go_where_the_rules_say(harbor, four):
    departure = leave(harbor, "james")
    assert owners(four) == ["sarah"] * 4
    assert departure.counts == [("Sarah M.", 2)]
    james = harbor.person("james")
    assert (james.active, james.user.is_active) == (False, False)
    assert harbor.load("james").open_leads == 0
    assert harbor.load("sarah").open_leads == 4


def test_every_move_is_on_record_with_its_reason(harbor, four):
    leave(harbor, "james")
    decisions = RoutingDecision.objects.filter(cause="offboard").order_by("id")
    assert list(decisions.values_list("lead_id", "producer__key", "rule")) == [
        (four[0].pk, "sarah", POD),
        (four[2].pk, "sarah", POD),
    ]
    ended = Assignment.objects.filter(producer__key="james")
    assert set(ended.values_list("end_reason", "end_note", "ended_at")) == {(EndReason.OFFBOARDED, offboarding.NOTE, LATER)}
    assert not LadderStep.objects.filter(assignment__producer__key="james", state="due").exists()
    assert Message.objects.filter(kind="lead_assigned", user__username="sarah", lead_id=four[0].pk).exists()


def test_the_turns_of_someone_who_leaves_stay_spent(harbor, four):
    """He had two and she had two; his two leads are turns that Sarah alone is due, so nobody is owed anything."""
    leave(harbor, "james")
    assert harbor.owed(POD) == {"james": 0, "sarah": 0}
    moved = RoutingDecision.objects.filter(cause="offboard")
    assert [(one.trace["rotation"], one.trace["shares"], one.facts["undone"]) for one in moved] == [
        (POD, {"sarah": 1_000_000}, False),
        (POD, {"sarah": 1_000_000}, False),
    ]


def test_somebody_who_left_and_came_back_takes_turns_as_before(harbor, four):
    """Nobody is owed anything, so the four next leads are shared as the first four were; Sarah has just been given two."""
    leave(harbor, "james")
    change_producer(harbor.person("james"), changes={"active": True}, now=LATER)
    more = [harbor.lead(now=LATER + timedelta(minutes=n)) for n in range(4)]
    assert owners(more) == ["james", "sarah", "james", "sarah"]


def test_what_was_foreseen_is_what_happens(harbor, four):
    cap = CapacityCap.objects.get(producer__key="sarah", period="day")
    cap.limit = 3
    cap.save()
    seen = offboarding.preview(harbor.person("james"), LATER)
    assert [(move.lead_id, move.producer, move.unplaced) for move in seen.moves] == [
        (four[0].pk, "sarah", False),  # her third today
        (four[2].pk, "david", False),  # then the pod has nobody left: anyone licensed, by weight
    ]
    assert owners(four) == ["james", "sarah", "james", "sarah"]  # nothing was written
    done = leave(harbor, "james")
    assert [(move.lead_id, move.producer, move.reason) for move in done.moves] == [
        (move.lead_id, move.producer, move.reason) for move in seen.moves
    ]


def test_the_preview_writes_nothing_and_locks_nothing(harbor, four, django_assert_max_num_queries):
    before = RoutingDecision.objects.count(), Message.objects.count(), harbor.owed(POD)
    with django_assert_max_num_queries(20) as asked:
        offboarding.preview(harbor.person("james"), LATER)
    assert (RoutingDecision.objects.count(), Message.objects.count(), harbor.owed(POD)) == before
    assert not [one["sql"] for one in asked.captured_queries if "FOR " in one["sql"].upper() and "UPDATE" in one["sql"].upper()]
    assert not [one["sql"] for one in asked.captured_queries if "advisory" in one["sql"]]


def test_leads_that_nobody_else_may_take_go_to_the_owner_of_last_resort(harbor):
    lead = harbor.lead(zip_code="07030")  # New Jersey: Sarah alone holds a license
    assert harbor.owner(lead) == "sarah"
    seen = offboarding.preview(harbor.person("sarah"), LATER)
    assert (seen.unplaced, seen.counts) == (1, [])
    assert leave(harbor, "sarah").unplaced == 1
    assert harbor.owner(lead) == "rosa"
    assert Lead.objects.get(pk=lead.pk).unplaced


def test_whoever_declined_a_lead_does_not_get_it_back_by_the_leaving(harbor):
    lead = harbor.lead()
    assign(lead, reason="decline", now=TUESDAY, exclude={"james"}, end_note="other")
    assert harbor.owner(lead) == "sarah"
    seen = offboarding.preview(harbor.person("sarah"), LATER)
    leave(harbor, "sarah")
    assert [move.producer for move in seen.moves] == [harbor.owner(lead)]
    assert harbor.owner(lead) not in {"james", "sarah"}


def test_nurtured_leads_and_plans_go_to_the_owner_of_last_resort(harbor):
    lead = harbor.lead()
    close(lead, now=TUESDAY, why="nurture")
    assert Lead.objects.get(pk=lead.pk).steward.key == "james"
    Plan.objects.filter(starts="nurture").update(steward=harbor.person("james"))
    departure = leave(harbor, "james")
    assert (departure.stewarded, departure.heir) == (1, "Rosa V.")
    assert Lead.objects.get(pk=lead.pk).steward.key == "rosa"
    assert set(Plan.objects.filter(starts="nurture").values_list("steward__key", flat=True)) == {"rosa"}


def test_closed_leads_keep_the_name_of_who_closed_them(harbor):
    lead = harbor.lead()
    lead.status, lead.closed_at = "lost", TUESDAY
    lead.save()
    close(lead, now=TUESDAY, why="lost")
    leave(harbor, "james")
    assert harbor.owner(lead) == "james"


def test_the_owner_of_last_resort_cannot_leave(harbor):
    with pytest.raises(PersonError) as error:
        leave(harbor, "rosa")
    assert str(error.value) == LAST_RESORT.format("Rosa V.")
    assert harbor.person("rosa").active


def test_a_cold_lead_that_somebody_owned_is_owned_by_somebody(harbor):
    lead = harbor.lead()
    Lead.objects.filter(pk=lead.pk).update(tier="cold", score=5)
    leave(harbor, "james")
    lead.refresh_from_db()
    assert lead.status == "new"
    assert lead.owner.key == "sarah"


# --- Every way out ---


def test_leaving_by_api(harbor, four):
    key = issue(user=harbor.user("rosa"), now=LOADED)[1]
    api = APIClient(headers={"Authorization": f"Bearer {key}"})
    assert api.patch(reverse("api:producer", args=["james"]), {"active": False}, format="json").status_code == 200
    assert owners(four) == ["sarah"] * 4


def test_leaving_by_a_change(harbor, four):
    change_producer(harbor.person("james"), changes={"active": False}, now=LATER)
    assert owners(four) == ["sarah"] * 4


def test_leaving_by_the_form_of_a_person(harbor, four):
    james = harbor.person("james")
    james.active = False
    save_person(james, name="James K.", email="james@harborpoint.example", now=LATER)
    assert owners(four) == ["sarah"] * 4


def test_moving_to_marketing_is_leaving_too(harbor, four):
    james = harbor.person("james")
    james.role = "marketing"
    save_person(james, name="James K.", email="james@harborpoint.example", now=LATER)
    assert owners(four) == ["sarah"] * 4


def agency_without(key):
    """The demo file without this person, and without what names them."""
    data = copy.deepcopy(yaml.safe_load(FILE.read_text()))
    data["people"] = [one for one in data["people"] if one["key"] != key]
    for one in (*data["people"], *data["territories"]):
        if one.get("backup") == key:
            del one["backup"]
    return data


def test_leaving_by_the_agency_file(harbor, four):
    load_data(agency_without("james"), now=LATER)
    assert not Producer.objects.get(key="james").active
    assert owners(four) == ["sarah"] * 4


def test_leads_that_somebody_who_left_long_ago_still_holds_are_found_by_the_next_import(harbor, four):
    Producer.objects.filter(key="james").update(active=False)
    load_data(agency_without("james"), now=LATER)
    assert owners(four) == ["sarah"] * 4


def test_somebody_who_comes_back_comes_back_empty_handed(harbor, four):
    leave(harbor, "james")
    change_producer(harbor.person("james"), changes={"active": True}, now=LATER)
    assert harbor.load("james").open_leads == 0
    assert owners(four) == ["sarah"] * 4


def test_licences_and_history_of_someone_who_left_stay(harbor, four):
    leave(harbor, "james")
    assert License.objects.filter(producer__key="james", active=True).exists()
    assert Assignment.objects.filter(producer__key="james").count() == 2
