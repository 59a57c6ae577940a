"""E-mails as files that are replaced, never doubled; what staff get."""

from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agency.due import DueState
from agency.messaging import deliver_due, send
from agency.messaging.email.letter import as_bytes
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
