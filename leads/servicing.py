"""Who serves the agency's clients, when somebody who does leaves."""

from django.db import transaction
from django.db.models import Q, QuerySet

from leads.models import Client
from producers.models import Producer


def clients_of(producer: Producer) -> int:
    """How many clients the person serves, as producer or as CSR; one query."""
    return _served_by(producer).count()


@transaction.atomic
def hand_over(producer: Producer, to: Producer) -> int:
    """`to` serves them in the person's place, each in the part the person had; returns how many. Policies keep who sold them."""
    pks = list(_served_by(producer).order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
    theirs = Client.objects.filter(pk__in=pks)
    theirs.filter(producer=producer).update(producer=to)
    theirs.filter(csr=producer).update(csr=to)
    return len(pks)


def _served_by(producer: Producer) -> QuerySet[Client]:
    return Client.objects.filter(Q(producer=producer) | Q(csr=producer), active=True)
