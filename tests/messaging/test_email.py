"""E-mails: as files that are replaced, never doubled, and through a mail server."""

import smtplib
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agency.due import DueState
from agency.messaging import deliver_due, send
from agency.messaging.email.letter import ASK_TO_STOP, as_bytes
from agency.messaging.email.letter import letter as letter_of
from agency.messaging.letterhead import Letterhead
from agency.messaging.models import Message

pytestmark = pytest.mark.django_db


def letters(folder):
    return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in sorted(folder.glob("*.eml"))]


def assigned(user, now):
    return send(
        channel="email", audience="staff", kind="lead_assigned", user=user, subject="New lead: Maria\nLopez", body="Call her.",
        path="/leads/7/", now=now,
    )  # fmt: skip


def test_staff_get_the_text_and_a_link_from_the_agency(sarah, harbor_point, mail, now, settings):
    settings.PUBLIC_BASE_URL = "https://crm.harborpoint.example"
    assigned(sarah, now)
    deliver_due(now)
    [letter] = letters(mail)
    assert letter["To"] == "sarah@harborpoint.example"
    assert letter["From"] == "Harbor Point Insurance <leads@harborpoint.example>"
    assert letter["Subject"] == "New lead: Maria Lopez"
    assert letter.get_content() == "Call her.\n\nhttps://crm.harborpoint.example/leads/7/\n"


def test_a_consumer_sees_the_postal_address_and_answers_go_to_whoever_signed(sarah, harbor_point, mail, now, open_gate):
    send(channel="email", audience="consumer", kind="follow_up", user=sarah, to="maria@home.example", subject="Your quote",
         body="Hi Maria,", path="/leads/7/", now=now)  # fmt: skip
    deliver_due(now)
    [letter] = letters(mail)
    assert letter["Reply-To"] == "sarah@harborpoint.example"
    assert letter.get_content() == (
        f"Hi Maria,\n\n-- \nHarbor Point Insurance\n1 Harbor Plaza, New York, NY 10004\n{ASK_TO_STOP}\n"
    )


def test_an_address_for_sending_wins_over_the_one_made_up_from_the_site(sarah, harbor_point, mail, now, settings):
    settings.DEFAULT_FROM_EMAIL = "hello@mail.harborpoint.example"
    assigned(sarah, now)
    deliver_due(now)
    assert letters(mail)[0]["From"] == "Harbor Point Insurance <hello@mail.harborpoint.example>"


def test_a_second_delivery_of_the_same_row_replaces_the_file(sarah, harbor_point, mail, now):
    message = assigned(sarah, now)
    deliver_due(now)
    before = letters(mail)[0]["Message-ID"]
    Message.objects.update(state=DueState.DUE)
    deliver_due(now)
    assert [letter["Message-ID"] for letter in letters(mail)] == [before]
    assert [path.name for path in mail.iterdir()] == [f"20261120-170000-{message.pk}.eml"]


def test_mail_before_the_agency_is_set_up_still_leaves(sarah, mail, now):
    assigned(sarah, now)
    deliver_due(now)
    assert letters(mail)[0]["From"] == "leads@localhost"


SENT = datetime(2026, 11, 20, 17, tzinfo=UTC)
words = st.text(max_size=100) | st.text("ab =?_:,.@<>\"'\\\t\r\né", max_size=90) | st.from_regex(r"[ -~]{60,80}", fullmatch=True)


@given(subject=words, body=words, name=words, to=st.emails() | words)
@example(subject="New hot lead: Maria, auto", body="Hot, 90 points.\nIn turn.", name="Harbor Point", to="sarah@harbor.example")
def test_the_fast_way_writes_the_same_letter(subject, body, name, to):
    message = Message(pk=7, audience="staff", subject=subject, body=body, to=to, path="/leads/7/", created_at=SENT)
    head = Letterhead(name=name, website="https://harborpoint.example")

    def written(how):
        try:
            return how()
        except Exception as error:
            return type(error)

    assert written(lambda: as_bytes(message, head)) == written(lambda: letter_of(message, head).message().as_bytes())


class Server:
    """Stands for the connection to a mail server."""

    def __init__(self, error: Exception | None = None, closed: bool = False) -> None:
        self.error, self.closed, self.sent = error, closed, []

    def open(self) -> None:
        if self.closed:
            raise ConnectionRefusedError

    def send_messages(self, mails: list) -> int:
        if self.error:
            raise self.error
        self.sent += mails
        return len(mails)

    def close(self) -> None:
        """Nothing is held."""


@pytest.fixture
def server(settings, monkeypatch):
    """The mail server that EMAIL_URL names; what it is made of is returned and may be changed."""
    made = Server()
    settings.EMAIL_URL = "smtp+tls://user:secret@mail.example:587"
    monkeypatch.setattr("agency.messaging.email.smtp.EmailBackend", lambda **options: made.__dict__.update(options) or made)
    return made


def test_the_url_says_which_server_and_how(server, sarah, harbor_point, now):
    message = assigned(sarah, now)
    deliver_due(now)
    assert (server.host, server.port, server.username, server.password) == ("mail.example", 587, "user", "secret")
    assert (server.use_tls, server.use_ssl, server.timeout) == (True, False, 10)
    assert [mail.to for mail in server.sent] == [["sarah@harborpoint.example"]]
    message.refresh_from_db()
    assert message.provider_id == f"<message-{message.pk}.{int(now.timestamp())}@harborpoint.example>"


@pytest.mark.parametrize(
    ("error", "state", "outcome"),
    [
        (smtplib.SMTPRecipientsRefused({"a": (550, b"no such user")}), DueState.FAILED, "The mail server refused it (550)."),
        (smtplib.SMTPRecipientsRefused({"a": (450, b"busy")}), DueState.DUE, "The mail server cannot take it now (450)."),
        (smtplib.SMTPDataError(554, b"spam"), DueState.FAILED, "The mail server refused it (554)."),
        (smtplib.SMTPSenderRefused(451, b"later", "us"), DueState.DUE, "The mail server cannot take it now (451)."),
    ],
)
def test_the_reply_code_decides_whether_it_is_tried_again(error, state, outcome, server, sarah, harbor_point, now):
    server.error = error
    message = assigned(sarah, now)
    deliver_due(now)
    message.refresh_from_db()
    assert (message.state, message.outcome) == (state, outcome)


def test_a_server_that_does_not_answer_has_sent_nothing_to_a_consumer(server, sarah, harbor_point, now, open_gate):
    server.closed = True
    message = send(channel="email", audience="consumer", kind="follow_up", to="maria@home.example", now=now)
    deliver_due(now)
    message.refresh_from_db()
    assert message.state == DueState.DUE


def test_a_connection_lost_after_the_text_was_handed_over_leaves_a_consumer_mail_stuck(
    server, sarah, harbor_point, now, open_gate
):
    server.error = smtplib.SMTPServerDisconnected("gone")
    message = send(channel="email", audience="consumer", kind="follow_up", to="maria@home.example", now=now)
    deliver_due(now)
    message.refresh_from_db()
    assert message.state == DueState.STUCK
