"""Two sweeps at once, two hands on one button, and a process whose clock is an hour ahead: nobody is told twice."""

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from agency.due import DueState
from agency.messaging import Draft, Permission, channels, delivery, gate, register_gate, send_all, services
from agency.messaging.models import Message
from agency.models import User
from leads import stuck, sweep
from tests.races.conftest import NOW, at_once

pytestmark = [pytest.mark.races, pytest.mark.usefixtures("agency")]

AHEAD = timedelta(hours=1)


class Texts:
    """Takes every text, and counts."""

    def __init__(self) -> None:
        self.seen: Counter[int] = Counter()
        self.wait: threading.Barrier | None = None

    def deliver(self, message: Message) -> str:
        self.seen[message.pk] += 1
        if self.wait is not None:
            self.wait.wait(30)
        return "taken"

    def close(self) -> None:
        """Nothing to release."""


@pytest.fixture(autouse=True)
def texts(monkeypatch: pytest.MonkeyPatch) -> Iterator[Texts]:
    provider = Texts()
    monkeypatch.setitem(channels.channels()["sms"].providers, "", lambda url: provider)
    monkeypatch.setattr(gate, "_gates", [])
    register_gate(lambda messages, now: {one.pk: Permission(True) for one in messages})
    return provider


@pytest.fixture
def rosa(agency: None) -> User:
    return User.objects.get(username="rosa")


def promised(count: int, due_at: datetime = NOW, audience: str = "consumer") -> list[Message]:
    draft = Draft(channel="sms", audience=audience, kind="note", to="+12125550150", body="Hello", due_at=due_at)
    return send_all([draft] * count, NOW)


def states() -> Counter[str]:
    return Counter(Message.objects.filter(channel="sms").values_list("state", flat=True))


def test_two_beats_at_once_send_everything_once(texts: Texts) -> None:
    promised(120)
    done = at_once(*(lambda: sweep.sweep(NOW)["messages"],) * 4)
    assert sum(done) == 120
    assert set(texts.seen.values()) == {1}
    assert states() == {DueState.DONE: 120}


def test_a_sweep_whose_clock_is_an_hour_ahead_sends_nothing_twice(texts: Texts) -> None:
    """It sends what is due within the hour too early, and once."""
    promised(60)
    promised(60, NOW + timedelta(minutes=30))
    at_once(*[lambda at=at: sweep.sweep(at) for at in (NOW, NOW + AHEAD, NOW, NOW + AHEAD)])
    for later in (timedelta(0), timedelta(minutes=31), AHEAD):
        sweep.sweep(NOW + later)
    assert set(texts.seen.values()) == {1}
    assert states() == {DueState.DONE: 120}


def test_what_another_is_sending_is_not_sent_by_one_whose_clock_says_that_it_was_lost(texts: Texts) -> None:
    """By a clock an hour ahead every lease has run out: the text is taken for stuck, and is done when the sender comes back."""
    [message] = promised(1)
    texts.wait = threading.Barrier(2)

    def other() -> str:
        while not texts.seen:
            threading.Event().wait(0.01)
        delivery.deliver_due(NOW + AHEAD)
        state = Message.objects.get(pk=message.pk).state
        texts.wait.wait(30)
        return state

    assert at_once(lambda: delivery.deliver_due(NOW), other) == [1, DueState.STUCK]
    assert texts.seen == {message.pk: 1}
    assert Message.objects.get(pk=message.pk).state == DueState.DONE


def test_send_again_pressed_by_two_hands_sends_once(texts: Texts, rosa: User) -> None:
    [message] = promised(1)
    Message.objects.filter(pk=message.pk).update(state=DueState.STUCK)

    def press() -> bool:
        pressed = services.send_again(message.pk, by=rosa, now=NOW)
        delivery.deliver_due(NOW)
        return pressed

    assert sorted(at_once(*(press,) * 4)) == [False, False, False, True]
    assert texts.seen == {message.pk: 1}


def test_send_again_and_leave_it_at_once_come_to_one_of_the_two(texts: Texts, rosa: User) -> None:
    [message] = promised(1)
    Message.objects.filter(pk=message.pk).update(state=DueState.STUCK)
    words = {"by": rosa, "now": NOW}
    again, left = at_once(
        lambda: stuck.try_again("message", message.pk, **words), lambda: stuck.leave("message", message.pk, **words)
    )
    delivery.deliver_due(NOW)
    assert again != left
    assert texts.seen == ({message.pk: 1} if again else {})


def test_pressed_without_looking_at_the_row_it_would_be_sent_twice(texts: Texts, rosa: User) -> None:
    """What the condition of the update is for: whoever reads first and writes then presses after it was sent."""
    [message] = promised(1)
    Message.objects.filter(pk=message.pk).update(state=DueState.STUCK)
    late = Message.objects.get(pk=message.pk)
    services.send_again(message.pk, by=rosa, now=NOW)
    delivery.deliver_due(NOW)
    if late.state == DueState.STUCK:
        Message.objects.filter(pk=message.pk).update(state=DueState.DUE)
    delivery.deliver_due(NOW)
    assert texts.seen == {message.pk: 2}
