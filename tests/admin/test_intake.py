"""Rejected intake mended and sent in; leads reassigned; what hangs on a lead read."""

import pytest

from leads.intake import IntakeError, receive
from leads.models import Lead, RejectedIntake
from routing.models import Assignment
from tests.admin.browser import errors_of, messages_of, page, send
from tests.office import ANA, NOW

CONFIRM = {"_form_submitted": "True"}


@pytest.fixture
def rejected(office) -> RejectedIntake:
    """Ana's form without a way to reach her."""
    with pytest.raises(IntakeError):
        receive(ANA | {"email": "", "phone": ""}, source=office.website, now=NOW)
    return RejectedIntake.objects.get()


def test_what_was_refused_is_seen_with_what_was_wrong(rosa, rejected):
    text = rosa.get(page("leads_rejectedintake_change", rejected.pk)).content.decode()
    assert "phone" in text
    assert "Ruiz" in text


def test_a_mended_form_becomes_a_lead(rosa, office, rejected):
    url = page("leads_rejectedintake_change", rejected.pk)
    payload = "first_name: Ana\nlast_name: Ruiz\nemail: ana@mail.example\nzip_code: 10005\nline: personal_auto"
    answer = send(rosa, url, payload=payload, leads_rejectedintake_resubmit="1")
    lead = Lead.objects.get()
    assert (lead.email, lead.zip_code, lead.source) == ("ana@mail.example", "10005", office.website)
    assert lead.owner is not None
    rejected.refresh_from_db()
    assert (rejected.lead, rejected.resolved_by) == (lead, office.rosa.user)
    assert any("Ana Ruiz" in message for message in messages_of(answer))


def test_a_form_that_is_still_wrong_says_so_and_stays(rosa, rejected):
    url = page("leads_rejectedintake_change", rejected.pk)
    answer = send(rosa, url, payload="first_name: Ana\nlast_name: Ruiz", leads_rejectedintake_resubmit="1")
    assert not Lead.objects.exists()
    assert any(message.startswith(("phone", "email")) for message in messages_of(answer))
    rejected.refresh_from_db()
    assert rejected.resolved_at is None
    assert RejectedIntake.objects.count() == 1


def test_saving_keeps_the_mended_payload_without_sending_it(rosa, rejected):
    send(rosa, page("leads_rejectedintake_change", rejected.pk), payload="first_name: Anna\nlast_name: Ruiz")
    rejected.refresh_from_db()
    assert rejected.payload == {"first_name": "Anna", "last_name": "Ruiz"}
    assert not Lead.objects.exists()


def test_what_was_resolved_cannot_be_sent_twice(rosa, rejected):
    url = page("leads_rejectedintake_change", rejected.pk)
    payload = "first_name: Ana\nlast_name: Ruiz\nemail: ana@mail.example"
    send(rosa, url, payload=payload, leads_rejectedintake_resubmit="1")
    assert rosa.post(url, {"payload": payload, "leads_rejectedintake_resubmit": "1"}).status_code == 403
    assert Lead.objects.count() == 1


def test_a_lead_is_given_to_a_named_person(rosa, office):
    lead = receive(ANA, source=office.website, now=NOW).lead
    other = office.james if lead.owner == office.sarah else office.sarah
    data = CONFIRM | {"producer": other.pk, "reason": "Speaks Spanish"}
    answer = rosa.post(page("leads_lead_reassign", lead.pk), data, follow=True)
    lead.refresh_from_db()
    assert lead.owner == other
    assert messages_of(answer)
    assert Assignment.objects.filter(lead=lead).count() == 2


def test_a_lead_is_never_given_to_someone_who_may_not_have_it(rosa, office):
    lead = receive(ANA, source=office.website, now=NOW).lead
    other = office.james if lead.owner == office.sarah else office.sarah
    other.licenses.all().delete()
    rosa.post(page("leads_lead_reassign", lead.pk), CONFIRM | {"producer": other.pk, "reason": "Knows the family"}, follow=True)
    lead.refresh_from_db()
    assert lead.owner != other


def test_reassigning_needs_a_reason(rosa, office):
    lead = receive(ANA, source=office.website, now=NOW).lead
    answer = rosa.post(page("leads_lead_reassign", lead.pk), CONFIRM | {"producer": "", "reason": ""})
    assert answer.status_code == 200
    assert Assignment.objects.filter(lead=lead).count() == 1


def test_a_decision_shows_each_rule_and_each_person(rosa, office):
    lead = receive(ANA, source=office.website, now=NOW).lead
    text = rosa.get(page("routing_routingdecision_change", lead.decisions.get().pk)).content.decode()
    assert "Taking turns" in text
    assert "sarah" in text
    assert "james" in text


def test_a_leads_page_shows_owners_decisions_and_reasons(rosa, office):
    lead = receive(ANA, source=office.website, now=NOW).lead
    text = rosa.get(page("leads_lead_change", lead.pk)).content.decode()
    assert "Requested a quote" in text
    assert f"/leads/{lead.pk}/" in text
    assert "Reassign" in text


def test_a_lead_is_not_edited_here(rosa, office):
    lead = receive(ANA, source=office.website, now=NOW).lead
    assert rosa.post(page("leads_lead_change", lead.pk), {"first_name": "Eve"}).status_code == 403


def test_errors_are_shown_where_they_were_made(rosa, rejected):
    answer = send(rosa, page("leads_rejectedintake_change", rejected.pk), payload="- a list")
    assert any(error.startswith("payload: ") for error in errors_of(answer))
