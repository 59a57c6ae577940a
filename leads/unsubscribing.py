"""Leaving our mailings: by the link under an e-mail, by one click, or by calling one of them spam."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from agency.messaging.managers import tell_managers
from agency.messaging.models import Audience, Channel, Message
from leads.consents import UNSUBSCRIBE, email_is_closed, opt_out
from leads.inbound import senders
from leads.inbound.senders import Sender
from leads.intake import record_event
from leads.models import Lead, TouchChannel
from leads.notices import NORMAL, URGENT, tell_owner
from leads.selectors import with_names

BY_PAGE: Final = "unsubscribe page"
BY_MAIL: Final = "unsubscribe e-mail"
BY_PROVIDER: Final = "e-mail provider"
BY_COMPLAINT: Final = "spam complaint"
KIND: Final = "unsubscribed"
LEFT: Final = "{name} gets no more e-mails: they unsubscribed"
COMPLAINED: Final = "{name} marked our e-mail as spam: no more goes there"
MANY_COMPLAINTS: Final = "Complaints above 0.3 % make mailbox providers refuse the agency's mail."


def unsubscribable(message_id: int | None) -> Message | None:
    """The e-mail to a consumer that carried the link, or None."""
    if message_id is None:
        return None
    mails = Message.objects.filter(channel=Channel.EMAIL, audience=Audience.CONSUMER)
    return mails.filter(pk=message_id).select_related("lead").first()


@transaction.atomic
def unsubscribe(address: str, *, lead: Lead | None = None, via: str, now: datetime) -> bool:
    """The address gets no more e-mails from us, whichever lead it is on; False when it got none before.

    The scores of those leads have fallen as the model says, and whoever owns one is told; after a complaint managers are too.
    """
    address = address.strip().lower()
    senders.hold(Sender(TouchChannel.EMAIL, address))  # who presses twice, or writes at the same moment, waits here
    held = list(Lead.objects.select_for_update(no_key=True).filter(email=address).order_by("pk").values_list("pk", flat=True))
    if not address or email_is_closed(address):
        return False
    leads = list(with_names(Lead.objects.filter(pk__in=held)).order_by("pk"))
    about = next((one for one in leads if one == lead), None) or next(iter(leads), lead)
    opt_out(lead=about, channels=["email"], email=address, via=via, at=now, now=now, event=UNSUBSCRIBE)
    for one in leads:
        record_event(one, UNSUBSCRIBE, at=now, data={"via": via}, now=now)
    _tell(leads, complained=via == BY_COMPLAINT, now=now)
    return True


def _tell(leads: Sequence[Lead], *, complained: bool, now: datetime) -> None:
    subject = COMPLAINED if complained else LEFT
    for one in leads:
        severity = URGENT if complained else NORMAL
        tell_owner(one, KIND, subject=subject.format(name=one.name), now=now, severity=severity)
    if complained and leads:
        subject = COMPLAINED.format(name=leads[0].name)
        tell_managers(KIND, subject=subject, body=MANY_COMPLAINTS, path=f"/leads/{leads[0].pk}/", lead_id=leads[0].pk, now=now)
