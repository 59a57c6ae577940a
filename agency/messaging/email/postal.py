"""Managers hear when e-mails to consumers do not leave because the agency has no postal address."""

from datetime import datetime, timedelta

from django.db import transaction

from agency.due import DueState
from agency.messaging.alerts import staff_drafts
from agency.messaging.email.commercial import NO_POSTAL_ADDRESS
from agency.messaging.models import Audience, Channel, Message
from agency.messaging.outbox import send_all
from agency.models import User
from agency.roles import GROUPS, MANAGER

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
    managers = User.objects.filter(is_active=True, groups__name=GROUPS[MANAGER]).order_by("pk")
    drafts = [
        draft
        for manager in managers
        for draft in staff_drafts(
            KIND,
            user=manager,
            channels=[Channel.IN_APP, Channel.EMAIL],
            subject=SUBJECT,
            body=BODY.format(count=failed),
            path=PATH,
            dedupe_key=f"{KIND}:{manager.pk}:{now:%Y-%m-%d}",
        )
    ]
    return len(send_all(drafts, now))
