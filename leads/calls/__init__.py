"""Calls that go through us: our phone rings first, then theirs; and theirs to us.

No word is ever played to a lead that we call, but for the notice where calls are recorded.
"""

from leads.calls.placing import CallError, due_to_dial, start
from leads.calls.run import run_due

__all__ = ["CallError", "due_to_dial", "run_due", "start"]
