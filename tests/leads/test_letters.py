"""E-mails as people's programs write them: what of one its writer wrote."""

from datetime import UTC, datetime
from email import message_from_bytes, message_from_string, policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.inbound.letters import own_words, plain, read

NOW = datetime(2026, 11, 24, 21, 0, tzinfo=UTC)


def letter(raw, **more):
    return read(message_from_string(raw, policy=policy.default), now=NOW, **more)


HEAD = """\
From: Ana Ruiz <Ana.Ruiz@Mail.example>
To: sarah@harborpoint.example
Subject: Re: Your quote
Message-ID: <a1@mail.example>
"""


@pytest.mark.parametrize(
    "below",
    [
        "On Tue, Nov 24, 2026 at 3:05 PM Sarah M., Harbor Point <leads@harborpoint.example> wrote:\n> Reply STOP",
        "On Tue, Nov 24, 2026 at 3:05 PM Sarah M., Harbor Point Insurance\n<leads@harborpoint.example> wrote:\n\n> Hi Ana",
        "El mar, 24 nov 2026 a las 15:05, Sarah M. (<leads@harborpoint.example>) escribió:\n> Hola",
        "-----Original Message-----\nFrom: Sarah M.\nHi Ana",
        "________________________________\nFrom: Sarah M. <leads@harborpoint.example>\nSent: Tuesday\nHi Ana",
        "From: Sarah M.\nSent: Tuesday, November 24, 2026 3:05 PM\nTo: Ana\nHi Ana",
        "*From:* Sarah M.\n*Date:* Tuesday\nHi Ana",
        "> To get no more e-mails from us: https://crm.harborpoint.example/u/1.x/",
        "-- \nAna Ruiz\nDo not contact me on weekends is my motto",
        "Sent from my iPhone",
        "Sent from my iPhone\n\n> On Nov 24, 2026, at 3:05 PM, Sarah M. wrote:\n> stop",
        "Get Outlook for iOS<https://aka.example>\n________________________________\nFrom: Sarah",
    ],
)  # fmt: skip
def test_what_is_quoted_below_is_not_what_they_wrote(below):
    assert own_words(f"Yes, call me at 5.\nAna\n\n{below}\n") == "Yes, call me at 5.\nAna"


@pytest.mark.parametrize(
    "text",
    [
        "On Monday I am away.\nCall me on Tuesday.",
        "From what I read, it costs $90 - is that so?",
        "I wrote:\nnothing",
        "a -- b\nc --- d",
    ],
)
def test_ordinary_words_are_not_taken_for_a_quotation(text):
    assert own_words(text) == text


@given(st.text(max_size=400))
def test_any_text_is_read(text):
    assert len(own_words(text)) <= len(text)


@given(st.binary(max_size=600))
def test_any_bytes_are_read_as_an_e_mail(raw):
    got = read(message_from_bytes(raw, policy=policy.default), now=NOW)
    assert got.identity
    assert got.at <= NOW


def test_the_headers_say_who_when_and_what_it_answers():
    got = letter(
        HEAD + "Date: Tue, 24 Nov 2026 15:30:00 -0500\nIn-Reply-To: <m2@x.example>\nReferences: <m1@x.example>\n <m2@x.example>\n"
        "Cc: reply+7-00@in.harborpoint.example\nDelivered-To: box@harborpoint.example\n\nYes\n",
        envelope=["Reply+7-00@IN.harborpoint.example"],
    )
    assert (got.identity, got.sender, got.subject, got.text) == (
        "<a1@mail.example>",
        "ana.ruiz@mail.example",
        "Re: Your quote",
        "Yes",
    )
    assert got.at == datetime(2026, 11, 24, 20, 30, tzinfo=UTC)
    assert got.answers == ("<m2@x.example>", "<m1@x.example>")
    assert got.recipients == (
        "reply+7-00@in.harborpoint.example", "sarah@harborpoint.example", "box@harborpoint.example",
    )  # fmt: skip


@pytest.mark.parametrize(
    "date", ["", "Date: yesterday\n", "Date: Fri, 24 Nov 2028 15:30:00 -0500\n", "Date: Tue, 24 Nov 2026 15:30:00\n"]
)
def test_a_date_that_cannot_be_is_the_present(date):
    assert letter(HEAD + date + "\nYes").at == NOW


def test_without_words_the_subject_stands_for_them():
    assert letter(HEAD.replace("Re: Your quote", "unsubscribe") + "\n").text == "unsubscribe"


def test_an_e_mail_in_html_alone_is_read_without_its_quotation():
    page = (
        "<html><head><style>p {color: red}</style></head><body><p>Yes,<br>call&nbsp;me</p><div>at 5 &amp; not later</div>"
        '<div class="gmail_quote">On Tue Sarah wrote:<blockquote>Reply STOP</blockquote></div></body></html>'
    )
    assert letter(HEAD + "Content-Type: text/html; charset=utf-8\n\n" + page).text == "Yes,\ncall me\nat 5 & not later"
    assert plain("<script>alert(1)</script>x") == "x"


def test_a_charset_that_nobody_knows_loses_no_e_mail():
    assert letter(HEAD + 'Content-Type: text/plain; charset="x-unheard-of"\n\nYes').text == "Yes"


@pytest.mark.parametrize(
    ("header", "automatic"),
    [
        ("Auto-Submitted: auto-replied", True),
        ("Auto-Submitted: auto-generated; owner=x", True),
        ("Auto-Submitted: no", False),
        ("X-Autoreply: yes", True),
        ("Precedence: bulk", True),
        ("X-Priority: 1", False),
    ],
)
def test_an_automatic_reply_is_known_by_its_headers(header, automatic):
    assert letter(HEAD + header + "\n\nI am away").is_automatic is automatic


@pytest.mark.parametrize(
    ("subject", "automatic"),
    [("Out of office: Re: Your quote", True), ("Automatic reply: Your quote", True), ("Autoreply", True),
     ("Re: out of office hours?", False), ("Your quote", False)],
)  # fmt: skip
def test_or_by_its_subject(subject, automatic):
    assert letter(HEAD.replace("Re: Your quote", subject) + "\nHi").is_automatic is automatic


def test_one_without_a_number_of_its_own_is_known_again_by_what_it_says():
    bare = HEAD.replace("Message-ID: <a1@mail.example>\n", "")
    assert letter(bare + "\nYes").identity == letter(bare + "\nYes").identity != letter(bare + "\nNo").identity
