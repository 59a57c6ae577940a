"""Where licenses' records come from, carrier appointments and how sales are held against them: written, read, switched off."""

import pytest

from agency.agencyfile import check, load, load_data
from agency.agencyfile.demo import FILE
from agency.agencyfile.file import dump
from agency.agencyfile.reading import read_text
from agency.models import Agency
from producers.models import Appointment, License
from producers.roster import static
from tests.agencyfile.conftest import NOW, Data
from tests.agencyfile.test_errors import problems_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def wanted(data: Data, person) -> Data:  # type: ignore[no-untyped-def]
    """The demo, with two appointments of Sarah's and a license of hers that was looked up."""
    person("sarah")["licenses"][0] |= {"source": "state register: NY", "verified_on": "2026-11-02"}
    person("sarah")["appointments"] = [
        {"carrier": "Borough Mutual", "state": "NY", "effective": "2025-01-01"},
        {"carrier": "Acme Insurance", "state": "NJ", "effective": "2025-01-01", "expires": "2027-01-01"},
    ]
    data["agency"]["appointments"] = "require"
    return data


def test_an_export_means_the_same_and_imports_as_no_change(wanted: Data) -> None:
    load_data(wanted, now=NOW)
    exported = read_text(dump())
    assert check(exported) == check(wanted)
    assert load_data(exported, now=NOW).done == {}
    assert Agency.objects.get().appointments == "require"


def test_the_demo_says_nothing_of_what_it_does_not_have(data: Data) -> None:
    load(FILE, now=NOW)
    assert "appointments" not in dump()
    assert "verified_on" not in dump()
    assert Agency.objects.get().appointments == "warn"


def test_the_roster_has_them(wanted: Data) -> None:
    load_data(wanted, now=NOW)
    sarah = static().producers["sarah"]
    assert [(one.carrier, one.state) for one in sarah.appointments] == [("Acme Insurance", "NJ"), ("Borough Mutual", "NY")]
    held = next(one for one in sarah.licenses if one.state == "NY")
    assert (held.source, str(held.verified_on)) == ("state register: NY", "2026-11-02")


def test_an_appointment_that_is_no_longer_there_is_switched_off_and_kept(wanted: Data, person) -> None:  # type: ignore[no-untyped-def]
    load_data(wanted, now=NOW)
    person("sarah")["appointments"].pop()
    assert load_data(wanted, now=NOW).done == {"people": {"sarah": "changed"}}
    assert dict(Appointment.objects.values_list("carrier", "active")) == {"Borough Mutual": True, "Acme Insurance": False}
    assert [one.carrier for one in static().producers["sarah"].appointments] == ["Borough Mutual"]
    assert check(read_text(dump())) == check(wanted)


def test_a_file_that_does_not_say_when_a_record_was_checked_takes_that_back(data: Data, wanted: Data, person) -> None:  # type: ignore[no-untyped-def]
    load_data(wanted, now=NOW)
    del person("sarah")["licenses"][0]["verified_on"]
    load_data(wanted, now=NOW)
    assert License.objects.get(producer__key="sarah", state="NY").verified_on is None


@pytest.mark.parametrize(
    ("appointment", "problem"),
    [
        ({"state": "NY", "effective": "2025-01-01"}, "appointments[0].carrier: is missing"),
        ({"carrier": "Acme", "state": "XX", "effective": "2025-01-01"}, 'appointments[0].state: "XX" is no state'),
        (
            {"carrier": "Acme", "state": "NY", "effective": "2025-01-01", "expires": "2024-01-01"},
            "appointments[0].expires: ends before it begins",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_path(data: Data, person, appointment, problem) -> None:  # type: ignore[no-untyped-def]
    person("sarah")["appointments"] = [appointment]
    assert any(problem in one for one in problems_of(data))


def test_the_same_appointment_twice(data: Data, person) -> None:  # type: ignore[no-untyped-def]
    same = {"carrier": "Acme", "state": "NY", "effective": "2025-01-01"}
    person("sarah")["appointments"] = [same, dict(same)]
    assert any("appointments[1].carrier" in one for one in problems_of(data))


def test_an_unknown_way_to_hold_sales_against_them(data: Data) -> None:
    data["agency"]["appointments"] = "maybe"
    assert any(one.startswith("agency.appointments: ") for one in problems_of(data))
