"""What runs by itself above the ground floor, and how often."""

from datetime import timedelta

from agency.schedule import Duty, register

SWEEP = Duty("Sweep", task="leads.tasks.sweep", every=timedelta(seconds=1), expires=timedelta(seconds=5))
PERFORMANCE = Duty(
    "Performance of the last 90 days",
    task="leads.tasks.refresh_performance",
    every=timedelta(hours=1),
    expires=timedelta(minutes=30),
)


def register_duties() -> None:
    """The beat's schedule holds all of these from the next migration on."""
    for duty in (SWEEP, PERFORMANCE):
        register(duty)
