"""What the first automatic text to somebody has to say: who writes, and how to make it stop."""

import re
from collections.abc import Collection
from typing import Final

from leads.models import Plan, Template

NO_NAME: Final = "it opens a conversation and does not say who writes: put {{ agency.name }} in"
NO_STOP: Final = "it opens a conversation and does not say that STOP ends it"
OPENS_ON: Final = ("assigned", "nurture")
"""What begins a plan for somebody who has had no text yet."""
_NAMES_AGENCY: Final = re.compile(r"\{\{\s*agency\.name\s*\}\}")
_SAYS_STOP: Final = re.compile(r"\bSTOP\b")


def lacks(body: str) -> list[str]:
    """What an opening text does not say and carriers ask of it."""
    return [why for why, there in ((NO_NAME, _NAMES_AGENCY), (NO_STOP, _SAYS_STOP)) if not there.search(body)]


def opening_templates() -> Collection[int]:
    """The templates of each plan's first text; two queries."""
    found: set[int] = set()
    for plan in Plan.objects.filter(active=True, starts__in=OPENS_ON).prefetch_related("steps"):
        first = next((step for step in plan.steps.all() if step.channel == "sms"), None)
        if first is not None:
            found |= {pk for pk in (first.template_id, first.otherwise_id) if pk is not None}
    return found


def warnings(template: Template) -> list[str]:
    """What somebody who saved the template may not have meant; two queries, for a text alone."""
    if template.channel != "sms" or template.pk not in opening_templates():
        return []
    return lacks(template.body)
