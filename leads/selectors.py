"""Which leads someone may see. Every page and every call that shows a lead starts here."""

from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.shortcuts import get_object_or_404

from agency.models import User
from agency.roles import ABILITIES, role_of
from leads.models import OPEN_STATUSES, Lead, Source, Status, Submission
from producers.standins import covered_ids


def leads_visible_to(user: User | AnonymousUser, now: datetime) -> QuerySet[Lead]:
    """Managers: all. Anyone else who works leads: their own, nurtured ones they are the steward of, and open ones of whom they
    stand in for. Other people: none.

    One query at once, and one more for somebody who stands in.
    """
    role = role_of(user)
    if role in ABILITIES["see_all_leads"]:
        return Lead.objects.all()
    producer = getattr(user, "producer", None)
    if role not in ABILITIES["see_personal_data"] or producer is None:
        return Lead.objects.none()
    mine = Q(owner=producer) | Q(status=Status.NURTURE, steward=producer)
    covered = covered_ids(producer, now)
    return Lead.objects.filter(mine | Q(owner__in=covered, status__in=OPEN_STATUSES) if covered else mine)


def get_visible(user: User | AnonymousUser, pk: int, now: datetime) -> Lead:
    """The lead with what its row shows (source, owner, steward), in one query; Http404 when it is not theirs to see."""
    return get_object_or_404(with_names(leads_visible_to(user, now)), pk=pk)


def leads_of_source(source: Source) -> QuerySet[Lead]:
    """Leads that came from the source, at first or by a later arrival that joined them."""
    arrived = Submission.objects.filter(lead=OuterRef("pk"), source=source)
    return Lead.objects.filter(Q(source=source) | Exists(arrived))


def with_names(leads: QuerySet[Lead]) -> QuerySet[Lead]:
    """The same leads with source, owner and steward loaded beside them."""
    return leads.select_related("source", "owner__user", "steward__user")
