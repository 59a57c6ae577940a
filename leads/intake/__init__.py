"""Every way in ends here: normalize, recognize, record, score, route and start the timers, in one transaction."""

from leads.intake.errors import IdempotencyConflict, IntakeError
from leads.intake.events import record_event
from leads.intake.receiving import Receipt, receive
from leads.intake.resubmission import resubmit
from leads.intake.sent import last_sent

__all__ = ["IdempotencyConflict", "IntakeError", "Receipt", "last_sent", "receive", "record_event", "resubmit"]
