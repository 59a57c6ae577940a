"""Who stands in for whom at an instant, as people on record."""

from collections.abc import Iterable
from datetime import datetime

from producers import cover
from producers.models import Producer
from producers.roster import local_day, static


def covered_ids(producer: Producer, now: datetime) -> list[int]:
    """Ids of those on leave for whom this person stands in at `now`; one query, and one more when there are any."""
    roster = static()
    keys = cover.covered_by(producer.key, roster, local_day(now, roster.timezone))
    return list(Producer.objects.filter(key__in=keys).values_list("pk", flat=True)) if keys else []


def stand_ins(owners: Iterable[Producer], now: datetime) -> dict[int, Producer | None]:
    """Id of each of these who is on leave → who stands in, None when nobody does; one query, and one more when somebody does."""
    roster = static()
    day = local_day(now, roster.timezone)
    away = {one.pk: cover.stand_in(one.key, roster, day) for one in owners if cover.is_away(one.key, roster, day)}
    keys = {key for key in away.values() if key}
    known = {one.key: one for one in Producer.objects.filter(key__in=keys).select_related("user")} if keys else {}
    return {pk: known[key] if key else None for pk, key in away.items()}


def works_for(owner: Producer, now: datetime) -> Producer | None:
    """Who works this person's leads at `now`: themselves, or whoever stands in; None when nobody does.

    One query, and one more when somebody stands in.
    """
    return stand_ins([owner], now).get(owner.pk, owner)
