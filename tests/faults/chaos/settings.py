"""The project's settings, with a clock that can be set: it is three in the afternoon where the leads live, whenever this runs.

Only the web and the worker act by the clock. Beat keeps the machine's own, which says when a second has passed.
"""

import os
import sys
from datetime import timedelta

from django.utils import timezone

from agency.settings import *  # noqa: F403  (what a settings module does)

OFFSET = timedelta(seconds=float(os.environ.get("CHAOS_CLOCK_OFFSET", "0")))

if OFFSET and {"worker", "agency.wsgi"} & set(sys.argv):
    machine_time = timezone.now
    timezone.now = lambda: machine_time() + OFFSET
