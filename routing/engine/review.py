"""A rule set looked over before it is published: what a manager should know of it, in plain words.

Everything here is said of the roster on one day of the agency; caps, hours and absences do not count.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from producers.facts import Roster, TerritoryFacts
from routing.engine import reach, together
from routing.engine.actions import whom as whom_words
from routing.engine.conditions import as_list, zip_range
from routing.engine.coverage import contradiction, lines_asked, out_of_place, out_of_tier, plain
from routing.engine.facts import Rule, RuleSet
from routing.engine.gates import standing

ERROR = "error"
WARNING = "warning"

NO_RULES = "There are no rules: every lead goes to the owner of last resort."
TWICE = "Two rules are called “{name}”. Turns are kept by name, so each rule needs its own."
NEVER = "This rule can never decide: every lead it matches is matched by rule {by} “{name}” first, {why}."
TOGETHER = "This rule can never decide: every lead it matches is matched by one of the rules {rules} first, {why}."
NEVER_ANYBODY = "which takes it whenever anybody could"
NEVER_TODAY = "which, as the agency is staffed today, takes it whenever anybody named here could"
NEVER_NURTURED = "which nurtures it, or passes it by where this rule would too"
NEVER_OWNER = "which asks for the same owner"
ONLY_RETURNED = (
    "This rule can only decide when a lead must have an owner at once, such as when the person came back by themselves: "
    "rule {by} “{name}” nurtures every other lead it matches."
)
ONLY_NOBODY = (
    "This rule can only decide when rule {by} “{name}” finds nobody eligible: every lead it matches is matched by that one first."
)
NO_LEAD = "No lead can ever match this rule: {why}."
NOBODY_HERE = "Of {whom}, nobody may take a lead from {states}{lines}: such leads pass this rule by."
NOBODY_ANYWHERE = "Of {whom}, nobody may take any lead this rule matches: it finds nobody."
NOBODY_SELLS = "The agency has no active producer: this rule finds nobody."
EMPTY_GROUP = "There is no active producer in {whom}: this rule finds nobody."
GONE = "{whom}, whom this rule names, may own no leads any more: it finds nobody."
UNLICENSED = "{name}, whom this rule names, holds no license in force."
NOT_LICENSED = "Of {whom}, {names} hold{s} no license in force: no lead goes to them."
NONE_LICENSED = "Of {whom}, nobody holds a license in force ({names}): this rule finds nobody."
NO_WEIGHT = "Everybody among {whom} has a weight of 0: turns by weight pass them by, and this rule finds nobody."
NO_TEAM = "No team owns the territory {name}: its leads pass this rule by."
EMPTY_TERRITORY_TEAM = "The territory {name} belongs to the team {team}, which has nobody active: its leads pass this rule by."
NO_AREA = "The territory {name} names no ZIPs, counties or states: no lead lies in it."
OVERLAP = "The ZIPs {span} lie in {first} and in {second}: their leads count as {first}'s, which comes first."
MORE_OVERLAPS = "{count} more overlaps of ZIPs were found."
NO_FALLBACK = "The agency has no owner of last resort: leads that nobody may take go to {name}, who comes first."
NOBODY = "The agency has no owner of last resort, and nobody else who could own a lead."
NO_CATCH_ALL = "No rule looks for an owner without conditions: a lead that no rule matches goes to {name} as unplaced."
LAST_RESORT = "the owner of last resort"
MOST_OVERLAPS = 5

StatesBetween = Callable[[str, str], frozenset[str]]
"""First and last ZIP of a range → the states that have ZIPs in it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to know before publishing."""

    severity: str
    """`error`: it does not do what it says. `warning`: it may not do what was meant."""
    rule: str
    """The rule's name; empty when it is about all of them."""
    sentence: str


def alike(name: str) -> str:
    """A rule's name as people read it: names that differ in capitals or spaces only are one name."""
    return " ".join(name.split()).casefold()


def no_states(_: str, __: str) -> frozenset[str]:
    """For whoever does not know where ZIPs lie: rules and territories by ZIP then say nothing about states."""
    return frozenset()


def review(
    ruleset: RuleSet,
    roster: Roster,
    day: date,
    states_between: StatesBetween = no_states,
    tiers: Mapping[str, int] | None = None,
) -> list[Finding]:
    """All there is to say, errors first, then in the order of the rules. `tiers`: where hot and warm begin, if that is known."""
    view = View(ruleset.rules, roster, day, states_between, tiers or {})
    found = [*_general(view)]
    for place, rule in enumerate(ruleset.rules):
        found += _of_rule(view, place, rule)
    found += _of_groups(view)
    found += _of_territories(view)
    return sorted(found, key=lambda one: one.severity != ERROR)


@dataclass(frozen=True, slots=True)
class View:
    """What the findings rest on."""

    rules: Sequence[Rule]
    roster: Roster
    day: date
    states_between: StatesBetween
    tiers: Mapping[str, int] = field(default_factory=dict)

    def may_sell(self, key: str, state: str, line: str | None) -> bool:
        """Whether someone's licenses and certifications would let them have such a lead today; None: some line or other."""
        person = self.roster.producers.get(key)
        facts = self.roster.lines.get(line) if line else None
        return person is not None and not standing(person, facts, state, self.day).barred

    def is_licensed(self, key: str) -> bool:
        """Whether someone holds any license today."""
        person = self.roster.producers.get(key)
        return person is not None and any(one.effective <= self.day <= one.expires for one in person.licenses)

    def states_of(self, territory: TerritoryFacts) -> frozenset[str]:
        """The states a territory has a part in, as far as that is known."""
        spans = (self.states_between(low, high) for low, high in territory.zips)
        return territory.states | {county[:2] for county in territory.counties} | frozenset().union(*spans)

    def all_states(self) -> frozenset[str]:
        """Every state where the agency has a territory or a license."""
        held = {one.state for person in self.roster.producers.values() for one in person.licenses if one.expires >= self.day}
        return frozenset(held).union(*(self.states_of(one) for one in self.roster.territories))

    def states_asked(self, rule: Rule) -> frozenset[str]:
        """The states whose leads may match the rule."""
        states, when = self.all_states(), rule.when
        if "states" in when:
            states = frozenset(as_list(when["states"]))
        if "counties" in when:
            states = _both(states, when, {county[:2] for county in as_list(when["counties"])})
        if "zips" in when:
            ends = [span for one in as_list(when["zips"]) if (span := zip_range(str(one)))]
            states = _both(states, when, frozenset().union(*(self.states_between(*one) for one in ends)))
        if "territories" in when:
            states = _both(states, when, frozenset().union(*(self.states_of(one) for one in self.territories_asked(rule))))
        return states

    def territories_asked(self, rule: Rule) -> list[TerritoryFacts]:
        """The territories whose leads may match the rule."""
        wanted = as_list(rule.when["territories"]) if "territories" in rule.when else None
        return [one for one in self.roster.territories if wanted is None or one.key in wanted]


def _both(states: frozenset[str], when: Any, places: Iterable[str]) -> frozenset[str]:
    """Where a place is named as well as a state, both must hold; a place alone says where leads come from."""
    named = frozenset(places)
    return states & named if "states" in when else named


# --- The rules as a whole ---


def _general(view: View) -> Iterator[Finding]:
    roster = view.roster
    first = min(roster.producers, key=lambda key: (roster.producers[key].role != "manager", key), default=None)
    if roster.fallback not in roster.producers:
        words = NO_FALLBACK.format(name=roster.producers[first].name) if first else NOBODY
        yield Finding(ERROR, "", words)
    if not view.rules:
        yield Finding(ERROR, "", NO_RULES)
    elif not any(not plain(rule.when) and ("distribute" in rule.then or "person" in rule.then) for rule in view.rules):
        last = roster.fallback if roster.fallback in roster.producers else first
        name = roster.producers[last].name if last else LAST_RESORT
        yield Finding(WARNING, view.rules[-1].name, NO_CATCH_ALL.format(name=name))
    names = [alike(rule.name) for rule in view.rules]
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        named = view.rules[names.index(name)].name
        yield Finding(ERROR, named, TWICE.format(name=named))


# --- One rule ---


def _of_rule(view: View, place: int, rule: Rule) -> Iterator[Finding]:
    why = contradiction(rule.when, view.roster) or out_of_place(rule.when, view.states_between)
    if why := why or out_of_tier(rule.when, view.tiers):
        yield Finding(ERROR, rule.name, NO_LEAD.format(why=why))
        return
    yield from _reachable(view, place, rule)
    if rule.then.get("among") == "territory":
        yield from _by_territory(view, rule)
    elif "person" in rule.then or "distribute" in rule.then:
        yield from _by_people(view, rule)


def _reachable(view: View, place: int, rule: Rule) -> Iterator[Finding]:
    found = reach.blocked(view.rules, place, view.roster)
    if (found is None or not found.never) and (several := together.covered(view.rules, place, view.roster)):
        rules = _both_of([f"{number} “{view.rules[number - 1].name}”" for number in several.by])
        severity, why = (WARNING, NEVER_TODAY) if several.today else (ERROR, NEVER_ANYBODY)
        yield Finding(severity, rule.name, TOGETHER.format(rules=rules, why=why))
        return
    if found is None:
        return
    earlier = view.rules[found.by - 1]
    if found.never:
        why = NEVER_TODAY if found.never == reach.TODAY else NEVER_ANYBODY
        why = NEVER_NURTURED if "nurture" in earlier.then else NEVER_OWNER if "owner" in earlier.then else why
        severity = WARNING if found.never == reach.TODAY else ERROR
        yield Finding(severity, rule.name, NEVER.format(by=found.by, name=earlier.name, why=why))
    else:
        words = ONLY_RETURNED if found.returned else ONLY_NOBODY
        yield Finding(WARNING, rule.name, words.format(by=found.by, name=earlier.name))


def _by_people(view: View, rule: Rule) -> Iterator[Finding]:
    """The people a rule speaks of, held against the places and lines it asks for."""
    among = {"people": [rule.then["person"]]} if "person" in rule.then else rule.then["among"]
    keys = reach.pool(among, view.roster) or ()
    whom = whom_words(among, view.roster)
    if not any(key in view.roster.producers for key in keys):
        words = NOBODY_SELLS if among == "everyone" else GONE if "people" in among else EMPTY_GROUP
        yield Finding(ERROR, rule.name, words.format(whom=whom))
        return
    if _by_weight(rule) and all(reach.weightless(key, view.roster) for key in keys if key in view.roster.producers):
        yield Finding(ERROR, rule.name, NO_WEIGHT.format(whom=whom))
        return
    if isinstance(among, dict) and "people" in among:
        alone = len(keys) == 1
        for key in keys:
            if key in view.roster.producers and not view.is_licensed(key):
                name = view.roster.producers[key].name
                yield Finding(ERROR if alone else WARNING, rule.name, UNLICENSED.format(name=name))
    if any(view.is_licensed(key) for key in keys):
        yield from _by_state(view, rule, keys, whom, view.states_asked(rule))


def _by_territory(view: View, rule: Rule) -> Iterator[Finding]:
    """The teams of the territories a rule may speak of."""
    for territory in view.territories_asked(rule):
        if territory.team is None:
            yield Finding(WARNING, rule.name, NO_TEAM.format(name=territory.name))
            continue
        keys = reach.pool({"team": territory.team}, view.roster) or ()
        if not keys:
            words = EMPTY_TERRITORY_TEAM.format(name=territory.name, team=territory.team)
            yield Finding(WARNING, rule.name, words)
            continue
        if _by_weight(rule) and all(reach.weightless(key, view.roster) for key in keys):
            yield Finding(WARNING, rule.name, NO_WEIGHT.format(whom=f"{territory.name}'s team"))
            continue
        states = view.states_of(territory)
        asked = as_list(rule.when["states"]) if "states" in rule.when else states
        yield from _by_state(view, rule, keys, f"{territory.name}'s team", states & frozenset(asked), all_of_it=False)


def _by_state(
    view: View, rule: Rule, keys: Sequence[str], whom: str, states: frozenset[str], *, all_of_it: bool = True
) -> Iterator[Finding]:
    """The states, and the lines where the rule names them, that none of these people may serve."""
    missing: dict[tuple[str, ...], list[str]] = {}
    lines = lines_asked(rule.when, view.roster)
    names_lines = "lines" in rule.when or "line_families" in rule.when
    for state in sorted(states):
        if names_lines:
            lacking = tuple(line for line in lines if not any(view.may_sell(key, state, line) for key in keys))
            none_at_all = len(lacking) == len(lines)
            if lacking and (none_at_all or "lines" in rule.when):
                missing.setdefault(() if none_at_all else lacking, []).append(state)
        elif not any(view.may_sell(key, state, None) for key in keys):
            missing.setdefault((), []).append(state)
    if all_of_it and states and missing.get(()) == sorted(states):
        yield Finding(ERROR, rule.name, NOBODY_ANYWHERE.format(whom=whom))
        return
    for lacking, where in missing.items():
        about = f" about {_listed([view.roster.lines[line].name for line in lacking])}" if lacking else ""
        yield Finding(WARNING, rule.name, NOBODY_HERE.format(whom=whom, states=_listed(where), lines=about))


def _by_weight(rule: Rule) -> bool:
    return rule.then.get("distribute") == "weighted_round_robin"


# --- Groups of people ---


def _of_groups(view: View) -> Iterator[Finding]:
    """Who of everyone, of a team or of a level holds no license: said once of each group, by the first rule that names it."""
    said: set[str] = set()
    for rule in view.rules:
        for whom, keys in _groups(view, rule):
            without = [view.roster.producers[key].name for key in keys if not view.is_licensed(key)]
            if whom in said or not without:
                continue
            said.add(whom)
            names, all_of_them = _both_of(without), len(without) == len(keys)
            words = NONE_LICENSED if all_of_them else NOT_LICENSED
            s = "s" if len(without) == 1 else ""
            yield Finding(ERROR if all_of_them else WARNING, rule.name, words.format(whom=whom, names=names, s=s))


def _groups(view: View, rule: Rule) -> Iterator[tuple[str, Sequence[str]]]:
    """The groups a rule chooses among, in words, with the keys of who is in them."""
    among = rule.then.get("among")
    if among == "territory":
        for one in view.territories_asked(rule):
            yield f"{one.name}'s team", reach.pool({"team": one.team}, view.roster) or ()
    elif among == "everyone" or (isinstance(among, Mapping) and "people" not in among):
        yield whom_words(among, view.roster), reach.pool(among, view.roster) or ()


# --- Places ---


def _of_territories(view: View) -> Iterator[Finding]:
    for territory in view.roster.territories:
        if not territory.zips and not territory.counties and not territory.states:
            yield Finding(WARNING, "", NO_AREA.format(name=territory.name))
    overlaps = list(_overlaps(view.roster.territories))
    for first, second, low, high in overlaps[:MOST_OVERLAPS]:
        span = low if low == high else f"{low}–{high}"
        yield Finding(WARNING, "", OVERLAP.format(span=span, first=first.name, second=second.name))
    if len(overlaps) > MOST_OVERLAPS:
        yield Finding(WARNING, "", MORE_OVERLAPS.format(count=len(overlaps) - MOST_OVERLAPS))


def _overlaps(territories: Sequence[TerritoryFacts]) -> Iterator[tuple[TerritoryFacts, TerritoryFacts, str, str]]:
    """Each range of ZIPs that two territories name, the one that comes first first."""
    spans = sorted((low, high, place) for place, one in enumerate(territories) for low, high in one.zips)
    open_spans: list[tuple[str, str, int]] = []
    for low, high, place in spans:
        open_spans = [one for one in open_spans if one[1] >= low]
        for _, other_high, other in open_spans:
            if other != place:
                first, second = sorted((other, place))
                yield territories[first], territories[second], low, min(high, other_high)
        open_spans.append((low, high, place))


def _listed(names: Iterable[str]) -> str:
    words = list(names)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _both_of(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
