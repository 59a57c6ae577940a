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
    """By normalised key, name and code."""
    score_model_id: int | None
    score_model: Model

    def line(self, text: str) -> LineFacts | None:
        """The line meant by a key, a name or a code, in any case; None when there is no such line."""
        return self.lines.get(_normal(text))


_cached: tuple[tuple[int, ...], Configuration] | None = None


def configuration(numbers: Mapping[str, int] | None = None) -> Configuration:
    """The configuration current under these revision numbers (default: now); no query while nothing changed."""
    global _cached  # noqa: PLW0603  # one per process, replaced as a whole
    numbers = revisions.current() if numbers is None else numbers
    stamp = tuple(numbers.get(name, 0) for name in _READ_FROM)
    if _cached is None or _cached[0] != stamp:
        _cached = (stamp, _read(numbers.get(revisions.ROSTER, 0)))
    return _cached[1]


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
    """Every way of writing a line; a key beats a name, a name beats a code, the first line beats a later one."""
    codes = dict(LineOfBusiness.objects.exclude(code="").values_list("key", "code"))
    found: dict[str, LineFacts] = {}
    for spelling in (lambda line: line.key, lambda line: line.name, lambda line: codes.get(line.key, "")):
        for line in people.lines.values():
            if text := _normal(spelling(line)):
                found.setdefault(text, line)
    return found


def _normal(text: str) -> str:
    return _NOT_A_WORD.sub("_", text.casefold()).strip("_")
