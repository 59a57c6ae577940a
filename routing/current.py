"""What an assignment needs of the configuration, cached in the process under its revision numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agency import revisions
from agency.messaging.preferences import Book, book
from agency.models import Agency, User
from producers import roster
from producers.facts import Roster
from producers.models import Producer
from routing import rulesets
from routing.engine import RuleSet
from routing.ladder import Ladder, from_data, span, variants_from
from routing.models import EscalationPolicy

_READ_FROM = (revisions.AGENCY, revisions.ALERTS, revisions.ROSTER, revisions.RULES)
DEFAULT_CHANNELS = ("in_app", "email")


@dataclass(frozen=True, slots=True)
class Person:
    """Someone as a row to point at and a user to tell; shared by all who read, never to be changed."""

    producer: Producer
    user: User


@dataclass(frozen=True, slots=True)
class Configuration:
    """The configuration as of one moment; read-only."""

    stamp: tuple[int, ...]
    roster: Roster
    """Without loads."""
    ruleset: RuleSet
    ruleset_id: int | None
    ladder: Ladder
    people: Mapping[str, Person]
    """By key; everyone, also who left."""
    notify: Mapping[str, Any]
    alerts: Book
    """What people chose for their alerts."""

    def channels(self, key: str, event: str) -> tuple[str, ...]:
        """How this person hears of `event`: as they chose, else as the agency did."""
        return tuple(self.people[key].producer.notify.get(event) or self.notify.get(event) or DEFAULT_CHANNELS)


_cached: Configuration | None = None


def configuration(numbers: Mapping[str, int]) -> Configuration:
    """The configuration current under these revision numbers; no query while nothing changed."""
    global _cached  # noqa: PLW0603  # one per process, replaced as a whole
    stamp = tuple(numbers.get(name, 0) for name in _READ_FROM)
    found = _cached
    if found is None or found.stamp != stamp:
        found = _cached = _read(stamp, numbers)
    return found


def last_known() -> Configuration:
    """What this process knew last, right or stale; for guesses that are checked under the lock."""
    return _cached or configuration(revisions.current())


def _read(stamp: tuple[int, ...], numbers: Mapping[str, int]) -> Configuration:
    agency = Agency.objects.first()
    ruleset, ruleset_id = rulesets.in_force(numbers.get(revisions.RULES, 0))
    everyone = Producer.objects.select_related("user")
    return Configuration(
        stamp=stamp,
        roster=roster.static(numbers.get(revisions.ROSTER, 0)),
        ruleset=ruleset,
        ruleset_id=ruleset_id,
        ladder=_ladder(),
        people={one.key: Person(one, one.user) for one in everyone},
        notify=agency.notify if agency else {},
        alerts=book(numbers),
    )


def _ladder() -> Ladder:
    policy = EscalationPolicy.objects.first()
    if policy is None:
        return Ladder()
    return Ladder(
        rungs=from_data(policy.rungs),
        sla=span(policy.sla),
        variants=variants_from(policy.ladders),
        max_reassignments=policy.max_reassignments,
        backup_minimum_capacity_score=policy.backup_minimum_capacity_score,
        ends_on=policy.ends_on,
    )
