"""The parts of the agency file. Each app brings its own: how to check it, how to write it, how to read it back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models

from agency.agencyfile.fields import Problems
from agency.models import User

CREATED, CHANGED, DEACTIVATED = "created", "changed", "deactivated"


@dataclass(slots=True)
class Writing:
    """One import under way: its instant, the people's log-ins by key, and what it did so far, by section."""

    now: datetime
    by: User | None = None
    users: dict[str, User] = field(default_factory=dict)
    done: dict[str, dict[str, str]] = field(default_factory=dict)
    """Section → key of what was touched → created, changed or deactivated."""
    cautions: list[str] = field(default_factory=list)
    """What somebody may not have meant, each with its path."""

    def count(self, section: str, key: str, what: str) -> None:
        """This thing of this section was created, changed or deactivated; nothing, when `what` is empty."""
        if what:
            self.done.setdefault(section, {}).setdefault(key, what)


def no_names(_: Any) -> Mapping[str, frozenset[str]]:
    """Nothing in this section is referred to from elsewhere."""
    return {}


def no_cautions(_: Any, __: Mapping[str, Any]) -> Sequence[str]:
    """Nothing to say."""
    return ()


def no_links(_: Any, __: Writing) -> None:
    """Nothing in this section refers to what is written after it."""


@dataclass(frozen=True, slots=True)
class Section:
    """One top-level key of the file.

    `check` gives the section's own entries with defaults filled in, comparable by `==`, and notes what is wrong. Once every
    section was found right, `write` takes them, in the caller's transaction, and `link` does when all are written. `dump`
    gives plain values that `check` reads as the same entries.
    """

    key: str
    place: int
    """Sections are checked, written and dumped in this order."""
    check: Callable[[Any, Problems], Any]
    write: Callable[[Any, Writing], None]
    dump: Callable[[], Any]
    names: Callable[[Any], Mapping[str, frozenset[str]]] = no_names
    """Kind → the names it defines, however wrong the rest of it may be."""
    link: Callable[[Any, Writing], None] = no_links
    finish: Callable[[Any, Writing], None] = no_links
    """Once everything is written and linked and has its revision numbers: what follows from it."""
    cautions: Callable[[Any, Mapping[str, Any]], Sequence[str]] = no_cautions
    """What the entries, right as they are and beside those of all sections, do that somebody may not have meant."""
    empty: Any = ()
    """What stands for an absent section; None: the section must be there."""


_sections: dict[str, Section] = {}


def register(section: Section) -> None:
    """The file has this section from now on; for `ready()`."""
    _sections[section.key] = section


def sections() -> list[Section]:
    """All sections in their order."""
    return sorted(_sections.values(), key=lambda section: section.place)


def put(record: models.Model, values: Mapping[str, Any]) -> str:
    """The record has these values and is stored; says whether it was created, changed or (empty) was so already."""
    changed = [name for name, value in values.items() if getattr(record, name) != value]
    for name in changed:
        setattr(record, name, values[name])
    if record._state.adding:
        record.save()
        return CREATED
    if changed:
        record.save(update_fields=changed)
        return CHANGED
    return ""


def put_keyed(
    section: str, model: type[models.Model], wanted: Mapping[str, Mapping[str, Any]], writing: Writing
) -> dict[str, Any]:
    """Each key has a record with its values, active; records with other keys are inactive. Returns the former by key."""
    stored = {record.key: record for record in model._default_manager.all()}  # type: ignore[attr-defined]
    written = {}
    for key, values in wanted.items():
        record = stored.get(key) or model(key=key)
        writing.count(section, key, put(record, {**values, "active": True}))
        written[key] = record
    for key in stored.keys() - wanted.keys():
        if put(stored[key], {"active": False}):
            writing.count(section, key, DEACTIVATED)
    return written
