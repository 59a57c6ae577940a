"""Whether several earlier rules take every lead of a later one between them: one the exclusive leads, one the shared ones.

Shown for conditions with few values, which are known of every lead: each combination of them is looked at by itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import Any, NamedTuple

from producers.facts import Roster
from routing.engine import reach
from routing.engine.conditions import as_list
from routing.engine.coverage import ALL_VALUES, contradiction, plain, takes_in
from routing.engine.facts import Rule

SPLITS: Mapping[str, tuple[Any, ...]] = {
    **{key: tuple(sorted(values)) for key, values in ALL_VALUES.items()},
    "exclusive": (True, False),
    "existing_client": (True, False),
    "open_lead": (True, False),
}
"""Keys by which rules part the leads between them → all their values."""
MOST = 600
"""Combinations that are looked at; beyond that nothing is said."""


class Covered(NamedTuple):
    """The earlier rules (places from 1) that leave a rule nothing between them, and whether that hangs on today's staff."""

    by: tuple[int, ...]
    today: bool


def covered(rules: Sequence[Rule], place: int, roster: Roster) -> Covered | None:
    """The rules before the one at `place` (from 0) that together leave it nothing; None where that cannot be shown."""
    rule = rules[place]
    earlier = [(number, one) for number, one in enumerate(rules[:place], start=1) if not contradiction(one.when, roster)]
    cases = list(_cases(rule, [one for _, one in earlier]))
    found: set[int] = set()
    today = False
    for when in cases:
        case = Rule(rule.name, when, rule.then)
        taken = next(((number, how) for number, one in earlier if (how := _leaves_nothing(one, case, roster))), None)
        if taken is None:
            return None
        found.add(taken[0])
        today = today or taken[1] == reach.TODAY
    return Covered(tuple(sorted(found)), today) if len(found) > 1 else None


def _leaves_nothing(earlier: Rule, case: Rule, roster: Roster) -> str:
    if not takes_in(earlier.when, case.when, roster):
        return ""
    verdict = reach.leaves(earlier, case, roster)
    return verdict.never if verdict else ""


def _cases(rule: Rule, earlier: Sequence[Rule]) -> Iterator[dict[str, Any]]:
    """The rule's conditions, once for each combination of what the earlier rules part leads by; none when those are too many."""
    own = plain(rule.when)
    keys = sorted({key for one in earlier for key in plain(one.when) if key in SPLITS})
    values = [[value for value in SPLITS[key] if key not in own or value in as_list(own[key])] for key in keys]
    if not keys or prod(len(one) for one in values) > MOST:
        return
    for combination in product(*values):
        yield {**own, **dict(zip(keys, combination, strict=True))}
