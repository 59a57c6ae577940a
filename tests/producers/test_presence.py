"""Whether people are there: by their own word, by a call, by their silence, each ended as it began."""

from datetime import timedelta

import pytest
from django.test import Client

from agency.models import Agency, User
from producers import presence
from producers.models import Load, Producer
from producers.presence import NOT_FOR_EVER, ONLY_AHEAD, note_seen, run_due, set_presence
from tests.producers.conftest import TUESDAY, hire

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def nobody_was_seen(monkeypatch):
    monkeypatch.setattr(presence, "_noted", {})


@pytest.fixture
def kim(db: None) -> Producer:
    return hire("kim")


def state(person: Producer) -> tuple[str, str]:
    load = Load.objects.get(producer=person)
    return load.presence, load.presence_cause


def silence_counts(minutes: int) -> None:
    Agency.objects.update_or_create(pk=1, defaults={"name": "Harbor Point", "idle_minutes": minutes})


# --- A call ---


def test_a_call_makes_busy_and_its_end_available_again(kim):
    set_presence(kim, presence="busy", until=TUESDAY + 20 * MINUTE, cause="call", now=TUESDAY)
    assert state(kim) == ("busy", "call")
    assert run_due(TUESDAY + 19 * MINUTE) == 0
    assert run_due(TUESDAY + 20 * MINUTE) == 1
    assert state(kim) == ("available", "self")
    assert Load.objects.get(producer=kim).presence_until is None
    assert run_due(TUESDAY + 21 * MINUTE) == 0


def test_who_hangs_up_earlier_is_free_at_once_and_stays_so(kim):
    set_presence(kim, presence="busy", until=TUESDAY + 20 * MINUTE, cause="call", now=TUESDAY)
    set_presence(kim, presence="available", now=TUESDAY + MINUTE)
    set_presence(kim, presence="away", now=TUESDAY + 2 * MINUTE)
    assert run_due(TUESDAY + 20 * MINUTE) == 0
    assert state(kim) == ("away", "self")


def test_who_was_away_before_a_call_is_away_after_it_and_after_the_next(kim):
    set_presence(kim, presence="away", now=TUESDAY)
    set_presence(kim, presence="busy", until=TUESDAY + 5 * MINUTE, cause="call", now=TUESDAY)
    set_presence(kim, presence="busy", until=TUESDAY + 9 * MINUTE, cause="call", now=TUESDAY + 4 * MINUTE)
    assert run_due(TUESDAY + 5 * MINUTE) == 0, "the second call goes on"
    run_due(TUESDAY + 9 * MINUTE)
    assert state(kim) == ("away", "self")


@pytest.mark.parametrize(
    ("wanted", "minutes", "message"), [("available", 5, NOT_FOR_EVER), ("busy", 0, ONLY_AHEAD), ("asleep", None, "asleep")]
)
def test_what_makes_no_sense_is_refused(kim, wanted, minutes, message):
    with pytest.raises(ValueError, match=message):
        set_presence(kim, presence=wanted, until=None if minutes is None else TUESDAY + minutes * MINUTE, now=TUESDAY)
    assert state(kim) == ("available", "self")


# --- Silence ---


def test_silence_counts_only_where_the_agency_says_so(kim):
    note_seen(kim.user, TUESDAY)
    assert run_due(TUESDAY + 600 * MINUTE) == 0
    silence_counts(10)
    assert run_due(TUESDAY + 600 * MINUTE) == 1
    assert state(kim) == ("away", "idle")


def test_ten_minutes_are_never_less_and_a_request_ends_them(kim):
    silence_counts(10)
    note_seen(kim.user, TUESDAY)
    note_seen(kim.user, TUESDAY + MINUTE / 2)  # not written down: it is the same minute
    assert run_due(TUESDAY + 10 * MINUTE) == 0
    assert run_due(TUESDAY + 11 * MINUTE) == 1
    note_seen(kim.user, TUESDAY + 12 * MINUTE)
    assert state(kim) == ("available", "self")


def test_a_request_does_not_undo_somebody_s_own_word(kim):
    silence_counts(10)
    set_presence(kim, presence="away", now=TUESDAY)
    note_seen(kim.user, TUESDAY + MINUTE)
    assert state(kim) == ("away", "self")


def test_who_is_busy_or_never_came_by_a_browser_is_left_alone(kim):
    silence_counts(10)
    lee = hire("lee")
    note_seen(kim.user, TUESDAY)
    set_presence(kim, presence="busy", now=TUESDAY)
    assert run_due(TUESDAY + 60 * MINUTE) == 0
    assert (state(kim)[0], state(lee)[0]) == ("busy", "available")


def test_who_has_just_said_available_is_so_for_the_whole_time(kim):
    silence_counts(10)
    note_seen(kim.user, TUESDAY)
    run_due(TUESDAY + 11 * MINUTE)
    set_presence(kim, presence="available", now=TUESDAY + 20 * MINUTE)
    assert run_due(TUESDAY + 30 * MINUTE) == 0
    assert run_due(TUESDAY + 31 * MINUTE) == 1


def test_one_write_a_minute_however_many_requests(kim, django_assert_num_queries):
    note_seen(kim.user, TUESDAY)
    with django_assert_num_queries(0):
        for seconds in range(1, 60):
            note_seen(kim.user, TUESDAY + timedelta(seconds=seconds))
    with django_assert_num_queries(1):
        note_seen(kim.user, TUESDAY + MINUTE)


def test_a_sweep_costs_two_statements_and_one_more_where_silence_counts(kim, django_assert_num_queries):
    with django_assert_num_queries(2):
        run_due(TUESDAY)
    silence_counts(10)
    with django_assert_num_queries(3):
        run_due(TUESDAY)


# --- From the pages ---


def browser(person: Producer) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=person.user_id))
    return client


def test_a_page_asked_for_brings_back_and_one_that_looks_for_news_does_not(kim):
    silence_counts(10)
    page = browser(kim)
    page.get("/inbox/")
    Load.objects.filter(producer=kim).update(presence="away", presence_cause="idle")
    presence._noted.clear()
    page.get("/inbox/rows/?v=old", headers={"HX-Request": "true"})
    assert state(kim) == ("away", "idle")
    page.get("/inbox/")
    assert state(kim) == ("available", "self")


def test_pages_write_nothing_where_silence_does_not_count(kim):
    silence_counts(0)
    browser(kim).get("/inbox/")
    assert Load.objects.get(producer=kim).seen_at is None


def test_people_say_it_from_any_page_and_stay_there(kim):
    page = browser(kim)
    answer = page.post("/presence/", {"presence": "away", "next": "/fairness/"}, follow=True)
    assert answer.redirect_chain == [("/fairness/", 302)]
    assert "You are away" in answer.content.decode()
    assert state(kim) == ("away", "self")
    assert page.post("/presence/", {"presence": "away", "next": "https://elsewhere.example/"})["Location"] == "/"
    page.post("/presence/", {"presence": "asleep"})
    assert state(kim) == ("away", "self")
