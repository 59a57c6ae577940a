"""One look at everything that is due: ladder rungs and holds, follow-up steps, and the outbox they fill."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from time import monotonic

from agency import messaging
from agency.models import Heartbeat
from leads import calls, followup
from producers import expiry, presence
from routing import escalation

NAME = "sweep"
PATIENCE = 3.0
"""Seconds after which a kind of work makes way for the next; what is left is for the sweep of the next second."""

STAGES: dict[str, Callable[[datetime], int]] = {
    "presence": presence.run_due,
    "escalation": partial(escalation.run_due, seconds=PATIENCE),
    "follow_up": partial(followup.run_due, seconds=PATIENCE),
    "calls": calls.run_due,
    "licences": expiry.run_due,
    "messages": partial(messaging.deliver_due, seconds=PATIENCE),
}
"""In order: who is free again may be waited for; a rung, a step or a call writes messages, which are delivered at once."""


def sweep(now: datetime) -> dict[str, int]:
    """What was due at `now` was run, or as much as there was time for; returns how much of each kind. Several may run at once.

    One kind that fails does not hold up the others; afterwards an ExceptionGroup is raised and no heartbeat left, so that it is
    noticed. The heartbeat says when the sweep ended: one that had much to do is no sign of illness.
    """
    started = monotonic()
    done: dict[str, int] = {}
    errors: list[Exception] = []
    for name, run in STAGES.items():
        try:
            done[name] = run(now)
        except Exception as error:
            errors.append(error)
    if errors:
        raise ExceptionGroup("The sweep could not finish.", errors)
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=NAME, at=now + timedelta(seconds=monotonic() - started))],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["at"],
    )
    return done
