"""The pages on a working day, wide and on a phone, light and dark; `--pictures DIR` writes the README's pictures there."""

from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from leads.models import Lead
from tests.e2e.conftest import PHONE, WIDE, Visit
from tests.e2e.day import fill

SIZES = {"wide": WIDE, "phone": PHONE}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_inbox_and_lead_fit_the_screen(visit: Visit, request: Any, tmp_path: Path, size: str, scheme: str) -> None:
    folder = request.config.getoption("pictures", None) or tmp_path
    leads = fill(timezone.now())
    page = visit("sarah", viewport=SIZES[size], color_scheme=scheme)
    pages = {"inbox": "/inbox/", "lead": _address(leads["Ana"])}
    for name, path in pages.items():
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        page.screenshot(path=folder / f"{name}-{size}-{scheme}.png", full_page=size == "wide" and name == "lead")


def _address(lead: Lead) -> str:
    return f"/leads/{lead.pk}/"
