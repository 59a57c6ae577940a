"""One lead's page, and every act on it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from agency.models import Agency
from leads import work
from leads.forms import PREMIUM_NEEDED, REASON_NEEDED
from leads.models import FollowUpStep, Lead, Plan
from routing.models import Assignment
from tests.office import NOW, Office, hand_in

Browse = Callable[[str], Client]


@pytest.fixture
def ana(office: Office) -> Lead:
    """Ana's lead: Sarah's."""
    lead = hand_in(
        office,
        current_carrier="Acme Mutual",
        attributes={"utm_campaign": "fall-home"},
        consent={"channels": ["sms"], "text": "Yes, text me."},
    )
    if lead.owner_id != office.sarah.pk:
        work.reassign(lead, by=office.rosa.user, producer=office.sarah, reason="For Sarah")
        lead.refresh_from_db()
    return lead


def text(browser: Client, lead: Lead) -> str:
    return browser.get(f"/leads/{lead.pk}/").content.decode()


def test_the_page_tells_the_whole_story(browse: Browse, ana: Lead) -> None:
    page = text(browse("sarah"), ana)
    for words in (
        "Ana Ruiz",
        "(212) 555-0143",
        "ana.ruiz@mail.example",
        "New York County",
        "Tue 3:00 pm",
        "Acme Mutual",
        "fall-home",
        "+25</span><span>Requested a quote",
        "Yes, text me.",
        "Arrived from Website",
        "Why Sarah M.",
    ):
        assert words in page, words


def test_the_page_shows_the_decision_with_rules_people_versions_and_licence(browse: Browse, office: Office) -> None:
    lead = hand_in(office)
    page = text(browse(lead.owner.key), lead)
    for words in (
        "Taking turns",
        "Sarah M.",
        "James K.",
        "rule set 1",
        "roster",
        f"License NY 10-{lead.owner.key}",
        "to 2029-12-31",
    ):
        assert words in page, words


def test_someone_elses_lead_is_not_there(browse: Browse, ana: Lead) -> None:
    assert browse("james").get(f"/leads/{ana.pk}/").status_code == 404
    assert browse("carla").get(f"/leads/{ana.pk}/").status_code == 404
    assert browse("rosa").get(f"/leads/{ana.pk}/").status_code == 200
    assert browse("sarah").get("/leads/999999/").status_code == 404


@pytest.mark.parametrize("act", ["accept", "decline", "touch", "status", "note", "flag", "reassign"])
def test_acts_are_posts_and_only_on_leads_one_sees(browse: Browse, ana: Lead, act: str) -> None:
    assert browse("rosa").get(f"/leads/{ana.pk}/{act}/").status_code == 405
    assert browse("james").post(f"/leads/{ana.pk}/{act}/").status_code == (403 if act == "reassign" else 404)
    assert browse("mia").post(f"/leads/{ana.pk}/{act}/").status_code == 403


def test_accepting_is_said_and_not_offered_again(browse: Browse, ana: Lead) -> None:
    sarah = browse("sarah")
    page = sarah.post(f"/leads/{ana.pk}/accept/", follow=True).content.decode()
    assert "Ana Ruiz is yours." in page
    assert f'action="/leads/{ana.pk}/accept/"' not in page
    assert Assignment.objects.get(lead=ana, ended_at=None).accepted_at


def test_declining_hands_on_and_leads_back_to_the_inbox(browse: Browse, ana: Lead) -> None:
    answer = browse("sarah").post(f"/leads/{ana.pk}/decline/", {"reason": "too_busy"})
    assert answer.url == "/inbox/"
    ana.refresh_from_db()
    assert ana.owner.key == "james"


def test_declining_needs_a_reason(browse: Browse, ana: Lead) -> None:
    answer = browse("sarah").post(f"/leads/{ana.pk}/decline/", {})
    assert answer.status_code == 422
    assert "Choose why." in answer.content.decode()


def test_an_outcome_is_one_tap(browse: Browse, ana: Lead) -> None:
    page = browse("sarah").post(f"/leads/{ana.pk}/touch/", {"outcome": "reached"}, follow=True).content.decode()
    touch = ana.touches.get()
    assert (touch.channel, touch.outcome, touch.by.username) == ("call", "reached", "sarah")
    assert "Ana Ruiz: call logged, reached." in page
    assert "no attempt yet" not in page


def test_an_outcome_may_carry_a_word_and_another_channel(browse: Browse, ana: Lead) -> None:
    browse("sarah").post(f"/leads/{ana.pk}/touch/", {"outcome": "replied", "channel": "sms", "note": "Call after six"})
    touch = ana.touches.get()
    assert (touch.channel, touch.note) == ("sms", "Call after six")


def test_two_presses_log_one_call(browse: Browse, ana: Lead) -> None:
    for _ in range(2):
        browse("sarah").post(f"/leads/{ana.pk}/touch/", {"outcome": "no_answer"})
    assert ana.touches.count() == 1


def test_quoted_needs_a_premium_and_keeps_what_was_typed(browse: Browse, ana: Lead) -> None:
    sarah = browse("sarah")
    answer = sarah.post(f"/leads/{ana.pk}/status/", {"status": "quoted", "carrier": "Acme Mutual", "premium": "much"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="status_premium_error"' in page or 'id="id_premium_error"' in page
    assert 'value="much"' in page
    assert 'id="status-menu" open' in page
    assert PREMIUM_NEEDED in sarah.post(f"/leads/{ana.pk}/status/", {"status": "quoted"}).content.decode()
    assert not ana.quotes.exists()


def test_quoted_and_bound_leave_quote_and_policy(browse: Browse, ana: Lead) -> None:
    sarah = browse("sarah")
    sarah.post(f"/leads/{ana.pk}/status/", {"status": "quoted", "premium": "1840", "carrier": "Acme Mutual"})
    assert ana.quotes.get().premium == Decimal(1840)
    page = sarah.post(
        f"/leads/{ana.pk}/status/",
        {"status": "bound", "premium": "1790.50", "commission": "214.86", "number": "AC-7", "effective_on": "2026-12-01"},
        follow=True,
    ).content.decode()
    policy = ana.policies.get()
    assert (policy.premium, policy.commission, policy.number) == (Decimal("1790.50"), Decimal("214.86"), "AC-7")
    assert str(policy.effective_on) == "2026-12-01"
    assert 'Bound <strong class="num">$1,790.50' in page


def test_lost_needs_a_reason(browse: Browse, ana: Lead) -> None:
    sarah = browse("sarah")
    assert REASON_NEEDED in sarah.post(f"/leads/{ana.pk}/status/", {"status": "lost"}).content.decode()
    sarah.post(f"/leads/{ana.pk}/status/", {"status": "lost", "lost_reason": "Price", "reason": "$300 less elsewhere"})
    ana.refresh_from_db()
    assert (ana.status, ana.lost_reason) == ("lost", "Price: $300 less elsewhere")


def test_what_a_service_refuses_is_said_in_its_words(browse: Browse, ana: Lead) -> None:
    answer = browse("sarah").post(f"/leads/{ana.pk}/status/", {"status": "bound", "premium": "100", "commission": "200"})
    assert answer.status_code == 422
    assert "The commission is larger than the premium." in answer.content.decode()
    assert 'value="200"' in answer.content.decode()


def test_a_note_is_kept_and_an_empty_one_is_asked_for(browse: Browse, ana: Lead) -> None:
    sarah = browse("sarah")
    assert "Write something first." in sarah.post(f"/leads/{ana.pk}/note/", {"text": " "}).content.decode()
    page = sarah.post(f"/leads/{ana.pk}/note/", {"text": "Two <cars>"}, follow=True).content.decode()
    assert "Two &lt;cars&gt;" in page


def test_a_wrong_score_is_flagged(browse: Browse, ana: Lead) -> None:
    browse("sarah").post(f"/leads/{ana.pk}/flag/", {"verdict": "too_low", "note": "Ready to buy"})
    flag = ana.score_flags.get()
    assert (flag.verdict, flag.note, flag.score) == ("too_low", "Ready to buy", 40)


def test_a_manager_hands_a_lead_to_somebody(browse: Browse, ana: Lead, office: Office) -> None:
    rosa = browse("rosa")
    assert 'id="reassign-menu"' in text(rosa, ana)
    assert 'id="reassign-menu"' not in text(browse("sarah"), ana)
    rosa.post(f"/leads/{ana.pk}/reassign/", {"producer": office.james.pk, "reason": "Sarah is ill"})
    ana.refresh_from_db()
    assert ana.owner_id == office.james.pk


def test_a_licence_is_checked_when_a_manager_hands_on(browse: Browse, ana: Lead, office: Office) -> None:
    office.james.licenses.all().delete()
    answer = browse("rosa").post(f"/leads/{ana.pk}/reassign/", {"producer": office.james.pk, "reason": "Sarah is ill"})
    assert answer.status_code == 422
    assert "Sarah is ill" in answer.content.decode()
    ana.refresh_from_db()
    assert ana.owner_id == office.sarah.pk


def test_before_opening_the_page_says_when_the_clock_starts_and_that_calls_can_wait(
    browse: Browse, office: Office, afternoon: time_machine.Traveller
) -> None:
    agency = Agency.objects.get()
    agency.hours = {day: ["09:00-17:00"] for day in agency.hours}
    agency.save()
    afternoon.move_to(datetime(2026, 11, 25, 7, 20, tzinfo=UTC))
    lead = hand_in(office, now=datetime(2026, 11, 25, 7, 18, tzinfo=UTC))
    page = text(browse(lead.owner.key), lead)
    assert "the clock starts" in page
    assert "no attempt yet" not in page
    assert "quiet hours there until Wed 8:00 am" in page
    assert 'btn-plain call" href="tel:+12125550143"' in page


def test_steps_that_cannot_go_out_say_why(browse: Browse, office: Office) -> None:
    lead = hand_in(office, email="")
    plan = Plan.objects.create(key="first", name="First contact", starts="assigned")
    for position, channel in enumerate(("sms", "email"), 1):
        FollowUpStep.objects.create(
            lead=lead, plan=plan, position=position, channel=channel, started_at=NOW, due_at=NOW + timedelta(hours=position)
        )
    page = text(browse(lead.owner.key), lead)
    assert "as things stand: There is no consent to texts on record." in page
    assert "as things stand: There is no e-mail address." in page


def test_the_live_part_answers_204_until_something_happens(
    browse: Browse, ana: Lead, office: Office, afternoon: time_machine.Traveller
) -> None:
    sarah = browse("sarah")
    version = sarah.get(f"/leads/{ana.pk}/").context["dossier"].version
    assert sarah.get(f"/leads/{ana.pk}/?v={version}").status_code == 204
    afternoon.shift(timedelta(seconds=5))
    work.add_note(ana, by=office.rosa.user, text="Be quick")
    assert sarah.get(f"/leads/{ana.pk}/?v={version}").status_code == 200


def test_the_price_of_the_page_does_not_grow_with_its_history(
    browse: Browse, ana: Lead, office: Office, afternoon: time_machine.Traveller, django_assert_num_queries: Any
) -> None:
    sarah = browse("sarah")
    text(sarah, ana)
    with django_assert_num_queries(39):
        text(sarah, ana)
    for n in range(5):
        afternoon.shift(timedelta(minutes=1))
        work.log_touch(ana, by=office.sarah.user, channel="call", outcome="no_answer", note=str(n))
        work.add_note(ana, by=office.sarah.user, text=f"note {n}")
    with django_assert_num_queries(38):  # a lead that was tried has no clock to ask for
        text(sarah, ana)


def test_asked_to_stop_is_one_press_and_says_what_it_came_to(browse: Browse, ana: Lead) -> None:
    page = browse("sarah")
    assert "Asked to stop" in text(page, ana)
    answer = page.post(f"/leads/{ana.pk}/stop/", {"scope": "phone", "note": "No more calls"}, follow=True).content.decode()
    assert "Ana Ruiz: nothing automatic will go to this number." in answer
    assert "Asked to stop: nothing automatic will go to this number" in answer
    assert "No more calls" in answer


def test_what_is_to_stop_has_to_be_said(browse: Browse, ana: Lead) -> None:
    assert browse("sarah").post(f"/leads/{ana.pk}/stop/", {"scope": "letters"}).status_code == 422
