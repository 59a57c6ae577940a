"""A sale held against the carrier appointments on record. An agency that keeps none is asked for none."""

from datetime import datetime
from typing import Final

from agency.messaging import send_all, staff_drafts
from agency.models import Agency, AppointmentCheck
from leads.models import Lead, Note, Quote
from leads.work.desk import WorkError
from producers.roster import local_day, static
from routing.engine.gates import unappointed
from routing.engine.index import index_of
from routing.escalation import managers_of
from routing.notices import page_of

NOT_APPOINTED: Final = "{name} has {what}: have the appointment recorded first, or give the lead to somebody who has one."
BOUND_WITHOUT: Final = "Bound with {carrier}, but {name} had {what} on {day}."
KIND: Final = "bound_unappointed"
CHANNELS: Final = ("in_app", "email")


def check_appointment(lead: Lead, carrier: str, *, now: datetime) -> None:
    """The owner was appointed by `carrier` in the lead's state, or it is noted on the lead and told to the managers.

    In the caller's transaction. WorkError where the agency requires an appointment. No carrier said: the last quote's. Where
    there is none either, or the lead's state is not known, the sale is not held against anything.
    """
    if not lead.state or lead.owner is None:
        return
    roster = static()
    person = roster.producers.get(lead.owner.key)
    if person is None or not index_of(roster).keeps_appointments:
        return
    day, named = local_day(now, roster.timezone), carrier.strip() or _quoted(lead)
    missing = unappointed(person, lead.state, named, day) if named else ""
    if not missing:
        return
    if Agency.objects.filter(appointments=AppointmentCheck.REQUIRE).exists():
        raise WorkError(NOT_APPOINTED.format(name=person.name, what=missing))
    text = BOUND_WITHOUT.format(carrier=named, name=person.name, what=missing, day=day)
    Note.objects.create(lead=lead, by=None, at=now, text=text)
    drafts = [
        draft
        for manager in managers_of(lead.owner)
        for draft in staff_drafts(
            KIND,
            user=manager.user,
            channels=manager.notify.get(KIND) or CHANNELS,
            subject=text,
            path=page_of(lead.pk),
            lead_id=lead.pk,
        )
    ]
    send_all(drafts, now)


def _quoted(lead: Lead) -> str:
    """The carrier of the last quote."""
    return Quote.objects.filter(lead=lead).order_by("-quoted_at", "-pk").values_list("carrier", flat=True).first() or ""
