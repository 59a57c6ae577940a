"""Ana's lead from the form to the last step of the default plan, on a simulated clock, through the doors."""

from datetime import timedelta

import pytest

from agency.messaging.models import Message
from leads import followup, work
from leads.intake import receive
from leads.models import Lead, Template
from leads.sweep import sweep
from tests.leads.following import AFTER_QUOTE, DAY, HOUR, MINUTE, SPEED_TO_LEAD, TEMPLATES, plan, step_of, steps_of
from tests.office import ANA, NOW, open_office

pytestmark = pytest.mark.django_db

CONSENT = {"channels": ["call", "sms", "email"], "text": "I agree to be contacted.", "at": NOW.isoformat()}


@pytest.fixture
def agency(settings, tmp_path):
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    opened = open_office()
    for key, (channel, subject, body) in TEMPLATES.items():
        Template.objects.create(key=key, channel=channel, subject=subject, body=body)
    plan("monthly", "nurture", [{"after": 0 * DAY, "channel": "email", "template": "nurture", "label": "Monthly e-mail"}],
         stops=["reached", "replied", "opted_out", "bound", "lost"], repeats=30 * DAY, steward=opened.rosa)  # fmt: skip
    plan("speed_to_lead", "assigned", SPEED_TO_LEAD, when={"source_kinds": ["organic"]},
         stops=["reached", "replied", "opted_out", "quoted", "bound", "lost"])  # fmt: skip
    plan("after_quote", "quoted", AFTER_QUOTE, stops=["bound", "lost", "opted_out"])
    return opened


@pytest.fixture
def lead(agency) -> Lead:
    """Ana's request of a Tuesday at three in the afternoon, with consent to everything."""
    return receive({**ANA, "consent": CONSENT}, source=agency.website, now=NOW).lead


def run(lead: Lead, *offsets: timedelta) -> None:
    """The sweep ran at these moments after the lead came in."""
    for offset in offsets:
        sweep(NOW + offset)


def told(lead: Lead) -> list[tuple[timedelta, str]]:
    """What the person was told, and when it went out."""
    rows = Message.objects.filter(lead=lead, audience="consumer", state="done").order_by("finished_at", "pk")
    return [(row.finished_at - NOW, row.channel) for row in rows]


MOMENTS = [0 * MINUTE, 5 * MINUTE, HOUR, 4 * HOUR, 24 * HOUR, 48 * HOUR, 7 * DAY, 30 * DAY, 60 * DAY]


def test_every_touch_of_the_default_plan_goes_out_at_its_moment_and_none_twice(agency, lead):
    for _ in range(2):
        run(lead, *MOMENTS)
    assert told(lead) == [
        (5 * MINUTE, "sms"),
        (5 * MINUTE, "email"),
        (4 * HOUR, "sms"),
        (48 * HOUR, "email"),
        (7 * DAY, "email"),
        (30 * DAY, "email"),
        (60 * DAY, "email"),
    ]
    lead.refresh_from_db()
    assert (lead.status, lead.owner, lead.steward) == ("nurture", None, agency.rosa)
    assert not agency.sarah.load.open_leads + agency.james.load.open_leads


def test_a_reply_ends_the_chase_in_the_same_moment(lead):
    run(lead, *MOMENTS[:3])
    work.log_touch(lead, by=None, channel="sms", outcome="replied", direction="in", now=NOW + 3 * HOUR)
    run(lead, *MOMENTS[3:])
    assert told(lead) == [(5 * MINUTE, "sms"), (5 * MINUTE, "email")]


def test_who_asked_to_stop_is_never_texted_again(lead):
    work.log_touch(lead, by=None, channel="sms", outcome="opted_out", direction="in", now=NOW + MINUTE)
    run(lead, *MOMENTS)
    assert "sms" not in [channel for _, channel in told(lead)]


def test_a_quote_ends_the_chase_and_begins_its_own_plan(lead):
    run(lead, *MOMENTS[:2])
    work.set_status(lead, by=None, status="quoted", premium=1200, now=NOW + HOUR)
    assert {step.label for step in steps_of(lead, state="due")} == {"Any questions", "Check in"}
    assert step_of(lead, "Any questions").due_at == NOW + HOUR + DAY


def test_nurture_by_hand_leaves_only_nurture_running(lead):
    work.set_status(lead, by=None, status="nurture", now=NOW)
    assert [step.label for step in steps_of(lead, state="due")] == ["Monthly e-mail"]


def test_the_next_owner_goes_on_with_the_sequence(agency, lead):
    run(lead, *MOMENTS[:2])
    before = [(step.pk, step.due_at) for step in steps_of(lead)]
    first = lead.owner
    work.reassign(lead, by=agency.rosa.user, reason="Holiday", now=NOW + 10 * MINUTE)
    assert lead.owner != first
    assert [(step.pk, step.due_at) for step in steps_of(lead)] == before
    run(lead, 4 * HOUR)
    assert lead.owner.name in Message.objects.filter(lead=lead, channel="sms", audience="consumer").latest("pk").body


def test_a_lead_from_a_source_outside_the_plan_is_not_chased(agency):
    lead = receive({**ANA, "consent": CONSENT}, source=agency.vendor, now=NOW).lead
    assert steps_of(lead) == []
    assert followup.run_due(NOW + DAY) == 0
