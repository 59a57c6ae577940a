"""Rule sets in versions: read the one in force, draft, publish."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import transaction
from django.db.models import Max

from agency import revisions
from producers.counties import counties
from producers.models import Family, LineOfBusiness, Producer, Role, Team, Territory
from routing.engine import Known, actions, conditions
from routing.engine import Rule as EngineRule
from routing.engine import RuleSet as EngineRuleSet
from routing.engine.review import alike
from routing.models import Rule, RuleSet, RuleSetState

if TYPE_CHECKING:
    from agency.models import User

NO_RULES = EngineRuleSet(0, ())
NOT_A_DRAFT = "Only a draft can be published; version {version} is {state}."
NAMED_TWICE = "{path}.name: there is another rule named {name!r}"
NOT_NAMED = "{path}.name: must not be empty"
HAS_LEFT = "{name} no longer works here"
IN_MARKETING = "{name} is in marketing and gets no leads"
UNKNOWN_KEY = "{path}.{key}: is not part of a rule"
NOT_A_RULE = "{path}: must be a rule with a name and what then"
OF_RULE = "Rule “{name}”: {words}"
_PATH = re.compile(r"rules\[(\d+)\]\.?([^:]*): (.*)", re.DOTALL)
RULE_KEYS = frozenset({"name", "when", "then"})

_cached: tuple[int, EngineRuleSet, int | None] | None = None


class RuleSetError(ValueError):
    """Rules that cannot be put in force; the message is for people."""


def published(number: int | None = None) -> EngineRuleSet:
    """The rule set in force, or an empty one of version 0; no query under a revision number this process knows."""
    return in_force(number)[0]


def in_force(number: int | None = None) -> tuple[EngineRuleSet, int | None]:
    """The rule set in force and its row's id (None without one). `number`: the revision of the rules, when the caller has it."""
    global _cached  # noqa: PLW0603  # one per process, replaced as a whole
    number = revisions.current()[revisions.RULES] if number is None else number
    if _cached is None or _cached[0] != number:
        row = RuleSet.objects.filter(state=RuleSetState.PUBLISHED).first()
        _cached = (number, engine_rules(row) if row else NO_RULES, row.pk if row else None)
    return _cached[1], _cached[2]


def engine_rules(ruleset: RuleSet) -> EngineRuleSet:
    """One version as the engine reads it; one query."""
    rules = ruleset.rules.order_by("position", "id").values_list("name", "when", "then")
    return EngineRuleSet(ruleset.version, tuple(EngineRule(name, when, then) for name, when, then in rules))


def known() -> Known:
    """Every name that conditions and actions may refer to, as of now."""
    people = list(Producer.objects.values_list("key", "user__name", "level", "active", "role"))
    here = [one for one in people if one[3] and one[4] != Role.MARKETING]
    levels = {level for _, _, level, active, _ in people if active and level}
    former = [one for one in people if one not in here]
    return Known(
        lines=_keys(LineOfBusiness.objects.filter(active=True).values_list("key", flat=True)),
        territories=_keys(Territory.objects.filter(active=True).values_list("key", flat=True)),
        # Sources and plans belong to the app above, which is named only by its label here.
        sources=_keys(apps.get_model("leads.Source")._default_manager.values_list("key", flat=True)),
        plans=_keys(apps.get_model("leads.Plan")._default_manager.filter(active=True).values_list("key", flat=True)),
        teams=_keys(Team.objects.filter(active=True).values_list("key", flat=True)),
        people=frozenset(key for key, *_ in here),
        levels=frozenset(levels),
        nurture_plans=_keys(
            apps.get_model("leads.Plan")._default_manager.filter(active=True, starts="nurture").values_list("key", flat=True)
        ),
        counties=counties(),
        families=frozenset(Family.values),
        former={key: (IN_MARKETING if active else HAS_LEFT).format(name=name) for key, name, _, active, _ in former},
        former_levels={level: name for _, name, level, *_ in former if level and level not in levels},
    )


def _keys(values: Any) -> frozenset[str]:
    return frozenset(values)


def problems(rules: Any, path: str, known: Known) -> list[str]:
    """Everything wrong with a list of rules as the agency file writes them, each with its path."""
    if not isinstance(rules, Sequence) or isinstance(rules, str):
        return [f"{path}: must be a list of rules"]
    found: list[str] = []
    names: set[str] = set()
    for index, rule in enumerate(rules):
        found += _rule_problems(rule, f"{path}[{index}]", known, names)
    return found


def _rule_problems(rule: Any, path: str, known: Known, names: set[str]) -> list[str]:
    if not isinstance(rule, Mapping):
        return [NOT_A_RULE.format(path=path)]
    found = [UNKNOWN_KEY.format(path=path, key=key) for key in rule if key not in RULE_KEYS]
    name = rule.get("name")
    if not isinstance(name, str) or not name.strip():
        found.append(NOT_NAMED.format(path=path))
    elif alike(name) in names:
        found.append(NAMED_TWICE.format(path=path, name=name))
    else:
        names.add(alike(name))
    found += conditions.problems(rule.get("when"), f"{path}.when", known)
    return found + actions.problems(rule.get("then"), f"{path}.then", known)


def in_words(problem: str, rules: Sequence[Mapping[str, Any]]) -> str:
    """A problem of these rules as people are told it: by the rule's name."""
    name, words = blamed(problem, rules)
    return OF_RULE.format(name=name, words=words) if name else words


def blamed(problem: str, rules: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """The name of the rule that a problem is about, empty when it is about none, and what is wrong without its path."""
    match = _PATH.match(problem)
    if match is None:
        return "", problem
    return str(rules[int(match[1])].get("name", "")), without_path(f"{match[2]}: {match[3]}")


def without_path(problem: str) -> str:
    """`then.person: James K. no longer works here` without the path; the condition or the part that is meant stays named."""
    place, _, words = problem.partition(": ")
    part = place.rpartition(".")[2].partition("[")[0]
    plainly = part in ("when", "then", "name", "person", "people", "among")
    return words if plainly or not part else f"{part.replace('_', ' ')}: {words}"


def plain(ruleset: RuleSet) -> list[dict[str, Any]]:
    """The rules as the agency file writes them, in order."""
    rules = ruleset.rules.order_by("position", "id").values("name", "when", "then")
    return [{key: value for key, value in rule.items() if key != "when" or value} for rule in rules]


def counterpart(ruleset: RuleSet) -> RuleSet | None:
    """The version to hold this one against unless another is asked for: what it was copied from, else the one in force."""
    if ruleset.copied_from is not None:
        return ruleset.copied_from
    return RuleSet.objects.filter(state=RuleSetState.PUBLISHED).exclude(pk=ruleset.pk).first()


@transaction.atomic
def load_rules(rules: Sequence[Mapping[str, Any]], *, note: str, now: datetime, by: "User | None" = None) -> RuleSet:
    """These rules are in force: the version that is, when it says the same, else a new one. RuleSetError when they are wrong."""
    if found := problems(rules, "rules", known()):
        raise RuleSetError("\n".join(found))
    current = next((one for one in _locked() if one.state == RuleSetState.PUBLISHED), None)
    wanted = [{"name": rule["name"], "when": rule.get("when") or {}, "then": rule["then"]} for rule in rules]
    if current and [{"when": {}, **rule} for rule in plain(current)] == wanted:
        return current
    draft = _draft(note=note, by=by, now=now, copied_from=current)
    Rule.objects.bulk_create(Rule(ruleset=draft, position=index, **rule) for index, rule in enumerate(wanted, start=1))
    return publish(draft, by=by, now=now)


@transaction.atomic
def copy_into_draft(ruleset: RuleSet, *, by: "User | None", now: datetime, note: str = "") -> RuleSet:
    """A new draft with the same rules exists and is returned."""
    _locked()  # so that no two have the same number
    draft = _draft(note=note, by=by, now=now, copied_from=ruleset)
    Rule.objects.bulk_create(
        Rule(ruleset=draft, position=index, name=rule.name, when=rule.when, then=rule.then)
        for index, rule in enumerate(ruleset.rules.order_by("position", "id"), start=1)
    )
    return draft


def _locked() -> list[RuleSet]:
    """All rule sets as they are once nobody else changes them; until our transaction ends nobody else will.

    The oldest one's row is the gate, and what there is behind it is read anew: somebody may have published while we waited.
    Decisions that point at rule sets need not wait.
    """
    list(RuleSet.objects.select_for_update(no_key=True).order_by("version")[:1])
    return list(RuleSet.objects.order_by("version"))


def _draft(*, note: str, by: "User | None", now: datetime, copied_from: RuleSet | None) -> RuleSet:
    version = (RuleSet.objects.aggregate(last=Max("version"))["last"] or 0) + 1
    return RuleSet.objects.create(version=version, note=note, created_at=now, created_by=by, copied_from=copied_from)


@transaction.atomic
def publish(ruleset: RuleSet, *, by: "User | None", now: datetime, note: str = "") -> RuleSet:
    """The draft is in force for the next lead, and what was in force is archived. RuleSetError when it cannot be."""
    locked = _locked()
    draft = next(one for one in locked if one.pk == ruleset.pk)
    if draft.state != RuleSetState.DRAFT:
        raise RuleSetError(NOT_A_DRAFT.format(version=draft.version, state=draft.get_state_display().lower()))
    rules = plain(draft)
    if found := problems(rules, "rules", known()):
        raise RuleSetError("\n".join(in_words(one, rules) for one in found))
    for old in locked:
        if old.state == RuleSetState.PUBLISHED:
            old.state = RuleSetState.ARCHIVED
            old.save(update_fields=["state"])
    ruleset.state, ruleset.published_at, ruleset.published_by = RuleSetState.PUBLISHED, now, by
    ruleset.note = note or ruleset.note
    ruleset.save(update_fields=["state", "published_at", "published_by", "note"])
    revisions.bump(revisions.RULES)  # bulk_create above sends no signals
    return ruleset
