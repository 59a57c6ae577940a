"""Days at the agency as they come: leads arrive and change hands, people come and go, rules and caps and licenses change."""

import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from django.db import transaction

from leads import work
from leads.edits import EditError, edit
from leads.models import OPEN_STATUSES, Lead
from producers import roster
from producers.changes import change_producer
from producers.models import License, Presence, Producer
from producers.performance import record_outcome, refresh_performance
from routing import escalation, rulesets
from routing.models import Rotation, Rule, RuleSet
from tests.routing.conftest import Harbor
from tests.routing.people import TUESDAY

NEW_YORK = "America/New_York"
PLACES = ("10005", "10105", "10205", "10305", "12345", "10005", "10205", "07030", "78701")
SELLERS = ("sarah", "james", "rachel", "david")


class Days:
    """A life of `seed` at the agency, through the same doors that people use."""

    def __init__(self, harbor: Harbor, seed: int) -> None:
        self.harbor, self.rng, self.now = harbor, random.Random(seed), TUESDAY
        self.deeds = [*self.of_the_agency, *self.of_people, self.performance, self.balance]

    @property
    def of_the_agency(self) -> list[Callable[[], None]]:
        """What happens whoever has which lead."""
        return [*[self.arrive] * 8, self.close, *[self.presence] * 3, self.caps, self.licence]

    @property
    def of_people(self) -> list[Callable[[], None]]:
        """What owners and managers do with the leads they have."""
        mine = [self.decline, self.decline, self.nurture, self.reopen, self.come_back, self.give, self.ask_again]
        return [*mine, self.sweep, self.sweep]

    def pass_by(self, deeds: int) -> None:
        """So many things happen, one after the other."""
        for _ in range(deeds):
            self.now += timedelta(minutes=self.rng.choice([0, 1, 2, 7, 31, 120]))
            if self.now.hour >= 22 and self.rng.random() < 0.8:  # mostly nobody is up
                self.now += timedelta(hours=16)
            with transaction.atomic():
                self.rng.choice(self.deeds)()

    def arrive(self) -> None:
        """Somebody new, or somebody again."""
        source = self.rng.choice(["website", "referral", "facebook_ads", "transfers", "google_ads"])
        line = self.rng.choice(["personal_auto", "homeowners", "renters", "bop", "cyber", "life_term", "spaceship"])
        events = [{"kind": "pricing_view", "at": self.now.isoformat()}] * self.rng.choice([0, 0, 2])
        expires = self.rng.choice([{}, {"policy_expires_on": str((self.now + timedelta(days=30)).date())}])
        place = self.rng.choice(PLACES)
        self.harbor.lead(source, now=self.now, line=line, zip_code=place, events=events, **expires)

    def _any(self, **where) -> Lead | None:
        found = list(Lead.objects.filter(**where).order_by("pk"))
        return self.rng.choice(found) if found else None

    def decline(self) -> None:
        """An owner wants it to be somebody else's."""
        if lead := self._any(status__in=OPEN_STATUSES, owner__isnull=False, unplaced=False):
            reason = self.rng.choice(sorted(work.DECLINE_REASONS))
            work.decline(lead, by=lead.owner.user, reason=reason, now=self.now)

    def give(self) -> None:
        """The manager gives a lead to somebody."""
        if lead := self._any(status__in=OPEN_STATUSES, owner__isnull=False):
            self._reassign(lead, self.harbor.person(self.rng.choice(SELLERS)))

    def ask_again(self) -> None:
        """The manager takes a lead from its owner and lets the rules choose."""
        if lead := self._any(status__in=OPEN_STATUSES, owner__isnull=False):
            self._reassign(lead, None)

    def _reassign(self, lead: Lead, to: Producer | None) -> None:
        with suppress(work.WorkError), transaction.atomic():  # theirs already, or not licensed
            work.reassign(lead, by=self.harbor.user("rosa"), producer=to, reason="Because", now=self.now)

    def close(self) -> None:
        """Sold, or lost."""
        if lead := self._any(status__in=OPEN_STATUSES, owner__isnull=False):
            how = self.rng.choice([{"status": "bound", "premium": 900}, {"status": "lost", "reason": "Price"}])
            work.set_status(lead, by=None, now=self.now, **how)

    def nurture(self) -> None:
        """Put aside by hand."""
        if lead := self._any(status__in=OPEN_STATUSES, owner__isnull=False):
            work.set_status(lead, by=None, status="nurture", now=self.now)

    def reopen(self) -> None:
        """Closed, and open again."""
        if lead := self._any(status="lost"):
            work.set_status(lead, by=None, status="contacted", now=self.now)

    def come_back(self) -> None:
        """Somebody in nurture shows up on the website."""
        if lead := self._any(status="nurture"):
            from leads.intake import receive
            from leads.models import Source

            payload = {"first_name": lead.first_name, "last_name": lead.last_name, "email": lead.email, "line": lead.line}
            receive(payload, source=Source.objects.get(key="website"), now=self.now)

    def mend(self) -> None:
        """It turns out that somebody lives elsewhere."""
        if lead := self._any(status__in=OPEN_STATUSES):
            with suppress(EditError):  # a state that is known does not become unknown again
                edit(lead, by=self.harbor.user("rosa"), changes={"zip_code": self.rng.choice(PLACES)}, now=self.now)

    def sweep(self) -> None:
        """The ladder climbs, holds end."""
        escalation.run_due(self.now)

    def presence(self) -> None:
        """Somebody comes, goes, or is on the phone."""
        who = self.harbor.person(self.rng.choice(SELLERS))
        change_producer(who, changes={"availability": self.rng.choice(Presence.values)}, now=self.now)

    def caps(self) -> None:
        """Somebody takes more, or less."""
        who = self.harbor.person(self.rng.choice(SELLERS))
        change_producer(
            who, changes={"caps": {"open": self.rng.choice([2, 5, 20]), "day": self.rng.choice([2, 8])}}, now=self.now
        )

    def licence(self) -> None:
        """A license is suspended, and the one before is good again."""
        for held in License.objects.filter(active=False):
            held.active = True
            held.save()
        held = License.objects.get(producer__key=self.rng.choice(SELLERS), state="NY")
        held.active = False
        held.save()

    def performance(self) -> None:
        """Yesterday's sales are counted."""
        today = roster.local_day(self.now, NEW_YORK)
        for key in SELLERS:
            bound = self.rng.choice([0, 2, 9])
            record_outcome(
                producer_id=self.harbor.person(key).pk, received_on=today, family="personal", tier="hot", received=10, bound=bound
            )
        refresh_performance(today=today)

    def balance(self) -> None:
        """A manager corrects a rotation by hand: half a lead from one to the other."""
        row = Rotation.objects.order_by("name").first()
        if row and {"james", "sarah"} <= set(row.ledger):
            row.ledger["james"]["owed"] += 500_000
            row.ledger["sarah"]["owed"] -= 500_000
            row.save()

    def publish(self, rules: list[dict]) -> RuleSet:
        """These rules are in force."""
        return rulesets.load_rules(rules, note="", now=self.now)


def draft_of(rules: Sequence[dict], now: datetime) -> RuleSet:
    """These rules are written down, and not in force."""
    ruleset = rulesets.copy_into_draft(RuleSet.objects.get(state="published"), by=None, now=now)
    ruleset.rules.all().delete()
    for position, rule in enumerate(rules):
        Rule.objects.create(ruleset=ruleset, position=position, **rule)
    return ruleset
