"""While somebody is on leave: what comes due shows with whoever stands in, and goes back after; the leads stay theirs."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.http import Http404

from agency.agencyfile import load
from agency.agencyfile.demo import FILE
from agency.messaging.models import Message
from agency.models import User
from leads import work
from leads.followup import run_due
from leads.inbox import inbox
from leads.intake import receive
from leads.models import FollowUpStep, Lead, Source
from leads.notices import tell_owner
from leads.selectors import get_visible, leads_visible_to
from leads.work import WorkError
from producers.models import Producer, TimeOff
from routing import escalation
from routing.models import Assignment, Rotation

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
"""A Monday, ten in the morning in New York. Sarah has a lead; on Wednesday and Friday she is away, Thursday being a holiday."""
AWAY = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)
BACK = datetime(2026, 11, 30, 15, 0, tzinfo=UTC)
ANA = {
    "first_name": "Ana",
    "last_name": "Ruiz",
    "email": "ana.ruiz@mail.example",
    "phone": "(212) 555-0143",
    "zip_code": "10005",
    "line": "personal_auto",
    "consent": {"channels": ["call", "sms", "email"], "text": "Yes."},
}


def user(key: str) -> User:
    """Somebody's log-in."""
    return User.objects.get(username=key)


@pytest.fixture
def hers(db: None) -> Lead:
    """Ana, who is Sarah's. Sarah has tried once, and the next call is due on Wednesday."""
    load(FILE, now=datetime(2026, 1, 2, 15, 0, tzinfo=UTC))
    lead = receive(dict(ANA), source=Source.objects.get(key="website"), now=NOW).lead
    sarah = Producer.objects.get(key="sarah")
    if lead.owner != sarah:
        work.reassign(lead, by=user("rosa"), producer=sarah, reason="Hers", now=NOW)
    work.log_touch(lead, by=user("sarah"), channel="call", outcome="no_answer", now=NOW)
    FollowUpStep.objects.filter(lead=lead, state__in=("due", "waiting")).exclude(label="Second call").update(state="skipped")
    FollowUpStep.objects.filter(lead=lead, label="Second call").update(due_at=AWAY)
    TimeOff.objects.create(producer=sarah, starts_on=date(2026, 11, 25), ends_on=date(2026, 11, 27))
    return Lead.objects.get(pk=lead.pk)


def listed(key: str, now: datetime) -> list[Lead]:
    """Whose leads stand on somebody's list."""
    shown = inbox(leads_visible_to(user(key), now), now=now, reader=key)
    return [row.lead for section in shown.sections for row in section.rows]


def test_a_call_that_comes_due_is_on_the_backup_s_list_and_goes_back_after(hers):
    assert listed("james", NOW) == []
    run_due(AWAY)
    shown = inbox(leads_visible_to(user("james"), AWAY), now=AWAY, reader="james")
    [row] = [row for section in shown.sections for row in section.rows]
    assert (row.lead, row.stands_in, row.urgency) == (hers, True, "due")
    assert listed("sarah", AWAY) == [hers]
    assert listed("james", BACK) == []
    assert listed("sarah", BACK) == [hers]


def test_what_is_not_due_stays_off_the_backup_s_list_though_they_may_open_it(hers):
    FollowUpStep.objects.filter(lead=hers).update(state="skipped")
    assert listed("james", AWAY) == []
    assert get_visible(user("james"), hers.pk, AWAY) == hers
    with pytest.raises(Http404):
        get_visible(user("james"), hers.pk, BACK)
    with pytest.raises(Http404):
        get_visible(user("rachel"), hers.pk, AWAY)


def test_the_notice_of_a_due_call_goes_to_the_backup(hers):
    run_due(AWAY)
    assert set(Message.objects.filter(kind="call_due").values_list("user__username", flat=True)) == {"james"}


def test_a_reply_is_on_the_backup_s_list_until_somebody_answers(hers):
    FollowUpStep.objects.filter(lead=hers).update(state="skipped")
    work.log_touch(hers, by=None, channel="sms", direction="in", outcome="replied", note="When?", now=AWAY)
    shown = inbox(leads_visible_to(user("james"), AWAY), now=AWAY, reader="james")
    assert [(section.title, row.urgency) for section in shown.sections for row in section.rows] == [("Now", "answer")]
    work.log_touch(hers, by=user("james"), channel="call", outcome="reached", now=AWAY + timedelta(minutes=5))
    assert listed("james", AWAY + timedelta(minutes=6)) == []


def test_what_the_backup_does_counts_for_the_owner_who_keeps_lead_and_turn(hers):
    before = {one.name: one.ledger for one in Rotation.objects.all()}
    work.log_touch(hers, by=user("james"), channel="call", outcome="reached", now=AWAY)
    hers.refresh_from_db()
    assert (hers.owner.key, hers.status) == ("sarah", "contacted")
    assert Assignment.objects.get(lead=hers, ended_at=None).contacted_at == AWAY
    assert {one.name: one.ledger for one in Rotation.objects.all()} == before


def test_nobody_works_another_s_lead_who_does_not_stand_in(hers):
    for key, now in (("james", BACK), ("rachel", AWAY)):
        with pytest.raises(WorkError):
            work.log_touch(hers, by=user(key), channel="call", outcome="no_answer", now=now)


def test_alerts_about_the_lead_go_to_the_backup_and_to_the_manager_when_both_are_away(hers):
    tell_owner(hers, "news", subject="Ana wrote", now=AWAY)
    one = Message.objects.get(kind="news")
    assert (one.user.username, one.body) == ("james", "Sarah M. is on leave.")
    TimeOff.objects.create(producer=Producer.objects.get(key="james"), starts_on=date(2026, 11, 25), ends_on=date(2026, 11, 25))
    tell_owner(hers, "more", subject="Ana wrote again", now=AWAY)
    assert Message.objects.get(kind="more").user.username == "rosa"


def test_the_ladder_s_reminders_go_to_the_backup(hers):
    """Ana turns hot on Friday evening, so the owner's clock runs from Monday; a rung on the wall's clock is due at once."""
    held = Assignment.objects.get(lead=hers, ended_at=None)
    Assignment.objects.filter(pk=held.pk).update(first_attempt_at=None)
    held.ladder.filter(rung=1).update(state="due", due_at=AWAY)
    escalation.run_due(AWAY)
    told = Message.objects.filter(kind="ladder_alert")
    assert {one.user.username for one in told} == {"james"}
    assert all(one.body.endswith("Sarah M. is on leave: you stand in.") for one in told)
