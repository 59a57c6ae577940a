"""Calls of the API that carry a key pass by what only people need; nobody gets more for it."""

import pytest
from django.test import Client

from tests.office import ANA, open_office

LEADS = "/api/v1/leads/"


@pytest.fixture
def office(db):
    return open_office()


def test_a_call_with_a_key_sets_no_cookie_and_needs_no_token(office):
    answer = Client(enforce_csrf_checks=True).post(LEADS, ANA, content_type="application/json", headers=office.key("website"))
    assert answer.status_code == 201
    assert not answer.cookies
    assert "Content-Security-Policy" not in answer.headers


def test_a_browsers_session_still_needs_its_token(office):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(office.sarah.user)
    assert browser.post(LEADS, ANA | {"source": "website"}, content_type="application/json").status_code == 403


def test_a_wrong_key_opens_nothing_even_beside_a_session(office):
    browser = Client()
    browser.force_login(office.rosa.user)
    assert browser.get(LEADS, headers={"authorization": "Bearer wrong"}).status_code == 401


def test_a_key_is_no_way_around_the_log_in_of_the_pages(office):
    answer = Client().get("/inbox/", headers=office.key("sarah"))
    assert answer.status_code == 302
    assert "Content-Security-Policy" in answer.headers


def test_an_unknown_address_of_the_api_is_a_plain_404(office):
    assert Client().get("/api/v1/nowhere/", headers=office.key("sarah")).status_code == 404
