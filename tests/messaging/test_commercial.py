"""The e-mail to a consumer: who wrote it, where from, and how to stop it."""

from email import message_from_bytes, policy

import pytest

from agency.due import DueState
from agency.messaging import deliver_due, send
from agency.messaging.email.commercial import NO_POSTAL_ADDRESS
from agency.messaging.email.identity import addressed, row_of
from agency.messaging.email.tokens import lead_of, message_of, reply_token, unsubscribe_token
from agency.models import Agency
from agency.roles import set_group
from leads.models import Household, Lead, Source

pytestmark = pytest.mark.django_db


@pytest.fixture
def maria(now):
    return Lead.objects.create(
        household=Household.objects.create(created_at=now),
        source=Source.objects.create(key="website", name="Website", kind="organic"),
        first_name="Maria", last_name="Lopez", email="maria@home.example", status="nurture",
        received_at=now, updated_at=now, last_activity_at=now,
    )  # fmt: skip


@pytest.fixture
def https(settings):
    settings.PUBLIC_BASE_URL = "https://crm.harborpoint.example"


def to_maria(user, now, lead=None, body="Hi Maria,\n\nshall we talk?", **more):
    return send(
        channel="email", audience="consumer", kind="follow_up", user=user, lead_id=lead.pk if lead else None,
        to="maria@home.example", body=body, now=now, **{"subject": "Your quote", **more},
    )  # fmt: skip


def letter(folder):
    [path] = folder.glob("*.eml")
    return message_from_bytes(path.read_bytes(), policy=policy.default)


def text(mail):
    return mail.get_body(("plain",)).get_content()


def test_the_consumer_reads_who_wrote_the_postal_address_and_how_to_stop(sarah, harbor_point, mail, now, open_gate, https):
    message = to_maria(sarah, now)
    deliver_due(now)
    got = letter(mail)
    url = f"https://crm.harborpoint.example/u/{unsubscribe_token(message.pk)}/"
    assert got["From"] == '"Sarah M., Harbor Point Insurance" <leads@harborpoint.example>'
    assert got["Reply-To"] == "sarah@harborpoint.example"
    assert text(got) == (
        "Hi Maria,\n\nshall we talk?\n\n-- \nHarbor Point Insurance\n1 Harbor Plaza, New York, NY 10004\n"
        f"To get no more e-mails from us: {url}\n"
    )


def test_one_click_is_announced_in_the_headers(sarah, harbor_point, mail, now, open_gate, https):
    message = to_maria(sarah, now)
    deliver_due(now)
    got = letter(mail)
    assert got["List-Unsubscribe"].strip() == f"<https://crm.harborpoint.example/u/{unsubscribe_token(message.pk)}/>"
    assert got["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_one_click_is_not_promised_without_https(sarah, harbor_point, mail, now, open_gate, settings):
    settings.PUBLIC_BASE_URL = "http://localhost:8000"
    to_maria(sarah, now)
    deliver_due(now)
    assert letter(mail)["List-Unsubscribe"].strip().startswith("<http://localhost:8000/u/")
    assert "List-Unsubscribe-Post" not in letter(mail)


def test_the_html_says_the_same_and_nothing_in_it_is_believed(sarah, harbor_point, mail, now, open_gate, https):
    to_maria(sarah, now, body="Hi <b>Maria</b> & co,\nsee https://harborpoint.example/quote?a=1&b=2\n\nSarah")
    deliver_due(now)
    page = letter(mail).get_body(("html",)).get_content()
    assert "<p>Hi &lt;b&gt;Maria&lt;/b&gt; &amp; co,<br>" in page
    assert '<a href="https://harborpoint.example/quote?a=1&amp;b=2"' in page
    assert "1 Harbor Plaza, New York, NY 10004" in page
    assert "Get no more e-mails from us" in page
    assert "<img" not in page  # nothing is loaded, nothing is counted


def test_answers_come_back_to_the_leads_own_address_where_inbound_mail_is_set_up(
    sarah, harbor_point, mail, now, open_gate, https, settings, maria
):
    settings.INBOUND_EMAIL_DOMAIN = "in.harborpoint.example"
    to_maria(sarah, now, maria)
    deliver_due(now)
    got = letter(mail)
    assert got["Reply-To"] == f"reply+{reply_token(maria.pk)}@in.harborpoint.example"
    assert f"<mailto:unsubscribe+{reply_token(maria.pk)}@in.harborpoint.example?subject=unsubscribe>" in got["List-Unsubscribe"]
    assert addressed(got["Reply-To"]) == ("reply", maria.pk)
    assert addressed(got["Reply-To"].upper()) == ("reply", maria.pk)  # some mail systems shout
    assert len(got["Reply-To"].split("@")[0]) <= 64


def test_a_name_cannot_break_out_of_the_header(sarah, harbor_point, mail, now, open_gate):
    sarah.name = 'Sarah "Sally" M.\r\nBcc: all@harborpoint.example'
    sarah.save()
    to_maria(sarah, now)
    deliver_due(now)
    got = letter(mail)
    assert got["Bcc"] is None
    assert got["From"].addresses[0].display_name == "Sarah Sally M. Bcc: all@harborpoint.example, Harbor Point Insurance"


def test_a_name_with_accents_survives(sarah, harbor_point, mail, now, open_gate):
    sarah.name = "Sára Müller"
    sarah.save()
    to_maria(sarah, now)
    deliver_due(now)
    assert letter(mail)["From"].addresses[0].display_name == "Sára Müller, Harbor Point Insurance"


@pytest.mark.parametrize("address", ["", "  \n "])
def test_without_a_postal_address_nothing_leaves_for_a_consumer(address, sarah, harbor_point, mail, now, open_gate):
    Agency.objects.update(address=address)
    message = to_maria(sarah, now)
    deliver_due(now)
    message.refresh_from_db()
    assert (message.state, message.outcome) == (DueState.FAILED, NO_POSTAL_ADDRESS)
    assert list(mail.glob("*.eml")) == []


def test_managers_hear_once_a_day_that_mail_does_not_leave(sarah, james, harbor_point, mail, now, open_gate):
    from agency.messaging.email.postal import SUBJECT, warn_managers
    from agency.messaging.models import Message

    set_group(sarah, "manager")
    set_group(james, "producer")
    assert warn_managers(now) == 0
    Agency.objects.update(address="")
    to_maria(sarah, now)
    deliver_due(now)
    assert warn_managers(now) == 2  # in the app and by e-mail
    assert warn_managers(now) == 0
    assert set(Message.objects.filter(subject=SUBJECT).values_list("user__username", "channel")) == {
        ("sarah", "in_app"), ("sarah", "email"),
    }  # fmt: skip


def test_tokens_say_nothing_and_cannot_be_made_up():
    token = unsubscribe_token(7)
    assert message_of(token) == 7
    assert message_of(token.replace("7", "8", 1)) is None
    assert [message_of(wrong) for wrong in ("", "7", "7.", ".", token + "x", "é.é")] == [None] * 6
    assert lead_of(reply_token(7)) == 7
    assert [
        lead_of(wrong) for wrong in ("", "7-", reply_token(7).replace("7-", "8-", 1), reply_token(7)[:-1], "٧-" + "0" * 20)
    ] == ([None] * 5)


def test_a_message_id_names_its_row():
    assert row_of("<message-7.1700000000@harborpoint.example>") == (7, 1_700_000_000)
    assert row_of("<7.1700000000@harborpoint.example>") is None
