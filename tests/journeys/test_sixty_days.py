"""A lead from minute 0 to day 60 on the example agency's plans: every step at its instant, in order, none twice.

The tables are worked out by hand, in the local time of the person. The clock goes from one due instant to the next.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Min

from agency import messaging
from agency.agencyfile import load_data
from agency.agencyfile.demo import FILE
from agency.agencyfile.reading import read_file
from agency.messaging.models import Message
from agency.models import User
from leads import followup, work
from leads.followup.forecast import OVERTAKEN, Coming, coming
from leads.followup.outcome import SAID_EARLIER
from leads.intake import receive
from leads.locks import locked
from leads.models import FollowUpStep, Lead, Source
from routing import escalation
from routing.models import LadderStep

pytestmark = pytest.mark.django_db

NEW_YORK = "America/New_York"
LOADED = datetime(2026, 1, 2, 15, 0, tzinfo=UTC)
ELSEWHERE = ("AZ", "FL", "HI", "IN", "PR")
ANA = {
    "first_name": "Ana",
    "last_name": "Ruiz",
    "email": "ana.ruiz@mail.example",
    "phone": "(212) 555-0143",
    "zip_code": "10005",
    "line": "personal_auto",
    "consent": {"channels": ["call", "sms", "email"], "text": "Yes, call, text and mail me."},
}
TUESDAY = datetime(2026, 12, 1, 20, 0, tzinfo=UTC)
"""Three in the afternoon in New York."""
AN_HOUR, A_DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def agency(db, settings, tmp_path) -> None:
    """The example agency, with Sarah and James licensed in more states."""
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    data = read_file(FILE)
    for person in data["people"]:
        if person["key"] in {"sarah", "james"}:
            more = {"authority": ["property", "casualty"], "effective": "2021-03-01", "expires": "2029-03-01"}
            person["licenses"] += [{"state": state, "number": f"9{state}", **more} for state in ELSEWHERE]
    load_data(data, now=LOADED)


@dataclass
class Journey:
    """One lead, whose owner calls whenever a call is due and may be made, and reaches nobody."""

    lead: Lead
    start: datetime
    zone: str = NEW_YORK
    calls: bool = True

    def until(self, end: timedelta) -> None:
        """Whatever was due until so long after the start has happened, at its instant."""
        at = self.start
        while (due := self._next()) is not None and (at := max(at, due)) <= self.start + end:
            for _ in range(2):  # a second look finds nothing left
                escalation.run_due(at)
                followup.run_due(at)
                messaging.deliver_due(at)
            self._call(at)

    def _next(self) -> datetime | None:
        rows = (FollowUpStep.objects, LadderStep.objects, Message.objects)
        instants = [one.filter(lead=self.lead, state="due").aggregate(first=Min("due_at"))["first"] for one in rows]
        return min(filter(None, instants), default=None)

    def _call(self, at: datetime) -> None:
        lead = locked(self.lead.pk)
        waiting = FollowUpStep.objects.filter(lead=lead, channel="call", state="waiting").exists()
        if self.calls and waiting and lead.owner and followup.may_contact(lead, "call", at).allowed:
            work.log_touch(lead, by=lead.owner.user, channel="call", outcome="no_answer", at=at, now=at)

    def steps(self) -> list[tuple[str, str, str]]:
        """Every step that is over: when by the clock where they are, which, and what became of it."""
        rows = FollowUpStep.objects.filter(lead=self.lead, finished_at__isnull=False).order_by("finished_at", "position", "pk")
        return [(self._clock(row.finished_at), row.label, row.state) for row in rows]

    def said(self) -> list[tuple[str, str, str]]:
        """What went out to the person: when, how, and signed by whom."""
        rows = Message.objects.filter(lead=self.lead, audience="consumer", state="done").order_by("finished_at", "pk")
        return [(self._clock(row.finished_at), row.channel, row.user.username if row.user else "") for row in rows]

    def forecast(self, at: datetime) -> dict[str, Coming]:
        return {one.label: one for one in coming(locked(self.lead.pk), at).steps}

    def _clock(self, instant: datetime) -> str:
        return f"{instant.astimezone(ZoneInfo(self.zone)):%b %d %H:%M}"


def arrives(start: datetime, zone: str = NEW_YORK, calls: bool = True, **fields: str) -> Journey:
    """Ana asked for a quote: on the website in New York, elsewhere through a client, or she would be nurtured first."""
    source = "website" if fields.get("zip_code", "10005") == "10005" else "referral"
    receipt = receive({**ANA, **fields}, source=Source.objects.get(key=source), now=start)
    return Journey(receipt.lead, start, zone, calls)


DEFAULT_PLAN = [
    ("Dec 01 15:00", "First call", "done"),
    ("Dec 01 15:05", "Text if not reached", "done"),
    ("Dec 01 15:05", "Introduction", "done"),
    ("Dec 01 16:00", "Second call", "done"),
    ("Dec 01 19:00", "Third call", "done"),
    ("Dec 01 19:00", "Second text", "done"),
    ("Dec 03 09:00", "Fourth call", "done"),  # not on Wednesday at three: afternoon and evening went unanswered
    ("Dec 03 15:00", "Fifth call", "done"),
    ("Dec 03 15:00", "Last try", "done"),
    ("Dec 08 15:00", "Final e-mail", "done"),
    ("Dec 31 15:00", "Monthly e-mail", "done"),
    ("Dec 31 15:00", "Nurture begins", "done"),
    ("Jan 30 15:00", "Monthly e-mail", "done"),
]


def test_from_minute_0_to_day_60(agency):
    journey = arrives(TUESDAY)
    owner = journey.lead.owner
    journey.until(60 * A_DAY)
    assert journey.steps() == DEFAULT_PLAN
    assert journey.said() == [
        ("Dec 01 15:05", "sms", owner.key),
        ("Dec 01 15:05", "email", owner.key),
        ("Dec 01 19:00", "sms", owner.key),
        ("Dec 03 15:00", "email", owner.key),
        ("Dec 08 15:00", "email", owner.key),
        ("Dec 31 15:00", "email", "rosa"),
        ("Jan 30 15:00", "email", "rosa"),
    ]
    journey.lead.refresh_from_db()
    assert (journey.lead.status, journey.lead.owner) == ("nurture", None)
    assert owner.load.open_leads == 0


def test_the_forecast_at_minute_0_is_what_then_happens(agency):
    journey = arrives(TUESDAY)
    foretold = {label: one.at for label, one in journey.forecast(TUESDAY).items()}
    journey.until(30 * A_DAY)
    happened = dict(FollowUpStep.objects.filter(lead=journey.lead, plan__key="speed_to_lead").values_list("label", "finished_at"))
    assert foretold == happened
    assert foretold["Fourth call"] == datetime(2026, 12, 3, 14, 0, tzinfo=UTC)  # the calls before it count as unanswered


def test_the_first_text_speaks_of_the_call_only_if_there_was_one(agency):
    made, missed = arrives(TUESDAY), arrives(TUESDAY, calls=False, email="ben@mail.example", phone="(212) 555-0144")
    for journey in (made, missed):
        journey.until(timedelta(minutes=5))
    bodies = [Message.objects.get(lead=one.lead, channel="sms", audience="consumer").body for one in (made, missed)]
    assert ["I tried to call" in body for body in bodies] == [True, False]


def test_a_reply_at_hour_three_ends_it(agency):
    journey = arrives(TUESDAY)
    journey.until(3 * AN_HOUR)
    work.log_touch(journey.lead, by=None, channel="sms", outcome="replied", direction="in", now=TUESDAY + 3 * AN_HOUR)
    journey.until(60 * A_DAY)
    assert [one[:2] for one in journey.said()] == [("Dec 01 15:05", "sms"), ("Dec 01 15:05", "email")]
    left = FollowUpStep.objects.filter(lead=journey.lead).exclude(state="done")
    assert set(left.values_list("state", "outcome", "finished_at")) == {("skipped", "Stopped: replied.", TUESDAY + 3 * AN_HOUR)}


def test_an_opt_out_at_minute_six_ends_it(agency):
    journey, minute_six = arrives(TUESDAY), timedelta(minutes=6)
    journey.until(minute_six)
    work.log_touch(journey.lead, by=None, channel="sms", outcome="opted_out", direction="in", now=TUESDAY + minute_six)
    journey.until(60 * A_DAY)
    assert [one[:2] for one in journey.said()] == [("Dec 01 15:05", "sms"), ("Dec 01 15:05", "email")]
    assert [label for _, label, state in journey.steps() if state == "done"] == [
        "First call",
        "Text if not reached",
        "Introduction",
    ]


def test_a_reassignment_at_minute_thirty_goes_on_where_the_first_owner_was(agency):
    journey, half_past = arrives(TUESDAY), TUESDAY + timedelta(minutes=30)
    journey.until(timedelta(minutes=30))
    first = journey.lead.owner
    work.reassign(journey.lead, by=User.objects.get(username="rosa"), reason="Holiday", now=half_past)
    second = locked(journey.lead.pk).owner
    assert first != second
    work.accept(journey.lead, by=second.user, now=half_past)
    work.log_touch(journey.lead, by=second.user, channel="call", outcome="voicemail", now=half_past + timedelta(minutes=1))
    journey.until(60 * A_DAY)
    assert journey.steps() == DEFAULT_PLAN
    assert [who for _, _, who in journey.said()] == [first.key, first.key, second.key, second.key, second.key, "rosa", "rosa"]
    assert (
        Message.objects.filter(lead=journey.lead, audience="consumer", subject__startswith="Your").count() == 1
    )  # one introduction


def test_over_the_night_in_which_clocks_go_back(agency):
    """A Saturday evening in October; by Sunday morning the clocks have gone back, and eight o'clock is 13:00 UTC."""
    journey = arrives(datetime(2026, 11, 1, 0, 30, tzinfo=UTC))
    journey.until(31 * A_DAY)
    assert journey.steps() == [
        ("Oct 31 20:30", "First call", "done"),
        ("Oct 31 20:35", "Text if not reached", "done"),
        ("Oct 31 20:35", "Introduction", "done"),
        ("Nov 01 00:30", "Second call", "skipped"),  # not made at half past nine in the evening, and the third is due
        ("Nov 01 08:00", "Third call", "done"),
        ("Nov 01 08:00", "Second text", "done"),
        ("Nov 02 11:00", "Fourth call", "done"),  # Sunday's closed, Monday morning was tried on Sunday
        ("Nov 02 19:30", "Fifth call", "done"),
        ("Nov 02 19:30", "Last try", "done"),
        ("Nov 07 19:30", "Final e-mail", "done"),
        ("Nov 30 19:30", "Monthly e-mail", "done"),
        ("Nov 30 19:30", "Nurture begins", "done"),
    ]
    text = FollowUpStep.objects.get(lead=journey.lead, label="Second text")
    assert text.finished_at == datetime(2026, 11, 1, 13, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zip_code", "phone", "zone", "start", "text_at"),
    [
        # 04:30 in Honolulu; eight o'clock there is 18:00 UTC
        ("96813", "(808) 555-0143", "Pacific/Honolulu", "2026-12-01 14:30", "2026-12-01 18:00"),
        # 07:30 in San Juan; eight o'clock there is noon UTC, and seven in New York
        ("00901", "(787) 555-0143", "America/Puerto_Rico", "2026-12-02 11:30", "2026-12-02 12:00"),
        # 07:30 in Phoenix, in summer as in winter, for want of daylight time
        ("85004", "(602) 555-0143", "America/Phoenix", "2026-07-01 14:30", "2026-07-01 15:00"),
        ("85004", "(602) 555-0143", "America/Phoenix", "2026-12-01 14:30", "2026-12-01 15:00"),
        # 07:31 in Gary, an hour behind Indianapolis
        ("46402", "(219) 555-0143", "America/Chicago", "2026-12-01 13:31", "2026-12-01 14:00"),
    ],
    ids=["Hawaii", "Puerto Rico", "Arizona in summer", "Arizona in winter", "western Indiana"],
)
def test_a_text_waits_for_eight_o_clock_where_they_are(agency, zip_code, phone, zone, start, text_at):
    begins, opens = (datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (start, text_at))
    journey = arrives(begins, zone, zip_code=zip_code, phone=phone)
    foretold = journey.forecast(begins)["Text if not reached"]
    assert (foretold.planned_at, foretold.at) == (begins + timedelta(minutes=5), opens)
    assert foretold.why_moved == "quiet hours where they are"
    journey.until(60 * A_DAY)
    done = dict(FollowUpStep.objects.filter(lead=journey.lead, plan__key="speed_to_lead").values_list("label", "finished_at"))
    assert done["Text if not reached"] == opens
    assert done["Introduction"] == begins + timedelta(minutes=5)  # an e-mail may go at any hour
    assert done["Last try"] == begins + 2 * A_DAY
    assert done["Nurture begins"] == begins + 30 * A_DAY


def test_in_indianapolis_the_same_text_goes_at_once(agency):
    begins = datetime(2026, 12, 1, 13, 31, tzinfo=UTC)
    journey = arrives(begins, "America/Indiana/Indianapolis", zip_code="46204", phone="(317) 555-0143")
    journey.until(AN_HOUR)
    assert ("Dec 01 08:36", "Text if not reached", "done") in journey.steps()


FLORIDA = {"zip_code": "33130", "phone": "(305) 555-0143"}


def test_florida_at_19_58(agency):
    """The window shuts at eight: one text goes in the morning, not two, and no more than three attempts in 24 hours."""
    begins = datetime(2026, 12, 2, 0, 58, tzinfo=UTC)
    journey = arrives(begins, **FLORIDA)
    journey.until(timedelta(0))
    foretold = journey.forecast(begins)
    dropped = {label: one.why_dropped for label, one in foretold.items() if one.why_dropped}
    assert dropped == {"Second text": SAID_EARLIER, "Second call": OVERTAKEN}
    first = foretold["Text if not reached"]
    assert (first.planned_at, first.at) == (begins + timedelta(minutes=5), datetime(2026, 12, 2, 13, 0, tzinfo=UTC))
    assert first.why_moved == "quiet hours in Florida"
    journey.until(3 * A_DAY)
    assert journey.steps() == [
        ("Dec 01 19:58", "First call", "done"),
        ("Dec 01 20:03", "Introduction", "done"),
        ("Dec 01 23:58", "Second call", "skipped"),
        ("Dec 02 08:00", "Text if not reached", "done"),
        ("Dec 02 08:00", "Third call", "done"),
        ("Dec 02 08:00", "Second text", "skipped"),
        ("Dec 03 11:00", "Fourth call", "done"),  # evening and morning went unanswered
        ("Dec 03 19:58", "Fifth call", "done"),
        ("Dec 03 19:58", "Last try", "done"),
    ]


def test_florida_at_noon_names_what_its_cap_drops(agency):
    begins = datetime(2026, 12, 1, 17, 0, tzinfo=UTC)
    journey = arrives(begins, **FLORIDA)
    foretold = journey.forecast(begins)
    assert {label: one.rule for label, one in foretold.items() if one.why_dropped} == {
        "Third call": "cap FL v1",
        "Second text": "cap FL v1",
    }
    journey.until(AN_HOUR * 5)
    assert [(label, state) for _, label, state in journey.steps()] == [
        ("First call", "done"),
        ("Text if not reached", "done"),
        ("Introduction", "done"),
        ("Second call", "done"),
        ("Third call", "skipped"),
        ("Second text", "skipped"),
    ]
