"""Weekly hours as people write them, `{"mon": "09:00-12:00, 13:00-18:00"}`, and as the calendar reads them."""

import re
from collections.abc import Mapping, Sequence
from datetime import time

from agency.calendar import END_OF_DAY, Week

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

OFFICE_HOURS: Week = {day: ((time(9), time(17)),) for day in range(5)}
"""Of an agency that has not said its own: Monday to Friday, nine to five."""

NOT_A_STRETCH = '"{}" is no stretch of hours: write "09:00-18:00"'
ENDS_BEFORE = '"{}" ends before it begins; hours past midnight are two stretches, to 24:00 on one day and from 00:00 on the next'
OVERLAP = '"{}" overlaps the stretch before it'

_STRETCH = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")


def parse_day(written: str | Sequence[str]) -> tuple[tuple[time, time], ...]:
    """The stretches of one day, in order. ValueError says what is wrong with which."""
    parts = written.split(",") if isinstance(written, str) else written
    stretches: list[tuple[time, time]] = []
    for stretch in sorted(_parse(part.strip()) for part in parts if part.strip()):
        if stretches and stretch[0] < stretches[-1][1]:
            raise ValueError(OVERLAP.format(_write(*stretch)))
        stretches.append(stretch)
    return tuple(stretches)


def parse_week(written: Mapping[str, str | Sequence[str]]) -> Week:
    """Weekday → stretches, of the days that have any. ValueError says what is wrong; KeyError names what is no weekday."""
    parsed = {_INDEX[name]: parse_day(day) for name, day in written.items()}
    return {day: parsed[day] for day in sorted(parsed) if parsed[day]}


def write_week(week: Week) -> dict[str, str]:
    """The week as people write it; `parse_week` reads the same week back."""
    return {WEEKDAYS[day]: ", ".join(_write(*stretch) for stretch in week[day]) for day in sorted(week) if week[day]}


_INDEX = {name: number for number, name in enumerate(WEEKDAYS)}


def _parse(text: str) -> tuple[time, time]:
    match = _STRETCH.fullmatch(text)
    if match is None:
        raise ValueError(NOT_A_STRETCH.format(text))
    hours = [int(part) for part in match.groups()]
    try:
        opens = time(hours[0], hours[1])
        closes = END_OF_DAY if hours[2:] == [24, 0] else time(hours[2], hours[3])
    except ValueError:
        raise ValueError(NOT_A_STRETCH.format(text)) from None
    if closes <= opens:
        raise ValueError(ENDS_BEFORE.format(text))
    return opens, closes


def _write(opens: time, closes: time) -> str:
    return f"{opens:%H:%M}-{'24:00' if closes == END_OF_DAY else closes.strftime('%H:%M')}"
