"""Turns: who is next, and how the ledger stands afterwards. Integer millionths of a lead, so nothing is ever lost to rounding.

Of those who have earned at least a sliver of a turn, the lead goes to whoever would soonest be a whole lead short (R. Tijdeman,
The chairman assignment problem, Discrete Mathematics 32, 1980). With equal weights that is the largest shortfall; with any
weights, in a fixed pool of n people, nobody is ever further than 1 - 1/(2n - 2) of a lead from what they are entitled to. Where
the pool is not fixed, several may be that short at once: then the largest shortfall comes first.

A lead that leaves its owner takes its turn along only as far as that leaves nobody more than one lead off; else the turn stays
spent. So leads taken back in bulk cannot buy anybody a row of leads.
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
    limit = LEAD - sliver
    short = [key for key in owed if owed[key] > limit]
    earned = [key for key in owed if owed[key] >= sliver]
    if short or not earned:  # more of them than one, or none who is eligible for this lead: not with a fixed pool
        return min(short or owed, key=lambda key: (-owed[key], waits[key]))
    return min(earned, key=lambda key: ((limit - owed[key]) * LEAD // weights[key], waits[key]))


def undo_turn(ledger: Ledger, winner: str, shares: Mapping[str, int]) -> Ledger | None:
    """The ledger as if this turn had never been taken; None when it stays spent, for somebody would be more than a lead off."""
    return _moved(ledger, winner, shares, -1)


def take_over(ledger: Ledger, winner: str, shares: Mapping[str, int]) -> Ledger | None:
    """The ledger with a turn that was undone taken by `winner` as it was; None when somebody would be more than a lead off."""
    return _moved(ledger, winner, shares, 1)


def _moved(ledger: Ledger, winner: str, shares: Mapping[str, int], turns: int) -> Ledger | None:
    """The ledger with this turn once more, or once less; None when that takes somebody further off, and beyond a whole lead."""
    after = dict(ledger)
    for key in {**shares, winner: 0}:
        before = ledger.get(key, NOBODY)
        share, taken = turns * shares.get(key, 0), turns * LEAD if key == winner else 0
        owed = before.owed + share - taken
        if abs(owed) > max(LEAD, abs(before.owed)):
            return None
        after[key] = Balance(owed, before.entitled + share, before.received + taken)
    return after
