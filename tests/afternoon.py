"""The project's settings, with a clock that can be set: it is three in the afternoon where the leads live, whenever this runs.

Only the web and the worker act by the clock. Beat keeps the machine's own, which says when a second has passed.
"""

import os
import sys
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from agency.settings import *  # noqa: F403  (what a settings module does)

OFFSET = timedelta(seconds=float(os.environ.get("CLOCK_OFFSET", "0")))

if OFFSET and {"worker", "agency.wsgi"} & set(sys.argv):
    machine_time = timezone.now
    timezone.now = lambda: machine_time() + OFFSET


def environment(now: datetime) -> dict[str, str]:
    """What makes it three in the afternoon in New York, on a Tuesday to come: open everywhere in the country, and for a while."""
    local = now.astimezone(ZoneInfo("America/New_York")).replace(hour=15, minute=0, second=0, microsecond=0)
    afternoon = (local + timedelta(days=(1 - local.weekday()) % 7 + 7)).astimezone(UTC)
    return {"DJANGO_SETTINGS_MODULE": "tests.afternoon", "CLOCK_OFFSET": f"{(afternoon - now).total_seconds():.0f}"}
