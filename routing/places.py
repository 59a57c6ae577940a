"""Where ZIPs lie, as far as rules are concerned. The app above knows, and registers how."""

from collections.abc import Callable
from typing import NamedTuple


class Spot(NamedTuple):
    """A ZIP's state, and its main county as rules write it: `NY/Kings County`. Empty when nobody knows."""

    state: str = ""
    county: str = ""


SpotOf = Callable[[str], Spot]
StatesBetween = Callable[[str, str], frozenset[str]]


def _nowhere(_: str) -> Spot:
    return Spot()


def _no_states(_: str, __: str) -> frozenset[str]:
    return frozenset()


_spot_of: SpotOf = _nowhere
_states_between: StatesBetween = _no_states


def register(*, spot_of: SpotOf, states_between: StatesBetween) -> None:
    """From now on these say where ZIPs lie."""
    global _spot_of, _states_between  # set once, when the apps are ready
    _spot_of, _states_between = spot_of, states_between


def spot_of(zip_code: str) -> Spot:
    """Where a ZIP or ZIP+4 lies."""
    return _spot_of(zip_code)


def states_between(low: str, high: str) -> frozenset[str]:
    """The states that have ZIPs in a range, both ends counting."""
    return _states_between(low, high)
