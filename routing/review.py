"""What a manager should know of a rule set before publishing it: the pure review, asked about the agency as it stands."""

import re
from datetime import datetime
from typing import TYPE_CHECKING

from producers import roster as rosters
from routing import places, rulesets
from routing.engine.review import ERROR, Finding, review

if TYPE_CHECKING:
    from routing.models import RuleSet

__all__ = ["Finding", "findings"]

CANNOT_BE = "This rule cannot be published: {problem}."
_PATH = re.compile(r"rules\[(\d+)\]\.?([^:]*): (.*)", re.DOTALL)


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
    return review(rulesets.engine_rules(ruleset), roster, rosters.local_day(now, roster.timezone), places.states_between)


def _blamed(problem: str, rules: list[dict[str, object]]) -> Finding:
    """A problem as the agency file names it, hung on its rule."""
    match = _PATH.match(problem)
    if match is None:
        return Finding(ERROR, "", problem)
    place = f"{match[2]}: " if match[2] else ""
    return Finding(ERROR, str(rules[int(match[1])].get("name", "")), CANNOT_BE.format(problem=f"{place}{match[3]}"))
