"""Telling the lower floors what a lead has come to: stamps on the ownership, and the owner's day buckets."""

from datetime import datetime

from agency.calendar import open_time_between
from leads.models import Lead
from producers import roster
from producers.performance import record_outcome
from routing.assignment import stamp
from routing.models import Assignment


def credit(
    lead: Lead, *, now: datetime, attempted: bool = False, contacted: bool = False, quoted: bool = False, bound: bool = False
) -> None:
    """The current ownership carries these stamps, and its owner's rates count what it had not reached before.

    A quote takes a contact, a sale takes both: what is further on is credited with what lies before it. It counts in the bucket
    that counted the lead as received: the day, family and tier of the ownership's beginning.
    """
    held = Assignment.objects.select_related("producer").filter(lead=lead, ended_at__isnull=True).first()
    if held is None:
        return
    now = max(now, held.started_at)  # a touch logged late may have been under an earlier owner
    quoted, contacted = quoted or bound, contacted or quoted or bound
    attempted = attempted or contacted
    stamp(lead, now=now, attempted=attempted, contacted=contacted, quoted=quoted, bound=bound)
    new = {
        "contacted": int(contacted and held.contacted_at is None),
        "quoted": int(quoted and held.quoted_at is None),
        "bound": int(bound and held.bound_at is None),
    }
    seconds = _working_seconds(held, now) if attempted and held.first_attempt_at is None else None
    if seconds is None and not any(new.values()):
        return
    record_outcome(
        producer_id=held.producer_id,
        received_on=roster.local_day(held.started_at, roster.static().timezone),
        family=held.family,
        tier=held.tier,
        response_seconds=seconds,
        **new,
    )


def _working_seconds(held: Assignment, until: datetime) -> int:
    """The owner's working time from the beginning of the ownership to its first attempt."""
    people = roster.static()
    owner = people.producers.get(held.producer.key)
    week = owner.hours if owner is not None and owner.hours is not None else people.hours
    closed = roster.closed_days(people.holidays, roster.local_day(until, people.timezone))
    return int(open_time_between(week, people.timezone, closed, held.started_at, until).total_seconds())
