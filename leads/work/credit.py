"""Telling the lower floors what a lead has come to: stamps on the ownership, and the owner's day buckets."""

from datetime import datetime

from leads.models import Lead
from producers import roster
from producers.performance import record_outcome
from routing.assignment import stamp
from routing.models import Assignment


def credit(
    lead: Lead, *, now: datetime, attempted: bool = False, contacted: bool = False, quoted: bool = False, bound: bool = False
) -> None:
    """The current ownership carries these stamps, and its owner's rates count what it had not reached before.

    A quote takes a contact, a sale takes both: what is further on is credited with what lies before it.
    """
    held = Assignment.objects.filter(lead=lead, ended_at__isnull=True).first()
    if held is None:
        return
    quoted, contacted = quoted or bound, contacted or quoted or bound
    stamp(lead, now=now, attempted=attempted or contacted, contacted=contacted, quoted=quoted, bound=bound)
    new = {
        "contacted": int(contacted and held.contacted_at is None),
        "quoted": int(quoted and held.quoted_at is None),
        "bound": int(bound and held.bound_at is None),
    }
    if any(new.values()):
        received_on = roster.local_day(held.started_at, roster.static().timezone)
        record_outcome(producer_id=held.producer_id, received_on=received_on, family=lead.family, tier=lead.tier, **new)
