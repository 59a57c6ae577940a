"""How a call ends, whoever says so first; and what follows from it."""

from datetime import datetime, timedelta
from typing import Final

from leads.calls.records import TALKS, advance
from leads.models import Call, CallEnd, CallState, Lead
from leads.models.calls import UNANSWERED
from leads.work.calls import log_unanswered
from producers.models import Presence, PresenceCause
from producers.presence import end_call, set_presence

BUSY_AT_MOST: Final = TALKS


def connected(call: Call, now: datetime) -> bool:
    """They talk: our person is busy by a call until it ends. False when that was known."""
    if not advance(call, CallState.BRIDGED, bridged_at=call.bridged_at or now, due_at=now + TALKS):
        return False
    if call.owner is not None:
        set_presence(call.owner, presence=Presence.BUSY, now=now, until=now + BUSY_AT_MOST, cause=PresenceCause.CALL)
    return True


def finish(call: Call, lead: Lead, end: CallEnd, *, now: datetime, seconds: int = 0, note: str = "") -> bool:
    """The call is over and says how; our person is back as they were. The caller's transaction holds both.

    Said again, only a longer time counts. False when it was over already.
    """
    if call.state == CallState.ENDED:
        _correct(call, seconds)
        return False
    was_connected = call.bridged_at is not None or end == CallEnd.COMPLETED
    bridged_at = call.bridged_at or (now - timedelta(seconds=seconds) if was_connected else None)
    lasted = seconds or (round((now - bridged_at).total_seconds()) if bridged_at else 0)
    advance(call, CallState.ENDED, end=end, ended_at=now, bridged_at=bridged_at, seconds=max(0, lasted), note=note[:300])
    if call.owner is not None and was_connected:
        end_call(call.owner, now=now)
    if end in UNANSWERED:
        log_unanswered(lead, call, now=now)
    return True


def _correct(call: Call, seconds: int) -> None:
    """The provider's own count of the seconds replaces ours."""
    if seconds and call.bridged_at is not None and seconds != call.seconds:
        call.seconds = seconds
        call.save(update_fields=["seconds"])
