"""Licenses that run out: told to whoever holds them and to the managers 90, 60, 30 and 7 days before, each once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from agency.messaging import Draft, send_all, staff_drafts
from agency.models import Heartbeat
from producers.managers import active_managers
from producers.models import License, Producer, Role
from producers.roster import local_day, static

WARN_DAYS = (90, 60, 30, 7)
"""How many days before its last day a license is spoken of."""
EVERY = timedelta(hours=6)
"""How often is looked; what was said once is not said again."""
NAME = "licences"
KIND = "licence_expiring"
PAGE = "/licences/"
"""Where managers see all that runs out."""
CHANNELS = ("in_app", "email")

YOURS = "Your {state} license expires on {expires:%Y-%m-%d}: {left}"
THEIRS = "{name}'s {state} license expires on {expires:%Y-%m-%d}: {left}"
BODY = "License {number}. From the day after, leads from {state} go to others. When it is renewed, have its new dates entered."
TODAY = "today is its last day"
LEFT = "{days} days left"
ONE_LEFT = "one day left"


def run_due(now: datetime) -> int:
    """If nobody has looked for some hours, whoever must know of a license that runs out is told; returns how many messages."""
    last = Heartbeat.objects.filter(name=NAME).values_list("at", flat=True).first()
    if last is not None and last <= now < last + EVERY:
        return 0
    with transaction.atomic():
        written = warn(now)
        Heartbeat.objects.bulk_create(
            [Heartbeat(name=NAME, at=now)], update_conflicts=True, unique_fields=["name"], update_fields=["at"]
        )
    return written


def warn(now: datetime) -> int:
    """Each license within its 90, 60, 30 or 7 days was spoken of, once for each of these, and not for those gone by before.

    A license that another one of the same person and state takes over is not. Returns how many messages were written.
    """
    today = local_day(now, static().timezone)
    found = [one for one in _running_out(today) if _step((one.expires - today).days) is not None]
    if not found:
        return 0
    managers = list(active_managers())
    drafts = [draft for one in found for draft in _drafts(one, managers, today)]
    return len(send_all(drafts, now))


def _step(days: int) -> int | None:
    """The warning that is due with so many days left: the latest whose day has come."""
    return min((step for step in WARN_DAYS if days <= step), default=None)


def _running_out(today: date) -> list[License]:
    """Licenses in force of people who work here that end within the longest warning and are not taken over by another."""
    held: defaultdict[tuple[int, str], list[License]] = defaultdict(list)
    rows = License.objects.filter(active=True, expires__gte=today, producer__active=True, producer__user__is_active=True).exclude(
        producer__role=Role.MARKETING
    )
    for one in rows.select_related("producer__user").order_by("expires", "pk"):
        held[one.producer_id, one.state].append(one)
    limit = today + timedelta(days=max(WARN_DAYS))
    return [one for same in held.values() for one in same if one.expires <= limit and not taken_over(one, same)]


def taken_over(one: License, others: Iterable[License]) -> bool:
    """Whether another license of the same person and state covers as much, without a gap, for longer."""
    return any(
        other.expires > one.expires
        and other.effective <= one.expires + timedelta(days=1)
        and set(one.authority) <= set(other.authority)
        for other in others
    )


def _drafts(one: License, managers: Sequence[Producer], today: date) -> list[Draft]:
    days = (one.expires - today).days
    left = TODAY if days == 0 else ONE_LEFT if days == 1 else LEFT.format(days=days)
    told = {one.producer.pk: one.producer} | {manager.pk: manager for manager in managers}
    drafts = []
    for person in told.values():
        subject = YOURS if person.pk == one.producer_id else THEIRS
        drafts += staff_drafts(
            KIND,
            user=person.user,
            channels=person.notify.get(KIND) or CHANNELS,
            subject=subject.format(name=one.producer.name, state=one.state, expires=one.expires, left=left),
            body=BODY.format(number=one.number or "without a number", state=one.state),
            path=PAGE if person.role == Role.MANAGER else "",
            # The last day is part of it: a license that was renewed is spoken of anew when its time comes.
            dedupe_key=f"{KIND}:{one.pk}:{one.expires.isoformat()}:{_step(days)}:{person.pk}",
        )
    return drafts
