"""The pages of the admin: nothing is missing, nothing is too wide for 1280 pixels, and rules are put in order by hand."""

from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from leads.intake import receive
from leads.models import Source
from routing.models import RuleSet
from tests.e2e.conftest import Visit


def names(page: Page) -> list[str]:
    """The rules of the draft, as they stand on the page."""
    return [one.input_value() for one in page.locator("input[name^='rules-'][name$='-name']").all() if one.is_visible()]


def test_no_page_of_the_menu_asks_for_what_is_not_there(visit: Visit) -> None:
    payload = {"first_name": "Ana", "last_name": "Ruiz", "phone": "(212) 555-0143", "zip_code": "10005", "line": "bop"}
    receive(payload, source=Source.objects.get(key="website"), now=timezone.now())
    rosa = visit("rosa")
    rosa.goto(reverse("admin:index"))
    menu = rosa.locator("#nav-sidebar a[href^='/admin/']")
    pages = [str(one.get_attribute("href")) for one in menu.all()]
    assert len(pages) > 20
    for href in pages:
        rosa.goto(href)
        record = rosa.locator("#result_list a[href*='/change/']").first
        if record.count():
            rosa.goto(str(record.get_attribute("href")))
        wide = rosa.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{href} is {wide} pixels too wide"
    # An answer that names no icon: the browser asks for one at the old address.
    rosa.goto(reverse("admin:jsi18n"))


def test_rules_are_put_in_order_by_dragging(visit: Visit) -> None:
    rosa = visit("rosa")
    published = RuleSet.objects.get(state="published")
    rosa.goto(reverse("admin:routing_ruleset_change", args=[published.pk]))
    expect(rosa.get_by_text("When the person is a client already")).to_be_visible()
    expect(rosa.get_by_text("existing_client: true")).to_be_hidden()
    rosa.get_by_text("As written").first.click()
    expect(rosa.get_by_text("existing_client: true")).to_be_visible()
    expect(rosa.get_by_text("drag_indicator")).to_have_count(0)

    rosa.get_by_text("Edit these rules").click()
    rosa.get_by_role("button", name="Copy into a draft").click()
    expect(rosa.get_by_text("This is a copy of rule set 1.")).to_be_visible()
    before = names(rosa)
    for box in rosa.locator(".rule:not(.empty-form) textarea").all():
        hidden = box.evaluate("box => Math.max(box.scrollHeight - box.clientHeight, box.scrollWidth - box.clientWidth)")
        assert hidden <= 0, f"{box.get_attribute('name')} hides {hidden} pixels"

    handles = rosa.get_by_text("drag_indicator")
    handles.nth(1).drag_to(handles.nth(0))
    expect(rosa.locator(".rule:not(.empty-form) [name$='-position']").first).to_have_value("1")
    moved = [before[1], before[0], *before[2:]]
    assert names(rosa) == moved
    rosa.get_by_role("button", name="Save and continue editing").click()
    expect(rosa.get_by_text("was changed successfully")).to_be_visible()
    assert names(rosa) == moved
    draft = RuleSet.objects.get(state="draft")
    assert list(draft.rules.order_by("position").values_list("name", flat=True)) == moved
