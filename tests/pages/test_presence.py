"""Saying whether one is there, in the bar of every page."""

import re
from collections.abc import Callable
from typing import Any

from django.test import Client

from producers.models import Load
from producers.views import NOT_A_CHOICE, WORDS
from tests.office import Office

Browse = Callable[[str], Client]


def shown(page: str) -> str:
    """Which of the three the bar says."""
    found = re.search(r"You are (\w+): change it", page)
    return found[1] if found else ""


def test_the_bar_says_what_one_is_and_offers_the_others(browse: Browse, office: Office) -> None:
    sarah = browse("sarah")
    page = sarah.get("/inbox/").content.decode()
    assert shown(page) == "available"
    assert re.findall(r'name="presence" value="(\w+)"', page) == ["available", "busy", "away"]


def test_a_choice_holds_and_leads_back_to_the_very_list(browse: Browse, office: Office) -> None:
    sarah = browse("sarah")
    answer = sarah.post("/presence/", {"presence": "busy", "next": "/inbox/?q=ana"})
    assert answer.url == "/inbox/?q=ana"
    assert Load.objects.get(producer=office.sarah).presence == "busy"
    page = sarah.get("/inbox/?q=ana").content.decode()
    assert shown(page) == "busy"
    assert WORDS["busy"] in page
    assert 'name="next" value="/inbox/?q=ana"' in page


def test_another_site_is_not_led_to(browse: Browse, office: Office) -> None:
    assert browse("sarah").post("/presence/", {"presence": "away", "next": "https://evil.example/"}).url == "/"


def test_an_answer_to_a_form_is_no_page_to_go_back_to(browse: Browse, office: Office) -> None:
    page = browse("rosa").post("/leads/new/", {}).content.decode()
    assert 'value="away"' in page
    assert 'name="next"' not in page


def test_managers_who_are_people_have_it_and_marketing_does_not(browse: Browse, office: Office) -> None:
    assert shown(browse("rosa").get("/dashboard/").content.decode()) == "available"
    assert shown(browse("mia").get("/dashboard/").content.decode()) == ""


def test_what_is_none_of_the_three_is_refused(browse: Browse, office: Office) -> None:
    page = browse("sarah").post("/presence/", {"presence": "asleep"}, follow=True).content.decode()
    assert NOT_A_CHOICE in page
    assert Load.objects.get(producer=office.sarah).presence == "available"


def test_it_costs_one_query(browse: Browse, office: Office, django_assert_max_num_queries: Any) -> None:
    sarah = browse("sarah")
    sarah.get("/leads/why/")
    with django_assert_max_num_queries(10) as asked:
        sarah.get("/leads/why/")
    assert sum("producers_load" in one["sql"] for one in asked.captured_queries) == 1
