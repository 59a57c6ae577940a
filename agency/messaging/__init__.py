"""Telling people things: one outbox, one folder per channel, one gate before any word to a consumer.

`send`, `send_all` and `tell` write rows in the caller's transaction; `deliver_due` hands due rows to the channels' providers.
"""

from agency.messaging.alerts import staff_drafts
from agency.messaging.delivery import deliver_due
from agency.messaging.gate import Permission, register_gate
from agency.messaging.outbox import Draft, send, send_all, tell
from agency.messaging.receipts import first_time, record_receipt

__all__ = [
    "Draft",
    "Permission",
    "deliver_due",
    "first_time",
    "record_receipt",
    "register_gate",
    "send",
    "send_all",
    "staff_drafts",
    "tell",
]
