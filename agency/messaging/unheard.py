"""An alert that failed on every channel outside the app was heard by nobody, perhaps: the managers are told in its place."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import connection
from django.db.models import Q

from agency.due import DueState
from agency.messaging.alerts import staff_drafts
from agency.messaging.models import Audience, Channel, Message, Severity
from agency.messaging.outbox import Draft, send_all

if TYPE_CHECKING:
    from agency.models import User

KIND = "alert_unheard"
CHANNELS = (Channel.IN_APP.value, Channel.EMAIL.value, Channel.PUSH.value)
SUBJECT = "{name} could not be told: {subject}"
BODY = "Every attempt outside the app failed ({channels}: {why}). It stands among their notices."
MANAGERS = "Manager"
"""The group of `agency.roles`, which imports the models that import this package."""
_LOCK = 7_205_414_002


def is_lost(message: Message) -> bool:
    """Whether a member of staff did not hear something on this channel, for good."""
    return message.audience == Audience.STAFF and message.state == DueState.FAILED and message.kind != KIND


def lock() -> None:
    """Two channels of one alert that fail at once are recorded one after the other; until the transaction's end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def tell_managers(lost: Iterable[Message], now: datetime) -> int:
    """Of each alert that failed on all its channels outside the app the managers have a notice, once; returns how many notices.

    In the transaction that records the failures, under `lock`.
    """
    alerts = {(one.user_id, one.kind, one.lead_id, one.path, one.created_at): one for one in lost if one.user_id}
    drafts = [draft for one in alerts.values() for draft in _drafts(one)]
    return len(send_all(drafts, now))


def managers() -> list["User"]:
    """Every active manager, by name of log-in."""
    users = apps.get_model("agency", "User")._default_manager
    return list(users.filter(is_active=True, groups__name=MANAGERS).order_by("username"))


def _drafts(lost: Message) -> list[Draft]:
    if lost.user is None:
        return []
    siblings = list(
        Message.objects.filter(
            Q(lead=lost.lead_id) if lost.lead_id else Q(lead=None),
            audience=Audience.STAFF,
            user=lost.user,
            kind=lost.kind,
            path=lost.path,
            created_at=lost.created_at,
        ).order_by("pk")
    )
    outside = [one for one in siblings if one.channel != Channel.IN_APP]
    if any(one.state != DueState.FAILED for one in outside):
        return []
    told = next((one for one in siblings if one.channel == Channel.IN_APP), lost)
    tried = ", ".join(dict.fromkeys(one.get_channel_display().lower() for one in outside))
    return [
        draft
        for manager in managers()
        for draft in staff_drafts(
            KIND,
            user=manager,
            channels=CHANNELS,
            subject=SUBJECT.format(name=lost.user.name, subject=told.subject),
            body=BODY.format(channels=tried, why=lost.outcome.rstrip(".")),
            path=lost.path,
            lead_id=lost.lead_id,
            dedupe_key=f"{KIND}:{outside[0].pk}:{manager.pk}",
            severity=Severity(lost.severity),
            brief=SUBJECT.format(name=lost.user.name, subject="see the notices"),
        )
    ]
