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
MAILBOX = Duty(
    "Mailbox for answers", task="leads.tasks.look_into_mailbox", every=timedelta(minutes=1), expires=timedelta(seconds=50)
)
POSTAL_ADDRESS = Duty(
    "E-mails held back for want of a postal address",
    task="leads.tasks.warn_of_postal_address",
    every=timedelta(hours=1),
    expires=timedelta(minutes=30),
)


def register_duties() -> None:
    """The beat's schedule holds all of these from the next migration on."""
    for duty in (SWEEP, PERFORMANCE, MAILBOX, POSTAL_ADDRESS):
        register(duty)
