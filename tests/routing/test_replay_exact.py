"""Replaying what was in force over its own period gives the record again, word for word."""

from collections import Counter
from datetime import timedelta

import pytest

from routing.models import RoutingDecision, RuleSet
from routing.simulation import replay
from tests.routing.days import Days

BUSY_RULES = [
    {"name": "Existing clients go to whoever serves them", "when": {"existing_client": True}, "then": {"owner": "account"}},
    {"name": "Cold leads are nurtured first", "when": {"tier": "cold"}, "then": {"nurture": "monthly"}},
    {
        "name": "Hot leads go to who closes most",
        "when": {"tier": "hot"},
        "then": {"distribute": "close_rate", "among": "everyone", "hold_seconds": 30},
    },
    {
        "name": "Commercial goes to the commercial desk",
        "when": {"line_families": ["commercial"]},
        "then": {"distribute": "best_fit", "among": {"team": "metro"}},
    },
    {
        "name": "Territory first, taking turns inside the pod",
        "then": {"distribute": "weighted_round_robin", "among": "territory"},
    },
    {"name": "Whoever has fewest", "then": {"distribute": "least_loaded", "among": "everyone"}},
]


def differences(ruleset: RuleSet | None, since, until) -> list[tuple]:
    """Every decision of the period that the replay would have made in another way, or not at all."""
    found = []

    def watch(row, decision):
        was = (row.outcome, row.producer, row.rule or None, row.plan, row.rotation, row.reason)
        would = decision and (
            decision.outcome, decision.producer, decision.rule, decision.plan, decision.rotation, decision.reason,
        )  # fmt: skip
        if was != would:
            found.append((row.id, row.cause, was, would))

    replay(ruleset, since, until, observe=watch)
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_record_comes_out_again_whatever_happened_in_between(harbor, seed):
    days = Days(harbor, seed)
    days.pass_by(100)
    middle = days.now
    days.publish(BUSY_RULES)
    days.pass_by(100)
    end = days.now + timedelta(seconds=1)
    seen = Counter(RoutingDecision.objects.values_list("cause", "outcome"))
    assert len(seen) > 5, seen
    assert differences(None, harbor.now, end) == []
    assert differences(None, harbor.now + (end - harbor.now) / 3, end) == []
    assert differences(days.published[0], middle + timedelta(microseconds=1), end) == []
