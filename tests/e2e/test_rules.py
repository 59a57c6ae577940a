"""A manager changes a rule and sees what it does before and after; a producer asks why somebody else has a lead."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from leads.intake import receive
from leads.models import Lead, Source
from routing.models import RuleSet
from tests.e2e.conftest import Visit

COMMERCIAL = "Commercial goes to the commercial desk"
LARGE = "Large commercial goes to Rachel"


def arrived(now: datetime, *, days: int, number: int, **fields: Any) -> Lead:
    """Somebody asked for a quote so many days ago."""
    payload = {
        "first_name": "Owner",
        "last_name": f"Of Shop {number}",
        "phone": f"(212) 555-01{number:02}",
        "zip_code": "10005",
        "line": "bop",
        "premium_estimate": "62000",
        **fields,
    }
    return receive(payload, source=Source.objects.get(key="referral"), now=now - timedelta(days=days)).lead


@pytest.fixture
def last_week(agency: object) -> list[Lead]:
    """Four large commercial leads: Rachel and David of the commercial desk have taken turns, two of hers to one of his."""
    leads = [arrived(timezone.now(), days=6 - n, number=n + 10) for n in range(4)]
    assert sorted(lead.owner.key for lead in leads) == ["david", "rachel", "rachel", "rachel"]
    return leads


def rule_row(page: Page, name: str) -> Any:
    """The draft's rule of this name, as a row to type in."""
    named = page.locator("input[name$='-name']")
    for n in range(named.count()):
        if named.nth(n).input_value() == name:
            return page.locator(f"input[name='{named.nth(n).get_attribute('name')}']"), n
    raise AssertionError(f"no rule {name}")


def test_a_manager_drafts_replays_and_publishes_and_the_next_lead_follows(visit: Visit, last_week: list[Lead]) -> None:
    rosa = visit("rosa")
    rosa.goto("/admin/routing/ruleset/")
    rosa.get_by_role("link", name="Open the rules in force").click()
    expect(rosa.get_by_text(COMMERCIAL)).to_be_visible()
    rosa.get_by_text("Edit these rules").click()
    rosa.get_by_role("button", name="Copy into a draft").click()
    expect(rosa.get_by_text("This is a copy of rule set 1.")).to_be_visible()
    draft = RuleSet.objects.get(state="draft")

    # The draft: everything commercial over $50,000 goes to Rachel.
    name, _ = rule_row(rosa, COMMERCIAL)
    prefix = str(name.get_attribute("name")).removesuffix("-name")
    name.fill(LARGE)
    rosa.locator(f"[name='{prefix}-when']").fill("lines: [bop, general_liability]\npremium_over: 50000")
    rosa.locator(f"[name='{prefix}-then']").fill("person: rachel")
    rosa.get_by_role("button", name="Save and continue editing").click()
    expect(rosa.get_by_text("the premium is over $50,000")).to_be_visible()

    # What would have changed? One of last week's leads would have been Rachel's and not David's.
    rosa.get_by_role("link", name="What would have changed?").click()
    rosa.get_by_role("button", name="Replay these leads").click()
    expect(rosa.get_by_text(re.compile(r"1 of 4 decisions would have sent the lead elsewhere"))).to_be_visible()
    expect(rosa.get_by_role("row", name=re.compile(r"^Rachel \S+ 3 4 1 0 \+1"))).to_be_visible()
    expect(rosa.get_by_role("row", name=re.compile(r"^David \S+ 1 0 0 1 -1"))).to_be_visible()
    assert RuleSet.objects.get(state="published").version == 1, "nothing is in force yet"

    rosa.goto(f"/admin/routing/ruleset/{draft.pk}/change/")
    rosa.get_by_role("button", name="Save and publish").click()
    expect(rosa.get_by_text("Rule set 2 is in force.")).to_be_visible()

    # The next lead, and the one after it, follow it.
    for number in (30, 31):
        arrived(timezone.now(), days=0, number=number)
    rosa.goto("/dashboard/")
    expect(rosa.get_by_role("row").filter(has_text=LARGE).filter(has_text="Rachel")).to_have_count(2)

    # The old version is still there to be read.
    rosa.goto("/admin/routing/ruleset/")
    rosa.get_by_role("link", name="Rule set 1", exact=True).click()
    expect(rosa.get_by_text(COMMERCIAL)).to_be_visible()
    expect(rosa.get_by_text(LARGE)).to_have_count(0)


def test_a_producer_reads_why_it_was_her_and_asks_why_it_was_james(visit: Visit) -> None:
    now = timezone.now()
    hers = arrived(now, days=0, number=40, zip_code="07030", line="homeowners", premium_estimate="1200", first_name="Ana")
    his = arrived(now, days=0, number=41, line="personal_auto", premium_estimate="900", first_name="Ben")
    assert (hers.owner.key, his.owner.key) == ("sarah", "james")
    sarah = visit("sarah")

    # Her own lead says it all: each rule tried, each person considered, what ruled them out.
    sarah.goto(f"/leads/{hers.pk}/")
    sarah.get_by_text("Each rule, each person").click()
    why = sarah.get_by_role("region", name="Why Sarah M.")
    expect(why.get_by_text("is the only one eligible").first).to_be_visible()
    expect(why.get_by_role("row", name=re.compile("James K."))).to_contain_text("holds no license in NJ")
    expect(why.get_by_role("row", name=re.compile(COMMERCIAL))).to_be_visible()
    expect(why.get_by_text("License NJ")).to_be_visible()

    # James's lead is not hers to see, but she may ask about it.
    sarah.goto("/inbox/")
    sarah.get_by_role("link", name="Why not me?").click()
    sarah.get_by_label("Number of the lead").fill(f"/leads/{his.pk}/")
    sarah.get_by_role("button", name="Ask").click()
    expect(sarah.get_by_text("You were eligible, and it was somebody else's turn")).to_be_visible()
    for secret in ("Ben", "James"):
        expect(sarah.locator("main").get_by_text(secret)).to_have_count(0)

    # James reads on it why it is his.
    james = visit("james")
    james.goto(f"/leads/{his.pk}/")
    james.get_by_text("Each rule, each person").click()
    whose = james.get_by_role("region", name="Why James K.")
    expect(whose.get_by_text("It is James K.'s turn").first).to_be_visible()


def test_turns_are_followed_live_and_put_right(visit: Visit) -> None:
    rosa = visit("rosa")
    rosa.get_by_role("link", name="Fairness").click()
    expect(rosa.get_by_text("No turns taken yet")).to_be_visible()
    arrived(timezone.now(), days=0, number=50, line="personal_auto", premium_estimate="900")
    row = rosa.get_by_role("row", name=re.compile("^Sarah M."))
    expect(row).to_contain_text("+0.50")

    rosa.reload()
    rosa.get_by_label("Is owed less").select_option(label="Sarah M.")
    rosa.get_by_label("Is owed more").select_option(label="James K.")
    rosa.get_by_label("Leads", exact=True).fill("0.5")
    rosa.get_by_label("Reason").fill("The first one was a test")
    rosa.get_by_role("button", name="Correct and record").click()
    expect(rosa.get_by_text("0.50 of a lead from Sarah M. to James K.")).to_be_visible()
    expect(row).to_contain_text("even")
