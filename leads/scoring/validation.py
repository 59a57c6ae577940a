"""What is wrong with a score model as written in a file, each with its path."""

from collections.abc import Iterator, Mapping
from typing import Any

from leads.scoring.model import EVENT_KIND, INTENTS
from leads.scoring.scorer import MOST
from routing.engine import conditions

MODEL_KEYS = {"name", "tiers", "decay", "rules"}
TIER_KEYS = {"hot", "warm"}
STEP_KEYS = {"after_days", "keep"}
RULE_KEYS = {"label", "points", "event", "fit", "at_least", "times", "within_days", "intent"}
NOT_IN_FIT = ("tier", "tiers", "score")


def problems(data: Any, path: str, known: conditions.Known) -> list[str]:
    """Everything wrong with the model, as `path: what`; empty when it can be used."""
    if not isinstance(data, Mapping):
        return [f"{path}: must be a mapping"]
    found = list(_unknown_keys(data, path, MODEL_KEYS))
    if not isinstance(data.get("name", ""), str):
        found.append(f"{path}.name: must be text.")
    found += _tiers(data.get("tiers", {}), f"{path}.tiers")
    found += _decay(data.get("decay", []), f"{path}.decay")
    rules = data.get("rules", [])
    if not isinstance(rules, list):
        return [*found, f"{path}.rules: must be a list"]
    labels: set[str] = set()
    for index, rule in enumerate(rules):
        found += _rule(rule, f"{path}.rules[{index}]", known, labels)
    return found


def _unknown_keys(data: Mapping[str, Any], path: str, allowed: set[str]) -> Iterator[str]:
    for key in data:
        if key not in allowed:
            yield f"{path}.{key}: no such key; known are {', '.join(sorted(allowed))}"


def _is_whole(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _tiers(data: Any, path: str) -> Iterator[str]:
    if not isinstance(data, Mapping):
        yield f"{path}: must be a mapping such as {{hot: 65, warm: 40}}"
        return
    yield from _unknown_keys(data, path, TIER_KEYS)
    given = [key for key in ("hot", "warm") if key in data]
    for key in given:
        if not _is_whole(data[key], 0, MOST):
            yield f"{path}.{key}: must be a whole number from 0 to {MOST}"
            return
    if data.get("warm", 40) >= data.get("hot", 65):
        yield f"{path}: warm must begin below hot"


def _decay(data: Any, path: str) -> Iterator[str]:
    if not isinstance(data, list):
        yield f"{path}: must be a list"
        return
    days: set[int] = set()
    for index, step in enumerate(data):
        here = f"{path}[{index}]"
        if not isinstance(step, Mapping):
            yield f"{here}: must be a mapping such as {{after_days: 30, keep: 0.8}}"
            continue
        yield from _unknown_keys(step, here, STEP_KEYS)
        after, keep = step.get("after_days"), step.get("keep")
        if not isinstance(after, int) or not _is_whole(after, 1, 3650):
            yield f"{here}.after_days: must be a whole number of days from 1 to 3650"
        elif after in days:
            yield f"{here}.after_days: {after} is written twice"
        else:
            days.add(after)
        if isinstance(keep, bool) or not isinstance(keep, int | float) or not 0 <= keep <= 1:
            yield f"{here}.keep: must be a share from 0 to 1"


def _rule(data: Any, path: str, known: conditions.Known, labels: set[str]) -> Iterator[str]:
    if not isinstance(data, Mapping):
        yield f"{path}: must be a mapping"
        return
    yield from _unknown_keys(data, path, RULE_KEYS)
    label = data.get("label")
    if not isinstance(label, str) or not label.strip():
        yield f"{path}.label: is required; it is what a producer reads"
    elif label in labels:
        yield f"{path}.label: {label!r} is written twice"
    else:
        labels.add(label)
    if not _is_whole(data.get("points"), -1000, 1000) or data["points"] == 0:
        yield f"{path}.points: must be a whole number from -1000 to 1000, not 0"
    if "event" not in data and "fit" not in data:
        yield f"{path}: needs event or fit"
    yield from _counting(data, path)
    if "event" in data:
        yield from _events(data["event"], f"{path}.event")
    if "fit" in data:
        yield from _fit(data["fit"], f"{path}.fit", known)


def _counting(data: Mapping[str, Any], path: str) -> Iterator[str]:
    for key in ("at_least", "times", "within_days"):
        if key not in data:
            continue
        if "event" not in data:
            yield f"{path}.{key}: only counts events, and the rule names none"
        elif not _is_whole(data[key], 1, 10_000):
            yield f"{path}.{key}: must be a whole number from 1 to 10000"
    if data.get("intent", "high") not in INTENTS:
        yield f"{path}.intent: must be one of {', '.join(INTENTS)}"


def _events(data: Any, path: str) -> Iterator[str]:
    if not isinstance(data, list) or not data:
        yield f"{path}: must be a list of kinds of events"
        return
    for index, kind in enumerate(data):
        if not isinstance(kind, str) or not EVENT_KIND.fullmatch(kind):
            yield f"{path}[{index}]: must be the name of a kind of event such as pricing_view, at most 40 characters"


def _fit(data: Any, path: str, known: conditions.Known) -> Iterator[str]:
    if not isinstance(data, Mapping) or not data:
        yield f"{path}: must be a mapping of conditions"
        return
    for key in NOT_IN_FIT:
        if key in data:
            yield f"{path}.{key}: cannot be used here, the score comes of it"
    yield from conditions.problems({key: value for key, value in data.items() if key not in NOT_IN_FIT}, path, known)
