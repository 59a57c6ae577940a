"""E-mails through a mail server: what its answers mean for whether an e-mail is sent again."""

import pytest

from agency.due import DueState
from agency.messaging import deliver_due, send
from agency.messaging.email import smtp
from tests.messaging.servers import SmtpSink, running

pytestmark = pytest.mark.django_db


@pytest.fixture
def sink(settings):
    with running(SmtpSink()) as server:
        settings.EMAIL_URL = server.url
        yield server


def to_sarah(sarah, now):
    return send(channel="email", audience="staff", kind="note", user=sarah, subject="Lead", body="Call.", now=now)


def to_maria(sarah, now, subject="Your quote"):
    return send(channel="email", audience="consumer", kind="follow_up", user=sarah, to="maria@home.example", subject=subject,
                body="Hi Maria,\n.\n..and a line that begins with dots", now=now)  # fmt: skip


def outcome(message, now):
    deliver_due(now)
    message.refresh_from_db()
    return message.state, message.outcome


def test_a_letter_arrives_as_it_was_written(sink, sarah, harbor_point, now, open_gate):
    message = to_maria(sarah, now)
    assert outcome(message, now) == (DueState.DONE, "")
    [got] = sink.taken
    assert sink.envelopes[0][1] == ["maria@home.example"]
    assert got["Message-ID"] == message.provider_id == f"<message-{message.pk}.{int(now.timestamp())}@harborpoint.example>"
    assert got.get_content_type() == "multipart/alternative"
    plain = got.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert plain.startswith("Hi Maria,\n.\n..and a line that begins with dots\n")
    assert "1 Harbor Plaza" in plain


def test_one_connection_serves_a_batch(sink, sarah, harbor_point, now, open_gate):
    for number in range(3):
        to_maria(sarah, now, f"Quote {number}")
    deliver_due(now)
    assert [mail["Subject"] for mail in sink.taken] == ["Quote 0", "Quote 1", "Quote 2"]


@pytest.mark.parametrize(
    ("verb", "reply", "state", "said"),
    [
        ("RCPT", "550 no such user", DueState.FAILED, "The mail server refused it (550)."),
        ("RCPT", "450 busy", DueState.DUE, "The mail server cannot take it now (450)."),
        ("DATA", "554 spam", DueState.FAILED, "The mail server refused it (554)."),
        ("MAIL", "451 later", DueState.DUE, "The mail server cannot take it now (451)."),
    ],
)
def test_the_reply_code_decides_whether_it_is_tried_again(verb, reply, state, said, sink, sarah, harbor_point, now, open_gate):
    sink.replies[verb] = reply
    assert outcome(to_maria(sarah, now), now) == (state, said)
    assert sink.taken == []


@pytest.mark.parametrize("to", ["maria@home.example\nBcc: all@home.example", "maria@home.example, all@home.example", "@"])
def test_what_is_no_address_is_refused_and_not_in_doubt(to, sink, harbor_point, now, open_gate):
    message = send(channel="email", audience="consumer", kind="follow_up", to=to, subject="x", body="x", now=now)
    assert outcome(message, now) == (DueState.FAILED, smtp.NOT_AN_ADDRESS)
    assert sink.taken == []


def test_a_server_that_is_not_there_has_sent_nothing(sarah, harbor_point, now, open_gate, settings):
    server = SmtpSink()
    settings.EMAIL_URL = server.url
    server.server_close()
    assert outcome(to_maria(sarah, now), now) == (DueState.DUE, "The mail server does not answer.")


def test_a_connection_lost_after_the_text_was_handed_over_leaves_a_consumer_mail_stuck(sink, sarah, harbor_point, now, open_gate):
    sink.hangs_up_after_the_text = True
    assert outcome(to_maria(sarah, now), now)[0] == DueState.STUCK
    assert outcome(to_sarah(sarah, now), now)[0] == DueState.DUE  # staff are told again
    assert len(sink.taken) == 2


def test_the_url_says_which_server_and_how():
    options = smtp._options("smtp+tls://user:secret@mail.example:587")
    assert (options["host"], options["port"], options["username"], options["password"]) == ("mail.example", 587, "user", "secret")
    assert (options["use_tls"], options["use_ssl"]) == (True, False)
