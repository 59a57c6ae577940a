"""A person has been asked to stop: on the phone, at the counter, in a letter."""

from datetime import datetime
from typing import Final

from django.utils import timezone

from agency.models import User
from agency.phones import e164
from leads.consents import BY_PHONE, opt_out
from leads.intake import fields
from leads.models import Direction, Lead, Touch, TouchChannel, TouchOutcome
from leads.work.desk import DOUBLE_PRESS, WorkError, at_work
from routing import escalation

EVERYTHING: Final = "all"
SCOPES: Final = {
    EVERYTHING: ("Everything", (*BY_PHONE, "email")),
    "phone": ("Calls and texts", BY_PHONE),
    "email": ("E-mails", ("email",)),
}
"""What is to stop: its name, and the channels that close."""
NO_SCOPE: Final = "Say what is to stop."
CLOSED: Final = {
    EVERYTHING: "nothing automatic will go out any more.",
    "phone": "nothing automatic will go to this number.",
    "email": "nothing automatic will go to this address.",
}
VIA: Final = "producer"


def ask_to_stop(lead: Lead, *, by: User | None, scope: str = EVERYTHING, note: str = "", now: datetime | None = None) -> str:
    """What they asked to be spared is closed, for every lead of their number and address; returns that in words.

    Pressing twice closes it once.
    """
    now = timezone.now() if now is None else now
    if scope not in SCOPES:
        raise WorkError(NO_SCOPE)
    try:
        words = fields.text(note, most=300)
    except fields.FieldError as error:
        raise WorkError(str(error)) from None
    channels = SCOPES[scope][1]
    channel = TouchChannel.EMAIL if scope == "email" else TouchChannel.CALL
    with at_work(lead, by, now) as locked:
        same = {"lead": locked, "by": by, "channel": channel, "direction": Direction.IN, "outcome": TouchOutcome.OPTED_OUT}
        if Touch.objects.filter(**same, note=words, at__gt=now - DOUBLE_PRESS).exists():
            return CLOSED[scope]
        touch = Touch.objects.create(**same, note=words, at=now)
        escalation.stop(locked.pk, now=now, why="attempt")
        opt_out(
            lead=locked,
            channels=channels,
            phone=e164(locked.phone) if "call" in channels else "",
            email=locked.email if "email" in channels else "",
            via=VIA,
            text=words,
            by=by,
            at=touch.at,
            now=now,
        )
        locked.updated_at = now
        locked.save(update_fields=["updated_at"])
    return CLOSED[scope]
