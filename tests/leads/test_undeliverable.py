"""An address that does not exist gets nothing automatic more."""

import pytest

from agency.due import DueState
from agency.messaging import deliver_due, send
from leads import followup
from leads.flags import BAD_EMAIL
from leads.undeliverable import mark_deliverable, mark_undeliverable
from tests.leads.following import HOUR, NOON, maria, office

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(db):
    return office()


def test_what_waits_for_the_address_is_refused_with_the_reason(people, settings, tmp_path):
    settings.EMAIL_FILE_PATH = tmp_path
    lead = maria(people["sarah"])
    message = send(channel="email", audience="consumer", kind="follow_up", lead_id=lead.pk, to=lead.email, body="Hi", now=NOON)
    assert mark_undeliverable("Maria@Home.example", now=NOON) == 1
    deliver_due(NOON)
    message.refresh_from_db()
    assert (message.state, message.outcome) == (DueState.SKIPPED, BAD_EMAIL)
    assert list(tmp_path.iterdir()) == []


def test_texts_and_calls_go_on(people):
    lead = maria(people["sarah"])
    mark_undeliverable(lead.email, now=NOON)
    lead.refresh_from_db()
    assert followup.may_contact(lead, "sms", NOON).reason != BAD_EMAIL
    refusal = followup.may_contact(lead, "email", NOON)
    assert (refusal.allowed, refusal.reason, refusal.rule, refusal.retry_at) == (False, BAD_EMAIL, "e-mail bounced", None)


def test_every_lead_with_the_address_is_flagged_once(people):
    leads = [maria(people["sarah"]), maria(people["james"]), maria(people["james"], email="other@home.example")]
    assert mark_undeliverable("maria@home.example", now=NOON) == 2
    assert mark_undeliverable("maria@home.example", now=NOON + HOUR) == 0
    for lead in leads:
        lead.refresh_from_db()
    assert [lead.flags for lead in leads] == [[BAD_EMAIL], [BAD_EMAIL], []]
    assert mark_deliverable("maria@home.example", now=NOON + HOUR) == 2
    assert mark_undeliverable("", now=NOON) == 0
