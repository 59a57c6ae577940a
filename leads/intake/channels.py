"""Whether a person has come back on another channel. A channel is a kind of source together with a kind of lead.

Two vendors that sell the same form are one channel; a live transfer from one of them is another.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from leads.intake.payload import GivenEvent
from leads.models import Source
from leads.rescoring import REPEAT_CHANNEL


def return_event(
    sightings: Iterable[tuple[int, datetime]], source: Source, sources: Mapping[int, Source], now: datetime
) -> GivenEvent | None:
    """The event of a return, when the person's latest sighting (source's id, instant) was on another channel."""
    earlier = max(sightings, key=lambda sighting: sighting[1], default=None)
    if earlier is None or earlier[0] not in sources:
        return None
    before = sources[earlier[0]]
    if channel_of(before) == channel_of(source):
        return None
    return GivenEvent(REPEAT_CHANNEL, now, {"since": earlier[1].isoformat(), "before": before.key, "after": source.key})


def channel_of(source: Source) -> tuple[str, str]:
    """The channel that leads of this source come in by."""
    return source.kind, source.lead_kind
