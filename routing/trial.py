"""A lead that is only imagined, decided under any version of the rules as things stand; nothing is written."""

from datetime import datetime

from producers.facts import Roster
from routing.engine import Balance, Decision, LeadFacts, RuleSet, decide
from routing.ledger import read_state
from routing.models import Rotation


def trial(ruleset: RuleSet, facts: LeadFacts, *, now: datetime) -> tuple[Decision, Roster]:
    """What the rules would do with such a lead at `now`, and the roster it rests on: people, loads and turns of this moment.

    Nothing is locked either; three queries.
    """
    roster = read_state(facts, now).roster
    rows = Rotation.objects.filter(name__in=[rule.name for rule in ruleset.rules]).values_list("name", "ledger")
    turns = {
        name: {key: Balance(one["owed"], one["entitled"], one["received"]) for key, one in ledger.items()}
        for name, ledger in rows
    }
    return decide(facts, roster, ruleset, turns, now), roster
