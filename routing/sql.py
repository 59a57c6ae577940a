"""The statements of an assignment. SQL by hand, because they run under the one lock that every intake waits for.

Each is planned once per connection: its text depends on the shape of the outcome, never on values. Instants come from Python.
"""

from functools import lru_cache

from django.apps import apps

from producers.performance import LOADS_LOCK

LOCK = LOADS_LOCK
"""Key of the advisory lock under which all ownership changes; held until the transaction ends."""

TAKE_LOCK = "SELECT pg_advisory_xact_lock(%s::bigint)"

# A statement of its own after the lock: within one statement the counters would be those from before the wait.
READ = """
SELECT
    (SELECT json_object_agg(name, number) FROM agency_revision)::text,
    (SELECT coalesce(json_agg(json_build_array(
        producer.key, load.open_leads,
        CASE WHEN load.day = %(day)s::date THEN load.day_count ELSE 0 END,
        CASE WHEN load.week = %(week)s::date THEN load.week_count ELSE 0 END,
        CASE WHEN load.month = %(month)s::date THEN load.month_count ELSE 0 END,
        (extract(epoch FROM load.last_assigned_at) * 1000000)::bigint,
        load.presence, load.received_90d, load.bound_90d, load.responses_90d, load.response_seconds_90d,
        load.other_load, load.kinds_90d -> %(kind)s::text,
        CASE WHEN producer.key = ANY(%(limited)s::text[]) THEN (
            SELECT json_agg(json_build_array(family, tier, open, day, week, month)) FROM (
                SELECT family, tier, sum(open) AS open, sum(day) AS day, sum(week) AS week, sum(month) AS month FROM (
                    SELECT family, tier, 1 AS open, 0 AS day, 0 AS week, 0 AS month FROM routing_assignment
                    WHERE producer_id = producer.id AND ended_at IS NULL
                    UNION ALL
                    SELECT family, tier, 0, CASE WHEN day = %(day)s::date THEN received ELSE 0 END,
                        CASE WHEN day >= %(week)s::date THEN received ELSE 0 END,
                        CASE WHEN day >= %(month)s::date THEN received ELSE 0 END
                    FROM producers_performanceday
                    WHERE producer_id = producer.id AND day BETWEEN least(%(week)s::date, %(month)s::date) AND %(day)s::date
                ) each GROUP BY family, tier ORDER BY family, tier
            ) kinds
        ) END)), '[]')
    FROM producers_load load JOIN producers_producer producer ON producer.id = load.producer_id WHERE producer.active)::text,
    (SELECT coalesce(json_object_agg(name, ledger), '{}') FROM routing_rotation WHERE name = ANY(%(rotations)s::text[]))::text
"""

LOCK_LEAD = "SELECT owner_id FROM leads_lead WHERE id = %s::bigint FOR NO KEY UPDATE"

PREVIOUS = """
SELECT assignment.id, producer.key, assignment.rotation, assignment.ended_at IS NULL,
    CASE WHEN assignment.ended_at IS NULL THEN decision.trace -> 'shares' END::text
FROM routing_assignment assignment
JOIN producers_producer producer ON producer.id = assignment.producer_id
JOIN routing_routingdecision decision ON decision.id = assignment.decision_id
WHERE assignment.lead_id = %(lead)s::bigint
    AND (assignment.ended_at IS NULL OR assignment.end_reason IN ('declined', 'escalated'))
"""

END = """
WITH ended AS (
    UPDATE routing_assignment SET ended_at = %(now)s::timestamptz, end_reason = %(why)s::text, end_note = %(note)s::text,
        declined_at = CASE WHEN %(why)s::text = 'declined' THEN %(now)s::timestamptz ELSE declined_at END
    WHERE lead_id = %(lead)s::bigint AND ended_at IS NULL
    RETURNING producer_id
), ladder AS (
    UPDATE routing_ladderstep SET state = 'skipped', finished_at = %(now)s::timestamptz, outcome = %(ladder)s::text
    WHERE lead_id = %(lead)s::bigint AND state = 'due'
), hold AS (
    UPDATE routing_hold SET state = 'skipped', finished_at = %(now)s::timestamptz, outcome = %(ladder)s::text
    WHERE lead_id = %(lead)s::bigint AND state = 'due'
)
UPDATE producers_load load SET open_leads = load.open_leads - 1 FROM ended WHERE load.producer_id = ended.producer_id
RETURNING load.producer_id
"""

_DECISION = """
decision AS (
    INSERT INTO routing_routingdecision
        (lead_id, at, cause, by_id, outcome, producer_id, rule, ruleset_id, roster_id, reason, facts, trace)
    VALUES (%(lead)s::bigint, %(now)s::timestamptz, %(cause)s::text, %(by)s::bigint, %(outcome)s::text, %(producer)s::bigint,
        %(rule)s::text, %(ruleset)s::bigint, %(roster)s::bigint, %(reason)s::text, %(facts)s::jsonb, %(trace)s::jsonb)
    RETURNING id
)"""

_ASSIGNMENT = """
assignment AS (
    INSERT INTO routing_assignment
        (lead_id, producer_id, decision_id, rotation, family, tier, started_at, end_reason, end_note)
    SELECT %(lead)s::bigint, %(producer)s::bigint, decision.id, %(rotation)s::text, %(family)s::text, %(tier)s::text,
        %(now)s::timestamptz, '', '' FROM decision
    RETURNING id
)"""

_LOAD = """
load AS (
    INSERT INTO producers_load AS load (producer_id, open_leads, day, day_count, week, week_count, month, month_count,
        last_assigned_at, presence, other_load, received_90d, bound_90d, responses_90d, response_seconds_90d, kinds_90d)
    VALUES (%(producer)s::bigint, 1, %(day)s::date, 1, %(week)s::date, 1, %(month)s::date, 1,
        %(now)s::timestamptz, 'available', 0, 0, 0, 0, 0, '{}')
    ON CONFLICT (producer_id) DO UPDATE SET
        open_leads = load.open_leads + 1,
        day = EXCLUDED.day, day_count = CASE WHEN load.day = EXCLUDED.day THEN load.day_count ELSE 0 END + 1,
        week = EXCLUDED.week, week_count = CASE WHEN load.week = EXCLUDED.week THEN load.week_count ELSE 0 END + 1,
        month = EXCLUDED.month, month_count = CASE WHEN load.month = EXCLUDED.month THEN load.month_count ELSE 0 END + 1,
        last_assigned_at = EXCLUDED.last_assigned_at
), bucket AS (
    INSERT INTO producers_performanceday AS bucket
        (producer_id, day, family, tier, received, contacted, quoted, bound, responses, response_seconds)
    VALUES (%(producer)s::bigint, %(day)s::date, %(family)s::text, %(tier)s::text, 1, 0, 0, 0, 0, 0)
    ON CONFLICT (producer_id, day, family, tier) DO UPDATE SET received = bucket.received + 1
)"""

# Who has a lead back that was theirs received it long ago: it counts as open, and in no cap or rate once more.
_LOAD_AGAIN = """
load AS (
    UPDATE producers_load SET open_leads = open_leads + 1 WHERE producer_id = %(producer)s::bigint
)"""

_LADDER = """
ladder AS (
    INSERT INTO routing_ladderstep
        (assignment_id, lead_id, rung, action, "to", channels, state, due_at, attempts, outcome)
    SELECT assignment.id, %(lead)s::bigint, rung, action, recipient, channels::jsonb, 'due', due_at, 0, ''
    FROM assignment, unnest(%(rungs)s::int[], %(actions)s::text[], %(recipients)s::text[], %(channels)s::text[],
        %(due)s::timestamptz[]) AS step(rung, action, recipient, channels, due_at)
)"""

_ROTATIONS = """
rotations AS (
    INSERT INTO routing_rotation AS rotation (name, ledger, updated_at)
    SELECT name, ledger::jsonb, %(now)s::timestamptz FROM unnest(%(names)s::text[], %(ledgers)s::text[]) AS new(name, ledger)
    ON CONFLICT (name) DO UPDATE SET ledger = EXCLUDED.ledger, updated_at = EXCLUDED.updated_at
)"""

_HOLD = """
hold AS (
    INSERT INTO routing_hold (lead_id, decision_id, awaits_id, state, due_at, attempts, outcome)
    SELECT %(lead)s::bigint, decision.id, %(awaits)s::bigint, 'due', %(held_until)s::timestamptz, 0, '' FROM decision
)"""


@lru_cache(maxsize=32)
def write(*, owned: bool, again: bool, rotations: bool, ladder: bool, held: bool) -> str:
    """One statement that writes an outcome of this shape and returns the decision's id, the lead's status and its steward.

    `again`: the owner had the lead before it was closed.
    """
    parts = [_DECISION]
    if owned:
        parts += [_ASSIGNMENT, _LOAD_AGAIN if again else _LOAD]
    if ladder:
        parts.append(_LADDER)
    if rotations:
        parts.append(_ROTATIONS)
    if held:
        parts.append(_HOLD)
    parts.append(_lead(owned=owned, held=held))
    return f"WITH {', '.join(parts)} SELECT decision.id, lead.status, lead.steward_id FROM decision, lead"  # noqa: S608


_TURN = """
assignment AS (
    UPDATE routing_assignment SET decision_id = decision.id, rotation = %(rotation)s::text FROM decision
    WHERE routing_assignment.lead_id = %(lead)s::bigint AND ended_at IS NULL
)"""


@lru_cache(maxsize=4)
def keep(*, turn: bool, rotations: bool) -> str:
    """One statement that writes a decision for whoever has the lead already; a `turn` is theirs from now on."""
    parts = [_DECISION]
    if turn:
        parts.append(_TURN)
    if rotations:
        parts.append(_ROTATIONS)
    lead = apps.get_model("leads.Lead")._meta.db_table
    changes = "unplaced = %(unplaced)s::boolean, updated_at = %(now)s::timestamptz"
    parts.append(f"lead AS (UPDATE {lead} SET {changes} WHERE id = %(lead)s::bigint)")  # noqa: S608
    return f"WITH {', '.join(parts)} SELECT id FROM decision"  # noqa: S608


def _lead(*, owned: bool, held: bool) -> str:
    """The lead's side of it: who owns it, since when, or why nobody does."""
    nurtured = not owned and not held
    values = {
        "owner_id": "%(producer)s::bigint" if owned else "NULL",
        "owned_since": "%(now)s::timestamptz" if owned else "NULL",
        "status": "'nurture'" if nurtured else "CASE WHEN status IN ('nurture', 'bound', 'lost') THEN 'new' ELSE status END",
        "steward_id": "coalesce((SELECT steward_id FROM leads_plan WHERE key = %(plan)s::text), %(steward)s::bigint)"
        if nurtured
        else "NULL",
        "held_until": "%(held_until)s::timestamptz" if held else "NULL",
        "unplaced": "%(unplaced)s::boolean" if owned else "false",
        "closed_at": "NULL",
        "updated_at": "%(now)s::timestamptz",
    }
    changes = ", ".join(f"{column} = {value}" for column, value in values.items())
    lead = apps.get_model("leads.Lead")._meta.db_table
    return f"lead AS (UPDATE {lead} SET {changes} WHERE id = %(lead)s::bigint RETURNING status, steward_id)"  # noqa: S608
