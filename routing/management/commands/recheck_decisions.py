"""Makes stored decisions again from what was stored with them, and says which come out differently."""

from datetime import UTC, datetime, time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.dateparse import parse_date, parse_datetime

from routing.recheck import recheck

NOT_A_TIME = "{text!r} is not a day or an instant such as 2026-11-24 or 2026-11-24T15:00:00-05:00."
DIFFERS = "decision {decision} of lead {lead} at {at:%Y-%m-%d %H:%M:%S}: {what} was {stored!r}, and would be {again!r}"
STAND = "{count} decisions were made again; all of them stand."
FALL = "{count} decisions were made again; {differ} came out differently."


class Command(BaseCommand):
    """`manage.py recheck_decisions [--since WHEN] [--until WHEN]`."""

    help = "Make stored decisions again from what was stored with them; exit status 1 if any comes out differently."

    def add_arguments(self, parser: CommandParser) -> None:
        """A period, or everything."""
        parser.add_argument("--since", help="a day or an instant (UTC unless it says otherwise), included")
        parser.add_argument("--until", help="a day or an instant, not included")

    def handle(self, *_: Any, since: str | None, until: str | None, **__: Any) -> None:
        """Print each difference, then how many there were."""
        count = differ = 0
        for checked in recheck(_instant(since), _instant(until)):
            count += 1
            if checked.difference is not None:
                differ += 1
                self.stderr.write(DIFFERS.format(**checked.difference._asdict()))
        if differ:
            raise CommandError(FALL.format(count=count, differ=differ))
        self.stdout.write(STAND.format(count=count))


def _instant(text: str | None) -> datetime | None:
    """A day is its first instant."""
    if text is None:
        return None
    try:
        when = parse_datetime(text) if len(text) > len("2026-11-24") else None
        day = parse_date(text) if when is None else None
    except ValueError:
        when = day = None
    if when is None and day is None:
        raise CommandError(NOT_A_TIME.format(text=text))
    found = when or datetime.combine(day, time.min)  # type: ignore[arg-type]  # one of the two is there
    return found if found.tzinfo else found.replace(tzinfo=UTC)
