"""One lead's history, newest first, read from each app's own rows: nothing is written twice to be shown here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any

from django.utils import timezone

from agency.due import DueState
from agency.messaging.models import Audience
from agency.models import Message, User
from leads.consents import stopped_words
from leads.licensing import in_words, proof_in_words
from leads.models import (
    Consent,
    Event,
    FollowUpPause,
    FollowUpStep,
    Lead,
    Note,
    Policy,
    Quote,
    ScoreFlag,
    Status,
    StatusChange,
    Submission,
    Touch,
    Verdict,
)
from routing.models import Assignment, EndReason, LadderStep, RoutingDecision, note_in_words

_FINISHED = (DueState.DONE, DueState.SKIPPED, DueState.FAILED, DueState.STUCK)


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened to a lead: when, of what kind, in a few words, by whom."""

    at: datetime
    kind: str
    """arrival, event, decision, assigned, accepted, released, touch, note, status, message, follow_up, pause, escalation,
    consent, quote, policy or score_flag."""
    title: str
    detail: str = ""
    by: str = ""
    """A person's name; empty for the system and for the lead themselves."""
    data: dict[str, Any] = field(default_factory=dict)
    caution: str = ""
    """What was amiss, such as that there was no license; mostly empty."""


def timeline(lead: Lead) -> list[Entry]:
    """All that happened to the lead, newest first; fifteen queries however much it is."""
    entries = chain(  # of the same instant: what followed from the rest comes first
        _messages(lead),
        _escalations(lead),
        _follow_ups(lead),
        _pauses(lead),
        _status_changes(lead),
        _sales(lead),
        _touches(lead),
        _notes(lead),
        _score_flags(lead),
        _assignments(lead),
        _decisions(lead),
        _consents(lead),
        _events(lead),
        _arrivals(lead),
    )
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _arrivals(lead: Lead) -> Iterator[Entry]:
    for row in Submission.objects.filter(lead=lead).select_related("source").defer("payload").order_by("-pk"):
        title = f"Arrived from {row.source.name}" if row.created else f"Came again through {row.source.name}"
        yield Entry(row.received_at, "arrival", title, data={"source": row.source.key, "door": row.door, "created": row.created})


def _events(lead: Lead) -> Iterator[Entry]:
    for row in Event.objects.filter(lead=lead).order_by("-pk"):
        yield Entry(row.at, "event", row.kind.replace("_", " ").capitalize(), data={**row.data, "kind": row.kind})


def _decisions(lead: Lead) -> Iterator[Entry]:
    rows = RoutingDecision.objects.filter(lead=lead).select_related("producer").defer("facts", "trace").order_by("-pk")
    for row in rows:
        data = {"id": row.pk, "cause": row.cause, "outcome": row.outcome, "rule": row.rule or None}
        yield Entry(row.at, "decision", row.get_outcome_display(), row.reason, data={**data, "producer": _key(row.producer)})


def _assignments(lead: Lead) -> Iterator[Entry]:
    for row in Assignment.objects.filter(lead=lead).select_related("producer__user").order_by("-pk"):
        name, data = row.producer.name, {"id": row.pk, "producer": row.producer.key}
        yield Entry(row.started_at, "assigned", f"Given to {name}", data=data)
        if row.accepted_at:
            yield Entry(row.accepted_at, "accepted", f"Accepted by {name}", by=name, data=data)
        if row.ended_at:
            why = EndReason(row.end_reason).label if row.end_reason else ""
            data = {**data, "end_reason": row.end_reason}
            detail = ": ".join(filter(None, (why, note_in_words(row.end_reason, row.end_note))))
            yield Entry(row.ended_at, "released", f"No longer with {name}", detail, data=data)


def _touches(lead: Lead) -> Iterator[Entry]:
    for row in Touch.objects.filter(lead=lead).select_related("by").order_by("-pk"):
        way = row.get_channel_display() if row.direction == "out" else f"{row.get_channel_display()} from the lead"
        title = f"{way}: {row.get_outcome_display().lower()}" if row.outcome else way
        data = {"channel": row.channel, "direction": row.direction, "outcome": row.outcome, "license": row.license}
        yield Entry(row.at, "touch", title, row.note, _name(row.by), data, in_words(row.license))


def _notes(lead: Lead) -> Iterator[Entry]:
    for row in Note.objects.filter(lead=lead).select_related("by").order_by("-pk"):
        yield Entry(row.at, "note", "Note", row.text, _name(row.by))


def _status_changes(lead: Lead) -> Iterator[Entry]:
    for row in StatusChange.objects.filter(lead=lead).select_related("by").order_by("-pk"):
        title = f"{Status(row.before).label} → {Status(row.after).label}"
        yield Entry(row.at, "status", title, row.reason, _name(row.by), {"before": row.before, "after": row.after})


def _messages(lead: Lead) -> Iterator[Entry]:
    for row in Message.objects.filter(lead=lead).select_related("user").order_by("-pk"):
        to_lead = row.audience == Audience.CONSUMER
        to = "the lead" if to_lead else _name(row.user)
        data: dict[str, Any] = {"kind": row.kind, "channel": row.channel, "audience": row.audience, "state": row.state}
        text, title = row.subject or row.body, f"{row.get_channel_display()} to {to}"
        on_its_way = row.state in (DueState.DUE, DueState.IN_FLIGHT)
        if row.state != DueState.DONE and (to_lead or not on_its_way):  # staff will have it in a moment, the lead perhaps not
            text, title = row.outcome or text, f"{title} ({row.get_state_display().lower()})"
        if to_lead and row.receipt:
            words = row.get_receipt_display().lower()
            told = {"receipt": row.receipt, "receipt_at": row.receipt_at, "receipt_error": row.receipt_error}
            data = {**data, **told, "receipt_words": words}
        yield Entry(row.finished_at or row.created_at, "message", title, text, data=data)


def _follow_ups(lead: Lead) -> Iterator[Entry]:
    rows = FollowUpStep.objects.filter(lead=lead, state__in=_FINISHED, finished_at__isnull=False).select_related(
        "plan", "message"
    )
    for row in rows.order_by("-pk"):
        data = {"plan": row.plan.key if row.plan else None, "channel": row.channel, "state": row.state}
        yield Entry(row.finished_at or row.due_at, "follow_up", str(row), row.outcome or _became(row), data=data)


def _became(step: FollowUpStep) -> str:
    """What became of a step that says nothing itself: of one that wrote a message, what became of the message."""
    message = step.message
    if message is None or message.state == DueState.DONE:
        return step.get_state_display()
    if message.state == DueState.DUE:
        return f"Waits until {timezone.localtime(message.due_at):%b %-d, %-I:%M %p}: {message.outcome}".removesuffix(": ")
    if message.state == DueState.IN_FLIGHT:
        return "On its way"
    return f"{'Perhaps sent' if message.state == DueState.STUCK else 'Not sent'}: {message.outcome}"


def _pauses(lead: Lead) -> Iterator[Entry]:
    for row in FollowUpPause.objects.filter(lead=lead).select_related("by", "ended_by").order_by("-pk"):
        until = f"Until {timezone.localtime(row.until):%b %-d, %-I:%M %p}" if row.until else ""
        yield Entry(row.since, "pause", "Follow-up paused", until, _name(row.by))
        if row.ended_at:
            yield Entry(row.ended_at, "pause", "Follow-up goes on", by=_name(row.ended_by))


def _escalations(lead: Lead) -> Iterator[Entry]:
    for row in LadderStep.objects.filter(lead=lead, state__in=_FINISHED, finished_at__isnull=False).order_by("-pk"):
        data = {"rung": row.rung, "action": row.action, "to": row.to, "state": row.state}
        yield Entry(row.finished_at or row.due_at, "escalation", str(row), row.outcome or row.get_state_display(), data=data)


def _consents(lead: Lead) -> Iterator[Entry]:
    for row in Consent.objects.filter(lead=lead).select_related("by").order_by("-pk"):
        title = "Consent given" if row.granted else stopped_words(row)
        if row.granted and row.channels:
            title = f"{title}: {', '.join(row.channels)}"
        data = {"channels": row.channels, "granted": row.granted, "via": row.via}
        yield Entry(row.at, "consent", title, row.text, _name(row.by), data)


def _sales(lead: Lead) -> Iterator[Entry]:
    for quote in Quote.objects.filter(lead=lead).select_related("by").order_by("-pk"):
        data = {"carrier": quote.carrier, "line": quote.line, "premium": str(quote.premium), "license": quote.license}
        title, detail = f"Quoted ${quote.premium:,}", _with_proof(quote.carrier, quote.license)
        yield Entry(quote.quoted_at, "quote", title, detail, _name(quote.by), data, in_words(quote.license))
    for policy in Policy.objects.filter(lead=lead).select_related("producer__user").order_by("-pk"):
        premium = "" if policy.premium is None else f" for ${policy.premium:,}"
        sold: dict[str, Any] = {
            "carrier": policy.carrier,
            "line": policy.line,
            "number": policy.number,
            "producer": _key(policy.producer),
            "license": policy.license,
        }
        detail, caution = _with_proof(policy.carrier, policy.license), in_words(policy.license)
        yield Entry(policy.bound_at, "policy", f"Policy bound{premium}", detail, data=sold, caution=caution)
        if policy.reversed_at:
            yield Entry(policy.reversed_at, "policy", "Policy reversed", policy.carrier, data=sold)


def _score_flags(lead: Lead) -> Iterator[Entry]:
    for row in ScoreFlag.objects.filter(lead=lead).select_related("by").order_by("-pk"):
        title = f"Score {row.score} is {Verdict(row.verdict).label.lower()}"
        yield Entry(row.at, "score_flag", title, row.note, _name(row.by), {"verdict": row.verdict, "score": row.score})


def _with_proof(carrier: str, record: Mapping[str, Any]) -> str:
    return ", ".join(filter(None, (carrier, proof_in_words(record))))


def _name(user: User | None) -> str:
    return user.name if user is not None else ""


def _key(producer: Any) -> str | None:
    return producer.key if producer is not None else None
