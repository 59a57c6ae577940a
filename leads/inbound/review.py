"""What a person makes of words that nobody could be sure of."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet

from agency.models import User
from leads.consents import BY_PHONE, opt_in
from leads.models import Consent, InboundKind, InboundMessage

SEEN: Final = "Seen"
MISREAD: Final = "No request to stop"
REVIEW: Final = "review"
"""How a consent that was taken for withdrawn came back."""


def close(message_id: int, *, by: User, now: datetime) -> bool:
    """Somebody has looked, and it stays as it was taken; False when somebody had before."""
    return bool(_open(message_id).update(open=False, closed_at=now, closed_by=by, verdict=SEEN))


def restore(message_id: int, *, by: User, now: datetime) -> bool:
    """It was no request to stop: the number or address is as open as it was before; False when that cannot be.

    It cannot where nobody took it for one, where they have said something since, or where they had agreed to nothing before.
    """
    with transaction.atomic():
        message = _open(message_id).select_for_update(of=("self",)).first()
        if message is None or message.kind not in (InboundKind.OPT_OUT, InboundKind.WRONG_NUMBER):
            return False
        email = message.sender if message.channel == "email" else ""
        agreed = _agreed_before(message, email)
        if not agreed:
            return False
        opt_in(
            lead=message.lead,
            channels=agreed,
            phone="" if email else message.sender,
            email=email,
            via=REVIEW,
            text=f"{MISREAD}: {message.text}",
            at=now,
            by=by,
        )
        _open(message_id).update(open=False, closed_at=now, closed_by=by, verdict=MISREAD)
    return True


def _agreed_before(message: InboundMessage, email: str) -> list[str]:
    """The channels that were agreed to until these words, nothing having been said since."""
    entries = Consent.objects.filter(Q(email=email) if email else Q(phone=message.sender)).order_by("at", "pk")
    word = entries.filter(granted=False, at=message.at).last()
    if word is None or entries.last() != word:
        return []
    found = []
    for channel in ("email",) if email else BY_PHONE:
        before = entries.filter(channels__contains=[channel]).exclude(pk=word.pk).last()
        if before is not None and before.granted:
            found.append(channel)
    return found


def _open(message_id: int) -> QuerySet[InboundMessage]:
    return InboundMessage.objects.filter(pk=message_id, open=True)
