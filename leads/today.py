"""The manager's live figures: what came in today, how fast it was met, who has what, what needs a look."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Avg, Case, Count, DurationField, ExpressionWrapper, F, Q, Sum, Value, When
from django.db.models.functions import Greatest

from agency.due import DueState
from agency.models import Agency
from leads.models import OPEN_STATUSES, FollowUpStep, Lead, Policy, Status
from leads.selectors import with_names
from producers.models import Load, Role
from routing.models import Assignment

SHOWN_LEADS = 100
DEFAULT_TARGET_MINUTES = 5
UNTOUCHED_AFTER = timedelta(minutes=15)
UNTOUCHED = "{name} has {count} untouched for 15 minutes or more."
SLOW = "{name} takes {minutes:.0f} minutes to the first attempt; the target is {target:.0f}."
UNPLACED = "{count} could not be placed today: nobody eligible was found."


@dataclass(frozen=True, slots=True)
class ProducerToday:
    """One person's day: leads given to them today, and how they stand."""

    key: str
    name: str
    presence: str
    leads: int
    contacted: int
    untouched: int
    """Of today's: no attempt yet."""
    late: int
    """Of all open ones: owned for 15 minutes or more without an attempt."""
    average_response_seconds: int | None
    """From assignment to first attempt, today's."""
    open_leads: int
    close_rate: float | None
    """Bound of received, trailing 90 days; None without history."""


@dataclass(frozen=True, slots=True)
class TodayFigures:
    """The agency's day so far. The day begins at midnight of the agency's timezone."""

    at: datetime
    since: datetime
    received: int
    contacted: int
    hot: int
    warm: int
    cold: int
    nurtured: int
    unplaced: int
    untouched: int
    """Open, owned, and no attempt yet."""
    average_response_seconds: int | None
    """From assignment to first attempt, of what was assigned today."""
    target_seconds: int
    quoted_pending: int
    """All leads that stand at quoted, whenever they came."""
    follow_ups_due: int
    """Calls promised for today that are still to be made."""
    binds_this_week: int
    premium_this_week: Decimal
    producers: Sequence[ProducerToday]
    alerts: Sequence[str]
    leads: Sequence[Lead]
    """The newest of today, at most `SHOWN_LEADS`, with source, owner and steward loaded."""

    @property
    def contacted_share(self) -> float | None:
        """Contacted of received, 0..1; None before the first lead."""
        return self.contacted / self.received if self.received else None


def today(now: datetime) -> TodayFigures:
    """The figures at `now`; ten queries however many leads there are."""
    agency = Agency.objects.first()
    zone = ZoneInfo(agency.timezone if agency else "UTC")
    minutes = (agency.targets if agency else {}).get("first_response_minutes", DEFAULT_TARGET_MINUTES)
    target = timedelta(minutes=float(minutes))
    local = now.astimezone(zone)
    since = datetime.combine(local.date(), time.min, zone)
    week = datetime.combine(local.date() - timedelta(days=local.weekday()), time.min, zone)
    tomorrow = datetime.combine(local.date() + timedelta(days=1), time.min, zone)
    counts = _counts(since, now)
    people = _people(since, now)
    bound = Policy.objects.filter(bound_at__gte=week, bound_at__lte=now, reversed_at__isnull=True, lead__isnull=False)
    sold = bound.aggregate(count=Count("pk"), premium=Sum("premium"))
    return TodayFigures(
        at=now,
        since=since,
        **counts,
        average_response_seconds=_seconds(_given_today(since, now).aggregate(mean=Avg(_response()))["mean"]),
        target_seconds=int(target.total_seconds()),
        quoted_pending=Lead.objects.filter(status=Status.QUOTED).count(),
        follow_ups_due=FollowUpStep.objects.filter(
            state__in=(DueState.DUE, DueState.WAITING), channel="call", due_at__lt=tomorrow
        ).count(),
        binds_this_week=sold["count"],
        premium_this_week=sold["premium"] or Decimal(0),
        producers=people,
        alerts=_alerts(people, counts["unplaced"], target),
        leads=list(
            with_names(Lead.objects.filter(received_at__gte=since, received_at__lte=now)).order_by("-received_at", "-pk")[
                :SHOWN_LEADS
            ]
        ),
    )


def _counts(since: datetime, now: datetime) -> dict[str, int]:
    def count(**conditions: Any) -> Count:
        return Count("pk", filter=Q(**conditions))

    return Lead.objects.filter(received_at__gte=since, received_at__lte=now).aggregate(
        received=Count("pk"),
        contacted=count(contacted_at__isnull=False),
        hot=count(tier="hot"),
        warm=count(tier="warm"),
        cold=count(tier="cold"),
        nurtured=count(status=Status.NURTURE),
        unplaced=count(unplaced=True),
        untouched=count(status__in=OPEN_STATUSES, first_attempt_at__isnull=True, owner__isnull=False),
    )


def _people(since: datetime, now: datetime) -> list[ProducerToday]:
    """Everyone who works leads and is active, by name, with those who got something today first."""
    given = {
        row["producer"]: row
        for row in _given_today(since, now)
        .values("producer")
        .annotate(
            leads=Count("lead", distinct=True),
            contacted=Count("lead", distinct=True, filter=Q(contacted_at__isnull=False)),
            untouched=Count("lead", distinct=True, filter=Q(first_attempt_at__isnull=True, ended_at__isnull=True)),
            response=Avg(_response()),
        )
    }
    late = dict(
        Assignment.objects.filter(
            ended_at__isnull=True, first_attempt_at__isnull=True, started_at__lte=now - UNTOUCHED_AFTER, lead__status=Status.NEW
        )
        .values("producer")
        .annotate(count=Count("pk"))
        .values_list("producer", "count")
    )
    loads = Load.objects.filter(producer__active=True).exclude(producer__role=Role.MARKETING).select_related("producer__user")
    people = [_person(load, given.get(load.producer_id, {}), late.get(load.producer_id, 0)) for load in loads]
    return sorted(people, key=lambda one: (-one.leads, one.name, one.key))


def _person(load: Load, given: dict[str, Any], late: int) -> ProducerToday:
    return ProducerToday(
        key=load.producer.key,
        name=load.producer.name,
        presence=load.presence,
        leads=given.get("leads", 0),
        contacted=given.get("contacted", 0),
        untouched=given.get("untouched", 0),
        late=late,
        average_response_seconds=_seconds(given.get("response")),
        open_leads=load.open_leads,
        close_rate=load.bound_90d / load.received_90d if load.received_90d else None,
    )


def _given_today(since: datetime, now: datetime) -> Any:
    return Assignment.objects.filter(started_at__gte=since, started_at__lte=now)


def _response() -> Any:
    """From assignment to first attempt; never negative, for clocks that differ."""
    taken = ExpressionWrapper(F("first_attempt_at") - F("started_at"), output_field=DurationField())
    return Case(When(first_attempt_at__isnull=False, then=Greatest(taken, Value(timedelta(0)))), output_field=DurationField())


def _seconds(taken: timedelta | None) -> int | None:
    return None if taken is None else round(taken.total_seconds())


def _alerts(people: Sequence[ProducerToday], unplaced: int, target: timedelta) -> list[str]:
    told = [UNTOUCHED.format(name=one.name, count=_leads(one.late)) for one in people if one.late]
    told += [
        SLOW.format(name=one.name, minutes=one.average_response_seconds / 60, target=target.total_seconds() / 60)
        for one in people
        if one.average_response_seconds is not None and one.average_response_seconds > target.total_seconds()
    ]
    return [*told, UNPLACED.format(count=_leads(unplaced))] if unplaced else told


def _leads(count: int) -> str:
    return f"{count} lead" if count == 1 else f"{count} leads"
