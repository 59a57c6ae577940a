"""E-mail addresses that do not work: nothing automatic goes there until somebody mends the address or writes from it."""

from datetime import datetime
from typing import Final

from django.db import transaction

from leads.flags import BAD_EMAIL, flag, unflag
from leads.locks import locked
from leads.models import Lead
from leads.notices import tell_owner

KIND: Final = "email_bounced"
BOUNCED: Final = "{name}'s e-mail address does not work: nothing more is sent to it"


@transaction.atomic
def mark_undeliverable(address: str, *, now: datetime) -> int:
    """Leads with the address are flagged, and whoever owns one is told, once; returns how many were flagged now."""
    return _each(address, bad=True, now=now)


@transaction.atomic
def mark_deliverable(address: str, *, now: datetime) -> int:
    """Somebody wrote from the address: the flag is gone."""
    return _each(address, bad=False, now=now)


def _each(address: str, *, bad: bool, now: datetime) -> int:
    changed = 0
    for pk in Lead.objects.filter(email=address.strip().lower()).exclude(email="").order_by("pk").values_list("pk", flat=True):
        lead = locked(pk)
        if (BAD_EMAIL in lead.flags) == bad:
            continue
        (flag if bad else unflag)(lead, BAD_EMAIL)
        lead.updated_at = now
        lead.save(update_fields=["flags", "updated_at"])
        if bad:
            tell_owner(lead, KIND, subject=BOUNCED.format(name=lead.name), now=now)
        changed += 1
    return changed
