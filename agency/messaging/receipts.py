"""What providers say afterwards: an event taken in once however often it comes, and how far a message got."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.db.models import Q

from agency import bulk
from agency.due import DueState
from agency.messaging.models import Message, ProviderEvent, Receipt

RANK: Final[Mapping[str, int]] = {
    "": 0,
    Receipt.QUEUED: 1,
    Receipt.SENT: 2,
    Receipt.DELIVERED: 3,
    Receipt.UNDELIVERED: 3,
    Receipt.FAILED: 3,
    Receipt.BOUNCED: 4,
    Receipt.COMPLAINED: 5,
}
"""Word comes in any order and more than once: only a higher one counts. A mail may bounce after its server had taken it."""
ANSWERED_AFTER_ALL: Final = "The provider has it: its word came later."


def first_time(provider: str, event_id: str, now: datetime) -> bool:
    """Whether this event of the provider is new; from now on it is not. In the caller's transaction.

    Of two that come at once, the second waits for the first's transaction, and is the first when that one fails.
    """
    row = {"provider": provider[:20], "event_id": event_id[:120], "received_at": now}
    return bool(bulk.insert(ProviderEvent, [row], tail="ON CONFLICT DO NOTHING", returning="id"))


def record_receipt(provider_id: str, status: str, at: datetime, error: str = "", message_id: int | None = None) -> Message | None:
    """The message of that provider's number has got as far as `status`; it is returned unless it was that far already.

    `message_id`: our own number for it, where the provider sends it back; then word that comes before the provider's number was
    written down counts as well, and a message stuck for want of an answer is done.
    """
    if status not in RANK or not status:
        raise ValueError(status)
    mine = Q(provider_id=provider_id) & ~Q(provider_id="")
    if message_id is not None:
        mine = Q(pk=message_id, provider_id__in=("", provider_id))
    lower = [name for name, rank in RANK.items() if rank < RANK[status]]
    told = Message.objects.filter(mine, receipt__in=lower)
    message = told.first()
    if message is None or not told.filter(pk=message.pk).update(receipt=status, receipt_at=at, receipt_error=error[:300]):
        return None
    Message.objects.filter(pk=message.pk, state=DueState.STUCK).update(
        state=DueState.DONE, provider_id=provider_id[:120], finished_at=at, outcome=ANSWERED_AFTER_ALL
    )
    message.refresh_from_db()
    return message
