"""Rules published while leads come in: a lead that waited for its turn is decided by what is in force when its turn comes."""

from threading import Event

import pytest
from django.db import connection, transaction

from producers.models import CapacityCap
from routing import current, ledger, rulesets, sql
from routing.models import RoutingDecision, RuleSet, RuleSetState
from tests.races.conftest import at_once, raised
from tests.routing.conftest import Harbor
from tests.routing.people import TUESDAY

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
TO_ROSA = [{"name": "All to Rosa", "then": {"person": "rosa"}}]
PATIENCE = 3


class Queue:
    """A lead comes in while somebody holds the routing lock; rules are published meanwhile; then its turn comes."""

    def __init__(self, harbor: Harbor) -> None:
        self.harbor = harbor
        self.held, self.published = Event(), Event()
        harbor.lead()  # so that this process knows the rules in force

    def holder(self) -> None:
        """Somebody else's assignment takes its time, until the rules are published."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql.TAKE_LOCK, [sql.LOCK])
            self.held.set()
            assert self.published.wait(PATIENCE)

    def lead(self) -> str | None:
        assert self.held.wait(PATIENCE)
        return self.harbor.owner(self.harbor.lead())

    def publish(self) -> None:
        """Publishing needs no lock of routing's, so it is not in the queue behind the lead."""
        while not waiting_for_the_lock():
            assert self.held.wait(PATIENCE)
        rulesets.load_rules(TO_ROSA, note="", now=TUESDAY)
        self.published.set()


def waiting_for_the_lock() -> bool:
    """Whether somebody stands before the routing lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)")
        return bool(cursor.fetchone()[0])


def versions() -> list[int]:
    """By which version each lead was decided, in order."""
    return list(RoutingDecision.objects.order_by("id").values_list("ruleset__version", flat=True))


def test_without_looking_again_under_the_lock_a_lead_follows_archived_rules(harbor, monkeypatch):
    queue = Queue(harbor)
    monkeypatch.setattr(ledger.current, "configuration", lambda _: current._cached)  # what was known before the wait
    results = at_once(queue.holder, queue.lead, queue.publish)
    assert raised(results) == []
    assert results[1] == "sarah"
    assert versions() == [1, 1]
    assert RuleSet.objects.get(state=RuleSetState.PUBLISHED).version == 2


def test_a_lead_that_waited_follows_the_rules_published_meanwhile(harbor):
    queue = Queue(harbor)
    results = at_once(queue.holder, queue.lead, queue.publish)
    assert raised(results) == []
    assert results[1] == "rosa"
    assert versions() == [1, 2]


def test_no_lead_ever_sees_half_of_a_publication(harbor):
    """Rules and the state of both versions change together: every decision names a version whose rule it followed.

    Without caps: however many leads come while James's version is in force, it is never a cap that leaves one to nobody's rule.
    """
    CapacityCap.objects.all().delete()
    sets = [[{"name": f"All to {key}", "then": {"person": key}}] for key in ("rosa", "sarah", "james", "david")]

    def publish_all() -> None:
        for rules in sets * 3:
            rulesets.load_rules(rules, note="", now=TUESDAY)

    def arrive() -> None:
        for _ in range(6):
            harbor.lead()

    assert raised(at_once(publish_all, *[arrive] * 4)) == []
    assert RuleSet.objects.filter(state=RuleSetState.PUBLISHED).count() == 1
    decided = RoutingDecision.objects.select_related("ruleset", "producer").prefetch_related("ruleset__rules")
    assert decided.count() == 24
    assert all(row.rule in {rule.name for rule in row.ruleset.rules.all()} for row in decided)


def test_two_drafts_published_at_once_leave_one_in_force(harbor):
    first = RuleSet.objects.get()
    drafts = [rulesets.copy_into_draft(first, by=None, now=TUESDAY) for _ in range(2)]
    results = at_once(*[lambda one=one: rulesets.publish(one, by=None, now=TUESDAY) for one in drafts])
    assert raised(results) == []
    assert sorted(RuleSet.objects.values_list("state", flat=True)) == ["archived", "archived", "published"]


def test_drafts_made_at_once_have_a_number_each(harbor):
    first = RuleSet.objects.get()
    drafts = at_once(*[lambda: rulesets.copy_into_draft(first, by=None, now=TUESDAY)] * 4)
    assert sorted(one.version for one in drafts) == [2, 3, 4, 5]


def test_two_agency_files_loaded_at_once_leave_one_in_force(harbor):
    def load(key: str) -> None:
        rulesets.load_rules([{"name": f"All to {key}", "then": {"person": key}}], note="", now=TUESDAY)

    assert raised(at_once(*[lambda key=key: load(key) for key in ("rosa", "sarah", "james")])) == []
    assert sorted(RuleSet.objects.values_list("version", "state"))[:3] == [(1, "archived"), (2, "archived"), (3, "archived")]
    assert RuleSet.objects.get(state=RuleSetState.PUBLISHED).version == 4
