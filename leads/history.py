"""Writing down that a lead moved on."""

from datetime import datetime

from agency.models import User
from leads.models import Lead, StatusChange


def note_status(lead: Lead, before: str, *, by: User | None, now: datetime, reason: str = "") -> None:
    """The lead's history says that its status went from `before` to what it is; nothing when it did not change.

    The caller owns the transaction.
    """
    if lead.status != before:
        StatusChange.objects.create(lead=lead, before=before, after=lead.status, by=by, at=now, reason=reason[:300])
