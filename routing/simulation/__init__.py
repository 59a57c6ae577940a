"""Replay: a past stream of leads under other rules, in memory, with everything else as it was."""

from routing.simulation.replaying import ReplayCancelledError, replay
from routing.simulation.result import OUTCOMES_NOT_REPLAYED, Replay

__all__ = ["OUTCOMES_NOT_REPLAYED", "Replay", "ReplayCancelledError", "replay"]
