"""What a manager should know of a rule set before publishing it, on its page."""

from django.contrib import admin
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from routing.engine.review import ERROR, Finding
from routing.models import RuleSet
from routing.review import findings

NOTHING = "Nothing stands out: every rule can decide, and somebody may take what each of them asks for."


class ReviewMixin:
    """The field of a rule set's page that says what to look at."""

    @admin.display(description="before you publish")
    def look_over(self, ruleset: RuleSet) -> SafeString | str:
        """Each finding as a sentence with its rule, errors first; said of the version as it was last saved."""
        found = findings(ruleset, now=timezone.now()) if ruleset.pk else []
        rows = ((_mark(one), f"{one.rule}: " if one.rule else "", one.sentence) for one in found)
        lines = format_html_join("", '<li class="mb-1">{} <strong>{}</strong>{}</li>', rows)
        return format_html("<ul>{}</ul>", lines) if found else NOTHING


def _mark(finding: Finding) -> SafeString:
    """A word and a color: color is never the only sign."""
    if finding.severity == ERROR:
        return format_html('<span class="font-semibold text-red-600 dark:text-red-500">{}</span>', "✗ Wrong.")
    return format_html('<span class="font-semibold text-orange-600 dark:text-orange-500">{}</span>', "⚠ Look at this.")
