"""Turns, as everyone can check them, and as a manager puts them right."""

import re
from collections.abc import Callable
from typing import Any

from django.test import Client

from routing.fairness import SAME_PERSON
from routing.models import Rotation, RotationCorrection
from tests.office import TAKING_TURNS, Office, hand_in

Browse = Callable[[str], Client]


def form(office: Office, **changes: Any) -> dict[str, Any]:
    rotation = Rotation.objects.get(name=TAKING_TURNS)
    plain = {"rotation": rotation.pk, "giver": office.james.pk, "taker": office.sarah.pk, "leads": "0.5", "reason": "A test lead"}
    return plain | changes


def test_a_manager_sees_everyone_and_finds_the_page_in_the_bar(browse: Browse, office: Office) -> None:
    hand_in(office)
    page = browse("rosa").get("/fairness/").content.decode()
    for words in (TAKING_TURNS, "James K.", "Sarah M.", "+0.50", "-0.50", "largest drift 0.50 of a lead", "Put a balance right"):
        assert words in page, words
    assert 'href="/fairness/" aria-current="page"' in page
    assert "/fairness/" not in browse("sarah").get("/inbox/").content.decode().split("</nav>")[0]


def test_nobody_is_owed_less_than_nothing(browse: Browse, office: Office) -> None:
    hand_in(office)
    rosa = browse("rosa")
    answer = rosa.post("/fairness/", form(office, leads="4"), follow=True)
    page = answer.content.decode()
    for words in (
        "Sarah M. is owed 4 leads more",
        "is owed 4.50 leads",
        "is ahead by 4.50 leads",
        "4 leads from James K. to Sarah M.",
    ):
        assert words in page, words
    assert "4.50 of a lead" not in page
    assert "nobody more than one lead off" in page


def test_a_producer_sees_only_their_own_line(browse: Browse, office: Office) -> None:
    hand_in(office)
    browse("rosa").post("/fairness/", form(office))
    page = browse("sarah").get("/fairness/").content.decode()
    assert "+1.00" in page
    assert "more for you" in page
    assert "James" not in page
    assert "Put a balance right" not in page


def test_before_the_first_turn_the_page_says_what_will_happen(browse: Browse) -> None:
    page = browse("rosa").get("/fairness/").content.decode()
    assert "No turns taken yet" in page
    assert "There is no rotation yet" in page


def test_a_correction_is_made_and_shown(browse: Browse, office: Office) -> None:
    hand_in(office)
    rosa = browse("rosa")
    answer = rosa.post("/fairness/", form(office), follow=True)
    page = answer.content.decode()
    assert "Sarah M. is owed 0.50 of a lead more, James K. as much less." in page
    assert "0.50 of a lead from James K. to Sarah M." in page
    assert RotationCorrection.objects.get().by == office.rosa.user


def test_a_wrong_correction_comes_back_with_what_was_typed(browse: Browse, office: Office) -> None:
    hand_in(office)
    answer = browse("rosa").post("/fairness/", form(office, taker=office.james.pk, reason="He asked"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert SAME_PERSON in page
    assert 'value="He asked"' in page
    assert browse("rosa").post("/fairness/", form(office, leads="99")).status_code == 422
    assert browse("sarah").post("/fairness/", form(office)).status_code == 403
    assert not RotationCorrection.objects.exists()


def test_the_live_part_answers_204_until_a_turn_is_taken(browse: Browse, office: Office) -> None:
    hand_in(office)
    rosa = browse("rosa")
    version = re.search(r'name="v" value="([^"]+)"', rosa.get("/fairness/rows/").content.decode())[1]
    assert rosa.get(f"/fairness/rows/?v={version}").status_code == 204
    hand_in(office, email="ben@mail.example", phone="(212) 555-0144")
    assert rosa.get(f"/fairness/rows/?v={version}").status_code == 200


def test_the_price_of_the_page_does_not_grow(browse: Browse, office: Office, django_assert_num_queries: Any) -> None:
    rosa = browse("rosa")
    hand_in(office)
    rosa.get("/fairness/")
    with django_assert_num_queries(13):
        rosa.get("/fairness/")
    for _ in range(4):
        rosa.post("/fairness/", form(office))
    rosa.get("/fairness/")
    with django_assert_num_queries(13):
        rosa.get("/fairness/")
