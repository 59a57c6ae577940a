"""What came to nothing by itself and waits for a person: messages, follow-up steps, rungs and held leads, in one list."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Cast

from agency import due
from agency.due import DueWork
from agency.messaging import services
from agency.messaging.models import Message
from agency.models import User
from leads.models import FollowUpStep
from routing.models import Hold, LadderStep

MOST_SHOWN: Final = 100
MESSAGE: Final = "message"
KINDS: Final[Mapping[str, type[DueWork]]] = {MESSAGE: Message, "step": FollowUpStep, "rung": LadderStep, "hold": Hold}
"""What may be on the list, by the word that stands for it in an address."""


@dataclass(frozen=True, slots=True)
class Stuck:
    """One thing that waits for a person."""

    kind: str
    row: Any
    """A `Message`, `FollowUpStep`, `LadderStep` or `Hold` with its lead loaded."""

    @property
    def is_unclear(self) -> bool:
        """Whether it may have reached a consumer already: done again, they may hear it twice."""
        return self.kind == MESSAGE and bool(self.row.state == due.DueState.STUCK)


def waiting(kind: str) -> QuerySet[Any]:
    """Everything of one kind that waits for a person, longest first."""
    model: Any = KINDS[kind]
    found: QuerySet[Any] = model.objects.filter(state__in=due.GIVEN_UP).order_by("due_at", "pk")
    return found


def stuck() -> list[Stuck]:
    """The list, at most `MOST_SHOWN` of each kind; one query a kind."""
    joined = {
        MESSAGE: ("lead", "user"),
        "step": ("lead", "plan"),
        "rung": ("lead", "assignment__producer__user"),
        "hold": ("lead",),
    }
    return [Stuck(kind, row) for kind, with_it in joined.items() for row in waiting(kind).select_related(*with_it)[:MOST_SHOWN]]


def count() -> int:
    """How much is on the list; one query."""
    first, *others = (
        waiting(kind).order_by().annotate(key=Cast("pk", CharField()), kind_=Value(kind)).values("kind_", "key") for kind in KINDS
    )
    return int(first.union(*others, all=True).count())


def try_again(kind: str, pk: int, *, by: User, now: datetime) -> bool:
    """It is due once more; False when it did not wait for a person any more. A message passes the gate again."""
    if kind == MESSAGE:
        return services.send_again(pk, by=by, now=now)
    return due.try_again(KINDS[kind], pk, by=by.name, now=now)


def leave(kind: str, pk: int, *, by: User, now: datetime) -> bool:
    """It is let be, with what became of it; False when it did not wait for a person any more."""
    return services.leave(pk, by=by, now=now) if kind == MESSAGE else due.leave(KINDS[kind], pk, by=by.name, now=now)
