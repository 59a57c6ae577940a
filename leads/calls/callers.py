"""Who is calling: the source by the number that was called, the lead by the number that calls."""

from datetime import datetime
from typing import Any, Final

from phonenumber_field.phonenumber import PhoneNumber, to_python

from leads.flags import NAME_UNKNOWN, flag
from leads.inbound.senders import Sender, leads_of
from leads.intake import receive, record_event
from leads.locks import locked
from leads.models import Lead, Source, SourceKind, Status
from leads.work.returning import bring_back

EVENT: Final = "inbound_call"
DOOR: Final = "call"
NAMELESS: Final = "Caller"


def source_of(called: str, agency_number: str) -> Source | None:
    """The source whose number was called; of the agency's own number a source of kind phone, or else the first."""
    own = Source.objects.filter(active=True, phone=called).first() if called else None
    if own is not None or called != agency_number:
        return own
    sources = Source.objects.filter(active=True).order_by("position", "key")
    return sources.filter(kind=SourceKind.PHONE).first() or sources.first()


def number_of(sender: str) -> str:
    """The caller's number in E.164; empty when it was withheld or is none."""
    number = to_python(sender)
    return number.as_e164 if isinstance(number, PhoneNumber) and number.is_valid() else ""


def lead_of(number: str, source: Source, *, sid: str, now: datetime) -> Lead:
    """The caller's lead: open, unless nobody could be found for it.

    An open lead gets the call as an event. A nurtured one is somebody's again. Of a closed one, and of a stranger, there is a new
    lead, which the rules give to somebody. In the caller's transaction.
    """
    known = leads_of(Sender(DOOR, number)).first()
    if known is None or known.status in (Status.BOUND, Status.LOST):
        lead = _new(number, known, source, sid, now)
    else:
        record_event(known, EVENT, at=now, source=source, now=now)
        lead = locked(known.pk)
    if lead.status == Status.NURTURE:  # however cold they look on paper, they are on the line
        bring_back(lead, by=None, now=now)
        lead.save()
    return lead


def _new(number: str, before: Lead | None, source: Source, sid: str, now: datetime) -> Lead:
    payload: dict[str, Any] = {"phone": number, "events": [{"kind": EVENT, "at": now.isoformat()}]}
    if before is None:
        payload |= {"first_name": NAMELESS, "last_name": number[-4:]}
    else:
        payload |= {name: getattr(before, name) for name in ("first_name", "last_name", "email", "zip_code", "line")}
    lead = locked(receive(payload, source=source, idempotency_key=f"call:{sid}", now=now, door=DOOR).lead.pk)
    if before is None:
        flag(lead, NAME_UNKNOWN)
        lead.save(update_fields=["flags"])
    return lead
