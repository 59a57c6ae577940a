"""Lengths of time as people write them: `0m`, `5m`, `1h`, `24h`, `7d`, `30d`."""

import re
from datetime import timedelta

_UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1), "s": timedelta(seconds=1)}
_WRITTEN = re.compile(r"(\d{1,6})\s*([smhd])")

NOT_A_DURATION = '"{}" is no length of time: write 30s, 5m, 4h or 7d'


def parse_duration(text: str) -> timedelta:
    """The length of time. ValueError when it is none."""
    match = _WRITTEN.fullmatch(text.strip())
    if match is None:
        raise ValueError(NOT_A_DURATION.format(text))
    return int(match[1]) * _UNITS[match[2]]


def write_duration(length: timedelta) -> str:
    """In the largest unit that says it in whole numbers; `parse_duration` reads the same length back (to the second)."""
    if not length:
        return "0m"
    unit = next(unit for unit, size in _UNITS.items() if not length % size)
    return f"{length // _UNITS[unit]}{unit}"
