"""A lead from the form to the quote, in two browsers at once; and the same work without a script."""

from django.utils import timezone
from playwright.sync_api import Page, expect

from leads.models import Lead
from tests.e2e.conftest import PHONE, Visit
from tests.e2e.day import fill


def ask_for_a_quote(page: Page, **changes: str) -> None:
    """The visitor fills in the form and sends it."""
    page.goto("/quote/?utm_source=news")
    answers = {
        "First name": "Ana",
        "Last name": "Ruiz",
        "Phone": "(212) 555-0143",
        "E-mail": "ana.ruiz@mail.example",
        "ZIP code": "07030",
        **changes,
    }
    for label, value in answers.items():
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_label("Insurance you need").select_option("homeowners")
    page.get_by_role("button", name="Send my request").click()


def test_a_visitor_asks_and_the_producer_answers(visit: Visit) -> None:
    sarah = visit("sarah")
    expect(sarah.get_by_text("All done")).to_be_visible()
    visitor = visit(viewport=PHONE)
    ask_for_a_quote(visitor)
    expect(visitor.get_by_role("heading", name="Thank you, we have it")).to_be_visible()

    # In New Jersey only Sarah holds a license. Her inbox shows it by itself: warm, why, and the clock running.
    row = sarah.get_by_role("listitem").filter(has_text="Ana Ruiz")
    expect(row).to_be_visible(timeout=4000)
    expect(row).to_contain_text("Warm 40")
    expect(row).to_contain_text("+25 Requested a quote or callback")
    expect(row).to_contain_text("Homeowners · Hoboken NJ")
    expect(row.get_by_role("link", name="Call")).to_have_attribute("href", "tel:+12125550143")
    clock = row.get_by_role("timer")
    before = clock.inner_text()
    expect(clock).not_to_have_text(before)
    expect(sarah).to_have_title("(1) Inbox · Harbor Point Insurance")
    expect(sarah.get_by_text("1 unread")).to_be_attached()

    row.get_by_role("button", name="Accept").click()
    expect(row.get_by_text("accepted")).to_be_visible()
    row.get_by_role("link", name="Ana Ruiz").click()
    sarah.get_by_label("A word about it").fill("Wants the roof covered")
    sarah.get_by_role("button", name="Reached", exact=True).click()
    expect(sarah.get_by_text("Ana Ruiz: call logged, reached.")).to_be_visible()
    expect(sarah.get_by_text("Wants the roof covered")).to_be_visible()
    expect(sarah.get_by_text("no attempt yet")).to_have_count(0)

    sarah.get_by_text("Set status").click()
    sarah.get_by_label("Status", exact=True).select_option("quoted")
    sarah.get_by_role("button", name="Save status").click()
    expect(sarah.get_by_text("What is the premium?")).to_be_visible()
    sarah.get_by_label("Premium").fill("1840")
    sarah.get_by_role("button", name="Save status").click()
    expect(sarah.get_by_text("Quoted $1,840").first).to_be_visible()
    lead = Lead.objects.get()
    assert (lead.status, lead.quotes.get().premium) == ("quoted", 1840)
    assert not lead.ladder.filter(state="due").exists()


def test_what_somebody_is_typing_survives_news_about_the_lead(visit: Visit) -> None:
    leads = fill(timezone.now())
    page = visit("sarah")
    page.goto(f"/leads/{leads['Ana'].pk}/")
    page.get_by_label("Note", exact=True).fill("Half a thou")
    page.get_by_role("button", name="No answer").click()
    expect(page.get_by_text("call logged, no answer")).to_be_visible()
    expect(page.get_by_label("Note", exact=True)).to_have_value("Half a thou")


def test_an_open_menu_and_the_focus_stay_when_a_lead_arrives(visit: Visit) -> None:
    leads = fill(timezone.now())
    page = visit("sarah")
    menu = page.locator(f"#log-{leads['Ben'].pk}")
    menu.locator("summary").click()
    ask_for_a_quote(visit(), **{"E-mail": "new@mail.example", "Phone": "(212) 555-0199", "First name": "Newcomer"})
    expect(page.get_by_text("Newcomer Ruiz")).to_be_visible()
    expect(menu).to_have_attribute("open", "")
    expect(menu.locator("summary")).to_be_focused()
    menu.get_by_role("button", name="Voicemail").click()
    expect(page.get_by_text("Ben Okafor: call logged, voicemail.")).to_be_visible()
    expect(menu).not_to_have_attribute("open", "")


def test_a_form_with_a_mistake_comes_back_filled_in(visit: Visit) -> None:
    page = visit()
    ask_for_a_quote(page, Phone="12")
    expect(page.get_by_label("Phone")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("First name")).to_have_value("Ana")
    page.get_by_label("Phone").fill("(212) 555-0143")
    page.get_by_role("button", name="Send my request").click()
    expect(page.get_by_role("heading", name="Thank you, we have it")).to_be_visible()
    assert Lead.objects.get().attributes == {"utm_source": "news"}


def test_a_program_that_fills_in_everything_leaves_no_lead(visit: Visit) -> None:
    page = visit()
    page.goto("/quote/")
    page.locator("[name=website]").evaluate("(field) => { field.value = 'https://spam.example' }")
    page.evaluate("document.querySelector('[name=first_name]').focus()")
    for name, value in (("first_name", "Bot"), ("last_name", "Net"), ("phone", "2125550177"), ("email", "bot@mail.example")):
        page.locator(f"[name={name}]").fill(value)
    page.locator("[name=zip_code]").fill("10005")
    page.get_by_label("Insurance you need").select_option("homeowners")
    page.get_by_role("button", name="Send my request").click()
    expect(page.get_by_role("heading", name="Thank you, we have it")).to_be_visible()
    assert not Lead.objects.exists()


def test_the_day_goes_on_without_a_script(visit: Visit) -> None:
    leads = fill(timezone.now())
    page = visit("sarah", java_script_enabled=False)
    row = page.get_by_role("listitem").filter(has_text="Ana Ruiz")
    expect(row).to_contain_text("running")
    row.locator("summary").filter(has_text="Log").click()
    row.get_by_role("button", name="No answer").click()
    expect(page.get_by_text("Ana Ruiz: call logged, no answer.")).to_be_visible()
    page.get_by_role("link", name="Ana Ruiz").click()
    page.get_by_role("link", name="Edit what Ana Ruiz wants").click()
    page.get_by_label("Line").select_option("renters")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Ana Ruiz is put right.")).to_be_visible()
    page.locator("#presence > summary").click()
    page.get_by_role("button", name="Busy").click()
    expect(page.locator("#presence")).to_contain_text("You are busy")
    page.locator("#status-menu > summary").click()
    page.get_by_label("Status", exact=True).select_option("lost")
    page.get_by_label("Why lost").select_option("Price")
    page.get_by_role("button", name="Save status").click()
    expect(page.get_by_text("Ana Ruiz is now lost.")).to_be_visible()
    lead = Lead.objects.get(pk=leads["Ana"].pk)
    assert (lead.status, lead.touches.get().outcome, lead.line) == ("lost", "no_answer", "renters")


def test_the_manager_watches_it_happen(visit: Visit) -> None:
    rosa = visit("rosa")
    rosa.wait_for_url("**/dashboard/")
    expect(rosa.get_by_text("No leads yet today")).to_be_visible()
    ask_for_a_quote(visit())
    row = rosa.get_by_role("row").filter(has_text="Ana Ruiz")
    expect(row).to_contain_text("Sarah M.", timeout=4000)
    expect(row).to_contain_text("Warm 40")
    expect(row.get_by_role("timer")).to_be_visible()


def test_a_producer_works_on_a_phone(visit: Visit) -> None:
    fill(timezone.now())
    page = visit("sarah", viewport=PHONE, has_touch=True)
    row = page.get_by_role("listitem").filter(has_text="Ana Ruiz")
    call = row.get_by_role("link", name="Call").bounding_box()
    assert call is not None
    assert call["width"] > 330
    assert call["height"] >= 44
    row.locator("summary").filter(has_text="Log").tap()
    row.get_by_role("button", name="Voicemail").tap()
    expect(page.get_by_text("Ana Ruiz: call logged, voicemail.")).to_be_visible()
