"""Who is due what in each rotation: entitlement, what was received, the drift between them, and putting it right by hand."""

import hashlib
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.db import connection, transaction
from django.db.models import Q

from agency import revisions
from producers.models import Producer
from routing import current, sql
from routing.engine import Balance, Ledger, words
from routing.engine.rotation import LEAD
from routing.models import Rotation, RotationCorrection

if TYPE_CHECKING:
    from agency.models import User

SAME_PERSON: Final = "Choose two different people."
NOT_SO_MUCH: Final = "Between 0.01 and 10 leads."
NO_REASON: Final = "Say why: it stays on record."
LEAST, MOST = Decimal("0.01"), Decimal(10)
HISTORY = 50
WIDE = 2_000_000
"""Millionths: a drift that turns alone do not reach; docs/routing.md has the bounds."""


class CorrectionError(ValueError):
    """A balance that cannot be corrected like this; `field` is what is wrong, the message is for people."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Line:
    """One person in one rotation, in leads. `owed` is the shortfall; negative: they are ahead."""

    key: str
    name: str
    here: bool
    """Whether they may still own leads."""
    entitled: float
    received: float
    owed: float
    means: str
    """How they stand, in words that follow their name."""
    wide: bool


@dataclass(frozen=True, slots=True)
class Turns:
    """One rotation with the people of its ledger, the most owed first."""

    pk: int
    name: str
    in_force: bool
    """Whether a rule of this name is published now."""
    drift: float
    """The largest shortfall or surplus, in leads."""
    widest: str
    """The same in words."""
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction as history shows it; a name is empty where the viewer may not see it."""

    at: datetime
    rotation: str
    giver: str
    taker: str
    leads: float
    amount: str
    """The same in words."""
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class Fairness:
    """All rotations and what was corrected in them; `version` differs whenever what is shown does."""

    rotations: tuple[Turns, ...]
    corrections: tuple[Correction, ...]
    version: str


def fairness(only: "User | None" = None) -> Fairness:
    """Every rotation with everyone in it, and the latest corrections; with `only`, that person's lines and nobody else's names.

    Three queries however many people there are.
    """
    config = current.configuration(revisions.current())
    mine = next((key for key, one in config.people.items() if only and one.user.pk == only.pk), "")
    published = {rule.name for rule in config.ruleset.rules}
    rotations = [_turns(row, config, row.name in published, mine if only else None) for row in Rotation.objects.all()]
    shown = tuple(sorted((one for one in rotations if one.lines), key=lambda one: (not one.in_force, one.name)))
    history = RotationCorrection.objects.select_related("rotation", "giver__user", "taker__user", "by")
    if only:
        history = history.filter(Q(giver__key=mine) | Q(taker__key=mine))
    corrections = tuple(_correction(row, mine if only else None) for row in history[:HISTORY])
    version = hashlib.blake2s(repr((shown, corrections)).encode(), digest_size=8).hexdigest()
    return Fairness(shown, corrections, version)


def drifts() -> dict[str, float]:
    """Person → the widest of their drifts in the rotations in force, in leads; positive: they are owed. Two queries."""
    published = {rule.name for rule in current.configuration(revisions.current()).ruleset.rules}
    found: dict[str, int] = {}
    for ledger in Rotation.objects.filter(name__in=published).values_list("ledger", flat=True):
        for key, balance in ledger.items():
            found[key] = max(found.get(key, 0), balance["owed"], key=abs)
    return {key: owed / LEAD for key, owed in found.items()}


def _turns(row: Rotation, config: current.Configuration, in_force: bool, only: str | None) -> Turns:
    lines = [_line(key, one, config) for key, one in row.ledger.items() if only is None or key == only]
    drift = max((abs(one["owed"]) for key, one in row.ledger.items() if only is None or key == only), default=0)
    order = sorted(lines, key=lambda line: (not line.here, -line.owed, line.key))
    return Turns(row.pk, row.name, in_force, drift / LEAD, words.leads(drift), tuple(order))


def _line(key: str, balance: dict[str, int], config: current.Configuration) -> Line:
    person = config.people.get(key)
    return Line(
        key=key,
        name=person.user.name if person else key,
        here=key in config.roster.producers,
        entitled=balance["entitled"] / LEAD,
        received=balance["received"] / LEAD,
        owed=balance["owed"] / LEAD,
        means=f"is {words.standing(balance['owed'])}",
        wide=abs(balance["owed"]) >= WIDE,
    )


def _correction(row: RotationCorrection, only: str | None) -> Correction:
    def named(one: Producer) -> str:
        return one.user.name if only in (None, one.key) else ""

    return Correction(
        at=row.at,
        rotation=row.rotation.name,
        giver=named(row.giver),
        taker=named(row.taker),
        leads=row.amount / LEAD,
        amount=words.leads(row.amount),
        reason=row.reason,
        by=row.by.name,
    )


@transaction.atomic
def correct(
    rotation: Rotation, *, giver: Producer, taker: Producer, leads: Decimal, reason: str, by: "User", now: datetime
) -> RotationCorrection:
    """`taker` is owed so many `leads` more in the rotation and `giver` as much less, from the next lead on; it is on record why.

    Under the routing lock, so that no turn is taken meanwhile. CorrectionError when it cannot be.
    """
    if giver.pk == taker.pk:
        raise CorrectionError("taker", SAME_PERSON)
    if not LEAST <= leads <= MOST:
        raise CorrectionError("leads", NOT_SO_MUCH)
    if not reason.strip():
        raise CorrectionError("reason", NO_REASON)
    with connection.cursor() as cursor:
        cursor.execute(sql.TAKE_LOCK, [sql.LOCK])
    held = Rotation.objects.select_for_update().get(pk=rotation.pk)
    amount = int(leads * LEAD)
    ledger = {key: Balance(one["owed"], one["entitled"], one["received"]) for key, one in held.ledger.items()}
    after = entitle(entitle(ledger, taker.key, amount), giver.key, -amount)
    Rotation.objects.filter(pk=held.pk).update(ledger={key: asdict(one) for key, one in after.items()}, updated_at=now)
    return RotationCorrection.objects.create(
        rotation=held, giver=giver, taker=taker, amount=amount, reason=reason.strip()[:300], by=by, at=now
    )


def entitle(ledger: Ledger, key: str, amount: int) -> Ledger:
    """The ledger with someone entitled to so many millionths of a lead more (or fewer)."""
    before = ledger.get(key, Balance())
    return {**ledger, key: Balance(before.owed + amount, before.entitled + amount, before.received)}
