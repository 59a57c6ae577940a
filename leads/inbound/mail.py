"""E-mails that came in, from a provider's webhook or a mailbox: found their lead, and heard."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q

from agency.messaging import first_time, record_receipt
from agency.messaging.email.identity import UNSUBSCRIBE, addressed, row_of
from agency.messaging.models import Audience, Channel, Message, Receipt
from agency.models import User
from leads.inbound.hearing import heard
from leads.inbound.letters import Bounce, Letter
from leads.inbound.words import Meaning, classify
from leads.models import Direction, InboundKind, InboundMessage, Lead, Touch, TouchChannel
from leads.selectors import with_names
from leads.undeliverable import mark_deliverable, mark_undeliverable
from leads.unsubscribing import BY_MAIL, unsubscribe

PROVIDER: Final = "email"
"""Whichever way an e-mail comes: the same one by two ways is one."""
AUTOMATIC: Final = "An automatic reply; the sequence goes on."
AUTOMATIC_NOTE: Final = "Automatic reply: {text}"
LEAVES: Final = "An e-mail of the unsubscribe button of their mail program."
FAILED: Final = "{status} from the mail server"


@transaction.atomic
def take_in(letter: Letter, *, now: datetime) -> InboundMessage | None:
    """The e-mail is kept and has had its effect, once; returned unless it was here before or is a mail server's report.

    Its lead is the one whose address for answers it came to, else that of the e-mail it answers, else the sender's. One that
    belongs to no lead is among the open inbound messages.
    """
    if letter.bounce:
        _bounced(letter, letter.bounce, now)
        return None
    to, purpose, lead = _whose(letter)
    if purpose == UNSUBSCRIBE and lead is not None:
        kept = _kept(letter, lead, to, kind=InboundKind.OPT_OUT, why=LEAVES, now=now)
        if kept:
            unsubscribe(lead.email, lead=lead, via=BY_MAIL, now=now)
        return kept
    if letter.is_automatic:
        return _automatic(letter, lead, to, now)
    if User.objects.filter(is_active=True, email__iexact=letter.sender).exists():
        lead = None  # one of us wrote to the lead's address for answers: these are not the lead's words
    heading = classify(letter.subject)
    leaving = heading.sure and heading.meaning == Meaning.OPT_OUT  # "unsubscribe" as the subject, whatever stands below
    result = heard(
        channel=TouchChannel.EMAIL,
        sender=letter.sender,
        text=letter.subject if leaving else letter.text,
        provider=PROVIDER,
        event_id=letter.identity,
        at=letter.at,
        now=now,
        to=to,
        lead=lead,
    )
    if result.is_new:
        mark_deliverable(letter.sender, now=now)
    return result.message if result.is_new else None


def _whose(letter: Letter) -> tuple[str, str, Lead | None]:
    """(The address of ours, what it is for, the lead), as far as the e-mail itself says."""
    for recipient in letter.recipients:
        if found := addressed(recipient):
            lead = with_names(Lead.objects.filter(pk=found[1])).first()
            if lead is not None:
                return recipient, found[0], lead
    to = next(iter(letter.recipients), "")
    answered = _ours(letter.answers)
    lead = with_names(Lead.objects.filter(pk=answered.lead_id)).first() if answered and answered.lead_id else None
    return to, "", lead


def _ours(identities: tuple[str, ...]) -> Message | None:
    """The e-mail to a consumer that has one of these `Message-ID`s, ours or the provider's; of several the first named."""
    if not identities:
        return None
    rows = dict(row for one in identities if (row := row_of(one)))
    bare = {one.strip("<>") for one in identities}
    theirs = {*identities, *bare, *(one.partition("@")[0] for one in bare)}  # some providers' numbers are the part before the @
    mails = Message.objects.filter(channel=Channel.EMAIL, audience=Audience.CONSUMER)
    found = mails.filter(Q(pk__in=rows) | Q(provider_id__in=theirs)).order_by("-pk")
    return next((one for one in found if one.pk not in rows or rows[one.pk] == int(one.created_at.timestamp())), None)


def _kept(letter: Letter, lead: Lead | None, to: str, *, kind: str, why: str, now: datetime) -> InboundMessage | None:
    """The row of an e-mail that nobody has to look at; None when it was here before."""
    if not first_time(PROVIDER, letter.identity, now):
        return None
    return InboundMessage.objects.create(
        channel=TouchChannel.EMAIL,
        sender=letter.sender[:254],
        to=to[:254],
        text=letter.text.replace("\x00", ""),
        lead=lead,
        kind=kind,
        verdict=why,
        provider=PROVIDER,
        event_id=letter.identity,
        at=letter.at,
        received_at=now,
    )


def _automatic(letter: Letter, lead: Lead | None, to: str, now: datetime) -> InboundMessage | None:
    """Kept, and in the lead's history; nothing stops, and nobody is alerted."""
    lead = lead or with_names(Lead.objects.filter(email=letter.sender).exclude(email="")).order_by("-received_at").first()
    kept = _kept(letter, lead, to, kind=InboundKind.WORDS, why=AUTOMATIC, now=now)
    if kept and lead:
        note = AUTOMATIC_NOTE.format(text=kept.text)[:10_000]
        Touch.objects.create(lead=lead, channel=TouchChannel.EMAIL, direction=Direction.IN, at=letter.at, note=note)
    return kept


def _bounced(letter: Letter, bounce: Bounce, now: datetime) -> None:
    """An e-mail of ours came back: its receipt says so, and an address that does not exist gets no more.

    Anybody can send such a report. It counts only with the `Message-ID` that we gave an e-mail to that very address.
    """
    mail = _ours((bounce.identity,)) if bounce.identity else None
    if mail is None or bounce.recipient not in ("", mail.to.lower()) or not first_time(PROVIDER, letter.identity, now):
        return
    record_receipt(mail.provider_id, Receipt.BOUNCED, letter.at, FAILED.format(status=bounce.status), mail.pk)
    if bounce.is_no_such_address:
        mark_undeliverable(mail.to, now=now)
