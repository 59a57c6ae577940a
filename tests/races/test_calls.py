"""Two presses of 1, and two people about to call the same lead."""

import threading

import pytest

from agency.due import DueState
from leads import calls
from leads.calls import bridging
from leads.calls.lines import Connect
from leads.intake import receive
from leads.models import Call, FollowUpStep, Source, Touch
from leads.sweep import sweep
from tests.races.conftest import NOW, at_once

pytestmark = [pytest.mark.races, pytest.mark.usefixtures("agency")]


@pytest.fixture
def ana(agency, settings):
    settings.VOICE_URL = "twilio://AC123:s3cret@/?from=%2B12125550100&api=http://127.0.0.1:9"
    settings.PUBLIC_BASE_URL = "https://crm.harborpoint.example"
    payload = {"first_name": "Ana", "last_name": "Ruiz", "phone": "(212) 555-0143", "zip_code": "10005", "line": "personal_auto"}
    payload["consent"] = {"channels": ["call"], "text": "Yes, call me."}
    lead = receive(payload, source=Source.objects.get(key="referral"), now=NOW).lead
    sweep(NOW)
    return lead


def test_two_presses_of_1_dial_once(ana):
    call = Call.objects.get(lead=ana)
    assert FollowUpStep.objects.filter(lead=ana, state=DueState.WAITING).exists()
    lines = at_once(*(lambda: bridging.pressed(call.message_id, digits="1", sid="CA1", now=NOW),) * 4)
    assert sum(isinstance(line, Connect) for line in lines) == 1, lines
    assert Touch.objects.filter(lead=ana).count() == 1


def test_two_sweeps_ring_a_person_once(ana):
    Call.objects.filter(lead=ana).update(message=None, state="queued", due_at=NOW)
    at_once(*(lambda: calls.run_due(NOW),) * 4)
    assert Call.objects.filter(lead=ana, message__isnull=False).count() == 1


def test_two_presses_of_call_start_one(ana):
    Call.objects.all().delete()
    ends = at_once(*(lambda: calls.start(ana, by=ana.owner.user, now=NOW),) * 4)
    assert len({call.pk for call in ends}) == 1, ends
    assert Call.objects.count() == 1


def test_without_the_lock_two_presses_would_dial_twice(ana, monkeypatch):
    call = Call.objects.get(lead=ana)

    def unlocked(which):
        known = Call.objects.select_related("owner__user", "step__plan", "message", "lead__owner__user").filter(which).first()
        together.wait(5)
        return known, known.lead

    together = threading.Barrier(2)
    monkeypatch.setattr(bridging, "hold", unlocked)
    lines = at_once(*(lambda: bridging.pressed(call.message_id, digits="1", sid="CA1", now=NOW),) * 2)
    assert sum(isinstance(line, Connect) for line in lines) == 2, lines
