"""Whether a rule's turn can ever come, given the rules before it.

A rule that may find nobody does not make a later one unreachable: that one still decides when nobody is found. It does when the
later one could find only people whom the earlier one would have found.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from producers.facts import Roster
from routing.engine.coverage import contradiction, plain, takes_in
from routing.engine.facts import Rule
from routing.engine.index import index_of

ALWAYS = "always"
"""However the agency is staffed."""
TODAY = "today"
"""As the agency is staffed today."""


class Blocked(NamedTuple):
    """What stands before a rule: the earlier rule's place (from 1), and what is left for the later one."""

    by: int
    never: str = ""
    """`ALWAYS` or `TODAY` when nothing is left for it; empty when something is."""
    returned: bool = False
    """Left: leads that must have an owner, because the earlier rule nurtures all others."""


def blocked(rules: Sequence[Rule], place: int, roster: Roster) -> Blocked | None:
    """What stands before the rule at `place` (from 0); None when nothing noteworthy does."""
    rule, found = rules[place], None
    if contradiction(rule.when, roster):
        return None
    for number, earlier in enumerate(rules[:place], start=1):
        if contradiction(earlier.when, roster) or not takes_in(earlier.when, rule.when, roster):
            continue
        verdict = leaves(earlier, rule, roster)
        if verdict and verdict.never:
            return verdict._replace(by=number)
        if verdict and found is None:
            found = verdict._replace(by=number)
    return found


def leaves(earlier: Rule, rule: Rule, roster: Roster) -> Blocked | None:
    """What `earlier`, which every lead for `rule` fits as well, leaves for it; its place is left at 0."""
    if "nurture" in earlier.then:
        return Blocked(0, never=ALWAYS) if "nurture" in rule.then else Blocked(0, returned=True)
    if "owner" in earlier.then:
        return Blocked(0, never=ALWAYS) if rule.then.get("owner") == earlier.then["owner"] else None
    if never := _covers(earlier.then, rule.then, roster):
        return Blocked(0, never=never)
    # A rule for the same leads is the next link of a chain; one for fewer of them stands in the wrong place.
    return None if plain(earlier.when) == plain(rule.when) else Blocked(0)


def _covers(earlier: Mapping[str, Any], then: Mapping[str, Any], roster: Roster) -> str:
    """Whether everyone whom the later action could find would have been found by the earlier one: always, today or not."""
    if "nurture" in then or "owner" in then:
        return ""
    wide, narrow = _among(earlier), _among(then)
    people = pool(narrow, roster)
    if earlier.get("distribute") == "weighted_round_robin" and any(weightless(key, roster) for key in people or ()):
        return ""
    if wide == narrow or (wide == "everyone" and (narrow == "territory" or _is_part(narrow))) or _listed(wide, narrow):
        return ALWAYS
    others = pool(wide, roster)
    return TODAY if people and others is not None and set(people) <= set(others) else ""


def _among(then: Mapping[str, Any]) -> Any:
    return {"people": [then["person"]]} if "person" in then else then.get("among")


def _is_part(among: Any) -> bool:
    """Teams and levels count producers only, as everyone does."""
    return isinstance(among, Mapping) and ("team" in among or "level" in among)


def _listed(wide: Any, narrow: Any) -> bool:
    if not isinstance(wide, Mapping) or not isinstance(narrow, Mapping) or "people" not in wide or "people" not in narrow:
        return False
    return set(narrow["people"]) <= set(wide["people"])


def weightless(key: str, roster: Roster) -> bool:
    """Whether turns by weight pass this person by."""
    return key in roster.producers and roster.producers[key].weight <= 0


def pool(among: Any, roster: Roster) -> tuple[str, ...] | None:
    """The keys of those whom an action chooses among; None when that depends on the lead."""
    index = index_of(roster)
    if among == "everyone":
        return index.everyone
    if not isinstance(among, Mapping):
        return None
    group, value = next(iter(among.items()))
    if group == "people":
        return tuple(value)
    return (index.teams if group == "team" else index.levels).get(value, ())
