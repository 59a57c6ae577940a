"""What a rule does with a lead: checked when it is written, told in a sentence to whoever reads it."""

from collections.abc import Callable, Mapping
from typing import Any

from producers.facts import Roster
from routing.engine.conditions import NO_MORE_OF, NOT_A_CHOICE, NOT_KNOWN, Known, as_list
from routing.engine.facts import Rule
from routing.engine.ranking import WEIGHTS

OWNERS = ("account", "lead")
MODELS = ("round_robin", "weighted_round_robin", "least_loaded", "best_fit", "close_rate")
PLACES = ("everyone", "territory")
GROUPS = ("team", "people", "level")
ROTATIONS = ("round_robin", "weighted_round_robin")

NOT_AN_ACTION = "must say one of owner, person, distribute or nurture"
TWO_ACTIONS = "says more than one of owner, person, distribute and nurture"
UNKNOWN_KEY = "is not part of this action"
NO_AMONG = "must say among whom"
BAD_AMONG = "must be everyone, territory, or one of team, people and level with a name"
BAD_WEIGHTS = "must give each of capacity, specialisation, close_rate and response_time a number, 0 or more, not all 0"
WEIGHTS_ELSEWHERE = "belongs to best_fit only"
NOT_SECONDS = "must be a whole number of seconds, 0 to 30"
HOLD_ELSEWHERE = "belongs to best_fit and close_rate only"
NOT_FOR_NURTURE = "the plan {plan!r} does not start with nurture"
NOT_A_COUNT = "must be a whole number, 1 or more"
LONGEST_HOLD = 30
"""Seconds: a lead is without an owner no longer than this."""


def problems(then: Any, path: str, known: Known) -> list[str]:
    """Everything wrong with an action, each with its path in the file; empty when there is nothing."""
    if not isinstance(then, Mapping):
        return [f"{path}: {NOT_AN_ACTION}"]
    kinds = [kind for kind in CHECKS if kind in then]
    if len(kinds) != 1:
        return [f"{path}: {TWO_ACTIONS if kinds else NOT_AN_ACTION}"]
    allowed, check = CHECKS[kinds[0]]
    found = [f"{path}.{key}: {UNKNOWN_KEY}" for key in then if key not in allowed]
    return found + check(then, path, known)


def _owner(then: Mapping[str, Any], path: str, _: Known) -> list[str]:
    return _choice(then["owner"], OWNERS, f"{path}.owner")


def _person(then: Mapping[str, Any], path: str, known: Known) -> list[str]:
    return _someone(then["person"], known, f"{path}.person")


def _nurture(then: Mapping[str, Any], path: str, known: Known) -> list[str]:
    plan, here = then["nurture"], f"{path}.nurture"
    if found := _name(plan, "plan", known.plans, here):
        return found
    resting = known.nurture_plans is None or plan in known.nurture_plans
    return [] if resting else [f"{here}: {NOT_FOR_NURTURE.format(plan=plan)}"]


def _distribute(then: Mapping[str, Any], path: str, known: Known) -> list[str]:
    model = then["distribute"]
    found = _choice(model, MODELS, f"{path}.distribute")
    found += _among(then.get("among"), f"{path}.among", known)
    if "weights" in then:
        if model != "best_fit":
            found.append(f"{path}.weights: {WEIGHTS_ELSEWHERE}")
        elif not _are_weights(then["weights"]):
            found.append(f"{path}.weights: {BAD_WEIGHTS}")
    if "hold_seconds" in then:
        if model not in {"best_fit", "close_rate"}:
            found.append(f"{path}.hold_seconds: {HOLD_ELSEWHERE}")
        elif not _is_count(then["hold_seconds"], 0) or then["hold_seconds"] > LONGEST_HOLD:
            found.append(f"{path}.hold_seconds: {NOT_SECONDS}")
    if "top" in then and not _is_count(then["top"], 1):
        found.append(f"{path}.top: {NOT_A_COUNT}")
    return found


def _among(among: Any, path: str, known: Known) -> list[str]:
    if among is None or (isinstance(among, str) and among in PLACES):
        return [] if among else [f"{path}: {NO_AMONG}"]
    if not isinstance(among, Mapping) or len(among) != 1:
        return [f"{path}: {BAD_AMONG}"]
    group, value = next(iter(among.items()))
    if group == "team":
        return _name(value, "team", known.teams, f"{path}.team")
    if group == "level":
        return _level(value, known, f"{path}.level")
    if group == "people" and isinstance(value, list | tuple) and value:
        return [problem for n, one in enumerate(value) for problem in _someone(one, known, f"{path}.people[{n}]")]
    return [f"{path}: {BAD_AMONG}"]


def _choice(value: Any, choices: tuple[str, ...], path: str) -> list[str]:
    return (
        []
        if isinstance(value, str) and value in choices
        else [f"{path}: {NOT_A_CHOICE.format(value=value, choices=', '.join(choices))}"]
    )


def _someone(value: Any, known: Known, path: str) -> list[str]:
    if isinstance(value, str) and value in known.former:
        return [f"{path}: {known.former[value]}"]
    return _name(value, "person", known.people, path)


def _level(value: Any, known: Known, path: str) -> list[str]:
    if isinstance(value, str) and value in known.former_levels:
        return [f"{path}: {NO_MORE_OF.format(level=value, name=known.former_levels[value])}"]
    return _name(value, "level", known.levels, path)


def _name(value: Any, noun: str, names: frozenset[str] | None, path: str) -> list[str]:
    good = isinstance(value, str) and value and (names is None or value in names)
    return [] if good else [f"{path}: {NOT_KNOWN.format(noun=noun, value=value)}"]


def _is_count(value: Any, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _are_weights(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and set(value) == set(WEIGHTS)
        and all(isinstance(one, int | float) and not isinstance(one, bool) and one >= 0 for one in value.values())
        and any(value.values())
    )


CHECKS: Mapping[str, tuple[frozenset[str], Callable[[Mapping[str, Any], str, Known], list[str]]]] = {
    "owner": (frozenset({"owner"}), _owner),
    "person": (frozenset({"person"}), _person),
    "distribute": (frozenset({"distribute", "among", "weights", "hold_seconds", "top"}), _distribute),
    "nurture": (frozenset({"nurture"}), _nurture),
}


# --- In words ---

MODEL_WORDS = {
    "round_robin": "taking turns",
    "weighted_round_robin": "taking turns by weight",
    "least_loaded": "whoever has the fewest open leads",
    "best_fit": "the best fit",
    "close_rate": "whoever closes most",
}


def sentence(rule: Rule, roster: Roster | None = None) -> str:
    """The rule as a manager would say it; with a roster, people and territories by their names."""
    asked = [words for key, value in rule.when.items() if (words := condition_words(key, value, roster))]
    words = f"{'When ' + ' and '.join(asked) if asked else 'Every lead'}, {action_words(rule.then, roster)}"
    return words if words.endswith(".") else f"{words}."  # names may end in one


def _join(values: Any, last: str = "or") -> str:
    words = [
        f"{one:,}" if isinstance(one, int) and not isinstance(one, bool) else str(one).replace("_", " ")
        for one in as_list(values)
    ]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def _person_name(key: str, roster: Roster | None) -> str:
    return roster.producers[key].name if roster and key in roster.producers else key


def condition_words(key: str, value: Any, roster: Roster | None = None) -> str:
    """One condition as people say it."""
    if key in FLAG_WORDS:
        return FLAG_WORDS[key][0 if value else 1]
    if key == "attributes":
        return " and ".join(f"{name} is {_join(wanted)}" for name, wanted in value.items())
    if key == "territories" and roster:
        names = {territory.key: territory.name for territory in roster.territories}
        value = [names.get(one, one) for one in as_list(value)]
    if key == "lines" and roster:
        value = [roster.lines[one].name if one in roster.lines else one for one in as_list(value)]
    return CONDITION_WORDS[key].format(_join(value)) if key in CONDITION_WORDS else f"{key} is {_join(value)}"


FLAG_WORDS = {
    "exclusive": ("it is exclusive", "it is shared with other agencies"),
    "existing_client": ("the person is a client already", "the person is no client yet"),
    "open_lead": ("someone is already working with the person", "nobody is working with the person yet"),
}
CONDITION_WORDS = {
    "tier": "the lead is {}",
    "tiers": "the lead is {}",
    "score": "the score is {}",
    "lines": "the line is {}",
    "line_families": "the line is of the {} family",
    "states": "it comes from {}",
    "zips": "the ZIP is in {}",
    "counties": "the county is {}",
    "territories": "it lies in {}",
    "sources": "it came through {}",
    "source_kinds": "the source is {}",
    "lead_kinds": "the lead is {}",
    "premium_over": "the premium is over ${}",
    "premium_under": "the premium is under ${}",
    "policy_expires_within_days": "the policy expires within {} days",
    "age": "the age is {}",
    "hours": "it arrives in {} hours",
}


def action_words(then: Mapping[str, Any], roster: Roster | None = None) -> str:
    """An action as people say it."""
    if "owner" in then:
        return "to whoever serves the client" if then["owner"] == "account" else "to whoever owns their other lead"
    if "person" in then:
        return f"to {_person_name(then['person'], roster)}"
    if "nurture" in then:
        return f"nurture it with the plan {then['nurture']}, without an owner yet"
    words = f"to {MODEL_WORDS[then['distribute']]} among {whom(then['among'], roster)}"
    if then["distribute"] in ROTATIONS:
        words = f"to {whom(then['among'], roster)}, {MODEL_WORDS[then['distribute']]}"
    if then.get("top"):
        words += f", only the {then['top']} who close most"
    if then.get("hold_seconds"):
        words += f", waiting up to {then['hold_seconds']} s for someone clearly better who is busy"
    return words


def whom(among: Any, roster: Roster | None = None) -> str:
    """Those whom an action chooses among, as people call them."""
    if among == "everyone":
        return "everyone"
    if among == "territory":
        return "the territory's team"
    group, value = next(iter(among.items()))
    if group == "team":
        return f"the team {value}"
    if group == "level":
        return f"everyone of level {value}"
    return _join([_person_name(key, roster) for key in value], "and")
