"""Leaving our mailings by the link under an e-mail: nothing by opening it, everything by one post."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from agency.due import DueState
from agency.messaging import send
from agency.messaging.email.tokens import unsubscribe_token
from agency.messaging.models import Message
from agency.roles import set_group
from leads.intake import record_event
from leads.models import Consent, Event, Lead
from leads.unsubscribing import BY_COMPLAINT, unsubscribe
from tests.office import NOW, hand_in, lasting_office, office  # noqa: F401  # fixtures

pytestmark = pytest.mark.django_db
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
HOUR = timedelta(hours=1)


@pytest.fixture
def now():
    with time_machine.travel(NOW + HOUR, tick=False):
        yield NOW + HOUR


@pytest.fixture
def ana(office, now) -> Lead:  # noqa: F811
    office.mia.refresh_from_db()
    lead = hand_in(office)
    lead.refresh_from_db()
    return lead


@pytest.fixture
def mail(ana, now) -> Message:
    return to(ana, now)


def to(lead, now, **more):
    return send(channel="email", audience="consumer", kind="follow_up", user=lead.owner.user, lead_id=lead.pk, to=lead.email,
                subject="Your quote", body="Hi", now=now, **more)  # fmt: skip


def link(message):
    return f"/u/{unsubscribe_token(message.pk)}/"


def withdrawals(address="ana.ruiz@mail.example"):
    return Consent.objects.filter(email=address, granted=False)


def notices(lead):
    return list(Message.objects.filter(kind="unsubscribed", lead=lead).order_by("pk").values_list("channel", "subject"))


def test_opening_the_link_changes_nothing_however_often_a_scanner_does(mail):
    for _ in range(3):
        page = Client().get(link(mail))
        assert page.status_code == 200
    assert "Stop e-mails from Harbor Point Insurance?" in page.content.decode()
    assert "a…@mail.example" in page.content.decode()
    assert "ana.ruiz" not in page.content.decode()
    assert not page.cookies
    assert not withdrawals().exists()
    assert not Event.objects.filter(kind="unsubscribe").exists()


def test_one_click_needs_no_cookie_no_log_in_and_no_page_first(mail, ana):
    browser = Client(enforce_csrf_checks=True)
    answer = browser.post(link(mail), ONE_CLICK)
    assert (answer.status_code, len(answer.cookies)) == (200, 0)
    [row] = withdrawals()
    assert (row.channels, row.lead, row.via, row.at) == (["email"], ana, "unsubscribe page", NOW + HOUR)


def test_the_button_of_the_page_does_the_same_and_says_so(mail):
    answer = Client(enforce_csrf_checks=True).post(link(mail), ONE_CLICK)
    assert "You get no more e-mails from us" in answer.content.decode()
    assert "You get no more e-mails from us" in Client().get(link(mail)).content.decode()


def test_pressing_again_changes_nothing(mail, ana):
    for _ in range(3):
        assert Client().post(link(mail), ONE_CLICK).status_code == 200
    assert withdrawals().count() == 1
    assert Event.objects.filter(lead=ana, kind="unsubscribe").count() == 1
    assert len(notices(ana)) == 1


def test_what_waits_in_the_outbox_is_skipped_and_calls_go_on(mail, ana, now):
    later = to(ana, now, due_at=now + HOUR)
    text = send(channel="sms", audience="consumer", kind="follow_up", lead_id=ana.pk, to=str(ana.phone), body="Hi", now=now)
    Client().post(link(mail), ONE_CLICK)
    states = {one.pk: one.state for one in Message.objects.all()}
    assert (states[later.pk], states[text.pk]) == (DueState.SKIPPED, DueState.DUE)


def test_the_score_falls_by_the_models_rule_and_the_owner_sees_it(mail, ana, office):  # noqa: F811
    from leads.models import ScoreModel

    model = ScoreModel.objects.get()
    model.rules = [*model.rules, {"label": "Unsubscribed", "event": ["unsubscribe"], "points": -20}]
    model.save()
    before = ana.score
    Client().post(link(mail), ONE_CLICK)
    ana.refresh_from_db()
    assert ana.score == before - 20
    assert notices(ana) == [("in_app", "Ana Ruiz gets no more e-mails: they unsubscribed")]
    page = Client()
    page.force_login(ana.owner.user)
    assert "unsubscribe" in page.get(f"/leads/{ana.pk}/").content.decode().lower()


def test_every_lead_with_the_address_is_left_alone(mail, ana, office):  # noqa: F811
    other = hand_in(office, line="life", first_name="Ana", phone="(212) 555-0199", now=NOW)
    if other.pk == ana.pk:
        pytest.fail("the second request should be a lead of its own")
    Client().post(link(mail), ONE_CLICK)
    assert withdrawals().count() == 1  # the ledger is by address
    assert set(Event.objects.filter(kind="unsubscribe").values_list("lead", flat=True)) == {ana.pk, other.pk}


def test_the_address_the_mail_went_to_counts_not_the_one_the_lead_has_now(mail, ana):
    Lead.objects.filter(pk=ana.pk).update(email="ana@new.example")
    Client().post(link(mail), ONE_CLICK)
    assert withdrawals().count() == 1
    assert not withdrawals("ana@new.example").exists()


@pytest.mark.parametrize("wrong", ["nothing", "1.AAAA", "..", "%00", "١.x"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_we_did_not_make_says_how_to_reach_the_agency(wrong, method, mail):
    answer = getattr(Client(), method)(f"/u/{wrong}/", ONE_CLICK)
    assert answer.status_code == 404
    assert "1 Harbor Plaza, New York, NY 10004" in answer.content.decode()


def test_a_link_made_for_something_else_than_an_e_mail_to_a_consumer_is_not_one(ana, now):
    staff = send(channel="email", audience="staff", kind="note", user=ana.owner.user, now=now)
    assert Client().post(link(staff), ONE_CLICK).status_code == 404


def test_the_link_works_as_long_as_the_key_does(mail):
    with time_machine.travel(NOW + timedelta(days=3650)):
        assert Client().post(link(mail), ONE_CLICK).status_code == 200
    assert withdrawals().count() == 1


def test_who_signs_up_again_can_leave_again(mail, ana):
    Client().post(link(mail), ONE_CLICK)
    Consent.objects.create(lead=ana, email=ana.email, channels=["email"], granted=True, at=NOW + 2 * HOUR, text="Yes")
    with time_machine.travel(NOW + 3 * HOUR):
        Client().post(link(mail), ONE_CLICK)
    assert withdrawals().count() == 2


def test_a_complaint_is_told_to_the_owner_wherever_they_are_and_to_managers(ana, office, now):  # noqa: F811
    set_group(office.rosa.user, "manager")
    assert unsubscribe(ana.email, via=BY_COMPLAINT, now=now)
    told = Message.objects.filter(kind="unsubscribed").values_list("user__username", "channel")
    assert {("james", "in_app"), ("james", "email"), ("rosa", "in_app")} <= set(told)


def test_the_event_by_the_api_skips_the_outbox_too(mail, ana, now):
    record_event(ana, "unsubscribe", at=now, now=now)
    mail.refresh_from_db()
    assert mail.state == DueState.SKIPPED
    assert withdrawals().count() == 1
