"""The names that stand in what is said to a lead: theirs, the signer's, the agency's."""

from collections.abc import Mapping

import phonenumbers

from agency.messaging.letterhead import Letterhead
from agency.models import User
from leads.followup.templates import in_a_sentence
from leads.models import Lead
from producers.facts import LineFacts

UNKNOWN_LINE = "insurance"


def values(lead: Lead, signer: User | None, head: Letterhead, lines: Mapping[str, LineFacts]) -> dict[str, str]:
    """A value for every name a template may use. Without a signer the agency signs."""
    line = lines.get(lead.line)
    own_phone = str(signer.phone or "") if signer else ""
    return {
        "lead.first_name": lead.first_name,
        "lead.last_name": lead.last_name,
        "lead.name": lead.name,
        "lead.line": in_a_sentence(line.name) if line else UNKNOWN_LINE,
        "lead.city": lead.city,
        "lead.state": lead.state,
        "producer.name": signer.name if signer else head.name,
        "producer.first_name": signer.get_short_name() if signer else head.name,
        "producer.phone": spoken(own_phone or head.phone),
        "agency.name": head.name,
        "agency.phone": spoken(head.phone),
        "agency.address": head.address,
        "agency.website": head.website,
    }


def spoken(phone: str) -> str:
    """A number as people write it: `+12125550111` → `(212) 555-0111`; empty stays empty."""
    if not phone:
        return ""
    return phonenumbers.format_number(phonenumbers.parse(phone, "US"), phonenumbers.PhoneNumberFormat.NATIONAL)
