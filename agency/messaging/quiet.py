"""The hours in which a person wants to be left alone."""

from dataclasses import dataclass
from datetime import datetime, time

from agency.calendar import END_OF_DAY, Week, next_open


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Every day from one local time to another, over midnight when the second is the earlier one; never the whole day."""

    since: time
    until: time
    timezone: str

    def over(self, at: datetime) -> datetime:
        """`at` itself when it is not quiet, else the first instant when it is no longer."""
        return next_open(self._loud(), self.timezone, (), at)

    def _loud(self) -> Week:
        overnight = self.since > self.until
        stretches = [(self.until, self.since)] if overnight else [(time.min, self.since), (self.until, END_OF_DAY)]
        return dict.fromkeys(range(7), tuple(one for one in stretches if one[0] < one[1]))
