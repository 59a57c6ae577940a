"""Answers by e-mail: to the right lead, once, and nothing lost."""

import socket
from datetime import timedelta
from email import message_from_string, policy

import pytest

from agency.due import DueState
from agency.messaging import send
from agency.messaging.email.tokens import reply_token
from agency.messaging.models import Message
from agency.roles import set_group
from leads import followup
from leads.flags import BAD_EMAIL
from leads.inbound import letters, mail, mailbox
from leads.models import Consent, InboundMessage, Lead, Touch
from tests.leads.following import HOUR, NOON, maria, office, steps_of
from tests.leads.imap import ImapServer
from tests.messaging.servers import running

pytestmark = pytest.mark.django_db
DOMAIN = "in.harborpoint.example"
LATER = NOON + HOUR


@pytest.fixture(autouse=True)
def domain(settings):
    settings.INBOUND_EMAIL_DOMAIN = DOMAIN


@pytest.fixture
def people(db):
    return office()


@pytest.fixture
def lead(people) -> Lead:
    lead = maria(people["sarah"])
    followup.start(lead, trigger="assigned", now=NOON)
    return lead


@pytest.fixture
def sent(lead) -> Message:
    message = send(channel="email", audience="consumer", kind="follow_up", user=lead.owner.user, lead_id=lead.pk, to=lead.email,
                   subject="Your quote", body="Hi Maria", now=NOON)  # fmt: skip
    Message.objects.filter(pk=message.pk).update(state=DueState.DONE, provider_id="0a129aee-e1cd-480d-b08d-4f48548ff48d")
    message.refresh_from_db()
    return message


def raw(text="Yes, call me at 5.", number=1, sender="Maria <maria@home.example>", to="leads@harborpoint.example", **headers):
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    lines = {"From": sender, "To": to, "Subject": "Re: Your quote", "Message-ID": f"<m{number}@home.example>",
             "Date": "Fri, 20 Nov 2026 13:00:00 -0500", **more}  # fmt: skip
    return "\n".join([*(f"{name}: {value}" for name, value in lines.items()), "", text, ""])


def arrives(*args, now=LATER, **more):
    return mail.take_in(letters.read(message_from_string(raw(*args, **more), policy=policy.default), now=now), now=now)


def reply_to(lead):
    return f"reply+{reply_token(lead.pk)}@{DOMAIN}"


def pending(lead):
    return [step for step in steps_of(lead) if step.state in ("due", "waiting")]


def test_an_answer_stops_the_plan_and_the_owner_hears_of_it(lead, people):
    kept = arrives(
        "Yes, call me at 5.\n\nOn Fri, Nov 20, 2026 at 12:05 PM Sarah M. <x@y.example> wrote:\n> Reply STOP", to=reply_to(lead)
    )
    assert (kept.lead, kept.text, kept.to, kept.open) == (lead, "Yes, call me at 5.", reply_to(lead), False)
    assert pending(lead) == []
    [touch] = Touch.objects.filter(lead=lead)
    assert (touch.channel, touch.direction, touch.outcome, touch.note) == ("email", "in", "replied", "Yes, call me at 5.")
    assert Message.objects.filter(user=people["sarah"].user, subject="Maria Lopez answered by e-mail").exists()
    assert not Consent.objects.filter(granted=False).exists()  # the STOP was ours, in the quotation


def test_the_same_e_mail_by_two_ways_is_one(lead):
    assert arrives(to=reply_to(lead)) is not None
    assert arrives(to=reply_to(lead), now=LATER + HOUR) is None
    assert (Touch.objects.count(), InboundMessage.objects.count()) == (1, 1)


def test_the_address_it_came_to_decides_not_the_senders(lead, people):
    other = maria(people["james"], email="work@work.example", phone="+12125550151")
    kept = arrives(sender="maria@home.example", to=reply_to(other))
    assert kept.lead == other


def test_else_the_e_mail_that_it_answers(lead, sent, people):
    newer = maria(people["james"], now=NOON + timedelta(minutes=5))  # same address; alone it would be found by it
    ours = f"<message-{sent.pk}.{int(sent.created_at.timestamp())}@harborpoint.example>"
    assert arrives(number=1, In_Reply_To=ours).lead == lead
    assert arrives(number=2, References=f"<other@x.example> {ours}").lead == lead
    assert arrives(number=3, In_Reply_To="<0a129aee-e1cd-480d-b08d-4f48548ff48d@mtasv.example>").lead == lead  # the provider's
    assert arrives(number=4, In_Reply_To=ours.replace(".1", ".2")).lead == newer  # not one of ours: by the sender


def test_else_the_senders_address(lead):
    assert arrives(sender="MARIA@home.example").lead == lead


def test_what_belongs_to_no_lead_waits_for_a_person(lead):
    kept = arrives(sender="stranger@else.example")
    assert (kept.lead, kept.open, kept.text) == (None, True, "Yes, call me at 5.")


def test_an_address_that_somebody_made_up_leads_nowhere(lead):
    kept = arrives(sender="stranger@else.example", to=f"reply+{lead.pk}-{'0' * 20}@{DOMAIN}")
    assert (kept.lead, kept.open) == (None, True)
    elsewhere = arrives(number=2, sender="stranger@else.example", to=f"reply+{reply_token(lead.pk)}@else.example")
    assert elsewhere.lead is None


def test_an_automatic_reply_is_in_the_history_and_stops_nothing(lead):
    before = len(pending(lead))
    kept = arrives("I am away until Monday.", to=reply_to(lead), Auto_Submitted="auto-replied", Subject="Out of office")
    assert (kept.lead, kept.open, kept.verdict) == (lead, False, mail.AUTOMATIC)
    assert len(pending(lead)) == before > 0
    [touch] = Touch.objects.filter(lead=lead)
    assert (touch.outcome, touch.note) == ("", "Automatic reply: I am away until Monday.")
    assert not Message.objects.filter(kind="lead_replied").exists()
    assert arrives("I am away until Monday.", to=reply_to(lead), Auto_Submitted="auto-replied") is None


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("STOP", "Re: Your quote"),
        ("please stop emailing me", "Re: Your quote"),
        ("Thank you", "unsubscribe"),
        ("", "Unsubscribe"),
    ],
)
def test_whoever_asks_to_stop_gets_no_more(text, subject, lead):
    arrives(text, to=reply_to(lead), Subject=subject)
    [row] = Consent.objects.filter(granted=False)
    assert (row.phone, row.email, row.channels) == ("+12125550150", "maria@home.example", ["call", "sms", "email"])
    assert pending(lead) == []


def test_the_unsubscribe_button_of_a_mail_program_may_write_instead_of_posting(lead):
    to = f"unsubscribe+{reply_token(lead.pk)}@{DOMAIN}"
    assert arrives("", to=to, Subject="unsubscribe").verdict == mail.LEAVES
    arrives("", number=2, to=to, Subject="unsubscribe")
    [row] = Consent.objects.filter(granted=False)
    assert (row.email, row.via) == ("maria@home.example", "unsubscribe e-mail")


def test_what_one_of_us_writes_to_the_leads_address_is_not_the_leads_answer(lead):
    before = len(pending(lead))
    kept = arrives("I called her.", sender="sarah@harborpoint.example", to=reply_to(lead))
    assert (kept.lead, kept.open) == (None, True)
    assert len(pending(lead)) == before


def test_a_nurtured_lead_that_answers_has_an_owner_again(people):
    lead = maria(None, steward=people["rosa"])
    kept = arrives(to=reply_to(lead))
    lead.refresh_from_db()
    assert (kept.lead, Touch.objects.get(lead=lead).outcome, lead.contacted_at) == (lead, "replied", NOON + HOUR)


REPORT = """\
From: MAILER-DAEMON@mx.home.example
To: leads@harborpoint.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <b{number}@mx.home.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.home.example

Final-Recipient: rfc822; {to}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 unknown

--B
Content-Type: message/rfc822

From: leads@harborpoint.example
To: {to}
Message-ID: {identity}
Subject: Your quote

Hi Maria
--B--
"""


def reports(sent, number=1, status="5.1.1", action="failed", to="maria@home.example", identity=""):
    ours = identity or f"<message-{sent.pk}.{int(sent.created_at.timestamp())}@harborpoint.example>"
    text = REPORT.format(number=number, to=to, action=action, status=status, identity=ours)
    return mail.take_in(letters.read(message_from_string(text, policy=policy.default), now=LATER), now=LATER)


def test_a_report_that_there_is_no_such_address_flags_it_and_tells_the_owner(lead, sent, people):
    assert reports(sent) is None
    sent.refresh_from_db()
    lead.refresh_from_db()
    assert (sent.receipt, sent.receipt_error) == ("bounced", "5.1.1 from the mail server")
    assert lead.flags == [BAD_EMAIL]
    assert Message.objects.filter(kind="email_bounced", user=people["sarah"].user).count() == 1
    reports(sent, number=2)
    assert Message.objects.filter(kind="email_bounced").count() == 1
    arrives(to=reply_to(lead))  # it works after all
    lead.refresh_from_db()
    assert lead.flags == []


def test_a_full_mailbox_is_not_a_wrong_address(lead, sent):
    reports(sent, status="5.2.2")
    sent.refresh_from_db()
    lead.refresh_from_db()
    assert (sent.receipt, lead.flags) == ("bounced", [])


@pytest.mark.parametrize(
    "more",
    [{"status": "4.4.1", "action": "delayed"}, {"to": "other@home.example"}, {"identity": "<message-1.1@harborpoint.example>"}],
)
def test_a_report_that_does_not_know_our_e_mail_changes_nothing(more, lead, sent):
    reports(sent, **more)
    sent.refresh_from_db()
    lead.refresh_from_db()
    assert (sent.receipt, lead.flags) == ("", [])


@pytest.fixture
def server(settings):
    with running(ImapServer()) as made:
        settings.IMAP_URL = made.url
        yield made


def test_the_mailbox_is_emptied_of_what_nobody_has_seen(lead, server):
    first = server.box.put(raw(to=reply_to(lead)))
    second = server.box.put(raw("Who are you?", number=2, sender="stranger@else.example"))
    old = server.box.put(raw(number=3))
    server.box.seen.add(old)
    assert mailbox.look(LATER) == 2
    assert server.box.seen == {first, second, old}
    assert set(InboundMessage.objects.values_list("lead", "open")) == {(lead.pk, False), (None, True)}
    assert mailbox.look(LATER) == 0


def test_an_e_mail_is_marked_only_after_it_is_stored(lead, server, monkeypatch):
    server.box.put(raw(number=1, to=reply_to(lead)))
    good = server.box.put(raw(number=2, to=reply_to(lead)))
    hears = mail.heard
    monkeypatch.setattr(mail, "heard", lambda **words: 1 / 0 if "<m1@" in words["event_id"] else hears(**words))
    assert mailbox.look(LATER) == 1
    assert server.box.seen == {good}
    monkeypatch.undo()
    assert mailbox.look(LATER) == 1
    assert Touch.objects.count() == 2


def test_one_that_cannot_be_taken_in_holds_up_no_other(lead, server, monkeypatch):
    monkeypatch.setattr(mailbox, "AT_ONCE", 2)
    hears = mail.heard
    monkeypatch.setattr(mail, "heard", lambda **words: 1 / 0 if "<m1" in words["event_id"] else hears(**words))
    for number in (11, 12, 13, 21, 22, 23):
        server.box.put(raw(number=number, to=reply_to(lead)))
    assert [mailbox.look(LATER), mailbox.look(LATER), mailbox.look(LATER)] == [2, 1, 0]


def test_one_that_was_stored_and_not_marked_is_not_heard_twice(lead, server):
    number = server.box.put(raw(to=reply_to(lead)))
    mailbox.look(LATER)
    server.box.seen.discard(number)  # the process died between the two
    assert mailbox.look(LATER) == 1
    assert (Touch.objects.count(), server.box.seen) == (1, {number})


@pytest.mark.parametrize("change", [("s%2Fecret", "wrong"), ("/Replies", "/Nothing"), ("127.0.0.1:", "127.0.0.1:1")])
def test_a_mailbox_that_lets_nobody_in_says_so_without_its_password(change, server, settings):
    settings.IMAP_URL = server.url.replace(*change) if change[1] != "127.0.0.1:1" else "imap://u:s%2Fecret@127.0.0.1:1/x"
    with pytest.raises(mailbox.MailboxError) as error:
        mailbox.look(LATER)
    assert "secret" not in str(error.value)


def test_managers_hear_once_a_day_that_answers_do_not_come_in(people, server, settings):
    set_group(people["rosa"].user, "manager")
    settings.IMAP_URL = server.url.replace("/Replies", "/Nothing")
    assert mailbox.watch(LATER) == 0
    assert mailbox.watch(LATER + HOUR) == 0
    told = Message.objects.filter(kind="mailbox_shut").values_list("user", "channel", "body")
    assert {(user, channel) for user, channel, _ in told} == {
        (people["rosa"].user.pk, "in_app"), (people["rosa"].user.pk, "email"),
    }  # fmt: skip
    assert told[0][2].startswith("The mailbox has no such folder.")
    assert "secret" not in told[0][2]


def test_a_server_that_goes_away_meanwhile_lets_the_rest_lie(lead, server, monkeypatch):
    server.box.put(raw(to=reply_to(lead)))
    left = server.box.put(raw(number=2, to=reply_to(lead)))
    fetch = mailbox._take_in

    def goes_away(box, number, now):
        if number == str(left):
            box.sock.shutdown(socket.SHUT_RDWR)
        return fetch(box, number, now)

    monkeypatch.setattr(mailbox, "_take_in", goes_away)
    with pytest.raises(mailbox.MailboxError):
        mailbox.look(LATER)
    assert left not in server.box.seen
    assert InboundMessage.objects.count() == 1


def test_without_a_mailbox_nothing_is_looked_into(settings, db):
    settings.IMAP_URL = ""
    assert mailbox.look(LATER) == 0


def test_the_url_says_where_and_how():
    found = mailbox.address("imaps://leads%40harborpoint.example:p%40ss@imap.harborpoint.example/Replies")
    assert (found.host, found.port, found.is_encrypted) == ("imap.harborpoint.example", 993, True)
    assert (found.user, found.password, found.folder) == ("leads@harborpoint.example", "p@ss", "Replies")
    assert mailbox.address("imaps://u:p@imap.harborpoint.example").folder == "INBOX"
