"""Logging in and out, and the way to one's own start page."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from agency.models import User
from agency.views import LOGIN_TRIES, TOO_MANY_LOGINS
from tests.office import Office

Browse = Callable[[str], Client]


@pytest.mark.parametrize(
    ("name", "start"), [("sarah", "/inbox/"), ("carla", "/inbox/"), ("rosa", "/dashboard/"), ("mia", "/dashboard/")]
)
def test_each_role_has_its_own_start_page(browse: Browse, name: str, start: str) -> None:
    assert browse(name).get("/").url == start


def test_a_stranger_is_asked_to_log_in_and_led_on(office: Office) -> None:
    stranger = Client()
    assert stranger.get("/inbox/").url == "/login/?next=/inbox/"
    assert stranger.post("/login/", {"username": "sarah", "password": "sarah", "next": "/inbox/"}).url == "/inbox/"


def test_a_wrong_password_is_said_without_telling_which_half_was_wrong(office: Office) -> None:
    for name in ("sarah", "nobody"):
        page = Client().post("/login/", {"username": name, "password": "wrong"}).content.decode()
        assert "Please enter a correct username and password" in page


def test_guessing_a_password_ends_soon(office: Office) -> None:
    guesser = Client()
    for _ in range(LOGIN_TRIES):
        guesser.post("/login/", {"username": "sarah", "password": "wrong"})
    assert TOO_MANY_LOGINS in guesser.post("/login/", {"username": "Sarah", "password": "sarah"}).content.decode()
    assert Client().post("/login/", {"username": "james", "password": "james"}).status_code == 302


def test_logging_in_rightly_is_no_failed_try(office: Office) -> None:
    for _ in range(LOGIN_TRIES + 2):
        assert Client().post("/login/", {"username": "sarah", "password": "sarah"}).status_code == 302


def test_logging_out_needs_a_post(browse: Browse) -> None:
    sarah = browse("sarah")
    assert sarah.get("/logout/").status_code == 405
    assert sarah.post("/logout/").url == "/login/"
    assert sarah.get("/inbox/").status_code == 302


def test_someone_changes_their_own_password(browse: Browse, office: Office) -> None:
    new = "a long way round the harbor"
    answer = browse("sarah").post("/password/", {"old_password": "sarah", "new_password1": new, "new_password2": new})
    assert answer.url == "/"
    assert User.objects.get(username="sarah").check_password(new)


def test_a_password_that_is_too_short_comes_back_with_the_reason(browse: Browse) -> None:
    page = browse("sarah").post("/password/", {"old_password": "sarah", "new_password1": "ab1", "new_password2": "ab1"})
    assert "too short" in page.content.decode()


@pytest.mark.parametrize("path", ["/inbox/", "/leads/new/", "/leads/rejected/", "/leads/1/"])
def test_marketing_sees_no_page_about_single_leads(browse: Browse, path: str) -> None:
    assert browse("mia").get(path).status_code == 403


def test_a_person_without_a_role_is_told_so(office: Office) -> None:
    newcomer = Client()
    newcomer.force_login(User.objects.create(username="new", name="New Person"))
    answer = newcomer.get("/")
    assert answer.status_code == 403
    assert "ask a manager" in answer.content.decode()


def test_a_script_whose_session_ended_is_told_to_reload(office: Office) -> None:
    answer = Client().get("/inbox/rows/", headers={"HX-Request": "true"}, follow=True)
    assert answer.headers["HX-Refresh"] == "true"


@pytest.mark.parametrize("path", ["/login/", "/quote/", "/quote/thanks/", "/nowhere/"])
def test_public_pages_hold_nothing_inline(office: Office, path: str) -> None:
    _nothing_inline(Client().get(path))


@pytest.mark.parametrize("path", ["/inbox/", "/dashboard/", "/leads/new/", "/leads/rejected/", "/notices/", "/password/"])
def test_staff_pages_hold_nothing_inline(browse: Browse, path: str) -> None:
    _nothing_inline(browse("rosa").get(path))


def _nothing_inline(answer: object) -> None:
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    page = answer.content.decode()
    assert not re.search(r"<script(?![^>]*\ssrc=)", page)
    assert not re.search(r"\s(style|on\w+)=", page)
    assert "<style" not in page


def test_every_answer_of_a_page_is_private(browse: Browse) -> None:
    assert "no-store" in browse("sarah").get("/inbox/").headers["Cache-Control"]


def test_a_notice_is_read_by_opening_what_it_is_about(browse: Browse, office: Office) -> None:
    from tests.office import hand_in

    lead = hand_in(office)
    owner = lead.owner.user
    notice = owner.messages.get(channel="in_app")
    browser = browse(owner.username)
    assert "1 unread" in browser.get("/inbox/").content.decode()
    assert browser.post("/notices/read/", {"id": notice.pk}).url == f"/leads/{lead.pk}/"
    assert "unread" not in browser.get("/inbox/").content.decode()


def test_nobody_reads_someone_elses_notices(browse: Browse, office: Office) -> None:
    from tests.office import hand_in

    lead = hand_in(office)
    notice = lead.owner.user.messages.get(channel="in_app")
    other = "james" if lead.owner.key == "sarah" else "sarah"
    assert browse(other).post("/notices/read/", {"id": notice.pk}).url == "/notices/"
    notice.refresh_from_db()
    assert notice.read_at is None


def test_fields_at_the_front_door_are_those_of_every_form(browse: Browse, office: Office) -> None:
    page = Client().get("/login/").content.decode()
    assert len(re.findall(r'<input type="(?:text|password)"[^>]*class="form-control"', page)) == 2
    assert browse("sarah").get("/password/").content.decode().count('class="form-control"') == 3
