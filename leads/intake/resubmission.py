"""Sending a refused request again, once somebody has mended it."""

from datetime import datetime
from typing import Any, Final

from django.db import transaction

from agency.models import User
from leads.intake.errors import IntakeError
from leads.intake.receiving import Receipt, take_in
from leads.models import RejectedIntake, Source

ALREADY_RESOLVED: Final = "This was sent again before."
NO_SOURCE: Final = "Say which source it came from."


def resubmit(
    rejected: RejectedIntake, payload: dict[str, Any], *, by: User, now: datetime, source: Source | None = None
) -> Receipt:
    """The mended payload is received as if from its source, and the refused one is resolved; both or neither.

    Raises `IntakeError` when it is still wrong, when nobody knows the source, or when it was sent again before.
    """
    with transaction.atomic():
        row = RejectedIntake.objects.select_related("source").select_for_update(of=("self",)).get(pk=rejected.pk)
        if row.resolved_at is not None:
            raise IntakeError({"non_field_errors": [ALREADY_RESOLVED]})
        origin = row.source or source
        if origin is None:
            raise IntakeError({"source": [NO_SOURCE]})
        receipt = take_in(payload, source=origin, idempotency_key=None, now=now, door=row.door, by=by)
        row.lead, row.resolved_at, row.resolved_by = receipt.lead, now, by
        row.save(update_fields=["lead", "resolved_at", "resolved_by"])
    return receipt
