"""What a person does with a lead: one function a deed, called by pages and API alike.

Each owns its transaction, works on the locked row, and moves the timers through the module that keeps them. `by` is who does it;
None is the system itself. What cannot be done is a `WorkError` with a sentence for that person.
"""

from leads.work.desk import WorkError
from leads.work.notes import add_note, flag_score
from leads.work.ownership import DECLINE_REASONS, accept, decline, reassign
from leads.work.statuses import set_status
from leads.work.steering import pause, resume, skip_step
from leads.work.stopping import ask_to_stop
from leads.work.touches import log_touch

__all__ = [
    "DECLINE_REASONS",
    "WorkError",
    "accept",
    "add_note",
    "ask_to_stop",
    "decline",
    "flag_score",
    "log_touch",
    "pause",
    "reassign",
    "resume",
    "set_status",
    "skip_step",
]
"""Public names; everything else here is private to the package."""
