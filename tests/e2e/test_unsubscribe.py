"""The page under every e-mail, on a telephone, light and dark, with and without a script."""

import os

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from agency.messaging import send
from agency.messaging.email.tokens import unsubscribe_token
from leads.intake import receive
from leads.models import Consent, Source
from tests.e2e.conftest import PHONE, WIDE, Visit

ANA = {"first_name": "Ana", "last_name": "Ruiz", "email": "ana.ruiz@example.com", "zip_code": "10005", "line": "personal_auto"}


@pytest.fixture
def link(agency: object) -> str:
    lead = receive(ANA, source=Source.objects.get(key="website")).lead
    message = send(
        channel="email", audience="consumer", kind="follow_up", lead_id=lead.pk, to=lead.email, body="Hi", now=timezone.now()
    )
    return f"/u/{unsubscribe_token(message.pk)}/"


@pytest.mark.parametrize(
    "options",
    [
        {"viewport": PHONE, "color_scheme": "light"},
        {"viewport": PHONE, "color_scheme": "dark", "java_script_enabled": False},
        {"viewport": PHONE, "color_scheme": "dark"},
        {"viewport": WIDE, "color_scheme": "light"},
    ],
    ids=["phone", "phone without a script", "phone dark", "wide"],
)
def test_one_button_stops_the_e_mails(options, link: str, visit: Visit, request: pytest.FixtureRequest) -> None:
    page = visit(**options)
    page.goto(link)
    expect(page.get_by_role("heading", name="Stop e-mails from Harbor Point Insurance?")).to_be_visible()
    button = page.get_by_role("button", name="Stop the e-mails")
    assert button.bounding_box()["height"] >= 32
    width = options["viewport"]["width"]
    body = page.locator("main").bounding_box()
    assert body["x"] >= 0
    assert body["x"] + body["width"] <= width
    assert not Consent.objects.filter(granted=False).exists()
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=f"{folder}/ask-{request.node.callspec.id}.png")
    button.click()
    expect(page.get_by_role("heading", name="You get no more e-mails from us")).to_be_visible()
    assert Consent.objects.filter(granted=False, email="ana.ruiz@example.com").count() == 1
    if folder:
        page.screenshot(path=f"{folder}/done-{request.node.callspec.id}.png")
