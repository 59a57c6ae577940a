"""Story 3: the lead answers the automatic text with STOP, nothing automatic reaches that number again, the owner sees why."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
import time_machine
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer
from twilio.request_validator import RequestValidator

from leads.intake import receive
from leads.models import Lead, Source
from leads.sweep import sweep
from tests.e2e.conftest import PHONE, Visit
from tests.e2e.day import fill
from tests.messaging.servers import Api, api

NUMBER = "+12125550143"
TOKEN = "s3cret"


@pytest.fixture
def twilio(settings: Any, live_server: LiveServer) -> Iterator[Api]:
    """Twilio's API; it takes every text."""
    with api() as server:
        server.answer = lambda call: (201, {"sid": f"SM{len(server.calls)}", "status": "queued"})
        settings.SMS_URL = f"twilio://AC123:{TOKEN}@/?from=%2B12125550100&api={server.url}"
        settings.PUBLIC_BASE_URL = live_server.url
        yield server


def arrives() -> Lead:
    """Ana, who lives in New Jersey and has agreed to texts, is Sarah's."""
    return receive(
        {
            "first_name": "Ana",
            "last_name": "Ruiz",
            "phone": NUMBER,
            "email": "ana.ruiz@mail.example",
            "zip_code": "07030",
            "line": "homeowners",
            "consent": {"channels": ["call", "sms"], "text": "I agree to calls and texts about my request."},
        },
        source=Source.objects.get(key="website"),
        now=timezone.now(),
    ).lead


def texts(server: Api) -> list[str]:
    """What went to her number."""
    return [call.form["Body"] for call in server.calls if call.form["To"] == NUMBER]


def answers(base: str, words: str) -> int:
    """She writes back: Twilio posts it, signed."""
    url = f"{base}/hooks/twilio/sms/"
    fields = {"MessageSid": "SM900", "AccountSid": "AC123", "From": NUMBER, "To": "+12125550100", "Body": words, "NumMedia": "0"}
    signature = RequestValidator(TOKEN).compute_signature(url, fields)
    request = Request(url, urlencode(fields).encode(), {"X-Twilio-Signature": signature})  # this machine
    with urlopen(request) as answer:  # this machine
        return int(answer.status)


def test_a_lead_answers_stop_and_the_owner_sees_why_nothing_goes_out(
    visit: Visit, agency: time_machine.Traveller, twilio: Api, live_server: LiveServer
) -> None:
    lead = arrives()
    agency.shift(timedelta(minutes=5, seconds=1))
    sweep(timezone.now())
    [first] = texts(twilio)
    assert "STOP" in first

    sarah = visit("sarah", viewport=PHONE)
    sarah.goto(f"/leads/{lead.pk}/")
    expect(sarah.get_by_role("heading", name="Ana Ruiz")).to_be_visible()
    assert answers(live_server.url, "Stop!") == 200

    # The page that she has open says it by itself.
    expect(sarah.get_by_text("STOP by text: nothing automatic will go to this number or address")).to_be_visible()
    expect(sarah.get_by_text("Text from the lead: asked to stop")).to_be_visible()
    expect(sarah.get_by_text("They asked on 2026-11-24").first).to_be_attached()
    sarah.goto("/notices/")
    expect(sarah.get_by_text("Ana Ruiz asked to stop: nothing automatic will go to this number")).to_be_visible()

    sweep(timezone.now())
    [_, confirmation] = texts(twilio)
    assert "unsubscribed" in confirmation
    for days in (1, 1, 7, 31, 60):
        agency.shift(timedelta(days=days))
        sweep(timezone.now())
    assert texts(twilio) == [first, confirmation]
    assert not lead.follow_ups.filter(state__in=("due", "waiting")).exists()


def test_the_producer_heard_it_on_the_phone_and_has_no_script(visit: Visit) -> None:
    leads = fill(timezone.now())
    page = visit("sarah", viewport=PHONE, java_script_enabled=False)
    page.goto(f"/leads/{leads['Ana'].pk}/")
    page.locator("#stop-menu > summary").click()
    page.get_by_label("In their words").fill("No more calls, please")
    page.get_by_role("button", name="Calls and texts").click()
    expect(page.get_by_text("Ana Ruiz: nothing automatic will go to this number.")).to_be_visible()
    expect(page.get_by_text("Asked to stop: nothing automatic will go to this number")).to_be_visible()
    expect(page.get_by_text("No more calls, please").last).to_be_visible()
    assert leads["Ana"].consents.filter(granted=False).get().channels == ["call", "sms"]
