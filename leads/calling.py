"""Whether it is wise to reach out to somebody now: people are told when they had better not, or that they must not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from agency.messaging import Permission
from leads.followup.gate import answer, question_about, read
from leads.followup.gate.verdict import ADDRESS, DO_NOT_CALL, OPT_OUT, WRONG
from leads.licensing import LicenseCheck, license_check, licensed_for, listed
from leads.models import Lead
from producers.facts import Roster

CHANNEL = "call"
FORBIDDEN: Final = (OPT_OUT, DO_NOT_CALL, ADDRESS, WRONG)
"""Rules that bind people too: who asked to stop, is on the national list, or is not at that number is not called by hand."""


NOT_YET: Final = (
    "{who}. Calls and messages are noted as made without a license; a quote or a sale is refused until somebody licensed "
    "has the lead{able}."
)
NOT_YOU: Final = "{who}. A call or message of theirs is noted as made without a license."
NOT_IN_THEIR_PLACE: Final = (
    "{who}. Standing in for {owner}, a call or message of theirs is noted as made without a license, and a quote or a sale "
    "of theirs is refused."
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever would call, and what came of checking their license for the lead."""

    name: str
    check: LicenseCheck

    @property
    def lacking(self) -> str:
        """Their name and what they lack; empty when they may."""
        return "" if self.check.allowed else f"{self.name}: {self.check.why}"


@dataclass(frozen=True, slots=True)
class Caution:
    """Why not to call now. `until`: the wall clock where they live when it is fine again; None if it does not end by itself."""

    reason: str
    """Empty when only the license speaks against it."""
    until: datetime | None
    license: str = ""
    """What whoever would call lacks, in a few words."""
    lacking: str = ""
    """The same in full, with their name."""
    rule: str = ""
    """What speaks against it, with its version."""
    is_quiet: bool = False
    """Only the hour is wrong."""
    is_forbidden: bool = False
    """No button to call is offered. What was said all the same can still be logged."""

    @property
    def full(self) -> str:
        """All of it."""
        return ". ".join(filter(None, (self.lacking, self.reason)))


def bars_everyone(permission: Permission) -> bool:
    """Whether not even a person may call by hand: they asked us not to, or there is nobody at that number."""
    return not permission.allowed and permission.rule in FORBIDDEN


def caution(lead: Lead, permission: Permission, caller: Caller | None = None) -> Caution | None:
    """What to know before dialing; None when there is nothing."""
    zone = ZoneInfo(lead.timezone) if lead.timezone else None
    found = Caution("", None) if caller is None else Caution("", None, caller.check.short, caller.lacking)
    if not permission.allowed:
        free = permission.retry_at or permission.free_at
        found = replace(
            found,
            reason=permission.reason,
            until=free.astimezone(zone) if free else None,
            rule=permission.rule,
            is_quiet=" hours v" in permission.rule,
            is_forbidden=bars_everyone(permission),
        )
    return found if found.full else None


def cautions(leads: Sequence[Lead], roster: Roster, now: datetime, reader: str = "") -> Mapping[int, Caution]:
    """The same for each lead, were its owner to call or write; three queries while no rule changed. Owners are loaded.

    `reader`: the key of whose list it is: where they stand in for an owner, what they lack themselves counts as well.
    """
    questions = {lead.pk: question_about(lead, CHANNEL) for lead in leads if lead.phone}
    book = read(questions.values(), now)
    fine = Permission(True)
    found = {
        lead.pk: caution(
            lead, answer(questions[lead.pk], book, now) if lead.pk in questions else fine, _who_lacks(lead, roster, now, reader)
        )
        for lead in leads
    }
    return {pk: one for pk, one in found.items() if one is not None}


def owner_of(lead: Lead, roster: Roster, now: datetime) -> Caller | None:
    """The open lead's owner; None when it has none, or is closed and asks for no license."""
    if lead.owner is None or not lead.is_open:
        return None
    return Caller(lead.owner.name, license_check(lead, lead.owner.key, roster, now))


def _who_lacks(lead: Lead, roster: Roster, now: datetime, reader: str) -> Caller | None:
    """The owner; whoever reads the list in the owner's place, when it is they who lack the license."""
    owner, person = owner_of(lead, roster, now), roster.producers.get(reader)
    if owner is None or owner.lacking or person is None or lead.owner is None or lead.owner.key == reader:
        return owner
    return Caller(person.name, license_check(lead, reader, roster, now))


def license_note(
    lead: Lead, owner: Caller | None, viewer: Caller | None, roster: Roster, now: datetime, *, sells: bool = False
) -> str:
    """What the page says of a license that is missing: the owner's, else that of whoever looks; empty when none is.

    `sells`: whoever looks stands in for the owner, and so needs one to sell.
    """
    if owner is not None and owner.lacking:
        names = listed(licensed_for(lead, roster, now))
        return NOT_YET.format(who=owner.lacking, able=f" ({names})" if names else "")
    if viewer is None or not viewer.lacking:
        return ""
    if sells and owner is not None:
        return NOT_IN_THEIR_PLACE.format(who=viewer.lacking, owner=owner.name)
    return NOT_YOU.format(who=viewer.lacking)
