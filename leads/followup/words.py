"""A plan in words: when each step falls, and what a template claims. No Django, no clock, no I/O."""

import re
from collections.abc import Sequence
from datetime import timedelta

CHANNELS = {"call": "call", "sms": "text", "email": "e-mail", "": "another plan"}
UNITS = (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1)))

_CALLED = re.compile(r"\b(?:called|tried to (?:call|ring|reach)|rang|left (?:you )?a (?:voicemail|message))\b", re.IGNORECASE)


def moment(after: timedelta) -> str:
    """So long after the start, in the largest unit that fits: `minute 0`, `minute 90`, `hour 4`, `day 7`."""
    for name, unit in UNITS:
        if after >= unit and not after % unit:
            return f"{name} {after // unit}"
    return f"minute {after // timedelta(minutes=1)}"


def sentence(steps: Sequence[tuple[timedelta, str]]) -> str:
    """Touches (after, channel) in one line: `minute 0 call, minute 5 text and e-mail, hour 1 call`."""
    by_moment: dict[timedelta, list[str]] = {}
    for after, channel in sorted(steps, key=lambda step: step[0]):
        by_moment.setdefault(after, []).append(CHANNELS.get(channel, channel))
    return ", ".join(f"{moment(after)} {' and '.join(what)}" for after, what in by_moment.items())


def claims_a_call(text: str) -> bool:
    """Whether the words say that somebody called, which is only true after a call."""
    return _CALLED.search(text) is not None
