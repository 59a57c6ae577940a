"""The pages on a working day, wide and on a phone, light and dark.

`pytest tests/e2e/test_pictures.py --pictures docs/pictures` takes the README's pictures anew.
"""

from typing import Any

import pytest
from django.utils import timezone

from tests.e2e.conftest import PHONE, WIDE, Visit
from tests.e2e.day import fill

KEPT = ("inbox-wide", "inbox-wide-dark", "inbox-390", "lead-wide", "lead-390", "lead-390-dark", "dashboard-wide")
SCHEMES = {"light": "", "dark": "-dark"}
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@pytest.mark.parametrize(("size", "viewport"), [("wide", WIDE), ("390", PHONE)])
def test_every_page_fits_the_screen(visit: Visit, request: Any, size: str, viewport: Any) -> None:
    folder = request.config.getoption("pictures", None)
    ana = fill(timezone.now())["Ana"]
    shown = {
        "sarah": {"inbox": "/inbox/", "lead": f"/leads/{ana.pk}/", "entry": "/leads/new/"},
        "rosa": {"dashboard": "/dashboard/", "notices": "/notices/"},
        "": {"quote": "/quote/", "login": "/login/"},
    }
    for name, pages in shown.items():
        page = visit(name, viewport=viewport, reduced_motion="reduce")
        for title, path in pages.items():
            page.goto(path)
            page.wait_for_load_state("networkidle")
            for scheme, suffix in SCHEMES.items():
                page.emulate_media(color_scheme=scheme)
                assert page.evaluate(FITS), f"{path} is wider than the {size} screen"
                if folder and f"{title}-{size}{suffix}" in KEPT:
                    page.screenshot(path=folder / f"{title}-{size}{suffix}.png")
