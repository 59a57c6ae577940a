"""What a manager should know of a rule set before publishing it: the pure review, asked about the agency as it stands."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import apps

from producers import roster as rosters
from routing import places, rulesets
from routing.engine.review import ERROR, Finding, review

if TYPE_CHECKING:
    from routing.models import RuleSet

__all__ = ["Finding", "doubts", "findings"]

CANNOT_BE = "This rule cannot be published: {problem}."


def findings(ruleset: "RuleSet", *, now: datetime) -> list[Finding]:
    """Everything there is to say of this version on the agency's day at `now`: errors first. A fixed number of queries.

    What would keep it from being published comes first; while there is such a thing, the rules are not looked at further, since
    they cannot be understood.
    """
    plain = rulesets.plain(ruleset)
    wrong = [_blamed(problem, plain) for problem in rulesets.problems(plain, "rules", rulesets.known())]
    if wrong:
        return wrong
    roster = rosters.static()
    day = rosters.local_day(now, roster.timezone)
    return review(rulesets.engine_rules(ruleset), roster, day, places.states_between, _tiers())


def doubts(ruleset: "RuleSet", *, now: datetime) -> list[str]:
    """What is wrong with a version that can be put in force all the same, in sentences with the rules' names."""
    wrong = [one for one in findings(ruleset, now=now) if one.severity == ERROR]
    if rulesets.problems(rulesets.plain(ruleset), "rules", rulesets.known()):
        return []
    return [rulesets.OF_RULE.format(name=one.rule, words=one.sentence) if one.rule else one.sentence for one in wrong]


def _tiers() -> dict[str, int]:
    """Where hot and warm begin by the score model in force; empty without one. The model belongs to the app above."""
    champion = apps.get_model("leads.ScoreModel")._default_manager.filter(state="champion")
    tiers: dict[str, int] = champion.values_list("tiers", flat=True).first() or {}
    return tiers if {"hot", "warm"} <= tiers.keys() else {}


def _blamed(problem: str, rules: list[dict[str, object]]) -> Finding:
    """A problem as the agency file names it, hung on its rule."""
    name, words = rulesets.blamed(problem, rules)
    return Finding(ERROR, name, CANNOT_BE.format(problem=words) if name else words)
