"""Routing rules and the escalation ladder in the agency file."""

from typing import Any

from agency.agencyfile.fields import Problems
from agency.agencyfile.sections import CHANGED, CREATED, Section, Writing, put
from agency.agencyfile.writing import in_order
from producers.counties import counties
from producers.models import Family
from routing import ladder, rulesets
from routing.engine import Known
from routing.models import EscalationPolicy, RuleSet, RuleSetState

_THEN_KEYS = ("distribute", "among")
_RUNG_KEYS = ("after", "action", "channels", "to")

NO_RULES = "rules: there are none, so every lead goes to the owner of last resort"
NOTE = "Imported from the agency file."


def known_of(problems: Problems) -> Known:
    """Every name of the file that conditions and actions may refer to."""
    names = problems.names
    return Known(
        lines=names["line"],
        territories=names["territory"],
        sources=names["source"],
        teams=names["team"],
        people=names["owner"],
        plans=names["plan"],
        levels=names["level"],
        nurture_plans=names.get("nurture_plan"),
        counties=counties(),
        families=frozenset(Family.values),
    )


def _check_rules(raw: Any, problems: Problems) -> list[dict[str, Any]]:
    found = rulesets.problems(raw, "rules", known_of(problems))
    problems.found += found
    return [] if found else [{"name": rule["name"], "when": rule.get("when") or {}, "then": rule["then"]} for rule in raw]


def _in_force() -> RuleSet | None:
    return RuleSet.objects.filter(state=RuleSetState.PUBLISHED).first()


def _link_rules(rules: list[dict[str, Any]], writing: Writing) -> None:
    before = _in_force()
    if before is None and not rules:
        return
    if rulesets.load_rules(rules, note=NOTE, now=writing.now, by=writing.by) != before:
        writing.count("rules", "rules", CHANGED if before else CREATED)


def _dump_rules() -> list[dict[str, Any]]:
    ruleset = _in_force()
    rules = rulesets.plain(ruleset) if ruleset else []
    return [rule | {"then": in_order(rule["then"], _THEN_KEYS)} for rule in rules]


def _nothing(_: Any, __: Writing) -> None:
    """Rules name what the other sections write: they are written last."""


def _check_escalation(raw: Any, problems: Problems) -> dict[str, Any]:
    found = ladder.problems(raw, "escalation", known_of(problems))
    problems.found += found
    if found:
        return {}
    default = ladder.Ladder()
    return {
        "rungs": [_rung(rung) for rung in raw.get("rungs", [])],
        "sla": raw.get("sla") or "",
        "ladders": [_variant(one) for one in raw.get("ladders") or []],
        "max_reassignments": raw.get("max_reassignments", default.max_reassignments),
        "backup_minimum_capacity_score": raw.get("backup_minimum_capacity_score", default.backup_minimum_capacity_score),
        "ends_on": raw.get("ends_on", default.ends_on),
    }


def _rung(raw: dict[str, Any]) -> dict[str, Any]:
    """A rung without what says nothing."""
    rung = {"after": raw["after"].strip(), "action": raw["action"], "channels": list(raw.get("channels", [])), "to": raw["to"]}
    return rung | {key: raw[key] for key in ("always", "when") if raw.get(key)}


def _variant(raw: dict[str, Any]) -> dict[str, Any]:
    """A ladder for some leads without what says nothing."""
    said = {key: raw[key] for key in ("name", "when", "sla") if raw.get(key)}
    return said | {"rungs": [_rung(rung) for rung in raw.get("rungs") or []]}


def _write_escalation(values: dict[str, Any], writing: Writing) -> None:
    writing.count("escalation", "escalation", put(EscalationPolicy.objects.first() or EscalationPolicy(pk=1), values))


def _dump_escalation() -> dict[str, Any]:
    policy = EscalationPolicy.objects.first()
    if policy is None:
        return {}
    values: dict[str, Any] = {
        "rungs": _dump_rungs(policy.rungs),
        "max_reassignments": policy.max_reassignments,
        "backup_minimum_capacity_score": policy.backup_minimum_capacity_score,
    }
    if policy.sla:
        values["sla"] = policy.sla
    if policy.ladders:
        values["ladders"] = [one | {"rungs": _dump_rungs(one["rungs"])} for one in policy.ladders]
    return values | ({} if policy.ends_on == "attempt" else {"ends_on": policy.ends_on})


def _dump_rungs(rungs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: value for key, value in in_order(rung, _RUNG_KEYS).items() if value != []} for rung in rungs]


SECTIONS = (
    Section(
        key="rules",
        place=70,
        check=_check_rules,
        write=_nothing,
        link=_link_rules,
        dump=_dump_rules,
        cautions=lambda rules, _: () if rules else (NO_RULES,),
        empty=[],
    ),
    Section(key="escalation", place=100, check=_check_escalation, write=_write_escalation, dump=_dump_escalation, empty={}),
)
