"""A lead that waits for somebody on the phone is theirs as soon as the call is over, whoever says so."""

from datetime import timedelta

import pytest

from leads.sweep import sweep
from producers.models import Load
from producers.services import set_presence
from routing.models import Hold
from tests.routing.people import TUESDAY

SECOND = timedelta(seconds=1)


@pytest.fixture
def held(harbor):
    """Sarah closes six in ten and is on a call for twelve seconds more; a hot lead comes in that may wait for thirty."""
    Load.objects.filter(producer__key="sarah").update(received_90d=100, bound_90d=60)
    Load.objects.exclude(producer__key="sarah").update(received_90d=100, bound_90d=5)
    set_presence(harbor.person("sarah"), presence="busy", until=TUESDAY + 12 * SECOND, cause="call", now=TUESDAY)
    lead = harbor.lead(events=[{"kind": "pricing_view", "at": TUESDAY.isoformat()}] * 2, policy_expires_on="2027-01-10")
    assert harbor.owner(lead) is None
    assert Hold.objects.get(lead=lead).awaits.key == "sarah"
    return lead


def test_when_the_call_ends_by_itself_the_same_sweep_gives_her_the_lead(harbor, held):
    sweep(TUESDAY + 11 * SECOND)
    assert harbor.owner(held) is None
    done = sweep(TUESDAY + 12 * SECOND)
    assert (done["presence"], done["escalation"]) == (1, 1)
    assert harbor.owner(held) == "sarah"


def test_when_she_hangs_up_before_it_is_hers_at_the_next_sweep(harbor, held):
    set_presence(harbor.person("sarah"), presence="available", now=TUESDAY + 3 * SECOND)
    sweep(TUESDAY + 3 * SECOND)
    assert harbor.owner(held) == "sarah"


def test_when_the_call_goes_on_somebody_else_has_it_in_the_end(harbor, held):
    set_presence(harbor.person("sarah"), presence="busy", until=TUESDAY + 600 * SECOND, cause="call", now=TUESDAY + SECOND)
    sweep(TUESDAY + 30 * SECOND)
    assert harbor.owner(held) not in (None, "sarah")
