"""The gates that are always on: who may have a lead at all, and in which words they may not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from producers.facts import CapFacts, LicenseFacts, LineFacts, LoadFacts, ProducerFacts, Roster
from routing.engine.words import count

NO_STATE = "the lead's state is not known, so no license can be checked"
EXCLUDED = "is passed over for this lead"
CLOSED = "the agency is closed today"
OUTSIDE_HOURS = "is outside working hours"
AWAY = "is away"
INACTIVE = "does not work here any more"
NO_LEADS = "is in a role that receives no leads"
NO_APPOINTMENT = "no carrier appointment on record in {state}"
NOT_APPOINTED = "no appointment with {carrier} on record in {state}"

END_OF_DAY = time.max
PERIODS = {"open": ("open lead", ""), "day": ("lead", " today"), "week": ("lead", " this week"), "month": ("lead", " this month")}
AUTHORITIES = {"ah": "accident and health", "personal_lines": "personal lines"}


@dataclass(frozen=True, slots=True)
class Standing:
    """What does not move within a day: why someone may not have leads like this one, or the license by which they may."""

    barred: tuple[str, ...]
    """License and certification: what nobody may overrule."""
    why: tuple[str, ...]
    """All of it, time off too."""
    license: LicenseFacts | None = None


def standing(person: ProducerFacts, line: LineFacts | None, state: str, day: date) -> Standing:
    """License, certifications and time off of one person on one day of the agency."""
    held, unlicensed = _licensed(person, line, state, day)
    missing = [name for name in (line.certifications if line else ()) if not _certified(person, name, day)]
    barred = (*([unlicensed] if unlicensed else []), *(f"lacks the certification {name}" for name in missing))
    back = max((end for start, end in person.time_off if start <= day <= end), default=None)
    return Standing(barred, (*barred, f"is off until {back}") if back else barred, held)


def _licensed(person: ProducerFacts, line: LineFacts | None, state: str, day: date) -> tuple[LicenseFacts | None, str]:
    """The license that allows it, or why none does."""
    if not state:
        return None, NO_STATE
    here = [one for one in person.licenses if one.state == state]
    if not here:
        return None, f"holds no license in {state}"
    valid = [one for one in here if one.effective <= day <= one.expires]
    if not valid:
        return None, _out_of_date(here, state, day)
    able = [one for one in valid if _covers(one, line)]
    if not able:
        return None, f"license in {state} lacks {_needs(line)}"
    for one in able:
        if one.resident is not False or _at_home(person, line, day):
            return one, ""
    return None, f"non-resident license in {state} needs an active home-state license"


def _covers(held: LicenseFacts, line: LineFacts | None) -> bool:
    return line is None or not line.requires or any(clause <= held.authority for clause in line.requires)


def _at_home(person: ProducerFacts, line: LineFacts | None, day: date) -> bool:
    return any(one.resident and one.effective <= day <= one.expires and _covers(one, line) for one in person.licenses)


def _out_of_date(held: list[LicenseFacts], state: str, day: date) -> str:
    past = [one.expires for one in held if one.expires < day]
    if past:
        return f"license in {state} expired on {max(past)}"
    return f"license in {state} begins on {min(one.effective for one in held)}"


def _needs(line: LineFacts | None) -> str:
    clauses = line.requires if line else ()
    return " or ".join(" and ".join(sorted(AUTHORITIES.get(one, one) for one in clause)) for clause in clauses)


def _certified(person: ProducerFacts, name: str, day: date) -> bool:
    return any(
        one.name == name and one.effective <= day and (one.expires is None or day <= one.expires) for one in person.certifications
    )


def over_caps(person: ProducerFacts, load: LoadFacts, family: str, tier: str) -> tuple[str, ...]:
    """Each cap that is reached, in words, as far as it counts leads of this family and tier."""
    full = [words for period, limit in person.caps.items() if (words := _full(period, limit, load))]
    for cap in person.limited_caps:
        if cap.family in ("", family) and cap.tier in ("", tier) and _counted(cap, load) >= cap.limit:
            kind = "".join(f"{word} " for word in (cap.tier, cap.family) if word)
            full.append(_at_the_cap(cap.limit, cap.period, kind))
    return tuple(full)


def _full(period: str, limit: int, load: LoadFacts) -> str:
    """Why a cap on all leads lets none in; other work counts as open leads."""
    other = load.other if period == "open" else 0
    if getattr(load, period) + other < limit:
        return ""
    return _at_the_cap(limit, period) + (f", other work counting as {other}" if other else "")


def _at_the_cap(limit: int, period: str, kind: str = "") -> str:
    noun, when = PERIODS[period]
    return f"is at the cap of {count(limit, kind + noun)}{when}"


def _counted(cap: CapFacts, load: LoadFacts) -> int:
    kinds = (one for one in load.counts if cap.family in ("", one.family) and cap.tier in ("", one.tier))
    return sum(getattr(one, cap.period) for one in kinds)


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


def appointed(person: ProducerFacts, state: str, day: date) -> tuple[str, ...]:
    """The carriers that have appointed someone in a state on a day, by name."""
    return tuple(
        sorted(
            one.carrier
            for one in person.appointments
            if one.state == state and one.effective <= day and (one.expires is None or day <= one.expires)
        )
    )


def same_carrier(one: str, other: str) -> bool:
    """Whether two spellings mean one carrier: capitals and spaces do not matter."""
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def unappointed(person: ProducerFacts, state: str, carrier: str, day: date) -> str:
    """What a carrier's policy would lack if this person bound it, in words; without a carrier, if they bound any. Else empty."""
    carriers = appointed(person, state, day)
    if not carriers:
        return NO_APPOINTMENT.format(state=state)
    if carrier and not any(same_carrier(carrier, one) for one in carriers):
        return NOT_APPOINTED.format(carrier=carrier, state=state)
    return ""


def proof(
    held: LicenseFacts | None, line: LineFacts | None, day: date, person: ProducerFacts, carrier: str | None = None
) -> dict[str, Any]:
    """The license as evidence: what it said on the day it was checked, and how old the record of it was.

    `carrier`: the lead's present one, or nothing; None where the agency keeps no carrier appointments.
    """
    if held is None:
        return {}
    evidence: dict[str, Any] = {
        "state": held.state,
        "number": held.number,
        "authority": sorted(held.authority),
        "effective": held.effective.isoformat(),
        "expires": held.expires.isoformat(),
        "resident": held.resident,
        "line": line.key if line else None,
        "checked_on": day.isoformat(),
        "npn": person.npn,
        "source": held.source,
        "verified_on": held.verified_on.isoformat() if held.verified_on else None,
        "age_days": (day - held.verified_on).days if held.verified_on else None,
    }
    if carrier is not None:
        missing = unappointed(person, held.state, carrier, day)
        evidence |= {"appointments": list(appointed(person, held.state, day)), "warnings": [missing] if missing else []}
    return evidence
