"""Work that is due at an instant: the shape and the claiming that every timer shares.

A promise is a row with `due_at`. Whoever runs the sweep claims rows with `FOR UPDATE SKIP LOCKED`, so two workers never hold
the same one, marks them in flight under a lease, commits, and only then acts.
"""

from datetime import datetime, timedelta
from typing import TypeVar

from django.db import models, transaction

LEASE = timedelta(minutes=2)


class DueState(models.TextChoices):
    """Where a piece of due work stands."""

    DUE = "due", "Due"
    IN_FLIGHT = "in_flight", "In flight"
    DONE = "done", "Done"
    SKIPPED = "skipped", "Skipped"
    STUCK = "stuck", "Stuck"
    FAILED = "failed", "Failed"


class DueWork(models.Model):
    """A row that is to be acted on at `due_at`, once."""

    state = models.CharField(max_length=12, choices=DueState.choices, default=DueState.DUE)
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=300, blank=True, help_text="What came of it, or why it was not done.")

    class Meta:
        abstract = True


Work = TypeVar("Work", bound=DueWork)


def claim(queryset: models.QuerySet[Work], now: datetime, limit: int = 100) -> list[Work]:
    """Mark up to `limit` due rows as in flight and return them, oldest first; rows another worker holds are passed over."""
    with transaction.atomic():
        rows = list(
            queryset.filter(state=DueState.DUE, due_at__lte=now)
            .order_by("due_at", "pk")
            .select_for_update(skip_locked=True, of=("self",))[:limit]
        )
        for row in rows:
            row.state = DueState.IN_FLIGHT
            row.leased_until = now + LEASE
            row.attempts += 1
        queryset.model._default_manager.bulk_update(rows, ["state", "leased_until", "attempts"])
    return rows
