"""One lead's whole way through the pages: asked for in a form, called, quoted, sold."""

from decimal import Decimal

from agency.due import DueState
from agency.models import Message
from leads.models import FollowUpStep, Lead, Policy
from leads.timeline import timeline
from routing.models import Assignment, LadderStep

FORM = {
    "first_name": "Ana",
    "last_name": "Ruiz",
    "email": "ana.ruiz@example.com",
    "phone": "(212) 555-0143",
    "zip_code": "10005",
    "line": "personal_auto",
    "policy_expires_on": "2027-01-10",
    "consent": "on",
    "token": "t-1",
}


def test_ana_asks_for_a_quote_and_buys(day):
    assert day.visitor.get("/quote/").status_code == 200
    thanks = day.visitor.post("/quote/", FORM, follow=True)
    assert (thanks.status_code, thanks.redirect_chain[-1][0]) == (200, "/quote/thanks/")
    lead = Lead.objects.get()
    assert (lead.status, lead.score, lead.owner.key in ("james", "sarah")) == ("new", 55, True)

    owner, key = day.person(lead.owner.key), lead.owner.key
    other = day.person("sarah" if key == "james" else "james")
    assert b"Ana Ruiz" in owner.get("/inbox/").content
    assert b"Ana Ruiz" not in other.get("/inbox/").content
    assert other.get(f"/leads/{lead.pk}/").status_code == 404
    page = owner.get(f"/leads/{lead.pk}/").content.decode()
    assert "Requested a quote or callback" in page
    assert "+12125550143" in page

    day.after(seconds=1)
    told = Message.objects.filter(lead=lead, user=lead.owner.user, kind="lead_assigned")
    assert {message.state for message in told} == {DueState.DONE}

    day.after(minutes=1)
    act(owner, lead, "accept")
    day.after(minutes=3)
    act(owner, lead, "touch", channel="call", outcome="reached", note="Two cars, wants it by Friday")
    lead.refresh_from_db()
    assert lead.status == "contacted"

    day.after(minutes=40)
    assert not Message.objects.filter(lead=lead, audience="consumer").exists()
    assert not LadderStep.objects.filter(lead=lead, state=DueState.DONE).exists()
    assert Assignment.objects.get().first_attempt_at == lead.first_attempt_at

    act(owner, lead, "status", status="quoted", premium="1840.00", carrier="Acme Mutual")
    day.after(days=1, minutes=41)
    assert (
        FollowUpStep.objects.filter(lead=lead, plan__key="after_quote", label="Any questions")
        .exclude(state=DueState.DUE)
        .exists()
    )

    day.after(days=2)
    act(owner, lead, "status", status="bound", premium="1840.00", commission="220.80", number="PA-77")
    lead.refresh_from_db()
    assert (lead.status, lead.owner.key) == ("bound", key)
    policy = Policy.objects.get()
    assert (policy.premium, policy.commission, policy.producer.key) == (Decimal("1840.00"), Decimal("220.80"), key)
    assert not FollowUpStep.objects.filter(lead=lead, state__in=(DueState.DUE, DueState.WAITING)).exists()
    assert b"Ana Ruiz" not in owner.get("/inbox/rows/").content
    assert len(timeline(lead)) > 8
    assert Assignment.objects.get().end_reason == "closed"


def act(browser, lead, name, **fields):
    """What somebody did on the lead's page was done."""
    response = browser.post(f"/leads/{lead.pk}/{name}/", fields)
    assert response.status_code == 302, response.content.decode()[:2000]
