"""One look at everything that is due: ladder rungs and holds, follow-up steps, and the outbox they fill."""

from collections.abc import Callable
from datetime import datetime

from agency import messaging
from agency.models import Heartbeat
from leads import followup
from producers import expiry, presence
from routing import escalation

NAME = "sweep"

STAGES: dict[str, Callable[[datetime], int]] = {
    "presence": presence.run_due,
    "escalation": escalation.run_due,
    "follow_up": followup.run_due,
    "licences": expiry.run_due,
    "messages": messaging.deliver_due,
}
"""In order: who is free again may be waited for; a rung or a step writes messages, which are delivered at once."""


def sweep(now: datetime) -> dict[str, int]:
    """All that was due at `now` was run; returns how much of each kind. Any number of sweeps may run at once.

    One kind that fails does not hold up the others; afterwards an ExceptionGroup is raised and no heartbeat left, so that it is
    noticed.
    """
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
        [Heartbeat(name=NAME, at=now)], update_conflicts=True, unique_fields=["name"], update_fields=["at"]
    )
    return done
