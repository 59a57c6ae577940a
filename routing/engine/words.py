"""How the engine speaks to people."""

from collections import Counter
from collections.abc import Iterable, Mapping

from routing.engine.facts import Considered, RuleTried

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


def figure(name: str) -> str:
    """What people read for the name of one of a candidate's figures: the contract's spelling is not the agency's."""
    return name.replace("_", " ").replace("specialisation", "specialization")


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


def least_loaded(name: str, open_leads: int, among: int) -> str:
    """Why the least loaded one has it."""
    return f"{name} has the fewest open leads ({open_leads}) of {among} eligible"


def best_fit(name: str, points: int, among: int) -> str:
    """Why the best fit has it; thousandths of a point."""
    return f"{name} fits best with {points / 1000:.1f} of 100 points, {among} eligible"


def close_rate(name: str, rate: int, among: int) -> str:
    """Why the best closer has it; millionths."""
    return f"{name} closes {rate / 10_000:.1f} % of leads, most of {among} eligible"


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
