"""What e-mail providers post: theirs by secret or signature, once, and with its effect on message, lead and owner."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agency.due import DueState
from agency.messaging import send
from agency.messaging.email.tokens import reply_token, unsubscribe_token
from agency.messaging.models import Message
from leads.flags import BAD_EMAIL
from leads.models import Consent, Event, InboundMessage, Lead, Touch
from tests.leads.following import HOUR, NOON, maria, office

pytestmark = pytest.mark.django_db
SECRET = "hooks:long-random-word"
NUMBER = "883953f4-6105-42a2-a16a-77a8eac79483"
LATER = NOON + HOUR


@pytest.fixture(autouse=True)
def doors(settings):
    settings.EMAIL_WEBHOOK_SECRET = SECRET
    settings.INBOUND_EMAIL_DOMAIN = "in.harborpoint.example"
    settings.PUBLIC_BASE_URL = "https://crm.harborpoint.example"
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def lead(db) -> Lead:
    return maria(office()["sarah"])


@pytest.fixture
def sent(lead) -> Message:
    message = send(channel="email", audience="consumer", kind="follow_up", user=lead.owner.user, lead_id=lead.pk, to=lead.email,
                   subject="Your quote", body="Hi", now=NOON)  # fmt: skip
    Message.objects.filter(pk=message.pk).update(state=DueState.DONE, provider_id=NUMBER)
    message.refresh_from_db()
    return message


def post(esp, kind, body, secret=SECRET, **headers):
    basic = {"Authorization": "Basic " + base64.b64encode(secret.encode()).decode()} if secret else {}
    data = body if isinstance(body, str | bytes) else json.dumps(body)
    return Client(enforce_csrf_checks=True).post(
        f"/hooks/email/{esp}/{kind}/", data, content_type="application/json", headers={**basic, **headers}
    )


def receipt(message):
    message.refresh_from_db()
    return message.receipt, message.receipt_at, message.receipt_error


# Postmark's own examples of what it posts, with our numbers in them.
def postmark(record, sent=None, **more):
    return {
        "RecordType": record, "MessageStream": "outbound", "MessageID": NUMBER, "ServerID": 23, "Tag": "",
        "Metadata": {"message": str(sent.pk)} if sent else {}, **more,
    }  # fmt: skip


def delivery(sent=None, **more):
    return postmark("Delivery", sent, **{"Recipient": "maria@home.example", "DeliveredAt": "2026-11-20T17:00:03Z",
                                         "Details": "250 2.0.0 OK", **more})  # fmt: skip


def bounce(kind, sent=None, **more):
    return postmark("Bounce", sent, **{
        "ID": 4323372036854775807, "Type": kind, "TypeCode": 1, "Name": "Hard bounce", "Email": "maria@home.example",
        "Description": "The server was unable to deliver your message.", "Details": "550 5.1.1 unknown",
        "BouncedAt": "2026-11-20T17:00:05Z", "Inactive": True, "CanActivate": True, "Subject": "Your quote", **more,
    })  # fmt: skip


def test_a_delivery_is_on_the_message(sent):
    assert post("postmark", "tracking", delivery(sent)).status_code == 200
    assert receipt(sent) == ("delivered", datetime(2026, 11, 20, 17, 0, 3, tzinfo=UTC), "250 2.0.0 OK")


def test_without_our_number_the_providers_finds_it(sent):
    post("postmark", "tracking", delivery())
    assert receipt(sent)[0] == "delivered"


def test_a_message_of_which_nobody_knew_whether_it_was_sent_is_done(sent):
    Message.objects.update(state=DueState.STUCK, provider_id="")
    post("postmark", "tracking", delivery(sent))
    sent.refresh_from_db()
    assert (sent.state, sent.provider_id, sent.receipt) == (DueState.DONE, NUMBER, "delivered")


def test_another_installation_with_the_same_provider_is_not_taken_for_ours(sent):
    post("postmark", "tracking", delivery(sent, Recipient="somebody@else.example", MessageID="other"))
    assert receipt(sent)[0] == ""


def test_an_address_that_does_not_exist_is_flagged_and_its_owner_told_once(sent, lead):
    for _ in range(2):
        assert post("postmark", "tracking", bounce("HardBounce", sent)).status_code == 200
    lead.refresh_from_db()
    assert receipt(sent)[0] == "bounced"
    assert lead.flags == [BAD_EMAIL]
    [notice] = Message.objects.filter(kind="email_bounced")
    assert (notice.user, notice.subject) == (
        lead.owner.user,
        "Maria Lopez's e-mail address does not work: nothing more is sent to it",
    )


def test_a_full_mailbox_is_not_a_wrong_address(sent, lead):
    post("postmark", "tracking", bounce("SoftBounce", sent))
    lead.refresh_from_db()
    assert (receipt(sent)[0], lead.flags) == ("bounced", [])


def test_a_complaint_closes_the_address_and_is_told(sent, lead):
    post("postmark", "tracking", bounce("SpamComplaint", sent, RecordType="SpamComplaint"))
    assert receipt(sent)[0] == "complained"
    [row] = Consent.objects.filter(granted=False)
    assert (row.email, row.channels, row.via) == ("maria@home.example", ["email"], "spam complaint")
    assert Message.objects.filter(kind="unsubscribed", user=lead.owner.user).exists()


def test_an_unsubscribe_at_the_provider_is_one_with_us(sent):
    change = postmark("SubscriptionChange", sent, Recipient="maria@home.example", Origin="Recipient", SuppressSending=True,
                      SuppressionReason="ManualSuppression", ChangedAt="2026-11-20T17:10:00Z")  # fmt: skip
    post("postmark", "tracking", change)
    [row] = Consent.objects.filter(granted=False)
    assert row.via == "e-mail provider"


def click(sent, link="https://harborpoint.example/quote", at="2026-11-20T17:20:00Z"):
    return postmark("Click", sent, Recipient="maria@home.example", OriginalLink=link, ReceivedAt=at, ClickLocation="HTML",
                    UserAgent="Mozilla/5.0", Platform="Desktop")  # fmt: skip


def opened(sent):
    return postmark(
        "Open", sent, Recipient="maria@home.example", FirstOpen=True, ReceivedAt="2026-11-20T17:15:00Z", UserAgent="x"
    )


def test_opens_and_clicks_are_behavior_of_the_lead_and_count_once(sent, lead):
    for _ in range(2):
        post("postmark", "tracking", opened(sent))
        post("postmark", "tracking", click(sent))
    post("postmark", "tracking", click(sent, at="2026-11-20T17:21:00Z"))
    events = Event.objects.filter(lead=lead).order_by("at").values_list("kind", "at", "data")
    assert list(events) == [
        ("email_open", NOON + timedelta(minutes=15), {"message": sent.pk}),
        ("email_click", NOON + timedelta(minutes=20), {"message": sent.pk}),
        ("email_click", NOON + timedelta(minutes=21), {"message": sent.pk}),
    ]


def test_a_click_on_the_way_out_is_no_sign_of_interest(sent, lead):
    post("postmark", "tracking", click(sent, f"https://crm.harborpoint.example/u/{unsubscribe_token(sent.pk)}/"))
    assert not Event.objects.filter(lead=lead).exists()


@pytest.mark.parametrize("secret", ["", "hooks:wrong", "wrong:long-random-word"])
def test_a_stranger_changes_nothing(secret, sent):
    assert post("postmark", "tracking", delivery(sent), secret=secret).status_code == 403
    assert receipt(sent)[0] == ""


@pytest.mark.parametrize("body", ["", "nothing", "[]", "{}", '{"RecordType": "Inbound"}', b"\xff\xfe"])
@pytest.mark.parametrize("kind", ["tracking", "inbound"])
def test_what_makes_no_sense_is_the_providers_mistake_and_not_ours(kind, body, sent):
    assert post("postmark", kind, body).status_code in (200, 400)
    assert receipt(sent)[0] == ""


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@given(body=st.fixed_dictionaries(
    {"RecordType": st.sampled_from(["Delivery", "Bounce", "Open", "Click", "SpamComplaint", "SubscriptionChange"])},
    optional=dict.fromkeys(("Type", "Recipient", "Email", "MessageID", "DeliveredAt", "Metadata", "Details", "ID"), ANYTHING),
))  # fmt: skip
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_field_of_any_kind_is_an_error_of_ours(body, lead):
    assert post("postmark", "tracking", body).status_code in (200, 400)


def test_without_a_secret_the_door_is_shut(sent, settings):
    settings.EMAIL_WEBHOOK_SECRET = ""
    assert post("postmark", "tracking", delivery(sent)).status_code == 404
    assert post("mailgun", "tracking", {}).status_code == 404


def test_a_provider_that_nobody_knows_has_no_door(sent):
    assert post("pigeon", "tracking", {}).status_code == 404
    assert post("resend", "inbound", {}).status_code == 404


KEY = "mailgun-signing-key"


def mailgun(event, sent, key=KEY, token="t" * 50, **more):
    stamp = "1795194060"
    signature = hmac.new(key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    return {
        "signature": {"timestamp": stamp, "token": token, "signature": signature},
        "event-data": {
            "event": event, "id": "CPgfbmQMTCKtHW6uIWtuVe", "timestamp": 1795194060.5, "recipient": "maria@home.example",
            "message": {"headers": {"message-id": "20261120170001.1@mg.harborpoint.example", "to": "maria@home.example"}},
            "user-variables": {"message": str(sent.pk)}, "tags": [], "log-level": "info", **more,
        },
    }  # fmt: skip


def test_mailgun_signs_what_it_posts(sent, settings):
    settings.EMAIL_WEBHOOK_SECRET, settings.EMAIL_WEBHOOK_KEY = "", KEY
    assert post("mailgun", "tracking", mailgun("delivered", sent, key="wrong"), secret="").status_code == 403
    assert receipt(sent)[0] == ""
    Message.objects.update(provider_id="<20261120170001.1@mg.harborpoint.example>")
    assert post("mailgun", "tracking", mailgun("delivered", sent), secret="").status_code == 200
    assert receipt(sent)[0] == "delivered"


def test_mailguns_repetition_under_another_signature_is_the_same_event(sent, settings):
    settings.EMAIL_WEBHOOK_KEY = KEY
    for token in ("a" * 50, "b" * 50):
        assert post("mailgun", "tracking", mailgun("opened", sent, token=token)).status_code == 200
    assert Event.objects.filter(kind="email_open").count() == 1


@pytest.mark.parametrize(
    ("event", "flagged"),
    [({"severity": "permanent", "reason": "bounce"}, True), ({"severity": "permanent", "reason": "old"}, False),
     ({"severity": "temporary", "reason": "generic"}, False)],
)  # fmt: skip
def test_mailguns_permanent_failure_is_a_wrong_address(event, flagged, sent, lead, settings):
    settings.EMAIL_WEBHOOK_KEY = KEY
    post("mailgun", "tracking", mailgun("failed", sent, **{"delivery-status": {"code": 550, "message": "no such user"}}, **event))
    lead.refresh_from_db()
    assert (BAD_EMAIL in lead.flags) is flagged


OTHERS = {
    "brevo": lambda sent, bad: {
        "event": "hard_bounce" if bad else "soft_bounce", "email": "maria@home.example", "id": 1, "ts_epoch": 1795194060000,
        "message-id": NUMBER, "X-Mailin-custom": json.dumps({"message": str(sent.pk)}), "reason": "550 unknown",
    },
    "sendgrid": lambda sent, bad: [{
        "event": "bounce", "type": "bounce" if bad else "blocked", "email": "maria@home.example", "timestamp": 1795194060,
        "anymail_id": NUMBER, "message": str(sent.pk), "sg_event_id": "e1", "sg_message_id": "s1", "reason": "550 unknown",
    }],
    "sparkpost": lambda sent, bad: [{"msys": {"message_event": {
        "type": "bounce", "bounce_class": "10" if bad else "22", "rcpt_to": "maria@home.example", "timestamp": "1795194060",
        "transmission_id": NUMBER, "event_id": "92356927693813856", "rcpt_meta": {"message": str(sent.pk)}, "raw_reason": "550",
    }}}],
    "resend": lambda sent, bad: {
        "type": "email.bounced", "created_at": "2026-11-20T17:01:00.000Z", "data": {
            "email_id": NUMBER, "to": ["maria@home.example"], "from": "leads@harborpoint.example", "subject": "Your quote",
            "created_at": "2026-11-20T17:00:00.000Z", "bounce": {"type": "Permanent" if bad else "Transient", "message": "550"},
        },
    },
}  # fmt: skip


@pytest.mark.parametrize("bad", [True, False])
@pytest.mark.parametrize("esp", OTHERS)
def test_each_provider_says_in_its_own_words_that_there_is_no_such_address(esp, bad, sent, lead):
    assert post(esp, "tracking", OTHERS[esp](sent, bad)).status_code == 200
    lead.refresh_from_db()
    assert (BAD_EMAIL in lead.flags) is bad


def inbound(lead, text="Yes, call me at 5.", **more):
    """Postmark's own example of an e-mail that it hands on."""
    to = f"reply+{reply_token(lead.pk)}@in.harborpoint.example"
    person = {"Email": "maria@home.example", "Name": "Maria Lopez", "MailboxHash": ""}
    return {
        "FromName": "Maria Lopez", "From": "maria@home.example", "FromFull": person, "To": to,
        "ToFull": [{"Email": to, "Name": "", "MailboxHash": reply_token(lead.pk)}], "CcFull": [], "BccFull": [],
        "OriginalRecipient": to, "Subject": "Re: Your quote", "MessageID": "22c74902-a0c1-4511-804f-341342852c90", "ReplyTo": "",
        "MailboxHash": "", "Date": "Fri, 20 Nov 2026 12:30:00 -0500", "TextBody": text, "HtmlBody": "", "StrippedTextReply": text,
        "Tag": "", "Headers": [{"Name": "Return-Path", "Value": "<maria@home.example>"},
                               {"Name": "Message-ID", "Value": "<m1@home.example>"}], "Attachments": [], **more,
    }  # fmt: skip


def test_postmark_hands_an_answer_on_and_it_is_heard_once(lead):
    for _ in range(2):
        assert post("postmark", "inbound", inbound(lead)).status_code == 200
    [kept] = InboundMessage.objects.all()
    assert (kept.lead, kept.text, kept.sender) == (lead, "Yes, call me at 5.", "maria@home.example")
    assert kept.at == datetime(2026, 11, 20, 17, 30, tzinfo=UTC)
    assert Touch.objects.get(lead=lead).outcome == "replied"


def test_an_answer_with_something_large_attached_comes_in(lead):
    file = {"Name": "policy.pdf", "ContentType": "application/pdf", "Content": base64.b64encode(b"x" * 900_000).decode()}
    assert post("postmark", "inbound", inbound(lead, Attachments=[file])).status_code == 200
    assert InboundMessage.objects.get().text == "Yes, call me at 5."


def test_the_large_body_of_a_stranger_is_not_even_read(lead):
    assert post("postmark", "inbound", inbound(lead, HtmlBody="x" * 900_000), secret="hooks:wrong").status_code == 403
    assert not InboundMessage.objects.exists()


def test_mailgun_hands_an_answer_on_as_a_form(lead, settings):
    settings.EMAIL_WEBHOOK_SECRET, settings.EMAIL_WEBHOOK_KEY = "", KEY
    to = f"reply+{reply_token(lead.pk)}@in.harborpoint.example"
    signature = mailgun("", Message(pk=1))["signature"]
    form = {
        **signature, "recipient": to, "sender": "maria@home.example", "from": "Maria <maria@home.example>",
        "subject": "Re: Your quote", "body-plain": "STOP\r\n\r\nOn Fri Sarah wrote:\r\n> Hi", "stripped-text": "STOP",
        "message-headers": json.dumps([["From", "Maria <maria@home.example>"], ["To", to], ["Message-Id", "<m1@home.example>"]]),
    }  # fmt: skip
    for _ in range(2):
        assert Client().post("/hooks/email/mailgun/inbound/", form).status_code == 200
    assert InboundMessage.objects.get().kind == "opt_out"
    [row] = Consent.objects.filter(granted=False)
    assert (row.email, row.lead) == ("maria@home.example", lead)


def test_an_error_of_ours_is_not_hidden_so_that_the_provider_sends_it_again(sent, monkeypatch):
    from leads.inbound import mail_events

    monkeypatch.setattr(mail_events, "record_receipt", lambda *words: 1 / 0)
    client_says_so = Client(raise_request_exception=False)
    basic = {"Authorization": "Basic " + base64.b64encode(SECRET.encode()).decode()}
    body = json.dumps(delivery(sent))
    answer = client_says_so.post("/hooks/email/postmark/tracking/", body, content_type="application/json", headers=basic)
    assert answer.status_code == 500
    monkeypatch.undo()
    assert post("postmark", "tracking", delivery(sent)).status_code == 200
    assert receipt(sent)[0] == "delivered"  # the failed attempt left nothing behind that says it was here
