"""Whether somebody is licensed for a lead on a day: asked before each later touch, quote and sale, by the gate of routing.

Pure: the caller reads the roster once (`producers.roster.static()`, one query while nothing changed) and asks about as many leads
as it likes; answers for the same state, line and day are remembered with the roster's version.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, Protocol

from agency.models import User
from producers.facts import ProducerFacts, Roster
from producers.models import Producer
from producers.roster import local_day
from routing.engine.gates import INACTIVE, NO_LEADS, NO_STATE, proof
from routing.engine.index import index_of

WITHOUT: Final = "made without a license for {state}"
BY_WHOM: Final = "made by somebody who {why}"
UNCHECKED: Final = "no license could be checked: the lead's state is not known"
NOBODY: Final = "has no licenses on record"
SHORT: Final = "no license for {state}"
PROOF: Final = "license {state} {number} to {expires}"
ENTERED: Final = "entered by {by} for {owner}"
AGE: Final = ", record checked {age} days before"
MOST_NAMES: Final = 3


class Placed(Protocol):
    """Anything that says where a lead lives and what it asks for: a `Lead`, or its facts."""

    @property
    def state(self) -> str:
        """Two letters; empty when it is not known."""

    @property
    def line(self) -> str:
        """A line's key; empty or anything else when it is no known line."""


@dataclass(frozen=True, slots=True)
class LicenseCheck:
    """What came of one check."""

    who: str | None
    """Key of the person asked about."""
    state: str
    day: date
    """The agency's day it was asked for."""
    proof: Mapping[str, Any] = field(default_factory=dict)
    """The license that covers it, as evidence; empty when none does."""
    missing: tuple[str, ...] = ()
    """What they lack, in words that follow their name; nobody may overrule it."""
    unchecked: bool = False
    """The lead's state is not known: there was nothing to check a license against."""

    @property
    def allowed(self) -> bool:
        """Whether nothing is missing; true as well where nothing could be checked."""
        return not self.missing

    @property
    def why(self) -> str:
        """What is missing, in one string; empty when nothing is."""
        return "; ".join(self.missing)

    @property
    def short(self) -> str:
        """The same in a few words, for a row of a list."""
        return SHORT.format(state=self.state) if self.missing and self.state and not self.proof else self.why

    def record(self) -> dict[str, Any]:
        """The check as it is stored with a touch, a quote or a policy: plain values, readable without this code."""
        found = {**self.proof, "producer": self.who, "state": self.state, "checked_on": self.day.isoformat()}
        if self.missing:
            found["missing"] = list(self.missing)
        return {**found, "unchecked": NO_STATE} if self.unchecked else found


def license_check(lead: Placed, who: str | None, roster: Roster, now: datetime, *, line: str = "") -> LicenseCheck:
    """Whether the person with this key may serve the lead on the agency's day at `now`; no query.

    License, certifications and employment count, as when a lead is assigned; caps, hours and days off do not. `line`: another
    line of business than the lead's, such as the one that is sold.
    """
    day, line = local_day(now, roster.timezone), line or lead.line
    person = roster.producers.get(who or "")
    if person is None:
        return LicenseCheck(who, lead.state, day, missing=(_stranger(who, roster),))
    index = index_of(roster)
    found = index.stand(index.standing_of(lead.state, line, day), person.key, lead.state, line, day)
    evidence = proof(found.license, roster.lines.get(line), day, person)
    missing = tuple(words for words in found.barred if words != NO_STATE)
    return LicenseCheck(who, lead.state, day, evidence, missing, unchecked=not lead.state)


def _stranger(who: str | None, roster: Roster) -> str:
    """Why somebody who is not on the roster may serve nobody."""
    if who is None:
        return NOBODY
    return NO_LEADS if who in roster.without_leads else INACTIVE


def licensed_for(lead: Placed, roster: Roster, now: datetime, *, line: str = "", most: int = MOST_NAMES) -> list[str]:
    """Names of up to `most` people who may have the lead: producers first, then who is there that day, then by name."""

    def order(one: ProducerFacts) -> tuple[bool, bool, str]:
        away = any(start <= day <= end for start, end in one.time_off)
        return one.role != "producer", away, one.name

    day = local_day(now, roster.timezone)
    checked = ((one, license_check(lead, one.key, roster, now, line=line)) for one in roster.producers.values())
    able = [one for one, check in checked if check.allowed and not check.unchecked]
    return [one.name for one in sorted(able, key=order)[:most]]


def listed(names: Sequence[str]) -> str:
    """`A, B or C`; empty without names."""
    return " or ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def in_words(record: Mapping[str, Any]) -> str:
    """What a stored check warns whoever reads the history of; empty when a license allowed it or none was asked for."""
    if missing := record.get("missing"):
        why = "; ".join(missing)
        without = record.get("state") and not record.get("effective")
        return f"{WITHOUT.format(state=record['state'])}: {why}" if without else BY_WHOM.format(why=why)
    return UNCHECKED if record.get("unchecked") else ""


def proof_in_words(record: Mapping[str, Any]) -> str:
    """The license of a stored check: its number, its last day, and how old the record of it was and whose; and who entered for
    whom what it allowed. Empty where there is neither."""
    entered = ENTERED.format(by=record["entered_by"], owner=record["entered_for"]) if record.get("entered_by") else ""
    return ", ".join(filter(None, (_license_in_words(record), entered)))


def entered_by(by: User, owner: Producer) -> dict[str, str]:
    """What a stored check says of somebody who entered a quote or a sale for the lead's owner."""
    return {"entered_by": by.name, "entered_for": owner.name}


def _license_in_words(record: Mapping[str, Any]) -> str:
    if not record.get("effective"):
        return ""
    words = PROOF.format(state=record["state"], number=record["number"], expires=record["expires"]).replace("  ", " ")
    if record.get("age_days") is None:
        return words
    return words + AGE.format(age=record["age_days"]) + (f" ({record['source']})" if record.get("source") else "")
