"""What `manage.py check` says of the e-mail settings: each thing by name, and no value of any."""

import pytest

from agency.messaging.email.checks import check_email_settings, check_postal_address
from agency.models import Agency

FINE = {"PUBLIC_BASE_URL": "https://crm.harborpoint.example", "EMAIL_URL": "smtp://mail.example", "IMAP_URL": "",
        "INBOUND_EMAIL_DOMAIN": "", "EMAIL_WEBHOOK_SECRET": ""}  # fmt: skip


@pytest.mark.parametrize(
    ("different", "found"),
    [
        ({}, []),
        ({"PUBLIC_BASE_URL": "http://localhost:8000"}, ["email.W001"]),
        ({"PUBLIC_BASE_URL": "http://localhost:8000", "EMAIL_URL": ""}, []),
        ({"IMAP_URL": "imaps://u:secret@imap.example"}, ["email.W002"]),
        ({"IMAP_URL": "imaps://u:secret@imap.example", "INBOUND_EMAIL_DOMAIN": "in.example"}, []),
        ({"IMAP_URL": "pop3://u:secret@imap.example", "INBOUND_EMAIL_DOMAIN": "in.example"}, ["email.E002"]),
        ({"EMAIL_WEBHOOK_SECRET": "secret"}, ["email.E003"]),
        ({"EMAIL_WEBHOOK_SECRET": "hooks:secret"}, []),
        ({"EMAIL_URL": "postmark://"}, ["email.E001"]),
    ],
)
def test_each_setting_that_cannot_work_is_named(different, found, settings):
    for name, value in {**FINE, **different}.items():
        setattr(settings, name, value)
    messages = check_email_settings(None)
    assert [one.id for one in messages] == found
    assert all("secret" not in one.msg for one in messages)


@pytest.mark.django_db
@pytest.mark.parametrize(("address", "found"), [("", ["email.W003"]), ("1 Harbor Plaza, New York, NY 10004", [])])
def test_an_agency_without_a_postal_address_is_told(address, found):
    assert check_postal_address(None, databases=["default"]) == []  # not set up yet
    Agency.objects.create(name="Harbor Point Insurance", address=address)
    assert [one.id for one in check_postal_address(None, databases=["default"])] == found
    assert check_postal_address(None) == []
