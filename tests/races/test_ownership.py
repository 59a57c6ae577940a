"""The owner, the ladder and the manager reach for one lead at once. Each race is shown without the lock, then held by it."""

from collections.abc import Callable
from datetime import timedelta
from threading import Event

import pytest
from django.db import IntegrityError
from django.db.models import QuerySet

from leads.models import Lead
from leads.work import WorkError, accept, decline, ownership, reassign
from leads.work.desk import NOT_YOURS
from producers.models import Load
from routing import escalation
from routing.models import Assignment, LadderStep
from tests.races.conftest import at_once, raised
from tests.routing.conftest import POD, Harbor
from tests.routing.people import TUESDAY

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
HALF_PAST = TUESDAY + timedelta(minutes=30)
PATIENCE = 3
"""Seconds that somebody waits for the other, who may stand before a lock."""


@pytest.fixture
def no_row_locks(unlocked: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """No row is locked before it is read either."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_: self.all())


@pytest.fixture
def mine(harbor: Harbor) -> Lead:
    """James's lead, with the taking back as its next rung."""
    lead = harbor.lead()
    LadderStep.objects.filter(lead=lead, action__in=["alert", "warn"]).delete()
    return lead


class Presses:
    """James presses Accept. His request has read the lead, and goes on when the ladder has had its chance."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.has_read, self.ladder_ran = Event(), Event()
        stamp = ownership.stamp

        def stamp_later(*args, **kwargs) -> None:
            self.has_read.set()
            assert self.ladder_ran.wait(PATIENCE)
            stamp(*args, **kwargs)

        monkeypatch.setattr(ownership, "stamp", stamp_later)

    def accept(self, harbor: Harbor, lead: Lead) -> Callable[[], None]:
        james, seen = harbor.user("james"), Lead.objects.get(pk=lead.pk)
        return lambda: accept(seen, by=james, now=HALF_PAST)

    def ladder(self) -> int:
        assert self.has_read.wait(PATIENCE)
        try:
            return escalation.run_due(HALF_PAST)
        finally:
            self.ladder_ran.set()


def accepted(lead: Lead) -> list[tuple[str, bool, bool]]:
    """Each ownership: whose, whether accepted, whether it is the present one."""
    rows = Assignment.objects.filter(lead=lead).order_by("id").values_list("producer__key", "accepted_at", "ended_at")
    return [(key, at is not None, ended is None) for key, at, ended in rows]


def test_without_the_lock_an_accept_is_written_on_somebody_else_s_ownership(harbor, mine, no_row_locks, monkeypatch):
    presses = Presses(monkeypatch)
    assert raised(at_once(presses.accept(harbor, mine), presses.ladder)) == []
    assert accepted(mine) == [("james", False, False), ("sarah", True, True)]


def test_with_the_lock_the_ladder_passes_over_a_lead_that_is_being_accepted(harbor, mine, monkeypatch):
    presses = Presses(monkeypatch)
    assert at_once(presses.accept(harbor, mine), presses.ladder) == [None, 0]
    assert accepted(mine) == [("james", True, True)]
    assert escalation.run_due(HALF_PAST) == 1, "he has accepted and not tried: now the lead goes on"
    assert accepted(mine) == [("james", True, False), ("sarah", False, True)]


def test_with_the_lock_an_accept_that_comes_second_is_told_so(harbor, mine, monkeypatch):
    inside, go_on = Event(), Event()
    look = escalation._moot

    def look_and_wait(*args) -> str:
        inside.set()
        go_on.wait(1)
        return look(*args)

    monkeypatch.setattr(escalation, "_moot", look_and_wait)
    press = Presses(monkeypatch).accept(harbor, mine)

    def accept_second() -> None:
        assert inside.wait(PATIENCE)
        press()

    results = at_once(lambda: escalation.run_due(HALF_PAST), accept_second)
    assert results[0] == 1
    assert [str(one) for one in raised(results)] == [NOT_YOURS]
    assert accepted(mine) == [("james", False, False), ("sarah", False, True)]


# --- Decline against manual reassign ---


def both(harbor: Harbor, lead: Lead) -> list[Callable[[], object]]:
    """James hands the lead back, and Rosa gives it to David."""
    james, rosa, david = harbor.user("james"), harbor.user("rosa"), harbor.person("david")
    his, hers = Lead.objects.get(pk=lead.pk), Lead.objects.get(pk=lead.pk)
    return [
        lambda: decline(his, by=james, reason="too_busy", now=TUESDAY),
        lambda: reassign(hers, by=rosa, producer=david, reason="His street", now=TUESDAY),
    ]


def test_without_the_lock_a_decline_and_a_manager_collide_in_the_database(harbor, mine, no_row_locks, meeting):
    meeting.open()
    results = at_once(*both(harbor, mine))
    assert meeting.met
    assert [type(one) for one in raised(results)] == [IntegrityError]


def test_with_the_lock_the_manager_has_the_last_word_and_every_figure_agrees(harbor, mine, meeting):
    meeting.open()
    results = at_once(*both(harbor, mine))
    assert not meeting.met
    assert all(isinstance(one, WorkError) and str(one) == NOT_YOURS for one in raised(results)), "James, when he came second"
    assert harbor.owner(mine) == "david"
    assert Assignment.objects.filter(lead=mine, ended_at=None).count() == 1
    assert Assignment.objects.filter(lead=mine).count() == 3 - len(raised(results))
    held = dict(Load.objects.filter(open_leads__gt=0).values_list("producer__key", "open_leads"))
    assert held == {"david": 1}
    assert sum(harbor.owed(POD).values()) == 0
