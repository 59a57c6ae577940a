"""How the engine speaks to people."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from routing.engine.facts import Considered, RuleTried

VERSION: Final = 2
"""Stored with each decision; raised with every change to these sentences or to those of the gates, so that a decision told in the
words of an earlier version is held against what was decided, not against how it was told. Decisions that name none are of 1."""
OFF_SHIFT = "Tried again without regard to shifts"
PERSON = "{name} is named by the rule"
ACCOUNT = "{name} serves this client"
OTHER_LEAD = "{name} is already working with this person"
NO_ACCOUNT_OWNER = "Nobody is on record as serving this client"
NO_LEAD_OWNER = "The person's other lead has no owner"
NO_TERRITORY = "The lead lies in no territory"
NO_TEAM = "No team owns {territory}"
NO_WEIGHTS = "Nobody eligible has a weight in this rotation"
NEEDS_OWNER = "The person came back by themselves, so somebody must own the lead"
NOBODY_THERE = "There is nobody to choose from"


@dataclass(frozen=True, slots=True)
class Beside:
    """Whom somebody was chosen before: how many were eligible and free, who was level, and who was better but busy."""

    eligible: int
    free: int
    level: Sequence[str] = ()
    """Names of those with the same figure."""
    waited: bool = True
    """They had a lead since; otherwise only the order of the list decided."""
    better: str = ""
    """The best one, who is busy; empty when nobody busy is better."""
    figure: int = 0
    """Theirs."""

    @property
    def alone(self) -> bool:
        """Whether there was no choice."""
        return (self.free if self.better else self.eligible) == 1

    @property
    def whom(self) -> str:
        """After a superlative; of somebody alone, after `the only one`."""
        if self.alone:
            return "free" if self.better else "eligible"
        return f"of {self.free} who are free" if self.better else f"of {self.eligible} eligible"

    @property
    def tie(self) -> str:
        """Who was level, and what decided then."""
        if not self.level:
            return ""
        others = self.level[0] if len(self.level) == 1 else f"{len(self.level)} others"
        return f", level with {others} and {'longest without a lead' if self.waited else 'first in the list'}"

    def busy(self, does: str) -> str:
        """Who is busy; `does` is what the better one does."""
        if self.better:
            return f" ({self.better} {does} and is busy)"
        if self.free:
            return ""
        return " (and busy)" if self.eligible == 1 else " (all of them are busy)"


def figure(name: str) -> str:
    """What people read for the name of one of a candidate's figures: the contract's spelling is not the agency's."""
    return name.replace("_", " ").replace("specialisation", "specialization")


def figures(rank: Mapping[str, Any]) -> list[str]:
    """What somebody was ranked by, as people say it: `owed 0.50 of a lead`, `closes 20.0 % of such leads`, `3 open leads`."""
    said = {name: _said(name, value) for name, value in rank.items()}
    if "close_rate" in rank and "points" not in rank:
        said["close_rate"] = f"closes {100 * rank['close_rate']:.1f} % of such leads"
    for kind, words in (("", "in 90 days"), ("_of_kind", "of this kind")):
        if f"bound{kind}" in said:
            said[f"bound{kind}"] = f"{rank[f'bound{kind}']} of {rank[f'received{kind}']} bound {words}"
            del said[f"received{kind}"]
    return list(said.values())


def _said(name: str, value: Any) -> str:
    if name in SCORES:
        return f"{figure(name)} {value:.1f} of 10".replace(".0 of", " of")
    return FIGURES[name](value) if name in FIGURES else f"{figure(name)} {value}"


def percent(millionths: int) -> str:
    """`20.0 %`."""
    return f"{millionths / 10_000:.1f} %"


def count(number: int, noun: str) -> str:
    """`1 person`, `2 people`, `3 leads`."""
    plural = "people" if noun == "person" else f"{noun}s"
    return f"{number} {noun if number == 1 else plural}"


def nurtured(plan: str) -> str:
    """Why there is no owner yet."""
    return f"Kept in the plan {plan}, without an owner until there is more interest"


def turn(name: str, owed: int, among: int, weighted: bool) -> str:
    """Why it is someone's turn; `owed` in millionths of a lead, with this lead's share."""
    if among == 1:
        return f"{name} is the only one eligible"
    by = " by weight" if weighted else ""
    if _hundredths(owed) < 0:  # everybody is: the others were not eligible when they should have been
        return f"It is {name}'s turn{by}: {standing(owed)}, the least of {among} eligible"
    return f"It is {name}'s turn{by}: owed {max(owed, 0) / 1_000_000:.2f} of a lead, {among} eligible"


def standing(owed: int) -> str:
    """How somebody stands in a rotation, after “is” or “were”: `owed 0.50 of a lead`, `ahead by 4.50 leads`, `even`."""
    rounded = _hundredths(owed)
    if not rounded:
        return "even"
    return f"owed {leads(owed)}" if rounded > 0 else f"ahead by {leads(-owed)}"


def leads(amount: int) -> str:
    """So many millionths of a lead: `0.50 of a lead`, `1 lead`, `4.50 leads`, `17 leads`."""
    rounded = _hundredths(amount)
    if rounded % 100 == 0 and rounded:
        return count(rounded // 100, "lead")
    return f"{rounded / 100:.2f} of a lead" if rounded < 100 else f"{rounded / 100:.2f} leads"


def _hundredths(amount: int) -> int:
    return round(amount / 10_000)


def least_loaded(name: str, open_leads: int, beside: Beside) -> str:
    """Why the least loaded one has it."""
    if beside.alone:
        return f"{name} is the only one {beside.whom}, with {count(open_leads, 'open lead')}"
    return f"{name} has the fewest open leads ({open_leads}) {beside.whom}{beside.tie}"


def best_fit(name: str, points: int, beside: Beside) -> str:
    """Why the best fit has it; thousandths of a point."""
    how = "is the only one" if beside.alone else "fits best"
    others = beside.busy(f"has {beside.figure / 1000:.1f}")
    return f"{name} {how} {beside.whom}, with {points / 1000:.1f} of 100 points{beside.tie}{others}"


def close_rate(name: str, rate: int, beside: Beside) -> str:
    """Why the best closer has it; millionths."""
    how = "the only one" if beside.alone else "most"
    others = beside.busy(f"closes {percent(beside.figure)}")
    return f"{name} closes {percent(rate)} of leads, {how} {beside.whom}{beside.tie}{others}"


def held(name: str, seconds: int, free: str) -> str:
    """Why nobody has it yet; `free`: the best one who is, if anybody."""
    than = f"but clearly better than {free}, who is free" if free else "like everyone else"
    return f"Waiting up to {seconds} s for {name}, who is busy {than}"


def one_out(name: str, why: Iterable[str]) -> str:
    """Why the only person a rule speaks of does not get the lead."""
    return f"{name} {' and '.join(why)}"


def nobody(pool: Iterable[str], looked_at: Mapping[str, Considered]) -> str:
    """Why a rule found nobody: the reasons, commonest first, with how many they rule out."""
    people = list(pool)
    if not people:
        return NOBODY_THERE
    return f"Nobody of {len(people)} is eligible: {_commonest(looked_at[key] for key in people)}"


def _commonest(people: Iterable[Considered], most: int = 3) -> str:
    counted = Counter(why for one in people for why in one.why)
    order = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    said = "; ".join(f"{why} ({number})" for why, number in order[:most])
    return f"{said}; and more" if len(order) > most else said


def reason(what: str, rule: str, off_shift: bool) -> str:
    """The decision in one sentence."""
    late = ", outside working hours" if off_shift else ""
    return f"{what} (rule “{rule}”{late})."


def unplaced(last: str | None, looked_at: Mapping[str, Considered], tried: Iterable[RuleTried]) -> str:
    """Why nobody could take it."""
    whom = f"with {last} as owner of last resort" if last else "and there is no owner of last resort"
    if looked_at:
        return f"Nobody may take it ({_commonest(looked_at.values())}): {whom}."
    return f"No rule names anybody who could take it: {whom}." if any(one.matched for one in tried) else f"No rule fits: {whom}."


SCORES: Final = ("capacity", "specialisation", "close_rate", "response_time")
FIGURES: Final[Mapping[str, Callable[[Any], str]]] = {
    "owed": standing,
    "share": lambda share: f"share of this lead {percent(share)}",
    "open": lambda number: count(number, "open lead"),
    "points": lambda points: f"{points:.1f} of 100 points",
    "presence": str,
}
