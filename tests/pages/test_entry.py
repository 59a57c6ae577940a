"""Leads the agency types in, and refused ones that are mended."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from leads.forms import REACHABLE
from leads.intake import IntakeError, receive
from leads.models import Lead, RejectedIntake, Submission
from tests.office import ANA, NOW, Office

Browse = Callable[[str], Client]


def test_the_picker_offers_what_happens_at_a_desk(browse: Browse, office: Office) -> None:
    page = browse("carla").get("/leads/new/").content.decode()
    assert "Phone calls" in page
    assert "QuoteWizard" not in page


def test_a_caller_is_routed_like_anybody(browse: Browse, office: Office) -> None:
    answer = browse("carla").post("/leads/new/", {**ANA, "source": office.counter.pk, "token": "one"}, follow=True)
    lead = Lead.objects.get()
    assert (lead.source.key, lead.submissions.get().door) == ("phone", "manual")
    assert f"Ana Ruiz is in. {lead.owner.name} owns it." in answer.content.decode()


def test_whoever_gets_the_lead_they_typed_sees_its_page(browse: Browse, office: Office) -> None:
    answer = browse("rosa").post("/leads/new/", {**ANA, "source": office.counter.pk})
    assert answer.url == f"/leads/{Lead.objects.get().pk}/"


def test_one_way_to_reach_them_is_enough_and_none_is_not(browse: Browse, office: Office) -> None:
    carla = browse("carla")
    answer = carla.post("/leads/new/", {"first_name": "Ben", "last_name": "Okafor", "source": office.counter.pk})
    assert answer.status_code == 422
    assert REACHABLE in answer.content.decode()
    assert 'value="Ben"' in answer.content.decode()
    carla.post("/leads/new/", {"first_name": "Ben", "last_name": "Okafor", "phone": "2125550144", "source": office.counter.pk})
    assert Lead.objects.get().name == "Ben Okafor"


def test_the_same_form_twice_is_one_lead(browse: Browse, office: Office) -> None:
    for _ in range(2):
        browse("carla").post("/leads/new/", {**ANA, "source": office.counter.pk, "token": "one"})
    assert Submission.objects.count() == 1


@pytest.fixture
def refused(office: Office) -> RejectedIntake:
    with pytest.raises(IntakeError):
        receive({**ANA, "phone": "12", "gclid": "kept"}, source=office.vendor, now=NOW)
    return RejectedIntake.objects.get()


def test_a_manager_sees_what_was_refused_and_why(browse: Browse, refused: RejectedIntake) -> None:
    rosa = browse("rosa")
    assert "QuoteWizard" in rosa.get("/leads/rejected/").content.decode()
    page = rosa.get(f"/leads/rejected/{refused.pk}/").content.decode()
    assert 'value="12"' in page
    assert 'id="id_phone_error"' in page


def test_what_must_be_there_is_not_called_optional(browse: Browse, office: Office) -> None:
    with pytest.raises(IntakeError):
        receive({"zip_code": "10005"}, source=office.vendor, now=NOW)
    page = browse("rosa").get(f"/leads/rejected/{RejectedIntake.objects.get().pk}/").content.decode()
    optional = {name for name in ("first_name", "last_name", "phone", "zip_code") if is_optional(page, name)}
    assert optional == {"zip_code"}


def is_optional(page: str, name: str) -> bool:
    label = re.search(rf'<label class="form-label" for="id_{name}">(.*?)</label>', page)
    assert label
    return "optional" in label[1]


def test_a_mended_request_becomes_a_lead_of_its_source(browse: Browse, refused: RejectedIntake) -> None:
    rosa = browse("rosa")
    answer = rosa.post(f"/leads/rejected/{refused.pk}/", {**ANA, "phone": "2125550143"})
    lead = Lead.objects.get()
    assert answer.url == f"/leads/{lead.pk}/"
    assert lead.source.key == "quotewizard"
    assert lead.submissions.get().payload["gclid"] == "kept"
    refused.refresh_from_db()
    assert refused.lead_id == lead.pk
    assert "Nothing rejected" in rosa.get("/leads/rejected/").content.decode()
    assert "Open the lead" in rosa.get(f"/leads/rejected/{refused.pk}/").content.decode()


def test_what_is_still_wrong_comes_back(browse: Browse, refused: RejectedIntake) -> None:
    answer = browse("rosa").post(f"/leads/rejected/{refused.pk}/", {**ANA, "last_name": "", "phone": "2125550143"})
    assert answer.status_code == 422
    assert 'id="id_last_name_error"' in answer.content.decode()
    assert not Lead.objects.exists()


def test_only_managers_mend(browse: Browse, refused: RejectedIntake) -> None:
    assert browse("sarah").get(f"/leads/rejected/{refused.pk}/").status_code == 403


def test_a_payload_that_is_no_object_can_be_looked_at(browse: Browse, office: Office) -> None:
    row = RejectedIntake.objects.create(
        source=office.vendor, door="api", payload=["not", "a", "lead"], errors={"non_field_errors": ["No."]}, received_at=NOW
    )
    assert browse("rosa").get("/leads/rejected/").status_code == 200
    assert browse("rosa").get(f"/leads/rejected/{row.pk}/").status_code == 200
