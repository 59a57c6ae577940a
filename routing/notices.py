"""What routing tells people: whom, on which channels, in which words."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agency.messaging import Draft, staff_drafts
from agency.messaging.models import Severity
from routing.current import Configuration
from routing.engine import Decision, LeadFacts

if TYPE_CHECKING:
    from leads.models import Lead

ASSIGNED = "assigned"
SUBJECT = "New {tier} lead: {name}, {line}"
UNPLACED_SUBJECT = "Nobody could take {name}, {line}"
BRIEF = "New {tier} lead"
UNPLACED_BRIEF = "Nobody could take a lead"
HOT = "hot"
LIVE = "live_transfer"
"""Somebody is on the line."""
NO_LINE = "line not known"


def page_of(lead_id: int) -> str:
    """The lead's page."""
    return f"/leads/{lead_id}/"


def line_of(facts: LeadFacts, config: Configuration) -> str:
    """The line's name, as far as it is known."""
    line = config.roster.lines.get(facts.line)
    return line.name if line else facts.line or NO_LINE


def assigned(lead: "Lead", facts: LeadFacts, decision: Decision, config: Configuration) -> list[Draft]:
    """The new owner is told: who it is, what for, how warm, why they got it."""
    if decision.producer is None:
        return []
    unplaced = decision.outcome == "unplaced"
    subject, brief = (UNPLACED_SUBJECT, UNPLACED_BRIEF) if unplaced else (SUBJECT, BRIEF)
    urgent = unplaced or facts.tier == HOT or facts.kind == LIVE
    reasons: Sequence[dict[str, object]] = lead.score_reasons or []
    top = f" {reasons[0]['reason']}." if reasons else ""
    return staff_drafts(
        "lead_assigned",
        user=config.people[decision.producer].user,
        channels=config.channels(decision.producer, ASSIGNED),
        subject=subject.format(tier=facts.tier, name=lead.name, line=line_of(facts, config)),
        body=f"{facts.tier.capitalize()}, {facts.score} points.{top}\n{decision.reason}",
        path=page_of(lead.pk),
        lead_id=lead.pk,
        severity=Severity.URGENT if urgent else Severity.NORMAL,
        brief=brief.format(tier=facts.tier),
        known=config.alerts,
    )
