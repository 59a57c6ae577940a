"""Turns: who is next, and how the ledger stands afterwards. Integer millionths of a lead, so nothing is ever lost to rounding.

Of those who have earned at least a sliver of a turn, the lead goes to whoever would soonest be a whole lead short (R. Tijdeman,
The chairman assignment problem, Discrete Mathematics 32, 1980). With equal weights that is the largest shortfall; with any
weights, in a fixed pool of n people, nobody is ever further than 1 - 1/(2n - 2) of a lead from what they are entitled to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from routing.engine.facts import Balance, Ledger

LEAD = 1_000_000
"""One lead, in millionths."""
NOBODY = Balance()

Wait = tuple[bool, float, str]
"""Orders people by how long they have been without a lead: never first, then the earliest, then by key."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn taken: the winner, each one's entitlement to this lead (they sum to one lead), and the ledger after it."""

    winner: str
    shares: Mapping[str, int]
    ledger: Ledger


def wait(key: str, last_assigned_at: datetime | None) -> Wait:
    """The order in which ties are broken."""
    return (last_assigned_at is not None, last_assigned_at.timestamp() if last_assigned_at else 0.0, key)


def take_turn(ledger: Ledger, weights: Mapping[str, int], waits: Mapping[str, Wait]) -> Turn:
    """The next turn among `weights` (key → positive weight of everyone eligible for this lead); others' balances stay."""
    total = sum(weights.values())
    shares = {key: LEAD * weight // total for key, weight in weights.items()}
    owed = {key: ledger.get(key, NOBODY).owed + share for key, share in shares.items()}
    winner = _next(owed, weights, waits)
    shares[winner] += LEAD - sum(shares.values())  # the residue of rounding, so that the ledger sums to zero
    after = dict(ledger)
    for key, share in shares.items():
        before = ledger.get(key, NOBODY)
        taken = LEAD if key == winner else 0
        after[key] = Balance(before.owed + share - taken, before.entitled + share, before.received + taken)
    return Turn(winner, shares, after)


def _next(owed: Mapping[str, int], weights: Mapping[str, int], waits: Mapping[str, Wait]) -> str:
    if len(owed) == 1:
        return next(iter(owed))
    sliver = LEAD // (2 * len(owed) - 2)
    earned = [key for key in owed if owed[key] >= sliver]
    if not earned:  # those with a shortfall are not eligible for this lead
        return min(owed, key=lambda key: (-owed[key], waits[key]))
    limit = LEAD - sliver
    return min(earned, key=lambda key: ((limit - owed[key]) * LEAD // weights[key], waits[key]))


def move_credit(ledger: Ledger, giver: str, taker: str) -> Ledger:
    """The ledger after a lead went from `giver` to `taker` without a turn: one is owed it again, the other has had it."""
    after = dict(ledger)
    for key, leads in ((giver, -LEAD), (taker, LEAD)):
        before = after.get(key, NOBODY)
        after[key] = Balance(before.owed - leads, before.entitled, before.received + leads)
    return after


def undo_turn(ledger: Ledger, winner: str, shares: Mapping[str, int]) -> Ledger:
    """The ledger as if this turn had never been taken."""
    after = dict(ledger)
    for key, share in shares.items():
        before = after.get(key, NOBODY)
        taken = LEAD if key == winner else 0
        after[key] = Balance(before.owed - share + taken, before.entitled - share, before.received - taken)
    return after
