"""Two at once: the last slot of a cap, the same turn, the same lead. Each race is shown without the lock, then held by it."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from leads.models import Lead
from leads.work import set_status
from producers.models import CapacityCap, Load
from routing import escalation, rulesets
from routing.assignment import MOVED_ON, AssignmentError, assign, give, stamp
from routing.models import Assignment, LadderStep, RoutingDecision
from tests.races.conftest import at_once, raised
from tests.routing.conftest import POD, Harbor
from tests.routing.people import TUESDAY

pytestmark = pytest.mark.django_db(transaction=True)


def arrivals(harbor: Harbor, number: int, **fields) -> list[Callable[[], Lead]]:
    """So many people who will ask for a quote, when told to."""
    return [lambda: harbor.lead(**fields) for _ in range(number)]


def owners() -> list[str]:
    """Whose the leads are."""
    return sorted(Lead.objects.values_list("owner__key", flat=True))


# --- The last slot of a cap ---


def one_slot_left() -> None:
    cap = CapacityCap.objects.get(producer__key="sarah", period="day")
    cap.limit = 1
    cap.save()


def test_without_the_lock_two_leads_take_the_last_slot(harbor, unlocked, meeting):
    one_slot_left()
    meeting.open()
    assert raised(at_once(*arrivals(harbor, 2, zip_code="07030"))) == []
    assert meeting.met
    assert owners() == ["sarah", "sarah"]


def test_with_the_lock_one_lead_takes_the_last_slot(harbor, meeting):
    one_slot_left()
    meeting.open()
    assert raised(at_once(*arrivals(harbor, 2, zip_code="07030"))) == []
    assert not meeting.met
    assert owners() == ["rosa", "sarah"]
    assert Load.objects.get(producer__key="sarah").day_count == 1


def one_personal_slot_left(harbor: Harbor) -> None:
    CapacityCap.objects.all().delete()
    CapacityCap.objects.create(producer=harbor.person("sarah"), period="open", family="personal", limit=1)


def test_without_the_lock_two_leads_take_the_last_slot_of_a_family(harbor, unlocked, meeting):
    one_personal_slot_left(harbor)
    meeting.open()
    assert raised(at_once(*arrivals(harbor, 2, zip_code="07030"))) == []
    assert meeting.met
    assert owners() == ["sarah", "sarah"]


def test_with_the_lock_one_lead_takes_the_last_slot_of_a_family(harbor, meeting):
    one_personal_slot_left(harbor)
    meeting.open()
    assert raised(at_once(*arrivals(harbor, 2, zip_code="07030"))) == []
    assert not meeting.met
    assert owners() == ["rosa", "sarah"]


# --- The same turn ---


def test_without_the_lock_two_leads_take_the_same_turn(harbor, unlocked, meeting):
    harbor.lead()  # so that the rotation is there
    meeting.open()
    assert raised(at_once(*arrivals(harbor, 2))) == []
    assert meeting.met
    assert owners() == ["james", "sarah", "sarah"]


def test_with_the_lock_each_turn_is_taken_once(harbor, meeting):
    meeting.open()
    assert raised(at_once(*arrivals(harbor, 2))) == []
    assert not meeting.met
    assert owners() == ["james", "sarah"]


def test_sixteen_at_once_stay_within_one_lead(harbor):
    CapacityCap.objects.all().delete()

    def arrive_thrice() -> None:
        for _ in range(3):
            harbor.lead()

    assert raised(at_once(*[arrive_thrice] * 16)) == []
    counts = [owners().count(key) for key in ("james", "sarah")]
    assert sum(counts) == 48
    assert max(counts) - min(counts) <= 1
    assert sum(harbor.owed(POD).values()) == 0
    loads = dict(Load.objects.filter(producer__key__in=["james", "sarah"]).values_list("producer__key", "open_leads"))
    assert loads == {"james": counts[0], "sarah": counts[1]}


# --- The same lead ---


def declined(harbor: Harbor, lead: Lead) -> Callable[[], object]:
    """James hands it back."""
    mine = Lead.objects.select_related("owner", "source").get(pk=lead.pk)

    def job() -> object:
        with transaction.atomic():
            return assign(mine, reason="decline", now=TUESDAY, exclude={"james"}, end_note="other")

    return job


def given(harbor: Harbor, lead: Lead) -> Callable[[], object]:
    """A manager gives it to David."""
    seen, david, rosa = Lead.objects.get(pk=lead.pk), harbor.person("david"), harbor.user("rosa")

    def job() -> object:
        with transaction.atomic():
            return give(seen, david, by=rosa, reason="His street", now=TUESDAY)

    return job


def test_without_the_locks_two_change_the_same_lead_and_only_the_database_stands_in_the_way(harbor, unlocked, meeting):
    lead = harbor.lead()
    meeting.open()
    results = at_once(declined(harbor, lead), given(harbor, lead))
    assert meeting.met
    assert [type(one) for one in raised(results)] == [IntegrityError]
    assert Assignment.objects.filter(lead=lead, ended_at=None).count() == 1


def test_a_decline_and_a_manager_at_once_leave_one_owner_and_tell_the_other(harbor, meeting):
    lead = harbor.lead()
    meeting.open()
    results = at_once(declined(harbor, lead), given(harbor, lead))
    assert [str(one) for one in raised(results)] == [MOVED_ON]
    assert isinstance(raised(results)[0], AssignmentError)
    live = Assignment.objects.get(lead=lead, ended_at=None)
    lead.refresh_from_db()
    assert lead.owner_id == live.producer_id
    assert dict(Load.objects.filter(open_leads__gt=0).values_list("producer_id", "open_leads")) == {live.producer_id: 1}
    assert sum(harbor.owed(POD).values()) == 0


def test_an_attempt_at_the_last_moment_beats_the_ladder(harbor):
    """James has his lead's page open and logs a call while the thirty minutes run out."""
    lead, half_past = harbor.lead(), TUESDAY + timedelta(minutes=30)
    LadderStep.objects.filter(lead=lead, action__in=["alert", "warn"]).delete()
    with transaction.atomic():
        mine = Lead.objects.select_for_update().get(pk=lead.pk)
        stamp(mine, now=half_past, attempted=True)
        assert at_once(lambda: escalation.run_due(half_past)) == [0]  # passed over, not waited for
    assert escalation.run_due(half_past) == 1
    assert harbor.owner(lead) == "james"
    assert LadderStep.objects.get(lead=lead).outcome == escalation.ATTEMPTED


def test_two_sweeps_at_once_take_a_lead_back_once(harbor):
    lead, half_past = harbor.lead(), TUESDAY + timedelta(minutes=30)
    results = at_once(*[lambda: escalation.run_due(half_past)] * 4)
    assert raised(results) == []
    assert sum(results) == 3  # alert, warning, taking back
    assert Assignment.objects.filter(lead=lead).count() == 2
    assert harbor.owner(lead) == "sarah"


# --- Rules published while leads come in ---


def test_publishing_neither_waits_for_leads_nor_makes_them_wait(harbor):
    with transaction.atomic():
        rulesets.load_rules([{"name": "All to Rosa", "then": {"person": "rosa"}}], note="", now=TUESDAY)
        results = at_once(*arrivals(harbor, 1))
        assert raised(results) == []
    assert owners() == ["james"]
    harbor.lead()
    assert owners() == ["james", "rosa"]
    assert list(RoutingDecision.objects.order_by("id").values_list("ruleset__version", flat=True)) == [1, 2]


# --- Counting while leads come in ---


def test_a_sale_and_a_new_lead_of_the_same_day_do_not_wait_for_each_other_for_ever(harbor):
    """Both touch the owner's bucket of the day: whoever counts a sale takes the routing lock first, like whoever assigns."""
    lead = harbor.lead(zip_code="07030")  # New Jersey: Sarah alone, like the ones that come in
    sarah = harbor.user("sarah")

    def sell() -> None:
        set_status(lead, by=sarah, status="bound", premium=Decimal(1200), now=TUESDAY)

    for _ in range(5):
        assert raised(at_once(sell, *arrivals(harbor, 2, zip_code="07030"))) == []
        set_status(lead, by=harbor.user("rosa"), status="contacted", reason="Fell through", now=TUESDAY)
