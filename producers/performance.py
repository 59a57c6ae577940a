"""How people do: buckets per day received, and the trailing figures the engine ranks by."""

from datetime import date, timedelta

from django.db import connection, transaction

WINDOW_DAYS = 90
"""How far back close rate and response time look, today included."""

LOADS_LOCK = 7_305_113_001
"""Key of the advisory lock under which several loads or day buckets change: routing's, and held until the transaction ends."""

_BUCKET = """
INSERT INTO producers_performanceday AS bucket
    (producer_id, day, family, tier, received, contacted, quoted, bound, responses, response_seconds)
VALUES (%(producer)s, %(day)s, %(family)s, %(tier)s,
    %(received)s, %(contacted)s, %(quoted)s, %(bound)s, %(responses)s, %(seconds)s)
ON CONFLICT (producer_id, day, family, tier) DO UPDATE SET
    received = bucket.received + EXCLUDED.received,
    contacted = bucket.contacted + EXCLUDED.contacted,
    quoted = bucket.quoted + EXCLUDED.quoted,
    bound = bucket.bound + EXCLUDED.bound,
    responses = bucket.responses + EXCLUDED.responses,
    response_seconds = bucket.response_seconds + EXCLUDED.response_seconds
"""

_TRAILING = """
WITH kinds AS (
    SELECT load.producer_id, bucket.family || '/' || bucket.tier AS kind, coalesce(sum(received), 0) AS received,
        coalesce(sum(bound), 0) AS bound, coalesce(sum(responses), 0) AS responses, coalesce(sum(response_seconds), 0) AS seconds
    FROM producers_load load
    LEFT JOIN producers_performanceday bucket
        ON bucket.producer_id = load.producer_id AND bucket.day > %(since)s AND bucket.day <= %(today)s
    WHERE %(producer)s::bigint IS NULL OR load.producer_id = %(producer)s
    GROUP BY load.producer_id, bucket.family, bucket.tier
), fresh AS (
    SELECT producer_id, sum(received) AS received, sum(bound) AS bound, sum(responses) AS responses, sum(seconds) AS seconds,
        coalesce(jsonb_object_agg(kind, jsonb_build_array(received, bound)) FILTER (WHERE kind IS NOT NULL), '{}') AS kinds
    FROM kinds GROUP BY producer_id
)
UPDATE producers_load SET
    received_90d = fresh.received, bound_90d = fresh.bound, responses_90d = fresh.responses, response_seconds_90d = fresh.seconds,
    kinds_90d = fresh.kinds
FROM fresh
WHERE producers_load.producer_id = fresh.producer_id
    AND (received_90d, bound_90d, responses_90d, response_seconds_90d, kinds_90d)
    IS DISTINCT FROM (fresh.received, fresh.bound, fresh.responses, fresh.seconds, fresh.kinds)
"""


def kind_of(family: str, tier: str) -> str:
    """The name under which `Load.kinds_90d` counts leads of this family and tier."""
    return f"{family}/{tier}"


def record_outcome(
    *,
    producer_id: int,
    received_on: date,
    family: str = "",
    tier: str = "",
    received: int = 0,
    contacted: int = 0,
    quoted: int = 0,
    bound: int = 0,
    response_seconds: int | None = None,
) -> None:
    """The bucket of the agency's day on which the lead was received counts this much more; in the caller's transaction.

    Several in one transaction: under `LOADS_LOCK`. `response_seconds`: working seconds to the first attempt on one lead. The
    trailing figures follow with `refresh_performance`.
    """
    values: dict[str, int | str | date] = {
        "producer": producer_id,
        "day": received_on,
        "family": family,
        "tier": tier,
        "received": received,
        "contacted": contacted,
        "quoted": quoted,
        "bound": bound,
        "responses": 0 if response_seconds is None else 1,
        "seconds": response_seconds or 0,
    }
    with connection.cursor() as cursor:
        cursor.execute(_BUCKET, values)


def refresh_performance(*, today: date, producer_id: int | None = None) -> int:
    """Everyone's trailing figures (or one person's) are those of the last `WINDOW_DAYS` of buckets; returns how many changed."""
    values: dict[str, int | date | None] = {"since": today - timedelta(days=WINDOW_DAYS), "today": today, "producer": producer_id}
    with transaction.atomic(), connection.cursor() as cursor:
        # Many rows in no order: without the lock this and an assignment could wait for each other.
        cursor.execute("SELECT pg_advisory_xact_lock(%s::bigint)", [LOADS_LOCK])
        cursor.execute(_TRAILING, values)
        return int(cursor.rowcount)
