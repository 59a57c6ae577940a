"""The `sources` section: where leads come from."""

from typing import Any

from agency.agencyfile.fields import Fields, Problems, keyed_rows, names_in
from agency.agencyfile.sections import Section, Writing, put_keyed
from agency.agencyfile.writing import plain_number
from agency.phones import e164
from leads.models import LeadKind, Source, SourceKind

SAME_NUMBER = "is the number of another source already"
TOO_FINE = "at most two digits after the point"


def _check(raw: Any, problems: Problems) -> dict[str, dict[str, Any]]:
    found, phones = {}, set[str]()
    for index, row in enumerate(keyed_rows(raw, "sources", problems)):
        values = _values(row) | {"position": index}
        if values["phone"] in phones:
            row.note("phone", SAME_NUMBER)
        phones |= {values["phone"]} - {None}
        found[row.slug("key")] = values
    return found


def _values(row: Fields) -> dict[str, Any]:
    cost = row.number("cost_per_lead", 0, high=9_999_999)
    if round(cost, 2) != cost:
        row.note("cost_per_lead", TOO_FINE)
    return {
        "name": row.text("name", longest=120),
        "kind": row.one_of("kind", SourceKind.values),
        "lead_kind": row.one_of("lead_kind", LeadKind.values, LeadKind.REAL_TIME.value),
        "exclusive": row.flag("exclusive", True),
        "cost_per_lead": cost,
        "implies": list(row.words("implies", longest=40)),
        "phone": row.phone("phone", "") or None,
    }


def _write(entries: dict[str, dict[str, Any]], writing: Writing) -> None:
    put_keyed("sources", Source, entries, writing)


def _dump() -> list[dict[str, Any]]:
    return [
        {
            "key": one.key,
            "name": one.name,
            "kind": one.kind,
            "lead_kind": one.lead_kind,
            "exclusive": one.exclusive,
            "cost_per_lead": plain_number(one.cost_per_lead),
        }
        | ({"implies": one.implies} if one.implies else {})
        | ({"phone": e164(one.phone)} if one.phone else {})
        for one in Source.objects.filter(active=True).order_by("position", "key")
    ]


SECTION = Section(key="sources", place=50, check=_check, write=_write, dump=_dump, names=lambda raw: {"source": names_in(raw)})
