"""Calls of which somebody still has to say how they went."""

from leads.models import Call, Direction, Lead


def settle(lead: Lead, outcome: str) -> int | None:
    """The latest call through us that had no result yet has this one; returns the message that the touch is to point at.

    Pointing there, the touch is no second attempt. The caller's transaction holds the lead; one query, two when there is one.
    """
    asking = Call.objects.filter(lead=lead, direction=Direction.OUT, bridged_at__isnull=False, result="")
    call = asking.order_by("-created_at").first()
    if call is None:
        return None
    call.result = outcome
    call.save(update_fields=["result"])
    return call.message_id
