"""Somebody leaves while leads come in: nobody who has left owns one."""

from datetime import timedelta

import pytest

from agency.agencyfile import load
from agency.agencyfile.demo import FILE
from leads.models import Lead
from producers.models import Load
from routing import assignment, offboarding, sql
from routing.models import Assignment
from tests.races.conftest import at_once
from tests.races.meeting import Meeting
from tests.routing.conftest import LOADED, Harbor
from tests.routing.people import TUESDAY

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
LATER = TUESDAY + timedelta(minutes=1)


@pytest.fixture
def harbor(transactional_db: None) -> Harbor:
    """The demo agency, committed, so that every connection sees it."""
    load(FILE, now=LOADED)
    return Harbor()


@pytest.fixture
def meeting(monkeypatch: pytest.MonkeyPatch) -> Meeting:
    """A lead that has been read waits, before it is written, for somebody to look through what James holds."""
    place, read, look = Meeting(), assignment.read_state, offboarding._owned_by

    def read_and_wait(facts, now, previous=None):
        state = read(facts, now, previous)
        if now == TUESDAY:
            place.attend()
        return state

    def wait_and_look(producer):
        found = list(look(producer))
        place.attend()
        return found

    monkeypatch.setattr(assignment, "read_state", read_and_wait)
    monkeypatch.setattr(offboarding, "_owned_by", wait_and_look)
    return place


def james_leaves(harbor: Harbor):
    james = harbor.person("james")
    return lambda: offboarding.execute(james, by=None, now=LATER)


def held_by_james() -> int:
    return Assignment.objects.filter(producer__key="james", ended_at=None).count()


def test_without_the_lock_a_lead_reaches_someone_who_has_left(harbor, meeting, monkeypatch):
    monkeypatch.setattr(sql, "TAKE_LOCK", "SELECT %s::bigint")
    meeting.open()
    results = at_once(lambda: harbor.lead(now=TUESDAY), james_leaves(harbor))
    assert not [one for one in results if isinstance(one, Exception)]
    assert meeting.met
    assert held_by_james() == 1


def test_with_the_lock_it_does_not(harbor, meeting):
    meeting.open()
    results = at_once(lambda: harbor.lead(now=TUESDAY), james_leaves(harbor))
    assert not [one for one in results if isinstance(one, Exception)]
    assert not meeting.met
    assert held_by_james() == 0
    assert Lead.objects.get().owner.key == "sarah"


def test_a_stream_of_leads_and_two_who_leave(harbor):
    """Twelve leads come in by four ways while James and David leave: each lead has one owner, and none of the two owns any."""
    for _ in range(4):
        harbor.lead(now=TUESDAY)

    def arrive() -> None:
        for _ in range(3):
            harbor.lead(now=TUESDAY)

    david = harbor.person("david")
    leaving = [james_leaves(harbor), lambda: offboarding.execute(david, by=None, now=LATER)]
    results = at_once(arrive, leaving[0], arrive, leaving[1], arrive, arrive)
    assert not [one for one in results if isinstance(one, Exception)]
    assert Lead.objects.count() == 16
    assert not Lead.objects.filter(owner__key__in=["james", "david"]).exists()
    assert Assignment.objects.filter(ended_at=None).count() == 16
    for kept in Load.objects.select_related("producer"):
        assert kept.open_leads == Assignment.objects.filter(producer=kept.producer, ended_at=None).count()


def test_a_lead_that_arrives_after_theirs_were_locked_is_taken_along(harbor, monkeypatch):
    """The lead comes in between the look at what James holds and the routing lock."""
    lock, looks = offboarding._lock_held_by, []

    def lock_and_be_late(producer):
        found = lock(producer)
        looks.append(len(found))
        if len(looks) == 1:
            assert not isinstance(at_once(lambda: harbor.lead(now=TUESDAY))[0], Exception)
        return found

    monkeypatch.setattr(offboarding, "_lock_held_by", lock_and_be_late)
    for _ in range(2):
        harbor.lead(now=TUESDAY)
    offboarding.execute(harbor.person("james"), by=None, now=LATER)
    assert looks == [1, 2]
    assert Lead.objects.count() == 3
    assert held_by_james() == 0
