"""A person leaves: all their open leads are re-routed at once, and it can be seen beforehand where they would go.

Lock order as everywhere: the leads' rows first, then the routing lock. A lead that reaches the person in between is found under
the lock; then everything is let go and begun again, because its row may not be waited for while the routing lock is held.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Q, QuerySet

from agency import revisions
from producers import leaving, services
from producers.facts import CountFacts, LoadFacts, ProducerFacts, Roster
from producers.leaving import Departure, LeavingError, Move
from producers.models import Producer
from routing import current, mentions, sql
from routing.assignment import AssignmentError, assign, facts_of
from routing.engine import UNPLACED, Decision, LeadFacts, Ledger, decide
from routing.engine.decide import last_resort
from routing.ledger import past_of, read_state
from routing.models import Assignment

if TYPE_CHECKING:
    from agency.models import User
    from leads.models import Lead

CAUSE = "offboard"
NOTE = "Left the agency"
TOO_BUSY = "Leads keep arriving for {name}. Try again in a moment."
MOST_ATTEMPTS = 5

Hook = Callable[[Producer, Producer | None, datetime], None]
_hooks: list[Hook] = []


class _AnotherLead(Exception):  # noqa: N818  # no error: the signal to begin again
    """A lead reached the person after theirs were locked."""


def on_leaving(function: Hook) -> None:
    """From now on this is called when somebody leaves, with who answers for their nurtured leads then, in the transaction."""
    if function not in _hooks:
        _hooks.append(function)


def execute(producer: Producer, *, by: "User | None", now: datetime) -> Departure:
    """The person is inactive, cannot log in, and everything they held is in others' hands; one transaction.

    PersonError or LeavingError when they cannot leave.
    """
    return services.deactivate(producer, by=by, now=now)


def release(producer: Producer, *, by: "User | None", now: datetime) -> Departure:
    """Whoever has left owns no open lead and answers for none in nurture; in the caller's transaction. LeavingError."""
    for _ in range(MOST_ATTEMPTS):
        try:
            with transaction.atomic():  # a savepoint: rolling back to it lets go of every lock
                return _release(producer, by, now)
        except _AnotherLead:
            continue
        except AssignmentError as error:
            raise LeavingError(str(error)) from error
    raise LeavingError(TOO_BUSY.format(name=producer))


def _release(producer: Producer, by: "User | None", now: datetime) -> Departure:
    ours = _lock_held_by(producer)
    with connection.cursor() as cursor:
        cursor.execute(sql.TAKE_LOCK, [sql.LOCK])
    if set(_held_by(producer).values_list("pk", flat=True)) - ours:
        raise _AnotherLead
    moves = []
    for lead in _owned_by(producer):
        facts = _facts(lead, now)
        decision = assign(lead, reason=CAUSE, now=now, facts=facts, by=by, end_note=NOTE)
        moves.append(_move(lead, facts, decision, current.last_known().roster))
    return _hand_on(producer, moves, _nurtured_by(producer).values_list("pk", flat=True), now)


def _hand_on(producer: Producer, moves: Iterable[Move], nurtured: Iterable[int], now: datetime) -> Departure:
    """Whoever has what nobody else may take answers for the person's nurtured leads from now on.

    The managers are told where the person is still named.
    """
    config = current.configuration(revisions.current())
    key = last_resort(config.roster)
    heir = Producer.objects.select_related("user").filter(key=key).first()
    pks = list(nurtured)
    _leads().filter(pk__in=pks).update(steward=heir, updated_at=now)
    for hook in _hooks:
        hook(producer, heir, now)
    mentions.tell_managers(producer, config, now)
    return Departure(tuple(moves), len(pks), heir.name if heir else "")


def preview(producer: Producer, now: datetime) -> Departure:
    """Where everything would go if the person left at `now`. Nothing is written or locked.

    The engine is asked lead by lead and knows each time where the ones before went; up to six queries a lead, and six
    for what names the person still and whom they serve.
    """
    likely = Likely(producer.key)
    moves = tuple(likely.move(lead, now) for lead in _owned_by(producer))
    config = current.configuration(revisions.current())
    remaining = likely.without(config.roster)
    heir = last_resort(remaining)
    return Departure(
        moves,
        _nurtured_by(producer).count(),
        config.people[heir].user.name if heir else "",
        tuple(mentions.mentions(producer, config, remaining)),
        leaving.clients_of(producer),
    )


@dataclass(slots=True)
class Likely:
    """What would have moved by now: who got which leads, and how the rotations stand."""

    leaver: str
    rotations: dict[str, Ledger] = field(default_factory=dict)
    got: dict[str, list[LeadFacts]] = field(default_factory=dict)
    _rosters: dict[int, dict[str, ProducerFacts]] = field(default_factory=dict)

    def without(self, roster: Roster) -> Roster:
        """The roster as it will be."""
        known = self._rosters.get(id(roster.producers))
        if known is None:
            rest = {key: one for key, one in roster.producers.items() if key != self.leaver}
            known = self._rosters[id(roster.producers)] = rest
        return replace(roster, producers=known)

    def move(self, lead: "Lead", now: datetime) -> Move:
        """Where the next lead would go, and from then on counts."""
        facts, past = _facts(lead, now), past_of(lead.pk)
        read = read_state(facts, now)
        loads = {key: _heavier(load, self.got.get(key, ()), now) for key, load in read.roster.loads.items()}
        people = replace(self.without(read.roster), loads=loads)
        rotations = {**read.rotations, **self.rotations}
        decision = decide(facts, people, read.config.ruleset, rotations, now, exclude=past.refused)
        if decision.rotation and decision.ledger is not None:
            self.rotations[decision.rotation] = decision.ledger
        if decision.producer:
            self.got.setdefault(decision.producer, []).append(facts)
        return _move(lead, facts, decision, people)


def _heavier(load: LoadFacts, got: Iterable[LeadFacts], now: datetime) -> LoadFacts:
    """The load with these leads more, received at `now`."""
    more = list(got)
    if not more:
        return load
    counts = {(one.family, one.tier): one for one in load.counts}
    for facts in more:
        kind = (facts.family, facts.tier)
        one = counts.get(kind, CountFacts(*kind))
        counts[kind] = replace(one, open=one.open + 1, day=one.day + 1, week=one.week + 1, month=one.month + 1)
    return replace(
        load,
        open=load.open + len(more),
        day=load.day + len(more),
        week=load.week + len(more),
        month=load.month + len(more),
        last_assigned_at=now,
        counts=tuple(counts.values()),
    )


def _facts(lead: "Lead", now: datetime) -> LeadFacts:
    """Somebody owned it, so somebody shall: it neither waits for anybody nor goes into nurture."""
    return replace(facts_of(lead, now), may_be_held=False, may_be_nurtured=False)


def _move(lead: "Lead", facts: LeadFacts, decision: Decision, roster: Roster) -> Move:
    person = roster.producers.get(decision.producer or "")
    return Move(
        lead_id=lead.pk,
        lead=lead.name,
        status=lead.status,
        tier=facts.tier,
        producer=decision.producer,
        name=person.name if person else "",
        unplaced=decision.outcome == UNPLACED,
        reason=decision.reason,
    )


def _leads() -> "QuerySet[Lead]":
    found: QuerySet[Lead] = apps.get_model("leads.Lead")._default_manager.all()
    return found


def _held_by(producer: Producer) -> "QuerySet[Lead]":
    """Leads they own or answer for."""
    owned = Assignment.objects.filter(producer=producer, ended_at__isnull=True).values("lead")
    return _leads().filter(Q(pk__in=owned) | Q(steward=producer, status="nurture"))


def _lock_held_by(producer: Producer) -> set[int]:
    """Those leads, locked in the order of their ids."""
    rows = _held_by(producer).order_by("pk").select_for_update(of=("self",), no_key=True)
    return set(rows.values_list("pk", flat=True))


def _owned_by(producer: Producer) -> "QuerySet[Lead]":
    """Open leads of theirs, those owned longest first."""
    live = Q(assignments__producer=producer, assignments__ended_at__isnull=True)
    return _leads().filter(live).select_related("source", "owner").order_by("assignments__started_at", "pk")


def _nurtured_by(producer: Producer) -> "QuerySet[Lead]":
    return _leads().filter(steward=producer, status="nurture")
