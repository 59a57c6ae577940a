"""One test message by hand, past the outbox."""

import pytest
from django.core.management import CommandError, call_command

from agency.messaging.models import Message
from tests.messaging.servers import SmtpSink, running

pytestmark = pytest.mark.django_db


def test_a_test_message_leaves_and_no_row_stays(harbor_point, settings, capsys):
    with running(SmtpSink()) as sink:
        settings.EMAIL_URL = sink.url
        call_command("try_channel", "email", "rosa@harborpoint.example")
    assert [mail["To"] for mail in sink.taken] == ["rosa@harborpoint.example"]
    assert capsys.readouterr().out.startswith("SmtpProvider has taken it: <message-0.")
    assert not Message.objects.exists()


def test_what_went_wrong_is_said_without_the_password(harbor_point, settings):
    settings.EMAIL_URL = "smtp://user:secret@127.0.0.1:1"
    with pytest.raises(CommandError, match="The mail server does not answer"):
        call_command("try_channel", "email", "rosa@harborpoint.example")
