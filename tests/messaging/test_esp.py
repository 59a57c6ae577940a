"""E-mails through providers' APIs: the real django-anymail against a server that answers as the providers document it."""

import threading

import pytest

from agency.due import DueState
from agency.messaging import deliver_due, delivery, send
from agency.messaging.email import esp
from agency.messaging.email.checks import check_email_settings
from tests.messaging.servers import api

pytestmark = pytest.mark.django_db

POSTMARK_OK = {
    "To": "maria@home.example", "SubmittedAt": "2026-11-20T17:00:01Z", "MessageID": "0a129aee-e1cd-480d-b08d-4f48548ff48d",
    "ErrorCode": 0, "Message": "OK",
}  # fmt: skip
POSTMARK_INACTIVE = {
    "ErrorCode": 406,
    "Message": "You tried to send to recipient(s) that have been marked as inactive. Found inactive addresses: "
    "maria@home.example. Inactive recipients are ones that have generated a hard bounce or a spam complaint.",
}


@pytest.fixture
def provider(settings):
    with api() as made:
        made.answer = lambda call: (200, POSTMARK_OK)
        settings.EMAIL_URL = f"postmark://server-token@/?api={made.url}&stream=outreach"
        settings.PUBLIC_BASE_URL = "https://crm.harborpoint.example"
        yield made


@pytest.fixture
def to_maria(sarah, harbor_point, open_gate, now):
    def write(audience="consumer"):
        return send(channel="email", audience=audience, kind="follow_up", user=sarah, to="maria@home.example",
                    subject="Your quote", body="Hi Maria", now=now)  # fmt: skip

    return write


def outcome(message, now):
    deliver_due(now)
    message.refresh_from_db()
    return message.state, message.outcome


def test_postmark_is_sent_the_whole_letter_in_its_own_format(provider, to_maria, now):
    message = to_maria()
    assert outcome(message, now) == (DueState.DONE, "")
    assert message.provider_id == "0a129aee-e1cd-480d-b08d-4f48548ff48d"
    [call] = provider.calls
    assert (call.path, call.headers["x-postmark-server-token"]) == ("/email", "server-token")
    sent = call.json
    assert sent["From"] == '"Sarah M., Harbor Point Insurance" <leads@harborpoint.example>'
    assert (sent["To"], sent["Subject"], sent["MessageStream"]) == ("maria@home.example", "Your quote", "outreach")
    assert sent["ReplyTo"] == "sarah@harborpoint.example"
    assert "1 Harbor Plaza" in sent["TextBody"]
    assert "1 Harbor Plaza" in sent["HtmlBody"]
    assert sent["Metadata"] == {"message": str(message.pk)}
    headers = {one["Name"]: one["Value"] for one in sent["Headers"]}
    assert headers["List-Unsubscribe"].startswith("<https://crm.harborpoint.example/u/")
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["Message-ID"] == f"<message-{message.pk}.{int(now.timestamp())}@harborpoint.example>"


def test_mailgun_is_sent_a_form_for_the_domain(provider, to_maria, now, settings):
    settings.EMAIL_URL = f"mailgun://key-1@mg.harborpoint.example?api={provider.url}/v3"
    provider.answer = lambda call: (200, {"id": "<20261120170001.1@mg.harborpoint.example>", "message": "Queued. Thank you."})
    message = to_maria()
    assert outcome(message, now) == (DueState.DONE, "")
    assert message.provider_id == "<20261120170001.1@mg.harborpoint.example>"
    [call] = provider.calls
    assert call.path == "/v3/mg.harborpoint.example/messages"
    assert call.headers["authorization"] == "Basic YXBpOmtleS0x"  # api:key-1
    assert call.form["to"] == "maria@home.example"
    assert call.form["h:List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert call.form["h:Reply-To"] == "sarah@harborpoint.example"
    assert "<p>Hi Maria</p>" in call.form["html"]


@pytest.mark.parametrize(
    ("url", "path", "answer", "number"),
    [
        ("brevo://k@/?api={api}/v3/", "/v3/smtp/email", (201, {"messageId": "<b1@smtp-relay.brevo.example>"}),
         "<b1@smtp-relay.brevo.example>"),
        ("resend://k@/?api={api}/", "/emails", (200, {"id": "49a3999c-0ce1-4ea6-ab68-afcd6dc2e794"}),
         "49a3999c-0ce1-4ea6-ab68-afcd6dc2e794"),
        ("sparkpost://k@/?api={api}/api/v1", "/api/v1/transmissions/",
         (200, {"results": {"total_rejected_recipients": 0, "total_accepted_recipients": 1, "id": "11668787484950529"}}),
         "11668787484950529"),
        ("sendgrid://k@/?api={api}/v3/", "/v3/mail/send", (202, {}), None),  # anymail's own number goes along as `anymail_id`
    ],
)  # fmt: skip
def test_each_provider_gets_text_html_and_the_unsubscribe_header(url, path, answer, number, provider, to_maria, now, settings):
    settings.EMAIL_URL = url.format(api=provider.url)
    provider.answer = lambda call: answer
    message = to_maria()
    assert outcome(message, now) == (DueState.DONE, "")
    [call] = provider.calls
    assert call.path == path
    assert message.provider_id == (number or call.json["personalizations"][0]["custom_args"]["anymail_id"])
    for part in ("Hi Maria", "<p>Hi Maria</p>", "List-Unsubscribe=One-Click", "Harbor Point Insurance", "maria@home.example"):
        assert part in call.body.decode(), part


@pytest.mark.parametrize(
    ("answer", "state", "said"),
    [
        ((422, POSTMARK_INACTIVE), DueState.FAILED, esp.REFUSED_RECIPIENT),
        ((422, {"ErrorCode": 300, "Message": "Invalid 'From'."}), DueState.FAILED, "The e-mail provider refused it (422)."),
        ((413, {}), DueState.FAILED, "The e-mail provider refused it (413)."),
        ((401, {"ErrorCode": 10, "Message": "Bad token"}), DueState.DUE, "The e-mail provider does not accept our key (401)."),
        ((429, {}), DueState.DUE, esp.TOO_MANY),
        ((500, {}), DueState.STUCK, delivery.UNCLEAR),
        ((503, {}), DueState.STUCK, delivery.UNCLEAR),
        ((200, "not what was expected"), DueState.STUCK, delivery.UNCLEAR),
        (None, DueState.STUCK, delivery.UNCLEAR),
    ],
)  # fmt: skip
def test_only_an_answer_that_proves_that_nothing_was_sent_is_followed_by_another_attempt(
    answer, state, said, provider, to_maria, now
):
    provider.answer = lambda call: answer
    assert outcome(to_maria(), now) == (state, said)
    assert len(provider.calls) == 1


def test_an_answer_that_takes_too_long_leaves_a_consumer_mail_stuck(provider, to_maria, now, settings):
    settings.EMAIL_TIMEOUT = 0.05
    waits = threading.Event()
    provider.answer = lambda call: waits.wait(10) and None
    try:
        assert outcome(to_maria(), now) == (DueState.STUCK, delivery.UNCLEAR)
    finally:
        waits.set()


def test_a_provider_that_is_not_there_is_asked_again(to_maria, now, settings):
    with api() as gone:
        settings.EMAIL_URL = f"postmark://k@/?api={gone.url}"
    assert outcome(to_maria(), now) == (DueState.DUE, esp.NO_ANSWER)


def test_a_provider_whose_name_nobody_knows_is_asked_again(to_maria, now, settings):
    settings.EMAIL_URL = "postmark://k@/?api=http://nowhere.invalid/"
    assert outcome(to_maria(), now) == (DueState.DUE, esp.NO_ANSWER)


def test_staff_get_a_second_try_where_a_consumer_does_not(provider, to_maria, now):
    provider.answer = lambda call: (500, {})
    assert outcome(to_maria("staff"), now) == (DueState.DUE, delivery.UNCLEAR)


@pytest.mark.parametrize(
    ("url", "wrong"),
    [
        ("postmark://secret@/", []),
        ("postmark://", ["EMAIL_URL: postmark:// needs the provider's key before the @."]),
        ("mailgun://secret@/", ["EMAIL_URL: mailgun:// needs the sending domain after the @."]),
        ("mailgun://secret@mg.harborpoint.example", []),
        ("smtp://mail.example", []),
    ],
)
def test_a_url_that_lacks_something_is_an_error_at_start(url, wrong, settings):
    settings.EMAIL_URL = url
    settings.PUBLIC_BASE_URL = "https://crm.harborpoint.example"
    assert [str(one.msg) for one in check_email_settings(None)] == wrong
