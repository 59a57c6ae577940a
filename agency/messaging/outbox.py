"""Writing the outbox. Rows are written in the caller's transaction, so what is promised and why commit together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from agency import bulk
from agency.due import DueState
from agency.messaging.channels import address_of
from agency.messaging.models import Audience, Channel, Message, Severity
from agency.messaging.quiet import QuietHours
from agency.messaging.sms import segments
from agency.messaging.sms.text import as_sent
from agency.poke import poke

if TYPE_CHECKING:
    from agency.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message not yet written. `user` is whom it tells or, to a consumer, who signs it; `to` defaults to the user's address."""

    channel: str
    audience: str
    kind: str
    user: "User | None" = field(default=None)
    lead_id: int | None = None
    to: str = ""
    subject: str = ""
    body: str = ""
    path: str = ""
    dedupe_key: str | None = None
    due_at: datetime | None = None
    """None: at once."""
    severity: str = Severity.NORMAL
    quiet: QuietHours | None = None
    """Hours in which it waits."""


def send(
    *,
    channel: str,
    audience: str,
    kind: str,
    now: datetime,
    user: "User | None" = None,
    lead_id: int | None = None,
    to: str = "",
    subject: str = "",
    body: str = "",
    path: str = "",
    dedupe_key: str | None = None,
    due_at: datetime | None = None,
) -> Message:
    """The message is in the outbox and returned; with a `dedupe_key` already used, the one that used it is.

    The caller owns the transaction.
    """
    draft = Draft(
        channel=channel,
        audience=audience,
        kind=kind,
        user=user,
        lead_id=lead_id,
        to=to,
        subject=subject,
        body=body,
        path=path,
        dedupe_key=dedupe_key,
        due_at=due_at,
    )
    written = send_all([draft], now)
    return written[0] if written else Message.objects.get(dedupe_key=dedupe_key)


def send_all(drafts: Iterable[Draft], now: datetime) -> list[Message]:
    """All drafts are in the outbox, by one statement, and returned without those whose `dedupe_key` was used before.

    The caller owns the transaction.
    """
    rows = [_row(draft, now) for draft in drafts]
    written = []
    for pk, row in _write(rows):
        message = Message(id=pk, **row)
        message._state.adding = False
        written.append(message)
    return written


def tell(drafts: Iterable[Draft], now: datetime) -> int:
    """As `send_all`, for whoever needs no more than how many were written."""
    return len(_write([_row(draft, now) for draft in drafts]))


def _row(draft: Draft, now: datetime) -> dict[str, Any]:
    in_app = draft.channel == Channel.IN_APP
    to = draft.to or (address_of(draft.channel, draft.user) if draft.user and draft.audience == Audience.STAFF else "")
    due_at = draft.due_at or now
    return {
        "state": DueState.DONE if in_app else DueState.DUE,
        "due_at": draft.quiet.over(due_at) if draft.quiet else due_at,
        "attempts": 0,
        "finished_at": now if in_app else None,
        "outcome": "",
        "channel": draft.channel,
        "audience": draft.audience,
        "severity": draft.severity,
        "kind": draft.kind,
        "user_id": draft.user.pk if draft.user else None,
        "lead_id": draft.lead_id,
        "to": "" if in_app else to,
        "subject": draft.subject[:300],
        "body": draft.body,
        "path": draft.path,
        "dedupe_key": draft.dedupe_key,
        "withdrawn": "",
        "provider_id": "",
        "receipt": "",
        "receipt_error": "",
        "segments": _segments(draft) if draft.channel == Channel.SMS else 0,
        "created_at": now,
    }


def _segments(draft: Draft) -> int:
    return segments.count(as_sent(audience=draft.audience, subject=draft.subject[:300], body=draft.body, path=draft.path))


def _write(rows: Sequence[dict[str, Any]]) -> list[tuple[int, dict[str, Any]]]:
    """The rows that were written, with their ids: they come back in order, and only one with a key can be missing."""
    written: list[tuple[int, dict[str, Any]]] = []
    keys = iter(
        bulk.insert(Message, rows, tail="ON CONFLICT (dedupe_key) DO NOTHING", returning="id, dedupe_key") if rows else ()
    )
    key = next(keys, None)
    for row in rows:
        if key is not None and row["dedupe_key"] == key[1]:
            written.append((key[0], row))
            key = next(keys, None)
    if any(row["state"] == DueState.DUE for _, row in written):
        poke()
    return written
