"""Writing steps: which of them are still to come, and many at once."""

from collections.abc import Sequence

from agency import bulk
from agency.due import DueState
from leads.followup.facts import StepRow
from leads.models import FollowUpStep

PENDING = (DueState.DUE, DueState.WAITING)


def write(rows: Sequence[StepRow], where: str = "") -> int:
    """The rows are stored by one statement, less those that exist or that `where` (SQL on `new`) rules out; returns how many."""
    return len(
        bulk.insert(FollowUpStep, [row.to_row() for row in rows], where=where, tail="ON CONFLICT DO NOTHING", returning="id")
    )
