"""Beginning and ending emergency stops. A stop that was is kept: since when, until when, who, why."""

from datetime import datetime
from typing import Final

from django.db import transaction

from agency.models import User
from leads.models import EmergencyStop

OVER: Final = "This stop is over already."


class EmergencyError(ValueError):
    """The stop cannot be changed like this; the message is for people."""


def begin_stop(
    *, state: str, county: str, since: datetime, until: datetime | None, reason: str, by: User, now: datetime
) -> EmergencyStop:
    """Nobody of the state, or of its county, is called or texted by the system from `since` to `until`."""
    return EmergencyStop.objects.create(
        state=state, county=county, since=since, until=until, reason=reason, created_at=now, by=by
    )


@transaction.atomic
def end_stop(stop: EmergencyStop, *, by: User, now: datetime) -> EmergencyStop:
    """The stop is over from `now` on. EmergencyError when it was already."""
    locked = EmergencyStop.objects.select_for_update().get(pk=stop.pk)
    if locked.until is not None and locked.until <= now:
        raise EmergencyError(OVER)
    locked.until, locked.ended_by = max(now, locked.since), by
    locked.save(update_fields=["until", "ended_by"])
    return locked
