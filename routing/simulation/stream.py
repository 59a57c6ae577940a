"""A past stream as it was recorded: the decisions in the order they were made, and what ended between them.

Decisions are numbered under the routing lock, so the order of their ids is the order in which they were made.
"""

import json
from array import array
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

CHUNK = 1000
"""Decisions read at a time: all that a replay holds in memory of the stream."""
CAPPED = "is at the cap of"
"""How the engine's words for a full cap begin."""

_IDS = "SELECT id FROM routing_routingdecision WHERE at >= %(since)s AND at < %(until)s ORDER BY id"

_ROWS = f"""
SELECT decision.id, decision.lead_id, decision.at, decision.cause, decision.outcome, producer.key, decision.rule,
    decision.ruleset_id, decision.roster_id, decision.reason, decision.facts::text,
    trace.rotation, trace.shares::text, trace.plan,
    jsonb_path_query_array(trace.considered, 'strict $[*] ? (@[2][*] starts with "{CAPPED}")[0]')::text
FROM routing_routingdecision decision
CROSS JOIN LATERAL jsonb_to_record(decision.trace) AS trace(rotation text, shares jsonb, plan text, considered jsonb)
LEFT JOIN producers_producer producer ON producer.id = decision.producer_id
WHERE decision.id = ANY(%(ids)s) ORDER BY decision.id
"""  # noqa: S608  (a constant of ours)

_ENDINGS = """
SELECT lead_id, ended_at, end_reason, end_note, decision_id FROM routing_assignment
WHERE ended_at >= %(since)s AND ended_at < %(until)s AND end_reason IN ('closed', 'nurtured', 'declined')
ORDER BY ended_at, decision_id
"""

_LATER = """
SELECT DISTINCT lead_id FROM routing_routingdecision WHERE at >= %(since)s AND at < %(until)s AND cause <> 'intake'
"""

_OWNED = """
SELECT assignment.lead_id, producer.key, assignment.rotation, decision.trace -> 'shares', assignment.family, assignment.tier
FROM routing_assignment assignment
JOIN producers_producer producer ON producer.id = assignment.producer_id
JOIN routing_routingdecision decision ON decision.id = assignment.decision_id
WHERE assignment.lead_id = ANY(%(leads)s) AND assignment.started_at < %(since)s
    AND (assignment.ended_at IS NULL OR assignment.ended_at >= %(since)s)
"""

_LAST = """
SELECT DISTINCT ON (lead_id) lead_id, facts -> 'lead', facts -> 'exclude' FROM routing_routingdecision
WHERE lead_id = ANY(%(leads)s) AND id < %(before)s ORDER BY lead_id, id DESC
"""

Kind = tuple[str, str]
"""Family and tier of a lead when it was assigned: some caps count by them."""


class Row(NamedTuple):
    """One recorded decision; what is JSON is still text."""

    id: int
    lead_id: int
    at: datetime
    cause: str
    outcome: str
    producer: str | None
    rule: str
    ruleset_id: int | None
    roster_id: int
    reason: str
    facts: str
    rotation: str | None
    shares: str
    plan: str | None
    capped: str
    """Keys of those whom a full cap ruled out."""


class Ending(NamedTuple):
    """An ownership that ended: closed, nurtured or declined."""

    lead_id: int
    at: datetime
    why: str
    note: str
    decision_id: int
    """The decision that had begun it."""


class Own(NamedTuple):
    """Somebody's ownership of a lead, with the turn it took."""

    producer: str
    kind: Kind
    rotation: str = ""
    shares: Mapping[str, int] = {}


def decision_ids(since: datetime, until: datetime) -> "array[int]":
    """Ids of the decisions from `since` on and before `until`, in the order they were made; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_IDS, {"since": since, "until": until})
        return array("q", (row[0] for row in cursor))


def count(since: datetime, until: datetime) -> int:
    """How many decisions were made from `since` on and before `until`; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM routing_routingdecision WHERE at >= %s AND at < %s",
            [since, until],
        )
        return int(cursor.fetchone()[0])


def rows(ids: "array[int]") -> Iterator[Row]:
    """These decisions as they were recorded; one query for each `CHUNK` of them."""
    for start in range(0, len(ids), CHUNK):
        with connection.cursor() as cursor:
            cursor.execute(_ROWS, {"ids": list(ids[start : start + CHUNK])})
            yield from map(Row._make, cursor.fetchall())


def endings(since: datetime, until: datetime) -> list[Ending]:
    """Every closing, nurturing and decline of the period, oldest first; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_ENDINGS, {"since": since, "until": until})
        return list(map(Ending._make, cursor.fetchall()))


def decided_later(since: datetime, until: datetime) -> frozenset[int]:
    """Leads that were decided other than on their arrival in this period; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_LATER, {"since": since, "until": until})
        return frozenset(row[0] for row in cursor)


def owned_before(leads: frozenset[int], since: datetime) -> dict[int, Own]:
    """Who of these leads had an owner when the period began, and by which turn; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_OWNED, {"leads": list(leads), "since": since})
        return {row[0]: Own(row[1], (row[4], row[5]), row[2], _shares(row[3])) for row in cursor}


def last_facts(leads: list[int], before: int) -> list[tuple[int, dict[str, Any], list[str]]]:
    """Each lead with its facts and who was passed over, as of its last decision before this one; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_LAST, {"leads": leads, "before": before})
        return [(lead_id, _plain(lead), _plain(exclude)) for lead_id, lead, exclude in cursor]


def _shares(value: Any) -> Mapping[str, int]:
    return _plain(value) or {}


def _plain(value: Any) -> Any:
    """JSON as it comes from a cursor of Django's, which leaves it as text."""
    return json.loads(value) if isinstance(value, str) else value
