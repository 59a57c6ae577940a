"""What our own phone says of a lead before it is connected, in words for the ear."""

from typing import Final

from leads.followup.templates import in_a_sentence
from leads.models import Call, Lead
from producers.roster import static

NEW: Final = "New {tier} lead"
AGAIN: Final = "{label}, {tier} lead"
ASKED_FOR: Final = "Your call"
INCOMING: Final = "{name} is calling"
STRANGER: Final = "A new caller"
PRESS: Final = "Press 1 to connect, 2 for later."
TAKE: Final = "Press 1 to take the call."


def words(call: Call, lead: Lead) -> str:
    """`New hot lead: personal auto, Jane D., New York. Requested a quote. Press 1 to connect, 2 for later.`"""
    return f"{_opening(call, lead)}: {about(lead)} {PRESS}"


def incoming(lead: Lead, *, known: bool) -> str:
    """`Jane D. is calling: personal auto, New York. Requested a quote. Press 1 to take the call.`"""
    opening = INCOMING.format(name=_name(lead)) if known else STRANGER
    return f"{opening}: {about(lead, named=False)} {TAKE}"


def about(lead: Lead, *, named: bool = True) -> str:
    """The line, the name, the place, and the weightiest reason of the score: two sentences at most."""
    line = static().lines.get(lead.line)
    facts = [in_a_sentence(line.name) if line else "", _name(lead) if named else "", lead.city or lead.state]
    reason = next((str(one["reason"]) for one in lead.score_reasons if one.get("points", 0) > 0), "")
    said = ", ".join(filter(None, facts)) or "nothing is known of them yet"
    return " ".join(f"{one.rstrip('.')}." for one in (said, reason) if one)


def _opening(call: Call, lead: Lead) -> str:
    if call.manual:
        return ASKED_FOR
    if lead.first_attempt_at is None:
        return NEW.format(tier=lead.get_tier_display().lower())
    label = call.step.label if call.step is not None and call.step.label else "Follow-up call"
    return AGAIN.format(label=label, tier=lead.get_tier_display().lower())


def _name(lead: Lead) -> str:
    return f"{lead.first_name} {lead.last_name[:1]}".strip()
