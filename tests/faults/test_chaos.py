"""The short form of `make chaos`: eighty leads, every part killed at least once, and everything counted."""

import pytest

from tests.faults.chaos.product import KINDS
from tests.faults.chaos.run import Plan, run

pytestmark = [pytest.mark.races, pytest.mark.timeout(900)]

SHORT = Plan(leads=80, seconds=6, minute=0.1, pause=(0.3, 1.2), settle=120, at_once=True, kinds=KINDS[:-1], seed=7)


def test_every_part_killed_at_random_loses_nothing_and_tells_no_consumer_twice():
    result = run(SHORT)
    assert not result.problems, result.log
    assert set(result.kills) == set(SHORT.kinds)
    assert result.figures["leads"] == SHORT.leads
    assert result.figures["to consumers: sent"] > 0
    assert result.figures["to consumers: twice"] == 0
