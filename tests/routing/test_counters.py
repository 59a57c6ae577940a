"""Counters kept as things happen give the same figures as counting anew, whatever happened."""

import random
from datetime import datetime, timedelta

import pytest
from django.db import transaction

from leads.models import OPEN_STATUSES, Lead, Status
from producers import roster
from producers.models import CapacityCap, Load, Producer
from routing import escalation
from routing.assignment import AssignmentError, assign, close, give, reopen
from routing.ledger import read_state
from tests.routing.people import TUESDAY
from tests.routing.people import lead as facts
from tests.routing.recount import differences

NEW_YORK = "America/New_York"


class Walk:
    """Random days at the agency: leads come, are declined, given, closed, opened again, taken back."""

    def __init__(self, harbor, seed: int) -> None:
        self.harbor, self.rng, self.now = harbor, random.Random(seed), TUESDAY
        self.steps = [
            self.arrive,
            self.arrive,
            self.arrive,
            self.decline,
            self.give,
            self.close,
            self.nurture,
            self.reopen,
            self.sweep,
        ]

    def step(self) -> None:
        """Something happens, some time after what happened before."""
        self.now += timedelta(minutes=self.rng.choice([0, 1, 20, 300, 1500]))
        self.rng.choice(self.steps)()

    def pick(self, **where) -> Lead | None:
        """Any lead like this, locked."""
        found = list(Lead.objects.filter(**where).order_by("pk"))
        return Lead.objects.select_for_update().get(pk=self.rng.choice(found).pk) if found else None

    def arrive(self) -> None:
        source = self.rng.choice(["website", "referral", "facebook_ads", "transfers"])
        line, zip_code = self.rng.choice(["personal_auto", "bop", "life_term"]), self.rng.choice(["10005", "10310", "78701"])
        self.harbor.lead(source, now=self.now, line=line, zip_code=zip_code)

    def decline(self) -> None:
        if lead := self.pick(status__in=OPEN_STATUSES, owner__isnull=False, unplaced=False):
            reason = self.rng.choice(["licence", "bad_data", "conflict", "too_busy", "other"])
            assign(lead, reason="decline", now=self.now, exclude={lead.owner.key}, end_note=reason)

    def give(self) -> None:
        if lead := self.pick(status__in=[*OPEN_STATUSES, Status.NURTURE]):
            to = self.rng.choice(list(Producer.objects.exclude(role="marketing").order_by("key")))
            try:
                with transaction.atomic():
                    give(lead, to, by=self.harbor.user("rosa"), reason="Because", now=self.now)
            except AssignmentError as error:
                assert "cannot have" in str(error)

    def close(self) -> None:
        if lead := self.pick(status__in=OPEN_STATUSES):
            lead.status, lead.closed_at = self.rng.choice(["bound", "lost"]), self.now
            close(lead, now=self.now, why=lead.status)

    def nurture(self) -> None:
        if lead := self.pick(status__in=OPEN_STATUSES):
            close(lead, now=self.now, why="nurture")

    def reopen(self) -> None:
        if lead := self.pick(status__in=["lost", Status.NURTURE]):
            reopen(lead, now=self.now)

    def sweep(self) -> None:
        escalation.run_due(self.now)


def assert_counters_hold(now: datetime) -> None:
    """Every figure that is kept equals the one that is counted."""
    assert not differences(now)
    limited = read_state(facts(), now).roster.loads["james"]
    kept = roster.loads(now, NEW_YORK)["james"]
    for period in ("open", "day", "week", "month"):
        assert sum(getattr(one, period) for one in limited.counts) == getattr(kept, period)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_counters_equal_a_recount_after_anything(harbor, seed):
    CapacityCap.objects.filter(period="day").update(limit=5)
    CapacityCap.objects.create(producer=harbor.person("james"), period="week", family="personal", tier="warm", limit=9)
    walk = Walk(harbor, seed)
    for _ in range(45):
        walk.step()
        assert_counters_hold(walk.now)
    assert Load.objects.filter(open_leads__gt=0).exists()
