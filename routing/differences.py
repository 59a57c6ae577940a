"""What one version of the rules does otherwise than another, in words."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from producers.facts import Roster
from routing.engine.actions import ROTATIONS, action_words, condition_words, sentence
from routing.engine.conditions import as_list
from routing.engine.facts import Rule, RuleSet
from routing.engine.words import figure

ADDED = "added"
REMOVED = "removed"
RENAMED = "renamed"
MOVED = "moved"
CONDITIONS = "conditions"
ACTION = "action"

IS_NEW = "New, as rule {place}: {sentence}"
IS_GONE = "Gone: {sentence}"
HAS_NEW_NAME = "Is now called “{name}”."
NEW_TURNS = "Is now called “{name}”: its turns begin anew, since they are kept by name."
HAS_MOVED = "Was rule {before}, is now rule {after}, {where}."
FIRST = "before all others"
AFTER = "after “{name}”"
ALSO_ASKS = "Now also asks that {words}."
NO_LONGER_ASKS = "No longer asks that {words}."
ASKS_INSTEAD = "Now asks that {after}; before, that {before}."
ALSO_FITS = "Now also matches when {words}."
NO_LONGER_FITS = "No longer matches when {words}."
GOES_INSTEAD = "The lead now goes {after}; it went {before}"
DOES_INSTEAD = "Now: {after}; before: {before}"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a rule does otherwise."""

    kind: str
    rule: str
    """Its name in the later version; in the earlier one when it is gone."""
    sentence: str


def differences(before: RuleSet, after: RuleSet, roster: Roster | None = None) -> list[Change]:
    """Everything that `after` does otherwise than `before`, in the order of `after`, what is gone last; empty when nothing.

    A rule is known by its name, or by doing exactly the same under another one. With a roster, people go by their names.
    """
    pairs = _pairs(before, after)
    moved = _moved([place for place in pairs if place is not None])
    found: list[Change] = []
    for place, rule in enumerate(after.rules):
        known = pairs[place]
        if known is None:
            found.append(Change(ADDED, rule.name, IS_NEW.format(place=place + 1, sentence=sentence(rule, roster))))
            continue
        old = before.rules[known]
        found += _renamed(old, rule)
        if known in moved:
            where = AFTER.format(name=after.rules[place - 1].name) if place else FIRST
            found.append(Change(MOVED, rule.name, HAS_MOVED.format(before=known + 1, after=place + 1, where=where)))
        found += _conditions(old, rule, roster)
        found += _action(old, rule, roster)
    kept = {place for place in pairs if place is not None}
    gone = (rule for place, rule in enumerate(before.rules) if place not in kept)
    return found + [Change(REMOVED, rule.name, IS_GONE.format(sentence=sentence(rule, roster))) for rule in gone]


def _pairs(before: RuleSet, after: RuleSet) -> list[int | None]:
    """For each rule of `after` its place in `before`, or None when it is new."""
    by_name = {rule.name: place for place, rule in enumerate(before.rules)}
    pairs: list[int | None] = [by_name.get(rule.name) for rule in after.rules]
    free = [place for place in range(len(before.rules)) if place not in pairs]
    for number, rule in enumerate(after.rules):
        if pairs[number] is None:
            same = next((place for place in free if _does_the_same(before.rules[place], rule)), None)
            if same is not None:
                pairs[number] = same
                free.remove(same)
    return pairs


def _does_the_same(one: Rule, other: Rule) -> bool:
    return replace(one, name="") == replace(other, name="")


def _moved(places: list[int]) -> set[int]:
    """The fewest of these places whose rules must have moved: all but a longest run that still stands in its old order."""
    tails: list[int] = []
    links: dict[int, int | None] = {}
    for place in places:
        at = bisect_left(tails, place)
        links[place] = tails[at - 1] if at else None
        tails[at : at + 1] = [place]
    kept, place_or_none = set(), tails[-1] if tails else None
    while place_or_none is not None:
        kept.add(place_or_none)
        place_or_none = links[place_or_none]
    return set(places) - kept


def _renamed(old: Rule, new: Rule) -> Iterator[Change]:
    if old.name != new.name:
        words = NEW_TURNS if new.then.get("distribute") in ROTATIONS else HAS_NEW_NAME
        yield Change(RENAMED, old.name, words.format(name=new.name))


def _conditions(old: Rule, new: Rule, roster: Roster | None) -> Iterator[Change]:
    """Each condition that was added, taken away or changed."""
    for key in dict.fromkeys([*old.when, *new.when]):
        if key not in old.when:
            yield Change(CONDITIONS, new.name, ALSO_ASKS.format(words=condition_words(key, new.when[key], roster)))
        elif key not in new.when:
            yield Change(CONDITIONS, new.name, NO_LONGER_ASKS.format(words=condition_words(key, old.when[key], roster)))
        elif old.when[key] != new.when[key]:
            yield from _changed(key, old.when[key], new, roster)


def _changed(key: str, value: Any, new: Rule, roster: Roster | None) -> Iterator[Change]:
    """A condition with other values: what of a list came and went, or the one thing instead of the other."""
    wanted = new.when[key]
    if isinstance(value, list | tuple) or isinstance(wanted, list | tuple):
        before, after = as_list(value), as_list(wanted)
        more, less = [one for one in after if one not in before], [one for one in before if one not in after]
        if len(less) < len(before):
            for some, words in ((more, ALSO_FITS), (less, NO_LONGER_FITS)):
                if some:
                    yield Change(CONDITIONS, new.name, words.format(words=condition_words(key, some, roster)))
            return
    before_words, after_words = condition_words(key, value, roster), condition_words(key, wanted, roster)
    yield Change(CONDITIONS, new.name, ASKS_INSTEAD.format(after=after_words, before=before_words))


def _action(old: Rule, new: Rule, roster: Roster | None) -> Iterator[Change]:
    if old.then == new.then:
        return
    before, after = _full(old.then, roster), _full(new.then, roster)
    words = GOES_INSTEAD if before.startswith("to ") and after.startswith("to ") else DOES_INSTEAD
    text = words.format(after=after, before=before)
    yield Change(ACTION, new.name, text if text.endswith(".") else f"{text}.")


def _full(then: Mapping[str, Any], roster: Roster | None) -> str:
    """The action with its weights, which the rule's sentence leaves out."""
    words = action_words(then, roster)
    if then.get("weights"):
        words += f" ({', '.join(f'{figure(name)} {weight}' for name, weight in then['weights'].items())})"
    return words
