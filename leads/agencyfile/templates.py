"""The `templates` section: what is said on each channel."""

from collections.abc import Mapping
from typing import Any

from agency.agencyfile.fields import Fields, Problems, keyed_rows, names_in
from agency.agencyfile.sections import Section, Writing, put_keyed
from leads.agencyfile.plans import KEY as PLANS
from leads.followup import templates as wording
from leads.followup.opening import OPENS_ON, lacks
from leads.models import Template

CHANNELS = ("sms", "email", "call", "voice")
LONGEST = 10_000


def _check(raw: Any, problems: Problems) -> dict[str, dict[str, Any]]:
    return {row.slug("key"): _values(row) for row in keyed_rows(raw, "templates", problems)}


def _values(row: Fields) -> dict[str, Any]:
    channel = row.one_of("channel", CHANNELS)
    values: dict[str, Any] = {"channel": channel, "body": row.text("body", longest=LONGEST)}
    values["subject"] = row.text("subject", longest=300) if channel == "email" else row.text("subject", "", longest=300)
    for key in ("subject", "body"):
        for problem in wording.problems(values[key]):
            row.note(key, problem)
    return values


def _write(entries: dict[str, dict[str, Any]], writing: Writing) -> None:
    put_keyed("templates", Template, entries, writing)


def _dump() -> list[dict[str, Any]]:
    return [
        {"key": one.key, "channel": one.channel} | ({"subject": one.subject} if one.subject else {}) | {"body": one.body}
        for one in Template.objects.filter(active=True, channel__in=CHANNELS).order_by("pk")
    ]


def _names(raw: Any) -> dict[str, frozenset[str]]:
    """All templates, and those of each channel."""
    rows = [row for row in raw if isinstance(row, Mapping)] if isinstance(raw, list | tuple) else []
    of_channel = {f"{channel} template": names_in([row for row in rows if row.get("channel") == channel]) for channel in CHANNELS}
    return {"template": names_in(rows), **of_channel}


def _cautions(entries: dict[str, dict[str, Any]], everything: Mapping[str, Any]) -> list[str]:
    """The first text of a plan that does not say who writes or how to stop."""
    opening: set[str | None] = set()
    for plan in everything.get(PLANS, ()):
        first = next((step for step in plan.steps if step.channel == "sms"), None)
        if first is not None and plan.starts in OPENS_ON:
            opening |= {first.template, first.otherwise}
    return [
        f"templates[{place}].body: {why}"
        for place, (key, values) in enumerate(entries.items())
        if key in opening
        for why in lacks(values["body"])
    ]


SECTION = Section(key="templates", place=90, check=_check, write=_write, dump=_dump, names=_names, cautions=_cautions)
