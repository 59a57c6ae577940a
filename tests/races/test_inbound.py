"""One text delivered by two hands, and two texts at once."""

from datetime import timedelta

import pytest

from agency.messaging.models import Message
from leads import work
from leads.inbound import heard
from leads.intake import receive
from leads.models import Consent, InboundMessage, Source, Touch
from tests.races.conftest import NOW, at_once

pytestmark = [pytest.mark.races, pytest.mark.usefixtures("agency")]
NUMBER = "+12125550143"


@pytest.fixture
def ana(agency):
    payload = {
        "first_name": "Ana", "last_name": "Ruiz", "phone": NUMBER, "zip_code": "10005", "line": "personal_auto",
        "consent": {"channels": ["call", "sms"], "text": "I agree."},
    }  # fmt: skip
    return receive(payload, source=Source.objects.get(key="referral"), now=NOW).lead


def stop(event, lead_is_known=True):
    at = NOW + timedelta(minutes=6)
    sender = NUMBER if lead_is_known else "+12125550199"
    return lambda: heard(channel="sms", sender=sender, text="STOP", provider="twilio", event_id=event, at=at, now=at)


def test_one_text_by_two_hands_has_one_effect(ana):
    results = at_once(*(stop("SM1"),) * 4)
    assert sorted(result.is_new for result in results) == [False, False, False, True]
    assert {result.lead for result in results} == {ana}
    assert (InboundMessage.objects.count(), Touch.objects.count()) == (1, 1)
    assert (Consent.objects.filter(granted=False).count(), confirmations()) == (1, 1)


@pytest.mark.parametrize("known", [True, False])
def test_two_texts_at_once_are_confirmed_once(known, ana):
    results = at_once(*(stop(f"SM{number}", known) for number in range(4)))
    assert all(result.is_new for result in results)
    assert (InboundMessage.objects.count(), confirmations()) == (4, 1)


def test_a_text_and_a_press_at_once_do_not_stand_in_each_others_way(ana):
    results = at_once(stop("SM1"), lambda: work.log_touch(ana, by=ana.owner.user, channel="call", outcome="no_answer", now=NOW))
    assert not [result for result in results if isinstance(result, Exception)]
    assert Touch.objects.count() == 2


def confirmations():
    return Message.objects.filter(kind="opt_out_confirmation").count()
