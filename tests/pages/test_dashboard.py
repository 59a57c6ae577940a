"""The day as the manager follows it."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import time_machine
from django.test import Client

from leads import work
from producers.presence import set_presence
from tests.office import NOW, Office, hand_in

Browse = Callable[[str], Client]


def test_a_manager_sees_today_with_owner_tier_clock_and_rule(
    browse: Browse, office: Office, afternoon: time_machine.Traveller
) -> None:
    lead = hand_in(office)
    afternoon.shift(timedelta(seconds=90))
    page = browse("rosa").get("/dashboard/").content.decode()
    for words in ("Ana Ruiz", lead.owner.name, "Warm 40", ">01:30<", "Taking turns", "Personal auto"):
        assert words in page, words


def test_marketing_sees_figures_and_no_names(browse: Browse, office: Office) -> None:
    hand_in(office)
    page = browse("mia").get("/dashboard/").content.decode()
    assert "Received" in page
    assert "Ana" not in page
    assert "Taking turns" not in page


def test_producers_have_no_dashboard(browse: Browse) -> None:
    assert browse("sarah").get("/dashboard/").status_code == 403


def test_the_live_part_answers_204_until_something_changes(browse: Browse, office: Office) -> None:
    lead = hand_in(office)
    rosa = browse("rosa")
    version = re.search(r'name="v" value="([^"]+)"', rosa.get("/dashboard/rows/").content.decode())[1]
    assert rosa.get(f"/dashboard/rows/?v={version}").status_code == 204
    work.log_touch(lead, by=lead.owner.user, channel="call", outcome="reached")
    assert rosa.get(f"/dashboard/rows/?v={version}").status_code == 200


def test_an_empty_day_says_what_will_happen(browse: Browse) -> None:
    assert "No leads yet today" in browse("rosa").get("/dashboard/").content.decode()


def test_the_price_of_the_page_does_not_grow_with_the_day(browse: Browse, office: Office, django_assert_num_queries: Any) -> None:
    rosa = browse("rosa")
    hand_in(office)
    rosa.get("/dashboard/")
    with django_assert_num_queries(22):  # one of them counts what is stuck
        rosa.get("/dashboard/")
    for n in range(6):
        hand_in(office, first_name=f"Person{n}", email=f"p{n}@mail.example", phone=f"(212) 555-011{n}")
    with django_assert_num_queries(22):
        rosa.get("/dashboard/")


def test_people_stand_with_presence_cap_and_drift_and_lead_to_their_leads(browse: Browse, office: Office) -> None:
    lead = hand_in(office)
    set_presence(office.james, presence="busy", now=NOW)
    page = browse("rosa").get("/dashboard/").content.decode()
    assert f'?who=all&amp;owner={lead.owner.key}">1/20' in page
    assert '<span class="presence is-busy" title="busy">' in page
    assert ">+0.5</a>" in page
    assert ">−0.5</a>" in page
    page = browse("mia").get("/dashboard/").content.decode()
    assert "1/20" in page
    assert "owner=" not in page
