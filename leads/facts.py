"""A lead as the routing engine and the scorer see it."""

from dataclasses import dataclass
from datetime import datetime

from leads.models import OPEN_STATUSES, Client, Lead, LeadKind, Source
from routing.engine.facts import LeadFacts
from routing.models import Hold


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """What the agency has to do with this person apart from the lead in hand; owners by key."""

    existing_client: bool = False
    account_owner: str | None = None
    open_lead: bool = False
    lead_owner: str | None = None


def lead_facts(lead: Lead, now: datetime) -> LeadFacts:
    """The lead's facts at `now`, read afresh; at most three queries beside its source."""
    was_held = Hold.objects.filter(lead=lead).exists()
    return facts_of(lead, lead.source, known_person(lead), may_be_held=not was_held)


def facts_of(lead: Lead, source: Source, person: KnownPerson, *, may_be_held: bool = True) -> LeadFacts:
    """The lead's facts, given who the person is; no query. A live transfer or a shared lead is never held."""
    return LeadFacts(
        key=str(lead.pk or ""),
        tier=lead.tier,
        score=lead.score,
        line=lead.line,
        family=lead.family,
        state=lead.state,
        zip_code=lead.zip_code[:5] if lead.state else "",
        county=f"{lead.state}/{lead.county}" if lead.county else "",
        source=source.key,
        source_kind=source.kind,
        kind=lead.kind,
        exclusive=lead.exclusive,
        existing_client=person.existing_client,
        account_owner=person.account_owner,
        open_lead=person.open_lead,
        lead_owner=person.lead_owner,
        premium=lead.premium_estimate,
        policy_expires_on=lead.policy_expires_on,
        carrier=lead.current_carrier,
        language=lead.language,
        attributes=lead.attributes,
        may_be_held=may_be_held and lead.exclusive and lead.kind != LeadKind.LIVE_TRANSFER,
    )


def known_person(lead: Lead) -> KnownPerson:
    """What the agency has to do with the lead's person: the client it was recognized as, the household's other open leads."""
    others = Lead.objects.filter(household_id=lead.household_id, status__in=OPEN_STATUSES).exclude(pk=lead.pk)
    other = others.order_by("-received_at").values_list("owner__key").first()
    client = None
    if lead.client_id is not None:
        client = Client.objects.select_related("csr", "producer").filter(pk=lead.client_id, active=True).first()
    return KnownPerson(
        existing_client=client is not None,
        account_owner=None if client is None else account_owner(client),
        open_lead=other is not None,
        lead_owner=None if other is None else other[0],
    )


def account_owner(client: Client) -> str | None:
    """Key of whoever serves the client: the CSR, else the producer, whoever is still with the agency."""
    return next((one.key for one in (client.csr, client.producer) if one is not None and one.active), None)
