"""The one write path for ownership: lock, load the facts, decide, write, all in the caller's transaction.

Lock order, the same everywhere (docs/routing.md): due work (skipping what is held), the lead's row, the routing lock, loads and
rotations.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Coalesce

from agency import statements
from agency.messaging import tell
from producers import roster as rosters
from routing import notices, sql
from routing.decisions import dumps, facts_json, stored, trace_json
from routing.engine import HELD, UNPLACED, Decision, LeadFacts, Ledger, decide
from routing.engine.decide import against, given, last_resort
from routing.ladder import due_rungs
from routing.ledger import Past, Previous, State, past_of, read_state, settled, without_turn
from routing.models import Assignment, EndReason, RoutingDecision

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from agency.models import User
    from leads.models import Lead
    from producers.models import Producer

MOVED_ON = "This lead changed hands a moment ago: look again."
NOBODY_AT_ALL = "The agency has nobody who could own a lead."
MAY_NOT = "{name} cannot have this lead: {why}."
LADDER_ENDED = "The lead has another owner."
STILL_OPEN = "This lead is open already."
REOPENED = "{name} has it back: it was theirs before it was closed."
BY_HAND = "Given to {name} by {by}: {reason}"
OVER_CAPS = "agency.overrule_caps"

ENDS: dict[str, EndReason] = {
    "decline": EndReason.DECLINED,
    "escalation": EndReason.ESCALATED,
    "offboard": EndReason.OFFBOARDED,
    "nurture": EndReason.NURTURED,
}
"""Cause → how the ownership before it ended; anything else by hand."""
DECLINES_THAT_MOVE_CREDIT = frozenset({"licence", "bad_data", "conflict"})
"""Reasons that are not the producer's: any other decline keeps its turn, so that declining buys no leads."""
CAUSES_THAT_MOVE_CREDIT = frozenset({"escalation", "manual", "edit"})
CAUSES_THAT_LOOK_AGAIN = frozenset({"event", "edit"})
"""Nobody gave the lead back: more is known of it. Whoever is chosen and has it already just keeps it."""

FactsOf = Callable[["Lead", datetime], LeadFacts]
Hook = Callable[["Lead", Decision, datetime, str], None]

_facts_of: FactsOf | None = None
_hooks: list[Hook] = []


class AssignmentError(Exception):
    """Ownership that cannot change like this; the message is for people."""


def register_facts(function: FactsOf) -> None:
    """From now on leads are read into facts by this function."""
    global _facts_of  # noqa: PLW0603  # set once, when the apps are ready
    _facts_of = function


def on_decided(function: Hook) -> None:
    """From now on this is called after each decision, in its transaction, with the lead as it then is."""
    if function not in _hooks:
        _hooks.append(function)


def facts_of(lead: "Lead", now: datetime) -> LeadFacts:
    """The lead as the engine sees it."""
    if _facts_of is None:
        raise RuntimeError("No app has registered how leads are read.")
    return _facts_of(lead, now)


def assign(
    lead: "Lead",
    *,
    reason: str,
    now: datetime,
    exclude: Iterable[str] = (),
    facts: LeadFacts | None = None,
    by: "User | None" = None,
    end_reason: str = "",
    end_note: str = "",
) -> Decision:
    """The lead has the owner that the rules choose, or is nurtured or held; all of it is written, and the owner's notice too.

    In the caller's transaction, which keeps the routing lock until its end. `reason` is why the engine is asked (intake, decline,
    escalation, ...), `by` who asked. Whoever declined the lead or was too slow is passed over, like those in `exclude`.
    AssignmentError when the lead changed hands since it was read.
    """
    facts = facts or facts_of(lead, now)
    past = _lock(lead, fresh=_is_fresh(lead, reason, now))
    asked = Asked(lead, facts, past, frozenset(exclude) | past.refused, now, reason, by, end_note)
    why = ENDS.get(reason, end_reason or EndReason.REASSIGNED)
    if past.live is not None and reason in CAUSES_THAT_LOOK_AGAIN:
        with transaction.atomic():
            outcome = _chosen(asked, why)
            if stays := outcome.decision.producer == past.live.producer:
                transaction.set_rollback(True)  # the ownership has not ended after all
        return _carry_on(outcome) if stays else _carry_out(outcome)
    return _carry_out(_chosen(asked, why))


@dataclass(frozen=True, slots=True)
class Asked:
    """What the engine is asked of a locked lead, and why."""

    lead: "Lead"
    facts: LeadFacts
    past: Past
    passed_over: frozenset[str]
    now: datetime
    cause: str
    by: "User | None"
    note: str


def _chosen(asked: Asked, why: str) -> "Outcome":
    """The lead is nobody's, for `why`; returns what the rules make of it."""
    facts, past, now = asked.facts, asked.past, asked.now
    previous = past.live if _moves_credit(asked.cause, asked.note) else None
    if not past.none:
        _end(asked.lead, why, asked.note, now)
    read = read_state(facts, now, previous)
    state, undone = without_turn(read, previous)
    decision = decide(facts, state.roster, state.config.ruleset, state.rotations, now, exclude=asked.passed_over)
    if decision.outcome == UNPLACED and decision.producer is None:
        raise AssignmentError(NOBODY_AT_ALL)
    recorded = _recorded(facts, state, asked.passed_over, "rules", undone)
    decision, ledgers = settled(state, decision, undone)
    return Outcome(asked.lead, facts, decision, state, ledgers, recorded, now, asked.cause, asked.by)


def give(lead: "Lead", producer: "Producer", *, by: "User | None", reason: str, now: datetime) -> Decision:
    """The lead belongs to this person because somebody said so, on shift or not. A manager may overrule caps and time off.

    Nobody may overrule license and certification. In the caller's transaction. AssignmentError when they may not have it, or when
    the lead changed hands since it was read.
    """
    words = BY_HAND.format(name=producer, by=by or "the agency", reason=reason)
    overrule = by is None or by.has_perm(OVER_CAPS)
    return hand_over(lead, producer.key, cause="manual", words=words, note=reason, overrule=overrule, shift=False, now=now, by=by)


def barred(lead: "Lead", facts: LeadFacts, now: datetime) -> tuple[str, ...]:
    """What forbids the lead's owner to have it, whoever says otherwise: license, certification, employment. No owner: nothing."""
    return () if lead.owner is None else against(facts, rosters.static(), lead.owner.key, now, overrule=True)


def hand_over(
    lead: "Lead",
    key: str,
    *,
    cause: str,
    words: str,
    note: str,
    overrule: bool = False,
    shift: bool = True,
    now: datetime,
    by: "User | None" = None,
) -> Decision:
    """The lead belongs to whom a person or the ladder chose, with its credit: `give`, through every gate unless `overrule`."""
    facts = facts_of(lead, now)
    past = _lock(lead)
    read = read_state(facts, now, past.live)
    if stands := against(facts, read.roster, key, now, overrule=overrule, shift=shift):
        raise AssignmentError(MAY_NOT.format(name=name_of(key, read), why="; ".join(stands)))
    _end(lead, ENDS.get(cause, EndReason.REASSIGNED), note, now)
    state, undone = without_turn(read, past.live)
    decision = given(facts, state.roster, state.config.ruleset.version, key, now, reason=words)
    recorded = _recorded(facts, state, (), cause, undone)
    decision, ledgers = settled(state, decision, undone)
    return _carry_out(Outcome(lead, facts, decision, state, ledgers, recorded, now, cause, by))


@dataclass(frozen=True, slots=True)
class Outcome:
    """A decision with everything that is to be written with it."""

    lead: "Lead"
    facts: LeadFacts
    decision: Decision
    state: State
    ledgers: Mapping[str, Ledger]
    recorded: str
    now: datetime
    cause: str
    by: "User | None" = None


def _recorded(facts: LeadFacts, state: State, exclude: Iterable[str], by: str, undone: Previous | None) -> str:
    closed, gone = state.day in state.roster.closed, undone is not None
    return facts_json(facts, state.loads, rotations=state.rotations, exclude=exclude, closed=closed, by=by, undone=gone)


def name_of(key: str, state: State) -> str:
    """How people call them, also when they left."""
    person = state.config.people.get(key)
    return person.user.name if person else key


def _is_fresh(lead: "Lead", reason: str, now: datetime) -> bool:
    """Whether this transaction has just written the lead, so that nobody else can know of it."""
    return reason == "intake" and lead.owner_id is None and lead.status == "new" and lead.held_until == now == lead.received_at


def _lock(lead: "Lead", *, fresh: bool = False) -> Past:
    """The lead's row and the routing lock are ours until the transaction ends; returns whose it was."""
    if not fresh and statements.run(sql.LOCK_LEAD, [lead.pk]) != [(lead.owner_id,)]:
        raise AssignmentError(MOVED_ON)
    statements.run(sql.TAKE_LOCK, [sql.LOCK])
    return Past(none=True) if fresh else past_of(lead.pk)


def _moves_credit(cause: str, note: str) -> bool:
    return cause in CAUSES_THAT_MOVE_CREDIT or (cause == "decline" and note in DECLINES_THAT_MOVE_CREDIT)


def _end(lead: "Lead", why: str, note: str, now: datetime) -> None:
    """Nobody owns the lead, nothing of its ladder or hold is due, and whoever owned it has one open lead fewer."""
    statements.run(sql.END, {"lead": lead.pk, "now": now, "why": str(why), "note": note[:300], "ladder": LADDER_ENDED})


def _carry_out(outcome: Outcome) -> Decision:
    """The decision is written and told."""
    lead, decision = outcome.lead, outcome.decision
    values = _values(outcome)
    rungs = _rungs(outcome)
    text = sql.write(
        owned=decision.producer is not None,
        again=outcome.cause == "reopen" and decision.rule is None and decision.outcome != UNPLACED,
        rotations=bool(outcome.ledgers),
        ladder=bool(rungs),
        held=decision.outcome == HELD,
    )
    [(_, lead.status, lead.steward_id)] = statements.run(text, values | rungs)
    owner = outcome.state.config.people[decision.producer].producer if decision.producer else None
    lead.owner, lead.owned_since = owner, outcome.now if owner else None
    lead.held_until, lead.unplaced = values["held_until"], values["unplaced"]
    lead.closed_at, lead.updated_at = None, outcome.now
    tell(notices.assigned(lead, outcome.facts, decision, outcome.state.config), outcome.now)
    for hook in _hooks:
        hook(lead, decision, outcome.now, outcome.cause)
    return decision


def _carry_on(outcome: Outcome) -> Decision:
    """The decision is written, and its owner has the lead as before, clock and ladder too; told only when nobody else could."""
    lead, decision = outcome.lead, outcome.decision
    values = _values(outcome)
    text = sql.keep(turn=decision.rotation is not None, rotations=bool(outcome.ledgers))
    statements.run(text, values)
    was_unplaced, lead.unplaced, lead.updated_at = lead.unplaced, values["unplaced"], outcome.now
    if lead.unplaced and not was_unplaced:
        tell(notices.assigned(lead, outcome.facts, decision, outcome.state.config), outcome.now)
    for hook in _hooks:
        hook(lead, decision, outcome.now, outcome.cause)
    return decision


def _values(outcome: Outcome) -> dict[str, Any]:
    """What every shape of the writing statement may ask for."""
    decision, config, now, day = outcome.decision, outcome.state.config, outcome.now, outcome.state.day
    people, last = config.people, last_resort(outcome.state.roster)
    return {
        "lead": outcome.lead.pk,
        "now": now,
        "cause": outcome.cause,
        "by": outcome.by.pk if outcome.by else None,
        "outcome": decision.outcome,
        "producer": people[decision.producer].producer.pk if decision.producer else None,
        "rule": decision.rule or "",
        "ruleset": config.ruleset_id,
        "roster": decision.roster,
        "reason": decision.reason,
        "facts": outcome.recorded,
        "trace": trace_json(decision),
        "rotation": decision.rotation or "",
        "day": day,
        "week": day - timedelta(days=day.weekday()),
        "month": day.replace(day=1),
        "family": outcome.facts.family,
        "tier": outcome.facts.tier,
        "names": list(outcome.ledgers),
        "ledgers": [ledger_json(ledger) for ledger in outcome.ledgers.values()],
        "awaits": people[decision.awaits].producer.pk if decision.awaits else None,
        "held_until": now + timedelta(seconds=decision.hold_seconds) if decision.outcome == HELD else None,
        "plan": decision.plan,
        "steward": people[last].producer.pk if last else None,
        "unplaced": decision.outcome == UNPLACED,
    }


def _rungs(outcome: Outcome) -> dict[str, Any]:
    """The ladder beside the new ownership as columns; empty when there is none."""
    decision, config = outcome.decision, outcome.state.config
    if decision.producer is None:
        return {}
    callback_at = outcome.lead.callback_at
    rungs = due_rungs(
        config.ladder, outcome.facts, decision.producer, outcome.state.roster, now=outcome.now, callback_at=callback_at
    )
    if not rungs:
        return {}
    return {
        "rungs": [due.number for due in rungs],
        "actions": [due.rung.action for due in rungs],
        "recipients": [due.rung.to for due in rungs],
        "channels": [dumps(due.rung.channels) for due in rungs],
        "due": [due.due_at for due in rungs],
    }


def stamp(
    lead: "Lead",
    *,
    now: datetime,
    accepted: bool = False,
    attempted: bool = False,
    contacted: bool = False,
    quoted: bool = False,
    bound: bool = False,
) -> None:
    """The current ownership says when each of these happened first, and never again. In the caller's transaction."""
    asked = {
        "accepted_at": accepted,
        "first_attempt_at": attempted,
        "contacted_at": contacted,
        "quoted_at": quoted,
        "bound_at": bound,
    }
    stamps = {name: Coalesce(name, Value(now)) for name, wanted in asked.items() if wanted}
    if attempted or contacted or quoted or bound:
        # What follows is counted in day buckets, and may end the ownership: the routing lock comes before the bucket.
        statements.run(sql.TAKE_LOCK, [sql.LOCK])
    if stamps:
        Assignment.objects.filter(lead_id=lead.pk, ended_at__isnull=True).update(**stamps)


def close(lead: "Lead", *, now: datetime, why: str) -> None:
    """The ownership has ended and frees its owner's capacity. `why`: bound, lost or nurture.

    A bound or lost lead keeps its owner's name; a nurtured one has none, but a steward. In the caller's transaction, which holds
    the lead and sets its status.
    """
    statements.run(sql.TAKE_LOCK, [sql.LOCK])
    _end(lead, EndReason.NURTURED if why == "nurture" else EndReason.CLOSED, why, now)
    lead.held_until, lead.updated_at = None, now
    if why == "nurture":
        lead.steward_id, lead.owner, lead.owned_since, lead.status = lead.steward_id or lead.owner_id, None, None, "nurture"
    lead.save(update_fields=["held_until", "updated_at", "steward", "owner", "owned_since", "status", "closed_at"])


def reopen(lead: "Lead", *, now: datetime) -> Decision:
    """A closed lead is open again and with whoever had it, if no license forbids; else with whom the rules choose.

    In the caller's transaction. AssignmentError when somebody owns it already.
    """
    owner = lead.owner
    if Assignment.objects.filter(lead_id=lead.pk, ended_at__isnull=True).exists():
        raise AssignmentError(STILL_OPEN)
    if owner is not None:
        facts = facts_of(lead, now)
        words = REOPENED.format(name=owner)
        if not against(facts, rosters.static(), owner.key, now, overrule=True):
            return hand_over(lead, owner.key, cause="reopen", words=words, note="", overrule=True, now=now)
    return assign(lead, reason="reopen", now=now, facts=replace(facts_of(lead, now), may_be_nurtured=False))


def latest_decision(lead: "Lead") -> Decision | None:
    """The last decision made of the lead; one query."""
    return _found(RoutingDecision.objects.filter(lead_id=lead.pk).order_by("-at", "-id"))


def decision_at(lead: "Lead", at: datetime) -> Decision | None:
    """The decision made of the lead at this instant, if there was one; one query."""
    return _found(RoutingDecision.objects.filter(lead_id=lead.pk, at=at).order_by("id"))


def _found(rows: "QuerySet[RoutingDecision]") -> Decision | None:
    row = rows.select_related("producer", "ruleset").first()
    return stored(row) if row else None


def ledger_json(ledger: Ledger) -> str:
    """A rotation as `Rotation.ledger` holds it."""
    return dumps({key: {"owed": one.owed, "entitled": one.entitled, "received": one.received} for key, one in ledger.items()})
