"""What a person makes of words that nobody could be sure of."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet

from agency.models import User
from leads.consents import opt_in
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
        agreed = [(row, _agreed_before(row)) for row in _withdrawals(message)]
        if not any(channels for _, channels in agreed):
            return False
        for row, channels in agreed:
            if channels:
                opt_in(
                    lead=row.lead,
                    channels=channels,
                    phone=row.phone,
                    email=row.email,
                    via=REVIEW,
                    text=f"{MISREAD}: {message.text}",
                    at=now,
                    by=by,
                )
        _open(message_id).update(open=False, closed_at=now, closed_by=by, verdict=MISREAD)
    return True


def _withdrawals(message: InboundMessage) -> QuerySet[Consent]:
    """What these words closed: the number or address they came from, and the others of whoever wrote."""
    theirs = Q(email=message.sender) if message.channel == "email" else Q(phone=message.sender)
    closed = Consent.objects.filter(theirs, granted=False, at=message.at, via=message.channel)
    return closed.select_related("lead").order_by("pk")


def _agreed_before(word: Consent) -> list[str]:
    """The channels that were agreed to until these words, nothing having been said since of the number or address."""
    found = []
    for channel in word.channels:
        entries = Consent.objects.filter(Q(email=word.email) if channel == "email" else Q(phone=word.phone))
        named = entries.filter(Q(channels__contains=[channel]) | Q(channels=[], granted=False))
        spoken = named.exclude(at=word.at, granted=False).order_by("at", "pk").last()
        if spoken is not None and spoken.granted and spoken.at <= word.at:
            found.append(channel)
    return found


def _open(message_id: int) -> QuerySet[InboundMessage]:
    return InboundMessage.objects.filter(pk=message_id, open=True)
