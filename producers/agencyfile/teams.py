"""The `teams` section: pods of producers."""

from dataclasses import dataclass
from typing import Any

from agency.agencyfile.fields import Problems, keyed_rows, names_in
from agency.agencyfile.sections import Section, Writing, put, put_keyed
from producers.models import Producer, Team


@dataclass(frozen=True, slots=True)
class TeamEntry:
    """A team as the file has it."""

    key: str
    name: str
    lead: str | None


def _check(raw: Any, problems: Problems) -> tuple[TeamEntry, ...]:
    return tuple(
        TeamEntry(key=row.slug("key"), name=row.text("name", longest=120), lead=row.known("lead", "person"))
        for row in keyed_rows(raw, "teams", problems)
    )


def _write(entries: tuple[TeamEntry, ...], writing: Writing) -> None:
    put_keyed("teams", Team, {entry.key: {"name": entry.name} for entry in entries}, writing)


def _link(entries: tuple[TeamEntry, ...], writing: Writing) -> None:
    people = dict(Producer.objects.values_list("key", "pk"))
    teams = {team.key: team for team in Team.objects.all()}
    for entry in entries:
        lead = people[entry.lead] if entry.lead else None
        writing.count("teams", entry.key, put(teams[entry.key], {"lead_id": lead}))


def _dump() -> list[dict[str, Any]]:
    return [
        {"key": team.key, "name": team.name} | ({"lead": team.lead.key} if team.lead and team.lead.active else {})
        for team in Team.objects.filter(active=True).select_related("lead").order_by("pk")
    ]


SECTION = Section(
    key="teams", place=20, check=_check, write=_write, link=_link, dump=_dump, names=lambda raw: {"team": names_in(raw)}
)
