"""Leads whom nobody may call by hand either: no ladder presses anybody to."""

from datetime import datetime

from leads.calling import CHANNEL, FORBIDDEN
from leads.followup.gate import may_contact
from leads.followup.gate.verdict import WRONG
from leads.models import Lead


def why_not_call(lead: Lead, now: datetime) -> str:
    """What forbids anybody to call the lead's number at any hour: they asked, a list, a wrong number; else empty."""
    permission = may_contact(lead, CHANNEL, now)
    return permission.reason if not permission.allowed and permission.rule in (*FORBIDDEN, WRONG) else ""
