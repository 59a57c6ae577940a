"""Selling a carrier's policy without its appointment: noted, or not allowed; and what routing says of it beforehand."""

from datetime import date
from decimal import Decimal

import pytest

from agency.messaging.models import Message
from agency.models import Agency
from leads import work
from leads.models import Lead, Note, Policy
from leads.work.appointments import KIND
from producers.models import Appointment
from routing.engine.gates import NO_APPOINTMENT, NOT_APPOINTED, appointed, same_carrier, unappointed
from routing.models import RoutingDecision
from tests.office import NOW, Office, hand_in, open_office
from tests.routing.people import JAMES

DAY = date(2026, 11, 24)


@pytest.fixture
def office(db) -> Office:
    """A small agency; Sarah sells for Acme in New York, James for Acme until yesterday and for Borough Mutual in New Jersey."""
    found = open_office()
    for person, carrier, state, expires in (
        (found.sarah, "Acme Insurance", "NY", None),
        (found.james, "Acme Insurance", "NY", date(2026, 11, 23)),
        (found.james, "Borough Mutual", "NJ", None),
    ):
        Appointment.objects.create(producer=person, carrier=carrier, state=state, effective=date(2025, 1, 1), expires=expires)
    return found


def bind(lead: Lead, carrier: str) -> None:
    owner = Lead.objects.select_related("owner__user").get(pk=lead.pk).owner.user
    work.set_status(lead, by=owner, status="bound", premium=Decimal(1840), carrier=carrier, now=NOW)


def leads_of(office) -> tuple[Lead, Lead]:
    """James's and Sarah's."""
    first, second = hand_in(office), hand_in(office, phone="(212) 555-0144", email="ben@mail.example")
    assert (first.owner, second.owner) == (office.james, office.sarah)
    return first, second


def test_an_appointed_producer_binds_without_a_word(office):
    _, lead = leads_of(office)
    bind(lead, "  acme   INSURANCE ")
    assert Policy.objects.count() == 1
    assert not Note.objects.exists()
    assert not Message.objects.filter(kind=KIND).exists()


def test_an_appointment_that_ran_out_is_noted_and_told_to_the_manager(office):
    lead, _ = leads_of(office)
    bind(lead, "Acme Insurance")
    text = "Bound with Acme Insurance, but James K. had no carrier appointment on record in NY on 2026-11-24."
    assert Policy.objects.count() == 1
    assert [(note.text, note.by) for note in Note.objects.filter(lead=lead)] == [(text, None)]
    assert set(Message.objects.filter(kind=KIND).values_list("user__username", "subject")) == {("rosa", text)}


def test_pressing_twice_notes_it_once(office):
    lead, _ = leads_of(office)
    for _ in range(2):
        bind(lead, "Acme Insurance")
    assert Note.objects.count() == 1


def test_an_agency_that_requires_appointments_does_not_let_it_happen(office):
    Agency.objects.update(appointments="require")
    _, lead = leads_of(office)
    with pytest.raises(work.WorkError) as error:
        bind(lead, "Borough Mutual")
    assert str(error.value).startswith("Sarah M. has no appointment with Borough Mutual on record in NY")
    lead.refresh_from_db()
    assert lead.status == "new"
    assert not Policy.objects.exists()
    bind(lead, "Acme Insurance")
    assert Policy.objects.count() == 1


def test_a_sale_without_a_carrier_is_of_the_carrier_that_was_quoted(office):
    Agency.objects.update(appointments="require")
    lead, _ = leads_of(office)
    work.set_status(lead, by=office.james.user, status="quoted", premium=Decimal(1840), carrier="Borough Mutual", now=NOW)
    with pytest.raises(work.WorkError):
        bind(lead, "")


def test_a_sale_of_no_carrier_at_all_is_held_against_nothing(office):
    Agency.objects.update(appointments="require")
    lead, _ = leads_of(office)
    bind(lead, "")
    assert Policy.objects.count() == 1


def test_an_agency_that_keeps_no_appointments_is_asked_for_none(db):
    office = open_office()
    Agency.objects.update(appointments="require")
    lead, _ = leads_of(office)
    bind(lead, "Acme Insurance")
    assert Policy.objects.count() == 1
    assert not Note.objects.exists()


# --- Beforehand, beside the license ---


def proof(lead: Lead) -> dict:
    return RoutingDecision.objects.get(lead=lead).trace["proof"]


def test_the_licence_proof_names_the_carriers_and_what_is_missing(office):
    first = hand_in(office, current_carrier="Acme Insurance")
    second = hand_in(office, phone="(212) 555-0144", email="ben@mail.example", current_carrier="Borough Mutual")
    assert (proof(first)["appointments"], proof(first)["warnings"]) == ([], [NO_APPOINTMENT.format(state="NY")])
    missing = NOT_APPOINTED.format(carrier="Borough Mutual", state="NY")
    assert (proof(second)["appointments"], proof(second)["warnings"]) == (["Acme Insurance"], [missing])


def test_without_appointments_on_record_the_proof_does_not_speak_of_them(db):
    lead = hand_in(open_office())
    assert "appointments" not in proof(lead)


def test_the_licence_proof_says_where_the_record_came_from_and_how_old_it_is(db):
    office = open_office()
    held = office.james.licenses.get()
    held.source, held.verified_on = "state register", date(2026, 11, 4)
    held.save()
    shown = proof(hand_in(office))
    assert shown["number"] == "10-james"
    assert (shown["source"], shown["verified_on"], shown["age_days"], shown["checked_on"]) == (
        "state register",
        "2026-11-04",
        20,
        "2026-11-24",
    )


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("Acme", "ACME ", True), ("Acme  Mutual", "acme mutual", True), ("Acme", "Acme Mutual", False), ("", "Acme", False)],
)
def test_spellings_of_a_carrier(one, other, same):
    assert same_carrier(one, other) is same


def test_somebody_without_appointments():
    assert appointed(JAMES, "NY", DAY) == ()
    assert unappointed(JAMES, "NY", "", DAY) == NO_APPOINTMENT.format(state="NY")
