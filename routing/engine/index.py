"""What can be worked out once per version of the roster, so that a decision does not work it out again.

Held by identity: a roster's static parts are never changed in place, and the index keeps them alive.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from producers.facts import LineFacts, ProducerFacts, Roster, TerritoryFacts
from routing.engine.gates import Standing, standing

ROOM = 4096
"""Entries a memory holds before it starts anew."""
VERSIONS = 8
"""Rosters remembered at a time."""


@dataclass(slots=True, eq=False)
class RosterIndex:
    """One version's people by role, team and level, and what was already found out about them."""

    producers: Mapping[str, ProducerFacts]
    territories: tuple[TerritoryFacts, ...]
    lines: Mapping[str, LineFacts]
    everyone: tuple[str, ...]
    teams: Mapping[str, tuple[str, ...]]
    levels: Mapping[str, tuple[str, ...]]
    limited: tuple[str, ...]
    """Whose caps count by family or tier."""
    keeps_appointments: bool
    """Whether carrier appointments are on record at all."""
    places: dict[tuple[str, str, str], TerritoryFacts | None]
    standings: dict[tuple[str, str, date], dict[str, Standing]]

    def territory(self, zip_code: str, county: str, state: str) -> TerritoryFacts | None:
        """The territory of a place, most exact first."""
        place = (zip_code, county, state)
        if place not in self.places:
            if len(self.places) >= ROOM:
                self.places.clear()
            self.places[place] = self._find(zip_code, county, state)
        return self.places[place]

    def _find(self, zip_code: str, county: str, state: str) -> TerritoryFacts | None:
        for territory in self.territories if zip_code else ():
            if any(low <= zip_code <= high for low, high in territory.zips):
                return territory
        for territory in self.territories if county else ():
            if county in territory.counties:
                return territory
        return next((territory for territory in self.territories if state and state in territory.states), None)

    def standing_of(self, state: str, line: str, day: date) -> dict[str, Standing]:
        """Everyone's standing for leads like this one on this day, as far as it was asked for; `stand` fills it."""
        at = (state, line, day)
        found = self.standings.get(at)
        if found is None:
            if len(self.standings) >= ROOM:
                self.standings.clear()
            found = self.standings[at] = {}
        return found

    def stand(self, known: dict[str, Standing], key: str, state: str, line: str, day: date) -> Standing:
        """One person's licenses, certifications and absences for leads like this one on this day."""
        found = known.get(key)
        if found is None:
            found = known[key] = standing(self.producers[key], self.lines.get(line), state, day)
        return found


_recent: dict[tuple[int, int, int], RosterIndex] = {}


def index_of(roster: Roster) -> RosterIndex:
    """The index of this roster's version."""
    at = (id(roster.producers), id(roster.territories), id(roster.lines))
    found = _recent.get(at)
    if found is None:
        if len(_recent) >= VERSIONS:
            _recent.clear()
        found = _recent[at] = _build(roster)
    return found


def _build(roster: Roster) -> RosterIndex:
    people = [roster.producers[key] for key in sorted(roster.producers)]
    sellers = [person for person in people if person.role == "producer"]
    return RosterIndex(
        producers=roster.producers,
        territories=roster.territories,
        lines=roster.lines,
        everyone=tuple(person.key for person in sellers),
        teams=_grouped((team, person.key) for person in sellers for team in person.teams),
        levels=_grouped((person.level, person.key) for person in sellers if person.level),
        limited=tuple(person.key for person in people if person.limited_caps),
        keeps_appointments=any(person.appointments for person in people),
        places={},
        standings={},
    )


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    groups: dict[str, list[str]] = {}
    for group, key in pairs:
        groups.setdefault(group, []).append(key)
    return {group: tuple(keys) for group, keys in groups.items()}
