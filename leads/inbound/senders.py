"""Whose words these are: every lead of a number or address, and what it last said of being contacted."""

from dataclasses import dataclass

from django.db import connection
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from leads.followup.gate import last_words
from leads.models import OPEN_STATUSES, Lead, Status, TouchChannel
from leads.selectors import with_names


@dataclass(frozen=True, slots=True)
class Sender:
    """A number or an address, on the channel its words came by."""

    channel: str
    address: str

    @property
    def phone(self) -> str:
        """The number, or empty."""
        return "" if self.channel == TouchChannel.EMAIL else self.address

    @property
    def email(self) -> str:
        """The address, or empty."""
        return self.address if self.channel == TouchChannel.EMAIL else ""


def hold(sender: Sender) -> None:
    """Whoever else hears this sender waits until the caller's transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 4))", [f"inbound:{sender.address}"])


def leads_of(sender: Sender) -> QuerySet[Lead]:
    """The leads of the number or address: open ones first, then nurtured, then closed; of each the newest first."""
    if not sender.address:
        return Lead.objects.none()
    mine = Q(email=sender.email) if sender.email else Q(phone=sender.phone)
    is_open, is_nurtured = When(status__in=OPEN_STATUSES, then=Value(0)), When(status=Status.NURTURE, then=Value(1))
    standing = Case(is_open, is_nurtured, default=Value(2), output_field=IntegerField())
    return with_names(Lead.objects.filter(mine)).order_by(standing, "-received_at", "-pk")


def is_opted_out(sender: Sender) -> bool:
    """Whether the number or address has taken back its consent on the channel and not given it anew."""
    word = last_words([sender.address]).get((sender.address, sender.channel))
    return word is not None and not word.granted
