"""What can be said of conditions without a lead: whether one set of them takes in another, and whether any lead can meet them.

Careful on purpose: where it cannot be shown that conditions contain others or contradict each other, the answer is no.
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from producers.facts import Roster
from routing.engine.conditions import HOURS, LEAD_KINDS, SOURCE_KINDS, TIERS, as_list, number_range, zip_range

Conditions = Mapping[str, Any]
ALL_VALUES = {
    "tiers": frozenset(TIERS),
    "hours": frozenset(HOURS),
    "lead_kinds": frozenset(LEAD_KINDS),
    "source_kinds": frozenset(SOURCE_KINDS),
}
"""Keys whose value is known of every lead → all its values: asking for all of them asks for nothing."""


def plain(when: Conditions) -> dict[str, Any]:
    """The conditions that ask for something, under one spelling: `tier` and `tiers` together, nothing that every lead meets."""
    found = {key: value for key, value in when.items() if key != "tier"}
    if "tier" in when:
        wanted = set(as_list(when["tier"]))
        found["tiers"] = sorted(wanted & set(as_list(when["tiers"])) if "tiers" in when else wanted)
    return {key: value for key, value in found.items() if not _asks_nothing(key, value)}


def _asks_nothing(key: str, value: Any) -> bool:
    every = ALL_VALUES.get(key)
    return every is not None and every <= set(as_list(value))


def takes_in(wide: Conditions, narrow: Conditions, roster: Roster) -> bool:
    """Whether every lead that meets `narrow` meets `wide`, as far as that can be shown."""
    asked, given = plain(wide), plain(narrow)
    return all(_implied(key, value, given, roster) for key, value in asked.items())


def _implied(key: str, wanted: Any, given: Conditions, roster: Roster) -> bool:
    if key in given and _within(key, given[key], wanted):
        return True
    if key == "line_families" and "lines" in given:
        known = [roster.lines[line].family if line in roster.lines else "" for line in as_list(given["lines"])]
        return set(known) <= set(as_list(wanted))
    if key == "states" and "counties" in given:
        return {county[:2] for county in as_list(given["counties"])} <= set(as_list(wanted))
    return False


def _within(key: str, inner: Any, outer: Any) -> bool:
    """Whether whatever meets `inner` under this key meets `outer` under it."""
    check = _INSIDE.get(key)
    return check(inner, outer) if check else set(as_list(inner)) <= set(as_list(outer))


def _ranges_inside(inner: Any, outer: Any) -> bool:
    wide = _merged(ends for one in as_list(outer) if (ends := number_range(str(one))))
    narrow = [number_range(str(one)) for one in as_list(inner)]
    return all(ends is not None and any(low <= ends[0] and ends[1] <= high for low, high in wide) for ends in narrow)


def _merged(spans: Iterable[tuple[Decimal, Decimal]]) -> list[tuple[Decimal, Decimal]]:
    """Whole numbers: what one span ends before the next begins is one span."""
    found: list[tuple[Decimal, Decimal]] = []
    for low, high in sorted(spans):
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return found


def _zips_inside(inner: Any, outer: Any) -> bool:
    def spans(value: Any) -> list[tuple[Decimal, Decimal]]:
        ends = (zip_range(str(one)) for one in as_list(value))
        return [(Decimal(one[0]), Decimal(one[1])) for one in ends if one]

    wide = _merged(spans(outer))
    return all(any(low <= one[0] and one[1] <= high for low, high in wide) for one in spans(inner))


def _attributes_inside(inner: Any, outer: Any) -> bool:
    """Each attribute that is asked for is asked for there too, and for no other value."""
    return all(name in inner and _words(inner[name]) <= _words(wanted) for name, wanted in outer.items())


def _words(values: Any) -> set[str]:
    return {str(one).strip().casefold() for one in as_list(values)}


_INSIDE: Mapping[str, Callable[[Any, Any], bool]] = {
    "score": _ranges_inside,
    "age": _ranges_inside,
    "zips": _zips_inside,
    "premium_over": lambda inner, outer: Decimal(str(inner)) >= Decimal(str(outer)),
    "premium_under": lambda inner, outer: Decimal(str(inner)) <= Decimal(str(outer)),
    "policy_expires_within_days": lambda inner, outer: bool(inner <= outer),
    "attributes": _attributes_inside,
}


def contradiction(when: Conditions, roster: Roster) -> str:
    """Why no lead at all can meet these conditions, in words; empty when one may."""
    if "tier" in when and "tiers" in when and not set(as_list(when["tier"])) & set(as_list(when["tiers"])):
        return "it asks for one tier and for others at the same time"
    if "lines" in when and "line_families" in when:
        families = {roster.lines[line].family for line in as_list(when["lines"]) if line in roster.lines}
        if not families & set(as_list(when["line_families"])):
            return "none of its lines is of the family it asks for"
    if "states" in when and "counties" in when:
        states = {county[:2] for county in as_list(when["counties"])}
        if not states & set(as_list(when["states"])):
            return "none of its counties lies in a state it asks for"
    if "premium_over" in when and "premium_under" in when:
        low, high = Decimal(str(when["premium_over"])), Decimal(str(when["premium_under"]))
        return "no premium is both over the one and under the other amount" if low >= high else ""
    return ""


def out_of_place(when: Conditions, states_between: Callable[[str, str], frozenset[str]]) -> str:
    """Why no ZIP that is asked for lies where the conditions ask as well, in words; empty when one does, or nobody knows."""
    if "zips" not in when:
        return ""
    ends = [span for one in as_list(when["zips"]) if (span := zip_range(str(one)))]
    found: frozenset[str] = frozenset().union(*(states_between(*one) for one in ends))
    if found and "states" in when and not found & set(as_list(when["states"])):
        return "none of its ZIPs lies in a state it asks for"
    if found and "counties" in when and not found & {county[:2] for county in as_list(when["counties"])}:
        return "none of its ZIPs lies in the state of a county it asks for"
    return ""


def out_of_tier(when: Conditions, tiers: Mapping[str, int]) -> str:
    """Why no score that is asked for is of a tier that is, in words; empty when one is. `tiers`: where hot and warm begin."""
    if "score" not in when or "tiers" not in plain(when) or not tiers:
        return ""
    starts = {"hot": tiers["hot"], "warm": tiers["warm"], "cold": 0}
    ends = {"hot": 100, "warm": tiers["hot"] - 1, "cold": tiers["warm"] - 1}
    asked = plain(when)["tiers"]
    scores = [span for one in as_list(when["score"]) if (span := number_range(str(one)))]
    if any(low <= ends[tier] and starts[tier] <= high for low, high in scores for tier in asked):
        return ""
    spans = " or ".join(f"{tier} is {starts[tier]} to {ends[tier]}" for tier in TIERS if tier in asked)
    return f"no lead of that tier has such a score ({spans})"


def lines_asked(when: Conditions, roster: Roster) -> tuple[str, ...]:
    """The lines of the list of lines that the conditions let through, by key; all of them when nothing is asked of the line."""
    lines, families = when.get("lines"), when.get("line_families")
    return tuple(
        sorted(
            key
            for key, line in roster.lines.items()
            if (lines is None or key in as_list(lines)) and (families is None or line.family in as_list(families))
        )
    )
