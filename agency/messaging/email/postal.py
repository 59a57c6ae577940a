"""Managers hear when e-mails to consumers do not leave because the agency has no postal address."""

from datetime import datetime, timedelta

from django.db import transaction

from agency.due import DueState
from agency.messaging.email.commercial import NO_POSTAL_ADDRESS
from agency.messaging.managers import tell_managers
from agency.messaging.models import Audience, Channel, Message

KIND = "no_postal_address"
SUBJECT = "E-mails to leads do not leave: the agency has no postal address."
BODY = "{count} could not be sent since yesterday. Enter the address under Agency, then send them again under Messages."
PATH = "/admin/agency/agency/"
LATELY = timedelta(days=1)


@transaction.atomic
def warn_managers(now: datetime) -> int:
    """If e-mails failed for want of a postal address since yesterday, each manager is told, once a day; returns how many were."""
    failed = Message.objects.filter(
        state=DueState.FAILED,
        channel=Channel.EMAIL,
        audience=Audience.CONSUMER,
        outcome=NO_POSTAL_ADDRESS,
        finished_at__gt=now - LATELY,
    ).count()
    if not failed:
        return 0
    return tell_managers(
        KIND,
        subject=SUBJECT,
        body=BODY.format(count=failed),
        path=PATH,
        channels=[Channel.IN_APP, Channel.EMAIL],
        dedupe_key=f"{KIND}:{now:%Y-%m-%d}",
        now=now,
    )
