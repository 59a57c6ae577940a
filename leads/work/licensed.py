"""What a person does with a lead, held against licenses: quotes and sales are refused without one, touches are noted."""

from datetime import datetime
from typing import Any, Final

from agency.models import User
from agency.roles import is_manager
from leads.current import configuration
from leads.licensing import entered_by, license_check, licensed_for, listed
from leads.models import Lead, Status
from leads.work.desk import WorkError
from producers.facts import Roster
from producers.models import Producer

UNLICENSED: Final = "{name} may not sell this: {why}. {first}{who}."
FIRST: Final = {
    Status.BOUND: "Enter another sale as a lead of its own, for somebody licensed",
    Status.LOST: "First open the lead again: it then goes to somebody licensed",
}
"""What helps, by status; a lead that is open or in nurture can be given."""
GIVE_IT: Final = "First give the lead to somebody licensed"
WHO: Final = " ({names})"
NOBODY_IS: Final = " (nobody here is)"


def require_license(lead: Lead, *, line: str = "", by: User | None = None, now: datetime) -> dict[str, Any]:
    """Whoever sells it is licensed for the lead's state, and for the `line` sold or else the lead's; returns the proof.

    That is the owner, or `by` where nobody owns it; and `by` as well where they sell in the owner's place. Then the proof is
    theirs. A manager who writes down what the owner sold needs none of their own. The record says who entered it for whom.
    WorkError when a license is missing, whoever asks. Where the lead's state is not known nothing can be checked, and that is
    what is returned. One query, two where `by` is not the owner.
    """
    config = configuration()
    sold = config.line(line)
    line = sold.key if sold else ""
    owner = (lead.owner.key, lead.owner.name) if lead.owner is not None else person_of(lead, by)
    proof = _licensed(lead, owner, line, config.roster, now)
    if by is None or lead.owner is None or lead.owner.user_id == by.pk:
        return proof
    if not is_manager(by):
        proof = _licensed(lead, person_of(lead, by), line, config.roster, now)
    return {**proof, **entered_by(by, lead.owner)}


def _licensed(lead: Lead, who: tuple[str | None, str], line: str, roster: Roster, now: datetime) -> dict[str, Any]:
    """The proof that this person (key and name) may sell it; WorkError when they may not."""
    key, name = who
    check = license_check(lead, key, roster, now, line=line)
    if check.allowed:
        return check.record()
    names = licensed_for(lead, roster, now, line=line)
    able = WHO.format(names=listed(names)) if names else NOBODY_IS
    first = FIRST.get(Status(lead.status), GIVE_IT)
    raise WorkError(UNLICENSED.format(name=name, why=check.why, first=first, who=able))


def license_of_caller(lead: Lead, by: User | None, *, at: datetime) -> dict[str, Any]:
    """The license of whoever reached out to the lead `at` that time, or what they lacked, as it is stored with the touch.

    The system reaches out in the owner's name. One query, two where it was neither the owner nor the steward.
    """
    key, _ = person_of(lead, by)
    return license_check(lead, key, configuration().roster, at).record()


def person_of(lead: Lead, by: User | None) -> tuple[str | None, str]:
    """Key and name of whom a user is among the agency's people; no query for the lead's owner and steward. The system is they."""
    for one in (lead.owner, lead.steward):
        if one is not None and (by is None or one.user_id == by.pk):
            return one.key, one.name
    key = None if by is None else Producer.objects.filter(user=by).values_list("key", flat=True).first()
    return key, by.name if by is not None else "Nobody"
