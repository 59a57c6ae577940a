"""Whether it is wise to call somebody now: people may always dial, and are told when they had better not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from agency.messaging import Permission
from leads.followup.gate import answer, latest_word, question_about
from leads.models import Lead

CHANNEL = "call"


@dataclass(frozen=True, slots=True)
class Caution:
    """Why not to call now. `until`: the wall clock where they live when it is fine again; None if it does not end by itself."""

    reason: str
    until: datetime | None


def caution(lead: Lead, permission: Permission) -> Caution | None:
    """What to know before dialling; None when there is nothing."""
    if permission.allowed:
        return None
    zone = ZoneInfo(lead.timezone) if lead.timezone else None
    return Caution(permission.reason, permission.retry_at.astimezone(zone) if permission.retry_at else None)


def cautions(leads: Sequence[Lead], now: datetime) -> Mapping[int, Caution]:
    """The same for each lead that has a number; one query."""
    questions = {lead.pk: question_about(lead, CHANNEL) for lead in leads if lead.phone}
    words = latest_word(questions.values())
    found = ((pk, caution(question.lead, answer(question, words, now))) for pk, question in questions.items())
    return {pk: one for pk, one in found if one is not None}
