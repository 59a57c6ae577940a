"""Whether people are there: as they say, as a call says, as their silence says; and what runs out by itself.

Presence is part of a person's load. It is written without the routing lock: one row, or several without those that are held.
"""

from datetime import datetime, timedelta
from typing import Final

from django.db import connection
from django.db.models import F

from agency.models import Agency, User
from producers.models import Load, Presence, PresenceCause, Producer

ONLY_AHEAD: Final = "It must end in the future."
NOT_FOR_EVER: Final = "Only busy and away can end by themselves."
NOTED_EVERY = timedelta(minutes=1)
"""A person's requests are written down no more often than this."""

_RUN_OUT = """
WITH due AS (
    SELECT producer_id FROM producers_load
    WHERE presence_until <= %(now)s::timestamptz
    ORDER BY producer_id FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE producers_load load SET presence = presence_after, presence_at = %(now)s::timestamptz, presence_cause = 'self',
    presence_until = NULL, presence_after = 'available'
FROM due WHERE load.producer_id = due.producer_id
"""

_FALL_SILENT = """
WITH silent AS (
    SELECT producer_id FROM producers_load
    WHERE presence = 'available' AND seen_at <= %(since)s::timestamptz
        AND (presence_at IS NULL OR presence_at <= %(since)s::timestamptz)
    ORDER BY producer_id FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE producers_load load SET presence = 'away', presence_at = %(now)s::timestamptz, presence_cause = 'idle'
FROM silent WHERE load.producer_id = silent.producer_id
"""

_SEEN = """
UPDATE producers_load load SET seen_at = %(now)s::timestamptz,
    presence = CASE WHEN presence_cause = 'idle' THEN 'available' ELSE presence END,
    presence_at = CASE WHEN presence_cause = 'idle' THEN %(now)s::timestamptz ELSE presence_at END,
    presence_cause = CASE WHEN presence_cause = 'idle' THEN 'self' ELSE presence_cause END
FROM producers_producer producer
WHERE producer.id = load.producer_id AND producer.user_id = %(user)s::bigint
    AND (seen_at IS NULL OR seen_at <= %(before)s::timestamptz OR presence_cause = 'idle')
"""

_noted: dict[int, datetime] = {}
"""User → when this process last wrote down that they were seen."""


def set_presence(
    producer: Producer, *, presence: str, now: datetime, until: datetime | None = None, cause: str = PresenceCause.SELF
) -> None:
    """The person is available, busy or away from `now` on; with `until` they are available again by themselves.

    Whoever had said they are away before a call is away again after it. ValueError for anything else.
    """
    value, why = Presence(presence), PresenceCause(cause)
    if until is not None and value == Presence.AVAILABLE:
        raise ValueError(NOT_FOR_EVER)
    if until is not None and until <= now:
        raise ValueError(ONLY_AHEAD)
    after = Presence.AVAILABLE
    if until is not None:
        before = Load.objects.filter(producer=producer).first()
        after = Presence(_to_go_back_to(before)) if before else after
    fields = {"presence": value, "presence_at": now, "presence_until": until, "presence_after": after, "presence_cause": why}
    Load.objects.update_or_create(producer=producer, defaults=fields)


def end_call(producer: Producer, *, now: datetime) -> None:
    """Whoever was busy by a call is again what they were before it; whoever said something else meanwhile stays so."""
    by_call = Load.objects.filter(producer=producer, presence=Presence.BUSY, presence_cause=PresenceCause.CALL)
    by_call.update(
        presence=F("presence_after"),
        presence_at=now,
        presence_until=None,
        presence_after=Presence.AVAILABLE,
        presence_cause=PresenceCause.SELF,
    )


def _to_go_back_to(load: Load) -> str:
    """What someone is again after a time that ends by itself: away if they had said so for good, else available."""
    if load.presence_until is not None:
        return load.presence_after
    by_word = load.presence_cause == PresenceCause.SELF and load.presence == Presence.AWAY
    return Presence.AWAY if by_word else Presence.AVAILABLE


def run_due(now: datetime) -> int:
    """Whose time as busy or away ran out is back; whoever made no request for as long as the agency allows is away.

    Never too early: requests are known to the minute. Returns how many changed; a row that is held has to wait for the next time.
    """
    minutes = Agency.objects.values_list("idle_minutes", flat=True).first() or 0
    with connection.cursor() as cursor:
        cursor.execute(_RUN_OUT, {"now": now})
        changed = int(cursor.rowcount)
        if minutes:
            cursor.execute(_FALL_SILENT, {"now": now, "since": now - timedelta(minutes=minutes) - NOTED_EVERY})
            changed += int(cursor.rowcount)
    return changed


def note_seen(user: User, now: datetime) -> None:
    """The person made a request; whoever was away for silence is available again. One write a minute at most."""
    last = _noted.get(user.pk)
    if last is not None and timedelta(0) <= now - last < NOTED_EVERY:
        return
    _noted[user.pk] = now
    with connection.cursor() as cursor:
        cursor.execute(_SEEN, {"user": user.pk, "now": now, "before": now - NOTED_EVERY})
