"""What to do next, in order, kept current at a constant price."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from agency.models import Agency
from leads import work
from leads.inbox import PAGE_SIZE, inbox
from leads.models import Lead
from tests.office import NOW, Office, hand_in

Browse = Callable[[str], Client]


def person(n: int, **fields: Any) -> dict[str, Any]:
    return {"first_name": f"Person{n}", "email": f"person{n}@mail.example", "phone": f"(212) 555-01{n % 100:02}", **fields}


@pytest.fixture
def sarahs(office: Office) -> Callable[..., Lead]:
    """A lead that is Sarah's."""

    def give(n: int, **fields: Any) -> Lead:
        lead = hand_in(office, **person(n, **fields))
        if lead.owner_id != office.sarah.pk:
            work.reassign(lead, by=office.rosa.user, producer=office.sarah, reason="For Sarah")
        return lead

    return give


def names(browser: Client, path: str = "/inbox/") -> list[str]:
    return re.findall(r'class="row-name"[^>]*>([^<]+)<', browser.get(path).content.decode())


def test_a_producer_sees_their_own_leads_and_nobody_elses(browse: Browse, sarahs: Any) -> None:
    sarahs(1)
    assert names(browse("sarah")) == ["Person1 Ruiz"]
    assert names(browse("james")) == []
    assert "All done" in browse("james").get("/inbox/").content.decode()


def test_a_row_says_who_what_why_and_how_long(browse: Browse, sarahs: Any, afternoon: time_machine.Traveller) -> None:
    lead = sarahs(1)
    afternoon.shift(timedelta(seconds=47))
    page = browse("sarah").get("/inbox/").content.decode()
    assert f'data-since="{lead.owned_since.astimezone().isoformat()[:10]}' in page
    assert ">00:47<" in page
    assert "Personal auto" in page
    assert "New York NY" in page
    assert "Warm 40" in page
    assert "+25</span> Requested a quote" in page
    assert "+15</span> In our territory" in page
    assert 'href="tel:+12125550101"' in page
    assert "Website" in page


def test_what_just_arrived_comes_first_then_late_clocks_then_the_rest(
    browse: Browse, sarahs: Any, office: Office, afternoon: time_machine.Traveller
) -> None:
    sarahs(1)
    talked = sarahs(2)
    work.log_touch(talked, by=office.sarah.user, channel="call", outcome="reached")
    afternoon.shift(timedelta(minutes=1))
    sarahs(3)
    afternoon.shift(timedelta(minutes=6))
    sarahs(4, events=[{"kind": "pricing_view", "at": NOW.isoformat()}] * 2)
    afternoon.shift(timedelta(seconds=30))
    sarahs(5)
    afternoon.shift(timedelta(seconds=30))
    sarahs(6)
    tried = sarahs(7)
    work.log_touch(tried, by=office.sarah.user, channel="call", outcome="no_answer")
    Lead.objects.filter(first_name="Person4").update(tier="hot")
    assert names(browse("sarah")) == [f"Person{n} Ruiz" for n in (4, 6, 5, 1, 3, 7, 2)]


def test_a_new_lead_leaves_the_top_once_somebody_tried_or_the_target_is_missed(
    browse: Browse, sarahs: Any, afternoon: time_machine.Traveller
) -> None:
    sarahs(1)
    afternoon.shift(timedelta(minutes=4, seconds=59))
    sarahs(2)
    assert names(browse("sarah")) == ["Person2 Ruiz", "Person1 Ruiz"]
    afternoon.shift(timedelta(minutes=4))
    assert names(browse("sarah")) == ["Person2 Ruiz", "Person1 Ruiz"]
    afternoon.shift(timedelta(minutes=3))
    assert names(browse("sarah")) == ["Person1 Ruiz", "Person2 Ruiz"]


@pytest.fixture
def night(office: Office, afternoon: time_machine.Traveller) -> None:
    """The agency is open from nine to five, and it is twenty past two in the night to Wednesday."""
    agency = Agency.objects.get()
    agency.hours = {day: ["09:00-17:00"] for day in agency.hours}
    agency.save()
    afternoon.move_to(datetime(2026, 11, 25, 7, 20, tzinfo=UTC))


@pytest.mark.usefixtures("night")
def test_out_of_hours_the_clock_says_when_it_starts_and_then_counts_from_there(
    browse: Browse, office: Office, afternoon: time_machine.Traveller
) -> None:
    sarah = browse(hand_in(office, now=datetime(2026, 11, 25, 7, 18, tzinfo=UTC)).owner.key)
    page = sarah.get("/inbox/").content.decode()
    assert re.search(r'<span class="word">starts</span><time[^>]*>9:00 am</time>', page)
    assert "data-since=" not in page
    assert "(1) Inbox" in page
    afternoon.shift(timedelta(hours=1))
    assert "(1) Inbox" not in sarah.get("/inbox/").content.decode()
    afternoon.move_to(datetime(2026, 11, 25, 14, 1, tzinfo=UTC))
    page = sarah.get("/inbox/").content.decode()
    assert ">01:00<" in page
    assert ">running<" in page
    afternoon.move_to(datetime(2026, 11, 25, 14, 5, tzinfo=UTC))
    assert ">late<" in sarah.get("/inbox/").content.decode()


@pytest.mark.usefixtures("night")
def test_in_quiet_hours_the_call_button_warns_and_still_calls(
    browse: Browse, office: Office, afternoon: time_machine.Traveller
) -> None:
    sarah = browse(hand_in(office).owner.key)
    page = sarah.get("/inbox/").content.decode()
    assert "quiet hours there until Wed 8:00 am" in page
    assert re.search(r'btn-plain call" href="tel:\+12125550143" title="Quiet hours', page)
    afternoon.move_to(datetime(2026, 11, 25, 13, 0, tzinfo=UTC))
    page = sarah.get("/inbox/").content.decode()
    assert "quiet hours" not in page
    assert 'btn-primary call" href="tel:+12125550143">' in page


def test_lines_and_sources_narrow_the_list_by_its_address(browse: Browse, sarahs: Any, office: Office) -> None:
    sarahs(1)
    other = sarahs(2, line="")
    Lead.objects.filter(pk=other.pk).update(source=office.vendor)
    sarah = browse("sarah")
    assert names(sarah, "/inbox/?line=personal_auto") == ["Person1 Ruiz"]
    assert names(sarah, "/inbox/?source=quotewizard") == ["Person2 Ruiz"]
    assert names(sarah, "/inbox/?source=quotewizard&line=personal_auto") == []
    page = sarah.get("/inbox/?source=quotewizard&line=personal_auto").content.decode()
    assert "No open lead fits the filters." in page
    assert '<option value="quotewizard" selected>' in page
    assert "/inbox/rows/?line=personal_auto&amp;source=quotewizard" in page


def test_a_manager_looks_at_one_persons_leads_and_nobody_else_does(browse: Browse, sarahs: Any, office: Office) -> None:
    sarahs(1)
    rosa = browse("rosa")
    assert names(rosa, "/inbox/?who=all&owner=sarah") == ["Person1 Ruiz"]
    assert "with Sarah M." in rosa.get("/inbox/?owner=sarah").content.decode()
    assert names(rosa, "/inbox/?who=all&owner=james") == []
    assert names(browse("james"), "/inbox/?who=all&owner=sarah") == []


def test_the_clock_stops_at_the_first_attempt(browse: Browse, sarahs: Any, office: Office) -> None:
    lead = sarahs(1)
    sarah = browse("sarah")
    assert "data-since=" in sarah.get("/inbox/").content.decode()
    work.log_touch(lead, by=office.sarah.user, channel="call", outcome="voicemail")
    assert "data-since=" not in sarah.get("/inbox/").content.decode()


def test_closed_leads_leave_the_inbox_and_are_found_by_search(browse: Browse, sarahs: Any, office: Office) -> None:
    lead = sarahs(1)
    work.set_status(lead, by=office.sarah.user, status="lost", reason="Price")
    assert names(browse("sarah")) == []
    assert names(browse("sarah"), "/inbox/?q=person1") == ["Person1 Ruiz"]
    assert names(browse("sarah"), "/inbox/?q=555-0101") == ["Person1 Ruiz"]
    assert "Nobody found" in browse("sarah").get("/inbox/?q=zzz").content.decode()


def test_search_shows_nobody_elses_leads(browse: Browse, sarahs: Any) -> None:
    sarahs(1)
    assert names(browse("james"), "/inbox/?q=person1") == []


def test_a_manager_switches_between_their_own_and_everyones(browse: Browse, sarahs: Any) -> None:
    sarahs(1)
    assert names(browse("rosa")) == []
    assert names(browse("rosa"), "/inbox/?who=all") == ["Person1 Ruiz"]
    assert names(browse("james"), "/inbox/?who=all") == []


def test_the_live_part_answers_204_until_something_changes(
    browse: Browse, sarahs: Any, office: Office, afternoon: time_machine.Traveller
) -> None:
    lead = sarahs(1)
    sarah = browse("sarah")

    def version() -> str:
        return re.search(r'name="v" value="([^"]+)"', sarah.get("/inbox/rows/").content.decode())[1]

    before = version()
    afternoon.shift(timedelta(seconds=30))
    assert sarah.get(f"/inbox/rows/?v={before}").status_code == 204
    work.accept(lead, by=office.sarah.user)
    assert sarah.get(f"/inbox/rows/?v={before}").status_code == 200
    accepted = version()
    afternoon.shift(timedelta(minutes=6))
    assert sarah.get(f"/inbox/rows/?v={accepted}").status_code == 200
    late = version()
    sarahs(2)
    assert sarah.get(f"/inbox/rows/?v={late}").status_code == 200


def test_the_live_part_carries_title_and_bell(browse: Browse, sarahs: Any) -> None:
    sarahs(1)
    page = browse("sarah").get("/inbox/rows/", headers={"HX-Request": "true"}).content.decode()
    assert "<title>(1) Inbox" in page
    assert 'id="bell"' in page


def test_an_outcome_is_logged_from_the_list_and_leads_back_to_it(browse: Browse, sarahs: Any) -> None:
    lead = sarahs(1)
    answer = browse("sarah").post(f"/leads/{lead.pk}/touch/", {"outcome": "no_answer", "next": "/inbox/?q=person"})
    assert answer.url == "/inbox/?q=person"
    assert lead.touches.get().channel == "call"


def test_a_list_elsewhere_is_not_led_back_to(browse: Browse, sarahs: Any) -> None:
    lead = sarahs(1)
    answer = browse("sarah").post(f"/leads/{lead.pk}/accept/", {"next": "//evil.example/inbox/"})
    assert answer.url == f"/leads/{lead.pk}/"


def test_the_price_of_the_page_does_not_grow_with_the_list(browse: Browse, sarahs: Any, django_assert_num_queries: Any) -> None:
    sarah = browse("sarah")
    sarah.get("/inbox/")
    for n in range(3):
        sarahs(n)
    with django_assert_num_queries(16):
        sarah.get("/inbox/")
    for n in range(3, 12):
        sarahs(n)
    with django_assert_num_queries(16):
        sarah.get("/inbox/")


def test_thousands_of_leads_come_in_pages(office: Office, sarahs: Any, browse: Browse, django_assert_num_queries: Any) -> None:
    lead = sarahs(1)
    fields = {f.attname: getattr(lead, f.attname) for f in Lead._meta.concrete_fields if f.name != "id"}
    Lead.objects.bulk_create(Lead(**{**fields, "first_name": f"Copy{n}"}) for n in range(PAGE_SIZE * 2))
    shown = inbox(Lead.objects.all(), now=NOW, page=2)
    assert (shown.total, shown.pages, shown.page) == (PAGE_SIZE * 2 + 1, 3, 2)
    page = browse("sarah").get("/inbox/?page=3").content.decode()
    assert f"Page 3 of 3 · {PAGE_SIZE * 2 + 1} leads" in page
    assert inbox(Lead.objects.all(), now=NOW, page=99).page == 3
