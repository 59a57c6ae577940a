"""Leads whose way is not straight: a slow owner, a declined lead, a person who wants no more of it."""

from leads import work
from leads.intake import receive
from leads.models import Consent as Ledger
from leads.models import FollowUpStep, Lead, Source
from routing.models import Assignment

ANA = {
    "first_name": "Ana",
    "last_name": "Ruiz",
    "email": "ana.ruiz@example.com",
    "phone": "(212) 555-0143",
    "zip_code": "10005",
    "line": "personal_auto",
    "consent": {"channels": ["call", "sms", "email"], "text": "Yes, call and text me."},
}


def arrive(day):
    return receive(ANA, source=Source.objects.get(key="website"), now=day.now).lead


def test_a_slow_owner_loses_the_lead_to_the_backup(day):
    lead = arrive(day)
    first = lead.owner
    day.after(minutes=31)
    lead.refresh_from_db()
    assert lead.owner != first
    taken, kept = Assignment.objects.order_by("id")
    assert (taken.end_reason, kept.ended_at) == ("escalated", None)
    browser = day.person(first.key)
    assert browser.get(f"/leads/{lead.pk}/").status_code == 404


def test_a_declined_lead_is_on_the_next_screen_at_once(day):
    lead = arrive(day)
    first = lead.owner.key
    response = day.person(first).post(f"/leads/{lead.pk}/decline/", {"reason": "too_busy"})
    assert response.status_code == 302
    lead.refresh_from_db()
    assert lead.owner.key != first
    assert b"Ana Ruiz" in day.person(lead.owner.key).get("/inbox/").content


def test_after_a_stop_nothing_automatic_is_left(day):
    lead = arrive(day)
    day.after(minutes=2)
    work.log_touch(lead, by=None, channel="sms", outcome="opted_out", direction="in", note="STOP", now=day.now)
    assert Ledger.objects.filter(lead=lead, granted=False, phone="+12125550143").exists()
    assert not FollowUpStep.objects.filter(lead=lead, state__in=("due", "waiting")).exists()
    sent = lead.messages.filter(audience="consumer", state="done").count()
    day.after(days=40)
    assert lead.messages.filter(audience="consumer", state="done").count() == sent


def test_somebody_cold_warms_up_and_finds_an_owner(day):
    lead = receive({**ANA, "first_name": "Ben"}, source=Source.objects.get(key="facebook_ads"), now=day.now).lead
    assert (lead.status, lead.owner) == ("nurture", None)
    day.after(days=1)
    day.visitor.post("/quote/", {**{k: v for k, v in ANA.items() if k != "consent"}, "first_name": "Ben", "token": "t"})
    lead = Lead.objects.get()
    assert (lead.status, lead.owner is not None) == ("new", True)
    assert not FollowUpStep.objects.filter(lead=lead, plan__key="monthly", state="due").exists()
