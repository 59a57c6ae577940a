"""Sarah, who is told things, and providers that do as the test says."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agency.messaging import Permission, channels, gate, register_gate
from agency.messaging.models import Message
from agency.models import Agency, User

NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    """Noon in New York on a Friday."""
    return NOON


@pytest.fixture
def sarah(db: None) -> User:
    return User.objects.create(username="sarah", name="Sarah M.", email="sarah@harborpoint.example", phone="+12125550111")


@pytest.fixture
def james(db: None) -> User:
    return User.objects.create(username="james", name="James K.")


@pytest.fixture
def harbor_point(db: None) -> Agency:
    return Agency.objects.create(
        name="Harbor Point Insurance",
        phone="+12125550100",
        address="1 Harbor Plaza, New York, NY 10004",
        website="https://harborpoint.example",
    )


@pytest.fixture
def mail(settings, tmp_path: Path) -> Path:
    """Where e-mails go as files."""
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    return settings.EMAIL_FILE_PATH


class Provider:
    """Answers with whatever the test put in: an error to raise, or nothing to take the message."""

    def __init__(self) -> None:
        self.seen: list[int] = []
        self.closed = 0
        self.answer: Callable[[Message], str] = lambda message: f"p-{message.pk}"

    def deliver(self, message: Message) -> str:
        self.seen.append(message.pk)
        return self.answer(message)

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def texts(monkeypatch: pytest.MonkeyPatch) -> Provider:
    """The provider of text messages."""
    provider = Provider()
    monkeypatch.setitem(channels.channels()["sms"].providers, "", lambda url: provider)
    return provider


@pytest.fixture
def open_gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[int, Permission]]:
    """A gate that lets everything pass, except what the test puts into the returned answers."""
    answers: dict[int, Permission] = {}
    monkeypatch.setattr(gate, "_gates", [])
    register_gate(lambda messages, now: {one.pk: answers.get(one.pk, Permission(True)) for one in messages})
    return answers
