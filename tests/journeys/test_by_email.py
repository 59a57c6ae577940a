"""Ana's lead by e-mail, out and back through the provider's doors: introduced, delivered, answered; or left by one click."""

import base64
import json
from datetime import timedelta
from email.utils import parseaddr
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client

from agency.messaging.models import Message
from leads.intake import receive
from leads.models import Consent, InboundMessage, Lead, Template
from leads.sweep import sweep
from tests.leads.following import DAY, HOUR, MINUTE, SPEED_TO_LEAD, TEMPLATES, plan, steps_of
from tests.messaging.servers import api
from tests.office import ANA, NOW, open_office

pytestmark = pytest.mark.django_db

CONSENT = {"channels": ["call", "sms", "email"], "text": "I agree to be contacted.", "at": NOW.isoformat()}
SECRET = "hooks:long-random-word"


@pytest.fixture
def provider(settings):
    """Postmark, which takes what it is given and numbers it."""
    with api() as made:
        made.answer = lambda call: (
            200, {"To": call.json["To"], "MessageID": f"p-{len(made.calls)}", "ErrorCode": 0, "Message": "OK"},
        )  # fmt: skip
        settings.EMAIL_URL = f"postmark://token@/?api={made.url}"
        settings.EMAIL_WEBHOOK_SECRET = SECRET
        settings.INBOUND_EMAIL_DOMAIN = "in.harborpoint.example"
        settings.PUBLIC_BASE_URL = "https://crm.harborpoint.example"
        yield made


@pytest.fixture
def lead(db) -> Lead:
    opened = open_office()
    for key, (channel, subject, body) in TEMPLATES.items():
        Template.objects.create(key=key, channel=channel, subject=subject, body=body)
    plan("monthly", "nurture", [{"after": 0 * DAY, "channel": "email", "template": "nurture", "label": "Monthly e-mail"}],
         stops=["replied", "opted_out"], repeats=30 * DAY, steward=opened.rosa)  # fmt: skip
    plan("speed_to_lead", "assigned", SPEED_TO_LEAD, stops=["reached", "replied", "opted_out", "quoted", "bound", "lost"])
    return receive({**ANA, "consent": CONSENT}, source=opened.website, now=NOW).lead


def run(after: timedelta) -> None:
    with time_machine.travel(NOW + after, tick=False):
        sweep(NOW + after)


def post(after: timedelta, path: str, body: dict) -> None:
    basic = {"Authorization": "Basic " + base64.b64encode(SECRET.encode()).decode()}
    with time_machine.travel(NOW + after, tick=False):
        answer = Client().post(path, json.dumps(body), content_type="application/json", headers=basic)
    assert answer.status_code == 200


def introduced(provider) -> dict:
    run(0 * MINUTE)
    run(5 * MINUTE)
    [call] = [one for one in provider.calls if one.json["To"] == "ana.ruiz@mail.example"]
    return call.json


def to_ana(**which):
    return Message.objects.filter(audience="consumer", channel="email", **which)


def test_the_introduction_arrives_and_the_answer_ends_the_chase(provider, lead):
    sent = introduced(provider)
    [mail] = to_ana(state="done")
    post(6 * MINUTE, "/hooks/email/postmark/tracking/", {
        "RecordType": "Delivery", "MessageID": mail.provider_id, "Recipient": "ana.ruiz@mail.example",
        "DeliveredAt": (NOW + 5 * MINUTE).isoformat(), "Details": "250 OK", "Metadata": sent["Metadata"],
    })  # fmt: skip
    post(3 * HOUR, "/hooks/email/postmark/inbound/", {
        "FromFull": {"Email": "ana.ruiz@mail.example", "Name": "Ana"}, "OriginalRecipient": sent["ReplyTo"],
        "ToFull": [{"Email": parseaddr(sent["ReplyTo"])[1], "Name": ""}], "Subject": f"Re: {sent['Subject']}",
        "Headers": [{"Name": "Message-ID", "Value": "<a1@mail.example>"}], "Date": (NOW + 3 * HOUR).isoformat(),
        "TextBody": f"Tomorrow at 9 please.\n\nOn Tuesday {sent['From']} wrote:\n> {sent['TextBody']}",
    })  # fmt: skip
    mail.refresh_from_db()
    assert (mail.receipt, mail.receipt_at) == ("delivered", NOW + 5 * MINUTE)
    assert InboundMessage.objects.get().text == "Tomorrow at 9 please."
    for after in (4 * HOUR, 48 * HOUR, 7 * DAY, 30 * DAY, 60 * DAY):
        run(after)
    assert to_ana().count() == 1
    lead.refresh_from_db()
    assert lead.status == "contacted"


def test_one_click_ends_the_e_mails_and_leaves_the_telephone(provider, lead):
    headers = {one["Name"]: one["Value"] for one in introduced(provider)["Headers"]}
    link = headers["List-Unsubscribe"].split(">")[0].lstrip("<")
    with time_machine.travel(NOW + HOUR, tick=False):
        answer = Client(enforce_csrf_checks=True).post(urlsplit(link).path, dict([headers["List-Unsubscribe-Post"].split("=")]))
    assert answer.status_code == 200
    assert Consent.objects.get(granted=False).email == "ana.ruiz@mail.example"
    assert [step.channel for step in steps_of(lead, state="due")].count("sms") == 1  # the second text, at four hours
    for after in (4 * HOUR, 48 * HOUR, 7 * DAY, 30 * DAY, 60 * DAY):
        run(after)
    assert to_ana(state="done").count() == 1
    assert Message.objects.filter(audience="consumer", channel="sms", state="done").count() == 2
