"""The gates that are always on: who may have a lead at all, and in which words they may not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from producers.facts import LicenseFacts, LineFacts, LoadFacts, ProducerFacts, Roster

NO_STATE = "the lead's state is not known, so no licence can be checked"
EXCLUDED = "is passed over for this lead"
CLOSED = "the agency is closed today"
OUTSIDE_HOURS = "is outside working hours"
AWAY = "is away"
INACTIVE = "does not work here any more"

END_OF_DAY = time.max
PERIODS = {"open": "open leads", "day": "leads today", "week": "leads this week", "month": "leads this month"}
AUTHORITIES = {"ah": "accident and health", "personal_lines": "personal lines"}


@dataclass(frozen=True, slots=True)
class Standing:
    """What does not move within a day: why someone may not have leads like this one, or the licence by which they may."""

    barred: tuple[str, ...]
    """Licence and certification: what nobody may overrule."""
    why: tuple[str, ...]
    """All of it, time off too."""
    license: LicenseFacts | None = None


def standing(person: ProducerFacts, line: LineFacts | None, state: str, day: date) -> Standing:
    """Licence, certifications and time off of one person on one day of the agency."""
    held, unlicensed = _licensed(person, line, state, day)
    missing = [name for name in (line.certifications if line else ()) if not _certified(person, name, day)]
    barred = (*([unlicensed] if unlicensed else []), *(f"lacks the certification {name}" for name in missing))
    back = max((end for start, end in person.time_off if start <= day <= end), default=None)
    return Standing(barred, (*barred, f"is off until {back}") if back else barred, held)


def _licensed(person: ProducerFacts, line: LineFacts | None, state: str, day: date) -> tuple[LicenseFacts | None, str]:
    """The licence that allows it, or why none does."""
    if not state:
        return None, NO_STATE
    here = [one for one in person.licenses if one.state == state]
    if not here:
        return None, f"holds no licence in {state}"
    valid = [one for one in here if one.effective <= day <= one.expires]
    if not valid:
        return None, _out_of_date(here, state, day)
    able = [one for one in valid if _covers(one, line)]
    if not able:
        return None, f"licence in {state} lacks {_needs(line)}"
    for one in able:
        if one.resident is not False or _at_home(person, line, day):
            return one, ""
    return None, f"non-resident licence in {state} needs an active home-state licence"


def _covers(held: LicenseFacts, line: LineFacts | None) -> bool:
    return line is None or not line.requires or any(clause <= held.authority for clause in line.requires)


def _at_home(person: ProducerFacts, line: LineFacts | None, day: date) -> bool:
    return any(one.resident and one.effective <= day <= one.expires and _covers(one, line) for one in person.licenses)


def _out_of_date(held: list[LicenseFacts], state: str, day: date) -> str:
    past = [one.expires for one in held if one.expires < day]
    if past:
        return f"licence in {state} expired on {max(past)}"
    return f"licence in {state} begins on {min(one.effective for one in held)}"


def _needs(line: LineFacts | None) -> str:
    clauses = line.requires if line else ()
    return " or ".join(" and ".join(sorted(AUTHORITIES.get(one, one) for one in clause)) for clause in clauses)


def _certified(person: ProducerFacts, name: str, day: date) -> bool:
    return any(
        one.name == name and one.effective <= day and (one.expires is None or day <= one.expires) for one in person.certifications
    )


def over_caps(person: ProducerFacts, load: LoadFacts) -> tuple[str, ...]:
    """Each cap that is reached, in words."""
    if not person.caps:
        return ()
    return tuple(
        f"is at the cap of {limit} {PERIODS[period]}" for period, limit in person.caps.items() if getattr(load, period) >= limit
    )


def off_shift(person: ProducerFacts, load: LoadFacts, roster: Roster, local: datetime) -> str:
    """Why someone is not at work at this instant (in the agency's timezone); empty when they are."""
    if local.date() in roster.closed:
        return CLOSED
    if not within(person.hours if person.hours is not None else roster.hours, local.weekday(), local.time()):
        return OUTSIDE_HOURS
    return AWAY if load.presence == "away" else ""


def within(week: Mapping[int, tuple[tuple[time, time], ...]], weekday: int, at: time) -> bool:
    """Whether a time of day falls into one of the weekday's stretches; the closing minute no longer counts, midnight has none."""
    return any(opens <= at < closes or closes == END_OF_DAY <= at for opens, closes in week.get(weekday, ()))


def proof(held: LicenseFacts | None, line: LineFacts | None, day: date) -> dict[str, Any]:
    """The licence as evidence: what it said on the day it was checked."""
    if held is None:
        return {}
    return {
        "state": held.state,
        "number": held.number,
        "authority": sorted(held.authority),
        "effective": held.effective.isoformat(),
        "expires": held.expires.isoformat(),
        "resident": held.resident,
        "line": line.key if line else None,
        "checked_on": day.isoformat(),
    }
