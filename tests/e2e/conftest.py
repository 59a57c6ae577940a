"""A real browser against the demo agency. Whatever the console, the policy or the network complains of fails the test."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from agency.agencyfile.demo import PASSWORD, load_demo
from tests.browser import launch_options

# Playwright's event loop runs in the thread of the tests, which speak to the database too.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
START = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
"""A Tuesday, three in the afternoon in New York: everyone of the demo agency is at work."""
PATIENCE = 10_000  # ms that a page may take to get where it should be
WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
Visit = Callable[..., Page]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where the README's pictures go."""
    parser.addoption("--pictures", type=Path, default=None, help="write the README's pictures into this folder")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here drives a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    options = launch_options()  # looks for a browser by Playwright itself, so not inside of it
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**options)
        yield browser
        browser.close()


@pytest.fixture
def agency(transactional_db: None) -> Iterator[time_machine.Traveller]:
    """The demo agency on a Tuesday afternoon; the clock goes on from there."""
    cache.clear()
    with time_machine.travel(START, tick=True) as traveller:
        load_demo(now=START)
        yield traveller


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What browsers complained of; nothing, at the end of every test."""
    found: list[str] = []
    yield found
    assert not found, "\n".join(found)


@pytest.fixture
def visit(chromium: Browser, live_server: LiveServer, agency: object, complaints: list[str]) -> Iterator[Visit]:
    """A browser of one's own: `visit()` for a visitor, `visit("sarah")` logged in; further words are Playwright's options."""
    contexts: list[BrowserContext] = []

    def open_browser(name: str = "", **options: Any) -> Page:
        context = chromium.new_context(base_url=live_server.url, **{"viewport": WIDE, **options})
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        watch(page, complaints)
        if name:
            log_in(page, name)
        return page

    expect.set_options(timeout=PATIENCE)
    yield open_browser
    for context in contexts:
        context.close()


def log_in(page: Page, name: str) -> None:
    """Through the front door."""
    page.goto("/login/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(lambda url: "/login/" not in url)


def watch(page: Page, complaints: list[str]) -> None:
    """Console errors (the policy's too), failed requests and answers that are errors are written down.

    A request that was cut short because the page went elsewhere is none, and a form that comes back to be mended is a 422.
    """
    page.on("console", lambda said: said.type in {"error", "warning"} and "422" not in said.text and complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "requestfailed",
        lambda request: "ERR_ABORTED" not in (request.failure or "") and complaints.append(f"{request.url}: {request.failure}"),
    )
    page.on(
        "response",
        lambda answer: answer.status >= 400 and answer.status != 422 and complaints.append(f"{answer.status} {answer.url}"),
    )
