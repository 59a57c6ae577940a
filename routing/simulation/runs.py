"""Replays on request: small ones at once, others by a worker, with progress, a way to stop them, and a result that stays."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from agency.celery import app
from routing.models import ReplayRun, ReplayState, RuleSet
from routing.simulation.replaying import ReplayCancelledError, replay
from routing.simulation.stream import count

if TYPE_CHECKING:
    from agency.models import User

TASK: Final = "routing.tasks.run_replays"
AT_ONCE: Final = 2_000
"""Decisions that are replayed while whoever asked waits: about a second's worth."""
LEASE: Final = timedelta(minutes=2)
"""How long a replay may show no sign of life before somebody else begins it anew."""
SIGN: Final = timedelta(seconds=0.5)
"""How often it shows one."""
MOST_ATTEMPTS: Final = 3
BACKWARDS: Final = "The period must end after it begins."
INTERRUPTED: Final = "It was interrupted too often."
BROKEN: Final = "It could not be finished: {error}"

Clock = Callable[[], datetime]

logger = logging.getLogger(__name__)


class ReplayError(ValueError):
    """A replay that cannot be asked for; the message is for people."""


def request(
    ruleset: RuleSet, *, since: datetime, until: datetime, by: "User | None", now: datetime, clock: Clock = timezone.now
) -> ReplayRun:
    """The replay is done when it is small; else it waits for a worker, which has been told. ReplayError for an empty period.

    `clock`: what tells the time while it runs.
    """
    if until <= since:
        raise ReplayError(BACKWARDS)
    total = count(since, until)
    run = ReplayRun(ruleset=ruleset, since=since, until=until, requested_by=by, total=total, created_at=now)
    if total > AT_ONCE:
        run.save()
        transaction.on_commit(_tell_worker, robust=True)
        return run
    _begin(run, now)
    return _carry_out(run, clock)


def cancel(run: ReplayRun, *, now: datetime) -> bool:
    """The replay will not be finished; False when it was over already."""
    waiting = ReplayRun.objects.filter(pk=run.pk, state__in=[ReplayState.QUEUED, ReplayState.RUNNING])
    changed = waiting.update(state=ReplayState.CANCELLED, finished_at=now, leased_until=None)
    run.refresh_from_db()
    return bool(changed)


def run_due(now: datetime, clock: Clock = timezone.now) -> int:
    """Every replay that waits, or whose worker died, has been run, one after the other; returns how many.

    Nothing is begun while another worker runs one: leads come first.
    """
    done = 0
    while (run := _claim(now if not done else clock())) is not None:
        _carry_out(run, clock)
        done += 1
    return done


def _claim(now: datetime) -> ReplayRun | None:
    """The next replay to run is ours, unless somebody is at one."""
    with transaction.atomic():
        if ReplayRun.objects.filter(state=ReplayState.RUNNING, leased_until__gte=now).exists():
            return None
        ready = Q(state=ReplayState.QUEUED) | Q(state=ReplayState.RUNNING, leased_until__lt=now)
        waiting = ReplayRun.objects.filter(ready).select_related("ruleset").order_by("pk")
        run = waiting.select_for_update(skip_locked=True, of=("self",), no_key=True).first()
        if run is None:
            return None
        if run.attempts < MOST_ATTEMPTS:
            _begin(run, now)
            return run
        _finish(run, ReplayState.FAILED, now, error=INTERRUPTED)
    return _claim(now)


def _begin(run: ReplayRun, now: datetime) -> None:
    run.state, run.started_at, run.leased_until, run.done = ReplayState.RUNNING, now, now + LEASE, 0
    run.attempts += 1
    run.save()


def _carry_out(run: ReplayRun, clock: Clock) -> ReplayRun:
    """The replay is done, failed or canceled, and the row says which."""
    try:
        result = replay(run.ruleset, run.since, run.until, progress=Signs(run, clock))
    except ReplayCancelledError:
        run.refresh_from_db()
        return run
    except Exception as error:
        logger.exception("Replay %s could not be finished", run.pk)
        _finish(run, ReplayState.FAILED, clock(), error=BROKEN.format(error=error))
    else:
        run.result, run.done, run.total = result.to_json(), result.decisions, result.decisions
        _finish(run, ReplayState.DONE, clock())
    return run


def _finish(run: ReplayRun, state: ReplayState, now: datetime, error: str = "") -> None:
    """It is over, if nobody canceled it meanwhile."""
    values = {"result": run.result, "done": run.done, "total": run.total, "error": error, "finished_at": now}
    _mine(run).update(state=state, leased_until=None, **values)
    run.refresh_from_db()


def _mine(run: ReplayRun) -> QuerySet[ReplayRun]:
    """The row, as long as nobody canceled it or began it anew."""
    return ReplayRun.objects.filter(pk=run.pk, state=ReplayState.RUNNING, attempts=run.attempts)


class Signs:
    """Signs of life of a running replay: how far it is, and whether it should go on."""

    def __init__(self, run: ReplayRun, clock: Clock) -> None:
        self._mine = _mine(run)
        self._clock = clock
        self._next: datetime | None = None

    def __call__(self, done: int, total: int) -> bool:
        """Where it stands is on record, at most every half second; False when it was canceled, or begun anew."""
        now = self._clock()
        if self._next is not None and now < self._next and done < total:
            return True
        self._next = now + SIGN
        return bool(self._mine.update(done=done, total=total, leased_until=now + LEASE))


def _tell_worker() -> None:
    """A worker has been asked to look for replays; without a broker the schedule or the next sweep finds them."""
    try:
        app.send_task(TASK, retry=False, ignore_result=True, expires=60)
    except Exception as error:  # every broker library has errors of its own
        logger.warning("No worker told of a replay, the schedule will find it: %s", error)
