"""Who answers for the leads of a nurture plan when its steward leaves."""

from datetime import datetime

from leads.models import Plan
from producers.models import Producer


def on_leaving(producer: Producer, heir: Producer | None, _: datetime) -> None:
    """The plans whose steward leaves are in the hands of `heir`, for every lead to come."""
    for plan in Plan.objects.filter(steward=producer):
        plan.steward = heir
        plan.save(update_fields=["steward"])
