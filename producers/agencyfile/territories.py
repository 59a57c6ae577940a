"""The `territories` section: areas by ZIP ranges, counties or states; the order counts."""

import re
from dataclasses import dataclass
from typing import Any

from agency.agencyfile.fields import Fields, Problems, as_text, keyed_rows, names_in
from agency.agencyfile.sections import Section, Writing, put_keyed
from producers.agencyfile.states import state_code
from producers.counties import counties
from producers.models import Producer, Team, Territory

NOT_ZIPS = '"{}" is no ZIP and no range of them: write "10001-10099"'
BACKWARDS = '"{}" ends before it begins'
NOT_A_COUNTY = '"{}" is no county: write "NY/Kings County"'
NO_SUCH_COUNTY = 'there is no county "{}"'
NOWHERE = "names no ZIPs, counties or states"

_ZIPS = re.compile(r"(\d{5})(?:\s*-\s*(\d{5}))?")


@dataclass(frozen=True, slots=True)
class TerritoryEntry:
    """A territory as the file has it."""

    key: str
    name: str
    zips: tuple[str, ...]
    counties: tuple[str, ...]
    states: tuple[str, ...]
    team: str | None
    backup: str | None


def _check(raw: Any, problems: Problems) -> tuple[TerritoryEntry, ...]:
    return tuple(_entry(row) for row in keyed_rows(raw, "territories", problems))


def _entry(row: Fields) -> TerritoryEntry:
    entry = TerritoryEntry(
        key=row.slug("key"),
        name=row.text("name", longest=120),
        zips=row.parsed_each("zips", _zips),
        counties=row.parsed_each("counties", _county),
        states=row.parsed_each("states", state_code),
        team=row.known("team", "team"),
        backup=row.known("backup", "owner"),
    )
    if not any(row.has(key) for key in ("zips", "counties", "states")):
        row.problems.note(row.path, NOWHERE)
    return entry


def _zips(value: Any) -> str:
    text = as_text(value, 20)
    match = _ZIPS.fullmatch(text)
    if match is None:
        raise ValueError(NOT_ZIPS.format(text))
    low, high = match[1], match[2] or match[1]
    if high < low:
        raise ValueError(BACKWARDS.format(text))
    return low if low == high else f"{low}-{high}"


def _county(value: Any) -> str:
    text = as_text(value, 80)
    state, slash, name = text.partition("/")
    if not slash or not name.strip():
        raise ValueError(NOT_A_COUNTY.format(text))
    county = f"{state_code(state.strip())}/{name.strip()}"
    known = counties()
    if known is not None and county not in known:
        raise ValueError(NO_SUCH_COUNTY.format(county))
    return county


def _write(entries: tuple[TerritoryEntry, ...], writing: Writing) -> None:
    teams = dict(Team.objects.values_list("key", "pk"))
    people = dict(Producer.objects.values_list("key", "pk"))
    wanted = {
        entry.key: {
            "name": entry.name,
            "zips": list(entry.zips),
            "counties": list(entry.counties),
            "states": list(entry.states),
            "team_id": teams[entry.team] if entry.team else None,
            "backup_id": people[entry.backup] if entry.backup else None,
            "position": position,
        }
        for position, entry in enumerate(entries)
    }
    put_keyed("territories", Territory, wanted, writing)


def _dump() -> list[dict[str, Any]]:
    return [
        {
            key: value
            for key, value in {
                "key": one.key,
                "name": one.name,
                "zips": one.zips,
                "counties": one.counties,
                "states": one.states,
                "team": one.team.key if one.team and one.team.active else None,
                "backup": one.backup.key if one.backup and one.backup.active else None,
            }.items()
            if value
        }
        for one in Territory.objects.filter(active=True).select_related("team", "backup").order_by("position", "key")
    ]


SECTION = Section(
    key="territories", place=40, check=_check, write=_write, dump=_dump, names=lambda raw: {"territory": names_in(raw)}
)
