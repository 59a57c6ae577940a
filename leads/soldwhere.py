"""What was quoted or sold before the lead's state was known, or while it was another: held against licenses once more."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

from agency.messaging import send_all, staff_drafts
from agency.messaging.models import Channel
from leads.current import Configuration, configuration
from leads.flags import flag, unflag
from leads.licensing import license_check
from leads.models import Lead, Note, Policy, Quote
from producers.managers import active_managers
from routing.escalation import managers_of
from routing.notices import page_of

SOLD_WITHOUT: Final = "Quoted or sold in {state} without a license for it."
QUOTED: Final = "{name} quoted it on {day}: {why}."
SOLD: Final = "{name} sold it on {day}: {why}."
FOUND: Final = "The state is {state}, which was not checked before. {what}"
KIND: Final = "sold_without_license"
SUBJECT: Final = "{name} was quoted or sold insurance by somebody not licensed in {state}"


def look_at_sales(lead: Lead, *, now: datetime) -> None:
    """Where whoever quoted or sold is not licensed for the state the lead now has, it is flagged (unsaved), its history says so
    and the managers are told; an earlier such flag is gone where they are.

    The caller's transaction holds the lead and saves it. Two queries where nothing was quoted or sold.
    """
    unflag(lead, *(one for one in lead.flags if one.startswith(_BEGINNING) and one.endswith(_END)))
    found = list(_missing(lead, configuration()))
    if not found:
        return
    flag(lead, SOLD_WITHOUT.format(state=lead.state))
    words = FOUND.format(state=lead.state, what=" ".join(found))
    Note.objects.create(lead=lead, at=now, text=words)
    _tell_managers(lead, words, now)


_BEGINNING, _END = SOLD_WITHOUT.split("{state}")


def _missing(lead: Lead, config: Configuration) -> Iterator[str]:
    for quote in Quote.objects.filter(lead=lead).order_by("quoted_at", "pk"):
        yield from _words(QUOTED.format, lead, config, quote, quote.quoted_at)
    for policy in Policy.objects.filter(lead=lead, reversed_at__isnull=True).order_by("bound_at", "pk"):
        yield from _words(SOLD.format, lead, config, policy, policy.bound_at)


def _words(sentence: Callable[..., str], lead: Lead, config: Configuration, row: Quote | Policy, at: datetime) -> Iterator[str]:
    """The sentence, when whoever is on the record lacked the license that day; on records without anybody it is the owner."""
    key = row.license.get("producer") or (lead.owner.key if lead.owner else None)
    sold = config.line(row.line)
    check = license_check(lead, key, config.roster, at, line=sold.key if sold else "")
    if not check.allowed:
        person = config.roster.producers.get(key or "")
        yield sentence(name=person.name if person else key or "Somebody", day=check.day, why=check.why)


def _tell_managers(lead: Lead, words: str, now: datetime) -> None:
    every = active_managers()
    send_all(
        [
            draft
            for one in (managers_of(lead.owner) if lead.owner else every.order_by("key"))
            for draft in staff_drafts(
                KIND,
                user=one.user,
                channels=[Channel.IN_APP, Channel.EMAIL],
                subject=SUBJECT.format(name=lead.name, state=lead.state),
                body=words,
                path=page_of(lead.pk),
                lead_id=lead.pk,
            )
        ],
        now,
    )
