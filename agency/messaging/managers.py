"""Telling every manager something that is nobody's lead and everybody's concern."""

from collections.abc import Sequence
from datetime import datetime

from agency.messaging import send_all, staff_drafts
from agency.messaging.models import Channel
from agency.models import User
from agency.roles import GROUPS, MANAGER


def tell_managers(
    kind: str,
    *,
    subject: str,
    body: str = "",
    path: str = "",
    lead_id: int | None = None,
    channels: Sequence[str] = (Channel.IN_APP,),
    dedupe_key: str | None = None,
    now: datetime,
) -> int:
    """Every manager who works here has it on these channels, or has had it under the same key; returns how many messages.

    In the caller's transaction.
    """
    managers = User.objects.filter(is_active=True, groups__name=GROUPS[MANAGER]).order_by("pk")
    drafts = [
        draft
        for manager in managers
        for draft in staff_drafts(
            kind,
            user=manager,
            channels=channels,
            subject=subject,
            body=body,
            path=path,
            lead_id=lead_id,
            dedupe_key=f"{dedupe_key}:{manager.pk}" if dedupe_key else None,
        )
    ]
    return len(send_all(drafts, now))
