"""What a person does with messages: read a notice, decide about a stuck one."""

from collections.abc import Collection
from datetime import datetime

from agency import due
from agency.due import DueState
from agency.messaging.models import Message
from agency.messaging.selectors import unread
from agency.models import User
from agency.poke import poke

SENT_AGAIN = "Sent again by {name}"


def mark_read(user: User, *, now: datetime, ids: Collection[int] | None = None) -> int:
    """The person's unread notices (only those of `ids`, if given) are read; return how many were not."""
    notices = unread(user) if ids is None else unread(user).filter(pk__in=ids)
    return notices.order_by().update(read_at=now)


def send_again(message_id: int, *, by: User, now: datetime) -> bool:
    """A stuck or failed message is due once more, gate and all; False when it was neither."""
    changed = Message.objects.filter(pk=message_id, state__in=due.GIVEN_UP).update(
        state=DueState.DUE, due_at=now, finished_at=None, leased_until=None, outcome=SENT_AGAIN.format(name=by.name)
    )
    if changed:
        poke()
    return bool(changed)


def leave(message_id: int, *, by: User, now: datetime) -> bool:
    """A stuck or failed message is let be, whatever became of it; False when it was neither."""
    return due.leave(Message, message_id, by=by.name, now=now)
