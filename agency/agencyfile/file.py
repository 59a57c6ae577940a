"""The whole file: checked completely before anything is written, written all or not at all, and written out again."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from agency import revisions
from agency.agencyfile.fields import UNKNOWN_KEY, Problems
from agency.agencyfile.reading import UnreadableError, read_file
from agency.agencyfile.sections import Writing, sections
from agency.agencyfile.writing import write_text
from agency.models import User

VERSION = 1

NOT_AN_AGENCY = "This is no agency file: it must be a mapping that begins with `version: 1`."
WRONG_VERSION = "{} is not a version this program reads; it reads {}"
NO_SECTION = "is missing"

_LOCK = 7_201_001
"""Advisory lock under which one import runs at a time."""


class AgencyFileError(ValueError):
    """The file cannot be imported; `problems` has everything that is wrong with it, each with its path."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def check(data: Any) -> dict[str, Any]:
    """Section → its entries, defaults filled in, of a file that can be imported; nothing is written.

    AgencyFileError with every problem otherwise.
    """
    if not isinstance(data, Mapping):
        raise AgencyFileError([NOT_AN_AGENCY])
    problems = Problems()
    known = {section.key: section for section in sections()}
    version = data.get("version")
    if version != VERSION or isinstance(version, bool):
        problems.note("version", WRONG_VERSION.format("nothing" if version is None else repr(version), VERSION))
    for key in data:
        if key != "version" and key not in known:
            problems.note(str(key), UNKNOWN_KEY.format(", ".join(["version", *known])))
    given = {key: _given(key, data, section.empty, problems) for key, section in known.items()}
    for key, section in known.items():
        problems.names |= section.names(given[key])
    entries = {key: section.check(given[key], problems) for key, section in known.items() if given[key] is not None}
    if problems.found:
        raise AgencyFileError(problems.found)
    return entries


def cautions(entries: Mapping[str, Any]) -> list[str]:
    """What a file that can be imported does, and somebody may not have meant; each with its path. `entries`: from `check`."""
    return [said for section in sections() if section.key in entries for said in section.cautions(entries[section.key], entries)]


def load(path: str | Path, *, now: datetime | None = None, by: User | None = None) -> Writing:
    """The agency is as the file says, in force at every instant; a second load of the same file changes nothing.

    `now` (default: the present) dates what is new. AgencyFileError, and nothing written, when anything is wrong with the file.
    """
    return load_data(read(path), now=now, by=by)


def read(path: str | Path) -> Any:
    """The values of a file. AgencyFileError when it is no YAML that could be looked at."""
    try:
        return read_file(Path(path))
    except UnreadableError as error:
        raise AgencyFileError([str(error)]) from None


@transaction.atomic
def load_data(data: Any, *, now: datetime | None = None, by: User | None = None) -> Writing:
    """As `load`, of values already read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    entries = check(data)
    writing = Writing(now=now or timezone.now(), by=by, cautions=cautions(entries))
    order = [section for section in sections() if section.key in entries]
    with revisions.together():
        for section in order:
            section.write(entries[section.key], writing)
        for section in order:
            section.link(entries[section.key], writing)
    for section in order:
        section.finish(entries[section.key], writing)
    return writing


def dump() -> str:
    """The agency as the text of a file; importing it changes nothing."""
    data: dict[str, Any] = {"version": VERSION}
    for section in sections():
        if values := section.dump():
            data[section.key] = values
    return write_text(data)


def _given(key: str, data: Mapping[str, Any], empty: Any, problems: Problems) -> Any:
    value = data.get(key)
    if value is None and empty is None:
        problems.note(key, NO_SECTION)
    return empty if value is None else value
