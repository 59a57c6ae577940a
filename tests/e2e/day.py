"""A day's worth of leads at the demo agency: made-up people, and numbers that are set aside for stories."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from agency.models import User
from leads import followup, work
from leads.intake import receive
from leads.models import Lead, Source
from leads.sweep import sweep

PEOPLE: list[dict[str, Any]] = [
    {"name": "Lee Park", "zip_code": "07974", "line": "homeowners", "ago": 26 * 60, "do": "quoted", "premium": "1840"},
    {"name": "Grace Adeyemi", "zip_code": "07302", "line": "renters", "ago": 190, "do": "reached"},
    {"name": "Tom Beller", "zip_code": "07102", "line": "personal_auto", "ago": 150, "do": "voicemail"},
    {"name": "Priya Nair", "zip_code": "07052", "line": "homeowners", "ago": 75, "do": "no_answer", "source": "google_ads"},
    {"name": "Ben Okafor", "zip_code": "07601", "line": "personal_auto", "ago": 7},
    {"name": "Marta Lindqvist", "zip_code": "08540", "line": "bop", "ago": 3, "source": "referral"},
    {"name": "Ana Ruiz", "zip_code": "07030", "line": "homeowners", "ago": 1, "pricing": 2, "carrier": "Acme Mutual", "ends": 47},
]


def fill(now: datetime) -> dict[str, Lead]:
    """Leads in every state are Sarah's, the only one with a license in New Jersey, the newest of them hot; by first name."""
    leads = []
    for n, one in enumerate(PEOPLE):
        lead = _arrive(one, n, now - timedelta(minutes=one["ago"]), now)
        _work_on(lead, one, lead.received_at)
        leads.append(lead.pk)
    sweep(now)
    return {lead.first_name: lead for lead in Lead.objects.filter(pk__in=leads)}


def _arrive(one: dict[str, Any], n: int, at: datetime, now: datetime) -> Lead:
    first, last = one["name"].split()
    payload: dict[str, Any] = {
        "first_name": first,
        "last_name": last,
        "email": f"{first}.{last}@mail.example".lower(),
        "phone": f"(212) 555-01{n + 40}",
        "zip_code": one["zip_code"],
        "line": one["line"],
        "events": [{"kind": "pricing_view", "at": (at - timedelta(minutes=5)).isoformat()}] * one.get("pricing", 0),
    }
    if "carrier" in one:
        payload |= {
            "current_carrier": one["carrier"],
            "policy_expires_on": (now + timedelta(days=one["ends"])).date().isoformat(),
            "attributes": {"utm_campaign": "fall-home"},
            "consent": {"channels": ["call", "sms"], "text": "I agree to calls and texts about my request.", "ip": "192.0.2.7"},
        }
    source = Source.objects.get(key=one.get("source", "website"))
    lead = receive(payload, source=source, now=at).lead
    followup.run_due(at)
    return lead


def _work_on(lead: Lead, one: dict[str, Any], at: datetime) -> None:
    by = User.objects.get(username="sarah")
    then, deed = at + timedelta(minutes=2), one.get("do")
    if deed == "quoted":
        work.accept(lead, by=by, now=then)
        work.log_touch(lead, by=by, channel="call", outcome="reached", note="Two kids, new roof in 2022", now=then)
        work.set_status(
            lead, by=by, status="quoted", premium=Decimal(one["premium"]), carrier="Acme Mutual", now=then + timedelta(minutes=9)
        )
    elif deed:
        work.log_touch(lead, by=by, channel="call", outcome=deed, now=then)
