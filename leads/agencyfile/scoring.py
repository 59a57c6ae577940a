"""The `score_model` section: how points add up."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Max

from agency.agencyfile.fields import Problems
from agency.agencyfile.sections import CHANGED, CREATED, Section, Writing
from agency.agencyfile.writing import in_order
from leads import scoremodels
from leads.models import ScoreModel
from leads.scoring import Model
from leads.scoring import problems as scoring_problems
from routing.agencyfile import known_of

DEFAULT_NAME = "Score model"
_KEYS = ("tiers", "decay", "rules")
_STEP_KEYS = ("after_days", "keep")
_RULE_KEYS = ("label", "event", "fit", "at_least", "times", "within_days", "points", "intent")


@dataclass(frozen=True, slots=True)
class ScoreEntry:
    """The score model as the file has it: what it means, and how it was written."""

    name: str
    model: Model
    written: Mapping[str, Any]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ScoreEntry) and (self.name, self.model) == (other.name, other.model)

    __hash__ = None  # type: ignore[assignment]


def _check(raw: Any, problems: Problems) -> ScoreEntry | None:
    found = scoring_problems(raw, "score_model", known_of(problems))
    problems.found += found
    return None if found else _entry(raw.get("name") or DEFAULT_NAME, raw)


def _entry(name: str, data: Mapping[str, Any]) -> ScoreEntry:
    written = {key: data[key] for key in _KEYS if data.get(key)}
    return ScoreEntry(name, Model.from_data(written), written)


def _in_force() -> ScoreEntry | None:
    champion = ScoreModel.objects.filter(state=scoremodels.CHAMPION).first()
    return _entry(champion.name, {key: getattr(champion, key) for key in _KEYS}) if champion else None


def _write(entry: ScoreEntry, writing: Writing) -> None:
    before = _in_force()
    if entry == (before or _entry(DEFAULT_NAME, {})):
        return
    latest = ScoreModel.objects.aggregate(latest=Max("version"))["latest"] or 0
    draft = ScoreModel.objects.create(version=latest + 1, name=entry.name, created_at=writing.now, **entry.written)
    scoremodels.publish(draft, now=writing.now)
    writing.count("score_model", entry.name, CHANGED if before else CREATED)


def _dump() -> dict[str, Any]:
    entry = _in_force()
    if entry is None:
        return {}
    written = {key: entry.written[key] for key in _KEYS if key in entry.written}
    for key, order in (("decay", _STEP_KEYS), ("rules", _RULE_KEYS)):
        written |= {key: [in_order(one, order) for one in written[key]]} if key in written else {}
    return {"name": entry.name, **written}


SECTION = Section(key="score_model", place=60, check=_check, write=_write, dump=_dump, empty={})
