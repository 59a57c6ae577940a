"""Is this the same request, a person we are working with, a client? One lock, then one look-up, then plain choices."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from agency import statements
from leads.facts import KnownPerson
from leads.models import OPEN_STATUSES, Status

LIVE_STATUSES: Final = (*OPEN_STATUSES, Status.NURTURE)

_LOCK: Final = """
SELECT (SELECT json_object_agg(name, number) FROM agency_revision), count(pg_advisory_xact_lock(key))
  FROM unnest(%s::bigint[]) AS key
"""

_LOOK_UP: Final = """
SELECT 'request', s.lead_id, NULL::bigint, s.body_hash, '', NULL, coalesce(s.idempotency_key = %(key)s, false), s.created,
       s.received_at, s.source_id, NULL::timestamptz
  FROM leads_submission s
 WHERE s.source_id = %(source)s AND (s.idempotency_key = %(key)s OR s.external_id = %(external)s)
UNION ALL
SELECT 'lead', l.id, l.household_id, l.status, l.family, p.key,
       l.phone = %(phone)s AND l.phone <> '', l.email = %(email)s AND l.email <> '',
       l.received_at, seen.source_id, seen.received_at
  FROM ((SELECT id FROM leads_lead WHERE phone = %(phone)s AND phone <> '' ORDER BY id DESC LIMIT 50)
        UNION (SELECT id FROM leads_lead WHERE email = %(email)s AND email <> '' ORDER BY id DESC LIMIT 50)) AS found
  JOIN leads_lead l ON l.id = found.id
  LEFT JOIN producers_producer p ON p.id = l.owner_id
  LEFT JOIN LATERAL (SELECT source_id, received_at FROM leads_submission
                      WHERE lead_id = l.id ORDER BY received_at DESC, id DESC LIMIT 1) AS seen ON true
UNION ALL
SELECT 'client', c.id, c.household_id, '', '',
       CASE WHEN csr.active THEN csr.key WHEN sold.active THEN sold.key END,
       c.phone = %(phone)s AND c.phone <> '', true, c.created_at, NULL, NULL
  FROM (SELECT id FROM leads_client WHERE phone = %(phone)s AND phone <> ''
        UNION SELECT id FROM leads_client WHERE email = %(email)s AND email <> '') AS found
  JOIN leads_client c ON c.id = found.id AND c.active
  LEFT JOIN producers_producer csr ON csr.id = c.csr_id
  LEFT JOIN producers_producer sold ON sold.id = c.producer_id
"""


@dataclass(frozen=True, slots=True)
class Marks:
    """What tells a request and its person apart from others."""

    source_id: int
    idempotency_key: str | None
    external_id: str
    phone: str
    email: str


@dataclass(frozen=True, slots=True)
class KnownRequest:
    """An earlier arrival that was this very request."""

    lead_id: int
    body_hash: str
    by_key: bool
    """Recognized by its Idempotency-Key, not by the sender's number for it."""
    created: bool
    received_at: datetime


@dataclass(frozen=True, slots=True)
class KnownLead:
    """A lead that shares the phone number or the e-mail address, whatever became of it."""

    id: int
    household_id: int
    status: str
    family: str
    owner: str | None
    by_phone: bool
    by_email: bool
    received_at: datetime
    seen_from: int | None
    """Source of its latest arrival."""
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class KnownClient:
    """A client who shares the phone number or the e-mail address."""

    id: int
    household_id: int | None
    owner: str | None
    by_phone: bool


@dataclass(frozen=True, slots=True)
class Known:
    """All that one look-up found."""

    request: KnownRequest | None = None
    leads: tuple[KnownLead, ...] = ()
    client: KnownClient | None = None

    @property
    def household_id(self) -> int | None:
        """The household they belong to: that of the phone's lead, else of the e-mail's, else of the client."""
        if self.leads:
            return self.leads[0].household_id
        return None if self.client is None else self.client.household_id

    @property
    def sightings(self) -> list[tuple[int, datetime]]:
        """(source, instant) of the latest arrival of each of their leads."""
        return [(lead.seen_from, lead.seen_at) for lead in self.leads if lead.seen_from is not None and lead.seen_at is not None]

    @property
    def person(self) -> KnownPerson:
        """What the agency already has to do with them, for a new lead of theirs."""
        other = next((lead for lead in self.leads if lead.status in OPEN_STATUSES), None)
        return KnownPerson(
            existing_client=self.client is not None,
            account_owner=None if self.client is None else self.client.owner,
            open_lead=other is not None,
            lead_owner=None if other is None else other.owner,
        )


def lock_keys(marks: Marks) -> list[int]:
    """One number per thing that two requests may have in common, sorted so that no two requests wait for each other."""
    shared = {
        f"key {marks.source_id} {marks.idempotency_key}" if marks.idempotency_key else "",
        f"external {marks.source_id} {marks.external_id}" if marks.external_id else "",
        f"phone {marks.phone}" if marks.phone else "",
        f"email {marks.email}" if marks.email else "",
    } - {""}
    return sorted(
        int.from_bytes(hashlib.blake2b(one.encode(), digest_size=8, person=b"intake").digest(), "big", signed=True)
        for one in shared
    )


def lock(marks: Marks) -> Mapping[str, int]:
    """Wait until no other transaction works on the same person or request; held until this transaction ends.

    Returns the revision numbers as of before the wait. A statement of its own: one that also looked rows up would not see what
    the transaction it waited for has written.
    """
    numbers: dict[str, int] | None = statements.run(_LOCK, [lock_keys(marks)])[0][0]
    return numbers or {}


def look_up(marks: Marks) -> Known:
    """What is known of this request and this person; one query."""
    rows = statements.run(
        _LOOK_UP,
        {
            "source": marks.source_id,
            "key": marks.idempotency_key,
            "external": marks.external_id or None,
            "phone": marks.phone,
            "email": marks.email,
        },
    )
    requests = [KnownRequest(row[1], row[3], row[6], row[7], row[8]) for row in rows if row[0] == "request"]
    leads = [
        KnownLead(row[1], row[2], row[3], row[4], row[5], row[6], row[7], row[8], row[9], row[10])
        for row in rows
        if row[0] == "lead"
    ]
    clients = [KnownClient(row[1], row[2], row[5], row[6]) for row in rows if row[0] == "client"]
    return Known(
        request=max(requests, key=lambda one: one.by_key, default=None),
        leads=tuple(sorted(leads, key=lambda one: (one.by_phone, one.received_at, one.id), reverse=True)),
        client=max(clients, key=lambda one: (one.by_phone, -one.id), default=None),
    )


def same_wish(leads: Iterable[KnownLead], family: str) -> list[KnownLead]:
    """Live leads of the person that an arrival of this family joins, best first.

    The phone's before the e-mail's, the same family before an unknown one, open before nurtured, then the latest. A line nobody
    knows might be any line, so an unknown family joins whatever the person has open.
    """
    live = [lead for lead in leads if lead.status in LIVE_STATUSES and (lead.family == family or not lead.family or not family)]
    return sorted(
        live,
        key=lambda lead: (lead.by_phone, lead.family == family, lead.status != Status.NURTURE, lead.received_at, lead.id),
        reverse=True,
    )
