"""Leaving the agency: what somebody still holds goes to others. The floor above knows what that is, and registers how."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, Protocol

from agency.messaging.devices import PushDevice
from producers.models import Producer, Role

if TYPE_CHECKING:
    from agency.models import User


CANNOT_SERVE: Final = "{name} cannot serve these clients. Choose somebody else."


class LeavingError(ValueError):
    """Somebody who cannot leave as things stand; the message is for people."""


@dataclass(frozen=True, slots=True)
class Move:
    """Where one open lead goes."""

    lead_id: int
    lead: str
    status: str
    tier: str
    producer: str | None
    """Key of who gets it."""
    name: str
    unplaced: bool
    """Nobody may take it: with the owner of last resort."""
    reason: str


@dataclass(frozen=True, slots=True)
class Departure:
    """What becomes of everything that somebody answers for."""

    moves: tuple[Move, ...] = ()
    """In the order in which the leads go, those owned longest first."""
    stewarded: int = 0
    """Leads in nurture that they answer for."""
    heir: str = ""
    """Who answers for those then; empty when there is nobody."""
    named: tuple[str, ...] = ()
    """Foreseen: where they are named still, in sentences, so that somebody puts it right."""
    clients: int = 0
    """Clients of the agency whom they serve, while nobody else was chosen for it."""

    @property
    def counts(self) -> list[tuple[str, int]]:
        """Name → leads received, most first; without those that nobody could take."""
        counted = Counter(move.name for move in self.moves if not move.unplaced)
        return sorted(counted.items(), key=lambda item: (-item[1], item[0]))

    @property
    def unplaced(self) -> int:
        """Leads that nobody may take."""
        return sum(move.unplaced for move in self.moves)


class Release(Protocol):
    """Moves everything somebody holds, in the caller's transaction."""

    def __call__(self, producer: Producer, *, by: "User | None", now: datetime) -> Departure:
        """What became of it."""


Look = Callable[[Producer, datetime], Departure]

CountClients = Callable[[Producer], int]
HandClients = Callable[[Producer, Producer], int]

_release: Release | None = None
_look: Look | None = None
_count_clients: CountClients | None = None
_hand_clients: HandClients | None = None


def register(*, release: Release, look: Look) -> None:
    """From now on leads are moved, and the move is foreseen, by these."""
    global _release, _look  # set once, when the apps are ready
    _release, _look = release, look


def register_clients(*, count: CountClients, hand_over: HandClients) -> None:
    """From now on the clients that somebody serves are counted, and handed to somebody else, by these."""
    global _count_clients, _hand_clients  # set once, when the apps are ready
    _count_clients, _hand_clients = count, hand_over


def clients_of(producer: Producer) -> int:
    """How many clients of the agency the person serves."""
    return 0 if _count_clients is None else _count_clients(producer)


def hand_over_clients(producer: Producer, to: Producer) -> int:
    """From now on `to` serves the person's clients; returns how many. LeavingError when `to` is no longer here, or the same."""
    if has_left(to) or to.pk == producer.pk:
        raise LeavingError(CANNOT_SERVE.format(name=to))
    return 0 if _hand_clients is None else _hand_clients(producer, to)


def has_left(producer: Producer) -> bool:
    """Whether this person, as they now stand, may own nothing."""
    return not producer.active or producer.role == Role.MARKETING


def release(producer: Producer, *, by: "User | None", now: datetime) -> Departure:
    """Whoever has left owns no open lead and answers for none in nurture. LeavingError when there is nobody to take them.

    In the caller's transaction, which wrote that they left.
    """
    if not has_left(producer):
        raise ValueError("Somebody who works here keeps their leads.")
    PushDevice.objects.filter(user=producer.user).delete()  # whoever has the phone is not to hear of leads any more
    return Departure() if _release is None else _release(producer, by=by, now=now)


def foresee(producer: Producer, now: datetime) -> Departure:
    """What would become of everything if they left at `now`; nothing is written."""
    return Departure() if _look is None else _look(producer, now)
