"""What comes next on a lead's page and by the API, and steering it from there."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from leads import followup
from leads.models import FollowUpPause, FollowUpStep, Lead, Template
from tests.leads.following import MINUTE, SPEED_TO_LEAD, TEMPLATES, plan
from tests.office import NOW, Office, hand_in

Browse = Callable[[str], Client]
CONSENT = {"channels": ["call", "sms", "email"], "text": "Yes."}


@pytest.fixture
def ana(office: Office) -> Lead:
    """Ana's lead, with the default plan running since the afternoon."""
    for key, (channel, subject, body) in TEMPLATES.items():
        Template.objects.create(key=key, channel=channel, subject=subject, body=body)
    plan("monthly", "nurture", [], steward=office.rosa)
    plan("speed_to_lead", "assigned", SPEED_TO_LEAD, stops=["reached", "replied"])
    return hand_in(office, consent=CONSENT)


def text(browser: Client, lead: Lead) -> str:
    return browser.get(f"/leads/{lead.pk}/").content.decode()


def test_the_page_says_what_comes_and_why_it_moved(browse: Browse, office: Office, afternoon: time_machine.Traveller) -> None:
    evening = NOW + timedelta(hours=6)  # nine in the evening
    afternoon.move_to(evening)
    for key, (channel, subject, body) in TEMPLATES.items():
        Template.objects.create(key=key, channel=channel, subject=subject, body=body)
    plan("chase", "assigned", SPEED_TO_LEAD[1:2] + SPEED_TO_LEAD[2:3])
    lead = hand_in(office, now=evening, consent=CONSENT)
    page = text(browse(lead.owner.key), lead)
    assert "tomorrow 8:00 am" in page
    assert "moved from" in page
    assert "quiet hours in New York" in page


def test_pause_and_resume(browse: Browse, ana: Lead, afternoon: time_machine.Traveller) -> None:
    owner = browse(ana.owner.key)
    page = owner.post(f"/leads/{ana.pk}/pause/", {"days": "7"}, follow=True).content.decode()
    assert "the follow-up is paused." in page
    assert f"Paused by {ana.owner.name}" in page
    assert FollowUpPause.objects.get().until == NOW + timedelta(days=7)
    afternoon.move_to(NOW + timedelta(days=1))
    assert b"First call" not in owner.get("/inbox/").content
    page = owner.post(f"/leads/{ana.pk}/resume/", follow=True).content.decode()
    assert "the follow-up goes on." in page
    assert "Follow-up goes on" in page  # in the history
    assert FollowUpStep.objects.get(label="Introduction").due_at == NOW + timedelta(days=1) + 5 * MINUTE


def test_a_second_pause_is_refused_in_words(browse: Browse, ana: Lead) -> None:
    owner = browse(ana.owner.key)
    owner.post(f"/leads/{ana.pk}/pause/", {"days": "0"})
    answer = owner.post(f"/leads/{ana.pk}/pause/", {"days": "0"})
    assert answer.status_code == 422
    assert "The follow-up is paused already." in answer.content.decode()


def test_a_step_is_left_out(browse: Browse, ana: Lead) -> None:
    step = FollowUpStep.objects.get(label="Introduction")
    page = browse(ana.owner.key).post(f"/leads/{ana.pk}/steps/{step.pk}/skip/", follow=True).content.decode()
    assert "Introduction is left out." in page
    assert f"Left out by {ana.owner.name}" in page


def test_the_call_to_make_stands_above_its_outcomes(browse: Browse, ana: Lead) -> None:
    followup.run_due(NOW)
    page = text(browse(ana.owner.key), ana)
    assert 'class="script"' in page
    assert page.index('class="script"') < page.index('class="outcomes"')


def test_the_api_tells_the_same(browse: Browse, ana: Lead) -> None:
    owner = browse(ana.owner.key)
    data: dict[str, Any] = owner.get(f"/api/v1/leads/{ana.pk}/follow-up/").json()
    first = data["steps"][0]
    assert (data["pause"], first["label"], first["channel"], first["signer"]) == (None, "First call", "call", ana.owner.name)
    assert len(data["steps"]) == 11
    answer = owner.post(f"/api/v1/leads/{ana.pk}/follow-up/pause/", {"until": "2026-12-01T20:00:00Z"}, "application/json")
    data = answer.json()
    assert (answer.status_code, data["pause"]["by"], data["pause"]["until"]) == (200, ana.owner.name, "2026-12-01T20:00:00Z")
    assert data["steps"][0]["expected_at"] == "2026-12-01T20:00:00Z"
    assert owner.post(f"/api/v1/leads/{ana.pk}/follow-up/resume/").json()["pause"] is None
    step = data["steps"][0]["id"]
    left = owner.post(f"/api/v1/leads/{ana.pk}/follow-up/{step}/skip/", {"reason": "Met them"}, "application/json").json()
    assert step not in [one["id"] for one in left["steps"]]
    assert FollowUpStep.objects.get(pk=step).outcome == f"Left out by {ana.owner.name}: Met them"
