"""What intake needs of the configuration, cached in the process under its revision numbers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from agency import revisions
from leads.models import ScoreModel, Source
from leads.scoring import Model
from producers import roster
from producers.facts import LineFacts, Roster
from producers.models import LineOfBusiness

_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
_READ_FROM = (revisions.AGENCY, revisions.ROSTER, revisions.SCORING, revisions.SOURCES)


@dataclass(frozen=True, slots=True)
class Configuration:
    """The configuration as of one moment; read-only."""

    roster: Roster
    """Without loads."""
    sources: Mapping[int, Source]
    lines: Mapping[str, LineFacts]
    """By normalized key, name and code."""
    score_model_id: int | None
    score_model: Model

    def line(self, text: str) -> LineFacts | None:
        """The line meant by a key, a name or a code, in any case; None when there is no such line."""
        return self.lines.get(_normal(text))


_cached: tuple[tuple[int, ...], Configuration] | None = None


def last_known() -> Configuration:
    """What this process knew last, right or stale; for readings that are done again when it turns out stale."""
    found = _cached
    return found[1] if found is not None else configuration()


def configuration(numbers: Mapping[str, int] | None = None) -> Configuration:
    """The configuration current under these revision numbers (default: now); no query while nothing changed."""
    global _cached  # noqa: PLW0603  # one per process, replaced as a whole
    numbers = revisions.current() if numbers is None else numbers
    stamp = tuple(numbers.get(name, 0) for name in _READ_FROM)
    found = _cached
    if found is None or found[0] != stamp:
        found = _cached = (stamp, _read(numbers.get(revisions.ROSTER, 0)))
    return found[1]


def _read(roster_number: int) -> Configuration:
    people = roster.static(roster_number)
    stored = ScoreModel.objects.filter(state="champion").first()
    data = {} if stored is None else {"tiers": stored.tiers, "decay": stored.decay, "rules": stored.rules}
    return Configuration(
        roster=people,
        sources={source.pk: source for source in Source.objects.all()},
        lines=_lines(people),
        score_model_id=None if stored is None else stored.pk,
        score_model=Model.from_data(data),
    )


def _lines(people: Roster) -> dict[str, LineFacts]:
    """Every way of writing a line; a key beats a name, a name beats a code, the first line beats a later one.

    A code that several lines share means the one that no other code tells apart (HOME: homeowners and not condo).
    """
    rows = LineOfBusiness.objects.order_by("alt_codes", "key").values_list("key", "code", "alt_codes")
    codes = [(people.lines[key], [code, *others]) for key, code, others in rows if key in people.lines]
    spellings = [(line.key, line) for line in people.lines.values()]
    spellings += [(line.name, line) for line in people.lines.values()]
    spellings += [(code, line) for line, of_line in codes for code in of_line]
    found: dict[str, LineFacts] = {}
    for spelling, line in spellings:
        if text := _normal(spelling):
            found.setdefault(text, line)
    return found


def _normal(text: str) -> str:
    return _NOT_A_WORD.sub("_", text.casefold()).strip("_")
