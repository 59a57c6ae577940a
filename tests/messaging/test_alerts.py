"""Who hears of what on which channel, and when: the agency's way, their own, and in their quiet hours."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agency.due import DueState
from agency.messaging import deliver_due, send_all, staff_drafts
from agency.messaging.alerts import heard_on
from agency.messaging.models import Message
from agency.messaging.personal import save_preference
from agency.messaging.preferences import Preference, book
from agency.messaging.quiet import QuietHours
from agency.models import AlertPreference
from agency.revisions import as_of, current
from tests.messaging.pushing import Browser

pytestmark = pytest.mark.django_db
NIGHT = (time(22), time(7))
NEW_YORK = ZoneInfo("America/New_York")


def choose(user, **more):
    said = {"urgent": None, "normal": None, "quiet": None, "timezone": "", "urgent_in_quiet": True, "names_on_push": False}
    return save_preference(user=user, **{**said, **more})


def ways(user, severity="urgent", channels=("in_app", "push", "email", "sms"), **more):
    return [one.channel for one in staff_drafts("k", user=user, channels=channels, subject="s", severity=severity, **more)]


def test_without_a_choice_the_agencys_channels_hold_as_far_as_they_reach(sarah, now):
    assert ways(sarah) == ["in_app", "email", "sms"]
    Browser().device(sarah, "https://web.push.apple.com/a", now)
    Browser().device(sarah, "https://web.push.apple.com/b", now)
    assert ways(sarah) == ["in_app", "push", "push", "email", "sms"]
    assert ways(sarah, channels=["sms"]) == ["in_app", "sms"]


def test_an_own_choice_takes_the_place_of_the_agencys_for_its_severity(sarah, now):
    choose(sarah, urgent=["sms"], normal=[])
    assert ways(sarah, "urgent", channels=["in_app", "email"]) == ["in_app", "sms"]
    assert ways(sarah, "normal") == ["in_app"]


def test_a_choice_that_reaches_nowhere_leaves_the_agencys_channels_in_force(sarah):
    choose(sarah, urgent=["push"])
    assert ways(sarah, "urgent", channels=["in_app", "email"]) == ["in_app", "email"]


def test_what_the_agency_keeps_in_the_app_stays_there(sarah):
    choose(sarah, normal=["sms"])
    assert ways(sarah, "normal", channels=["in_app"]) == ["in_app"]


CHANNELS = st.lists(st.sampled_from(["in_app", "push", "email", "sms", "voice"]))


@given(CHANNELS, st.none() | CHANNELS, st.sets(st.sampled_from(["push", "email", "sms", "voice"])))
def test_whatever_is_chosen_it_is_in_the_app_and_outside_where_that_can_be(asked, own, reached):
    chosen = heard_on(asked, "urgent", Preference(urgent=None if own is None else tuple(own)), reached.__contains__)
    assert chosen[0] == "in_app"
    assert len(chosen) == len(set(chosen)) or own is not None
    assert set(chosen[1:]) <= reached
    if own is None or own:
        assert len(chosen) > 1 or not (reached & (set(asked) - {"in_app"}))


def due(user, at, severity="normal", **more):
    """When each channel's message is due."""
    rows = send_all(staff_drafts("k", user=user, channels=["sms"], subject="s", severity=severity, **more), at)
    return {one.channel: (one.state, one.due_at) for one in rows}


def test_in_quiet_hours_what_is_not_urgent_waits_outside_the_app(sarah, harbor_point):
    choose(sarah, quiet=NIGHT)
    late = datetime(2026, 11, 21, 3, 30, tzinfo=UTC)  # half past ten at night in New York
    morning = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
    assert due(sarah, late) == {"in_app": (DueState.DONE, late), "sms": (DueState.DUE, morning)}
    assert due(sarah, late, "urgent")["sms"] == (DueState.DUE, late)
    assert due(sarah, morning)["sms"] == (DueState.DUE, morning)
    assert deliver_due(late) == 1
    assert deliver_due(morning) == 2


def test_urgent_alerts_wait_too_when_the_person_wants_it(sarah, harbor_point):
    choose(sarah, quiet=NIGHT, urgent_in_quiet=False, timezone="America/Los_Angeles")
    at = datetime(2026, 11, 21, 6, 30, tzinfo=UTC)  # half past ten at night in Los Angeles, half past one in New York
    assert due(sarah, at, "urgent")["sms"] == (DueState.DUE, datetime(2026, 11, 21, 15, 0, tzinfo=UTC))


def test_what_is_promised_for_a_quiet_hour_waits_as_well(sarah, harbor_point, now):
    choose(sarah, quiet=NIGHT)
    later = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)
    assert due(sarah, now, due_at=later)["sms"] == (DueState.DUE, datetime(2026, 11, 21, 12, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("since", "until", "local", "over"),
    [
        (time(22), time(7), "2026-11-20 21:59", "2026-11-20 21:59"),
        (time(22), time(7), "2026-11-20 22:00", "2026-11-21 07:00"),
        (time(22), time(7), "2026-11-21 06:59", "2026-11-21 07:00"),
        (time(22), time(7), "2026-11-21 07:00", "2026-11-21 07:00"),
        (time(12), time(13), "2026-11-21 12:30", "2026-11-21 13:00"),
        (time(0), time(6), "2026-11-21 00:00", "2026-11-21 06:00"),
        (time(22), time(0), "2026-11-21 23:00", "2026-11-22 00:00"),
        # The clocks go back at two on the first of November, and forward on the 14th of March.
        (time(22), time(7), "2026-10-31 23:00", "2026-11-01 07:00"),
        (time(1), time(2, 30), "2027-03-14 01:30", "2027-03-14 03:00"),
    ],
)
def test_quiet_hours_end_by_the_clock_on_the_wall(since, until, local, over):
    quiet = QuietHours(since, until, "America/New_York")
    at, end = (datetime.fromisoformat(text).replace(tzinfo=NEW_YORK).astimezone(UTC) for text in (local, over))
    assert quiet.over(at) == end


@given(
    st.times(),
    st.times(),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),
    st.sampled_from(["America/Phoenix", "America/Denver"]),
)
def test_quiet_hours_always_end_within_a_day(since, until, at, zone):
    if since == until:
        return
    at = at.replace(tzinfo=UTC)
    over = QuietHours(since, until, zone).over(at)
    assert at <= over <= at + timedelta(hours=26)
    assert QuietHours(since, until, zone).over(over) == over


def test_preferences_cost_one_statement_and_none_where_the_numbers_are_known(sarah, django_assert_num_queries):
    choose(sarah, urgent=["sms"])
    book()
    with django_assert_num_queries(1):
        assert ways(sarah) == ["in_app", "sms"]
    with as_of(current()), django_assert_num_queries(0):
        assert ways(sarah) == ["in_app", "sms"]


def test_a_choice_holds_from_the_next_alert_on_and_for_nobody_else(sarah, james, now):
    before = ways(sarah)
    choose(sarah, urgent=["sms"])
    assert (before, ways(sarah), ways(james)) == (["in_app", "email", "sms"], ["in_app", "sms"], ["in_app"])
    AlertPreference.objects.all().delete()
    assert ways(sarah) == before


def test_an_alert_about_the_licence_is_told_as_before(sarah, now):
    drafts = staff_drafts("licence_expiring", user=sarah, channels=["in_app", "email"], subject="s", dedupe_key="k")
    assert [(one.channel, one.dedupe_key, one.severity) for one in drafts] == [
        ("in_app", "k:in_app", "normal"),
        ("email", "k:email", "normal"),
    ]
    send_all(drafts, now)
    assert Message.objects.filter(created_at__date=date(2026, 11, 20)).count() == 2
