"""Harbor Point Insurance in plain facts: the people, places and lines that the engine's tests speak of."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from producers.facts import LicenseFacts, LineFacts, LoadFacts, ProducerFacts, Roster, TerritoryFacts
from routing.engine import LeadFacts, Rule, RuleSet

TUESDAY = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
"""Three in the afternoon in New York."""
SUNDAY_NIGHT = datetime(2026, 11, 29, 8, 0, tzinfo=UTC)
"""Three in the morning in New York."""
WORKDAYS = {day: ((time(9), time(18)),) for day in range(5)}
PROPERTY_AND_CASUALTY = frozenset({"property", "casualty"})


def line(key: str, family: str, *requires: str, certifications: tuple[str, ...] = ()) -> LineFacts:
    """A line; each of `requires` is one sufficient set of authorities, joined by plus signs."""
    clauses = tuple(frozenset(clause.split("+")) for clause in requires)
    return LineFacts(key, key.replace("_", " ").capitalize(), family, clauses, certifications)


LINES = {
    one.key: one
    for one in (
        line("personal_auto", "personal", "property+casualty", "personal_lines"),
        line("homeowners", "personal", "property+casualty", "personal_lines"),
        line("flood", "personal", "property", certifications=("flood_training",)),
        line("general_liability", "commercial", "casualty"),
        line("bop", "commercial", "property+casualty"),
        line("life_term", "life", "life"),
    )
}


def license_in(state: str, *authority: str, **changes: Any) -> LicenseFacts:
    """A license from 2020 to 2029, property and casualty unless said otherwise."""
    held = LicenseFacts(state, f"{state}-1", frozenset(authority) or PROPERTY_AND_CASUALTY, date(2020, 1, 1), date(2029, 12, 31))
    return replace(held, **changes)


def person(key: str, **changes: Any) -> ProducerFacts:
    """A producer licensed in New York."""
    base = ProducerFacts(key, f"{key.capitalize()} X.", "producer", licenses=(license_in("NY"),))
    return replace(base, **changes)


SARAH = person("sarah", teams=frozenset({"north"}), lines=frozenset({"personal_auto", "homeowners", "bop"}), backup="james")
JAMES = person("james", teams=frozenset({"north", "south"}), lines=frozenset({"personal_auto", "homeowners"}), backup="sarah")
RACHEL = person("rachel", teams=frozenset({"metro"}), lines=frozenset({"general_liability", "bop"}), weight=2_000_000)
DAVID = person(
    "david",
    teams=frozenset({"west", "metro"}),
    lines=frozenset({"personal_auto", "life_term"}),
    licenses=(license_in("NY", "property", "casualty", "life"),),
)
CARLA = person("carla", role="csr", teams=frozenset({"metro"}))
ROSA = person("rosa", role="manager")
EVERYBODY = (SARAH, JAMES, RACHEL, DAVID, CARLA, ROSA)

NORTH = TerritoryFacts("north_county", "North County", "north", "james", (("10001", "10099"),))
METRO = TerritoryFacts("metro", "Metro", "metro", "david", (("10200", "10299"),))


def roster(*people: ProducerFacts, loads: Mapping[str, LoadFacts] | None = None, **changes: Any) -> Roster:
    """A roster of these people (everybody when none is named)."""
    base = Roster(
        number=7,
        timezone="America/New_York",
        hours=WORKDAYS,
        holidays="US",
        fallback="rosa",
        producers={one.key: one for one in people or EVERYBODY},
        territories=(NORTH, METRO),
        lines=LINES,
        loads=loads or {},
    )
    return replace(base, **changes)


def lead(**changes: Any) -> LeadFacts:
    """A warm personal auto lead in Manhattan."""
    base = LeadFacts(
        key="1",
        tier="warm",
        score=40,
        line="personal_auto",
        family="personal",
        state="NY",
        zip_code="10005",
        county="NY/New York County",
        source="website",
        source_kind="organic",
    )
    return replace(base, **changes)


def rules(*thens: Mapping[str, Any] | Rule) -> RuleSet:
    """A rule set of version 3; a bare action becomes a rule without conditions, called by its position."""
    named = (then if isinstance(then, Rule) else Rule(f"rule {n}", {}, then) for n, then in enumerate(thens, start=1))
    return RuleSet(3, tuple(named))


def turns(among: Any = "everyone", **more: Any) -> dict[str, Any]:
    """Round robin."""
    return {"distribute": "round_robin", "among": among, **more}
