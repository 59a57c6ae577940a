"""What of routing runs by itself, and how often."""

from datetime import timedelta

from agency.schedule import Duty, register

REPLAYS = Duty("Replays", task="routing.tasks.run_replays", every=timedelta(seconds=10), expires=timedelta(seconds=10))
"""Finds replays whose worker was never told, or died."""


def register_duties() -> None:
    """The beat's schedule holds all of these from the next migration on."""
    register(REPLAYS)
