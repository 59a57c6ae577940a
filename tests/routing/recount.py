"""Counting anew what is kept as things happen."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from leads.models import OPEN_STATUSES, Lead
from producers import roster
from producers.models import PerformanceDay
from routing.models import Assignment, Rotation


def differences(now: datetime) -> list[str]:
    """Every figure that is kept and does not equal the one that is counted, in words."""
    zone = roster.static().timezone
    held = Counter(Assignment.objects.filter(ended_at=None).values_list("producer__key", flat=True))
    fresh = Assignment.objects.exclude(decision__cause="reopen", decision__rule="", decision__outcome="assigned")  # had it before
    given_out = [(key, roster.local_day(at, zone)) for key, at in fresh.values_list("producer__key", "started_at")]
    today = roster.local_day(now, zone)
    found = []
    for key, load in roster.loads(now, zone).items():
        days = [day for who, day in given_out if who == key]
        counted = {
            "open": held[key],
            "day": days.count(today),
            "week": sum(roster.monday(day) == roster.monday(today) for day in days),
            "month": sum(day.replace(day=1) == today.replace(day=1) for day in days),
        }
        found += [
            f"{key}: {name} is kept as {getattr(load, name)} and counted as {number}"
            for name, number in counted.items()
            if getattr(load, name) != number
        ]
    owned = Counter(Lead.objects.filter(status__in=OPEN_STATUSES, owner__isnull=False).values_list("owner__key", flat=True))
    received: Counter[str] = Counter()
    for key, number in PerformanceDay.objects.values_list("producer__key", "received"):
        received[key] += number
    if owned != held:
        found.append(f"owners of open leads {owned}, ownerships {held}")
    if received != Counter(key for key, _ in given_out):
        found.append(f"received {received}, given out {Counter(key for key, _ in given_out)}")
    return found + list(_unbalanced())


def _unbalanced() -> Iterator[str]:
    for rotation in Rotation.objects.all():
        ledger = rotation.ledger.values()
        if sum(one["owed"] for one in ledger) or any(one["owed"] != one["entitled"] - one["received"] for one in ledger):
            yield f"the ledger of {rotation} does not add up"
