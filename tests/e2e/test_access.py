"""Pages that everybody can use: axe-core finds nothing serious, in light and dark."""

from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from leads.intake import IntakeError, receive
from leads.models import RejectedIntake, Source
from tests.e2e.conftest import Visit
from tests.e2e.day import fill

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SERIOUS = {"serious", "critical"}


def test_no_page_has_a_serious_fault(visit: Visit) -> None:
    leads = fill(timezone.now())
    with pytest.raises(IntakeError):
        receive({"first_name": "Nobody"}, source=Source.objects.get(key="website"))
    public = ["/login/", "/quote/", "/quote/thanks/"]
    staff = [
        "/inbox/?who=all",
        "/inbox/?q=nobody-at-all",
        "/dashboard/",
        f"/leads/{leads['Ana'].pk}/",
        f"/leads/{leads['Lee'].pk}/",
        f"/leads/{leads['Ana'].pk}/edit/",
        "/licences/",
        "/fairness/",
        f"/leads/why/?lead={leads['Ana'].pk}",
        "/leads/new/",
        "/leads/rejected/",
        f"/leads/rejected/{RejectedIntake.objects.get().pk}/",
        "/notices/",
        "/password/",
        "/account/alerts/",
    ]
    found = []
    for name, paths in (("", public), ("rosa", staff)):
        # The policy of our pages would keep the checker itself out.
        page = visit(name, bypass_csp=True, reduced_motion="reduce")
        for path in paths:
            page.goto(path)
            page.evaluate("for (const one of document.querySelectorAll('details:not(.menu)')) one.open = true")
            page.evaluate(AXE)
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                found += [f"{path} in {scheme}: {fault}" for fault in faults(page)]
    assert not found, "\n".join(found)


def faults(page: Page) -> list[str]:
    """What axe-core calls serious or critical, three places of each."""
    result = page.evaluate("(tags) => axe.run(document, {runOnly: {type: 'tag', values: tags}})", RULES)
    return [
        f"{fault['id']} ({fault['impact']}): {node['html'][:160]} {node['failureSummary'][:200]}"
        for fault in result["violations"]
        if fault["impact"] in SERIOUS
        for node in fault["nodes"][:3]
    ]
