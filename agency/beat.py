"""The beat, which finds its broker again."""

from typing import Any

from celery.beat import SchedulingError
from django_celery_beat.schedulers import DatabaseScheduler


class Scheduler(DatabaseScheduler):  # type: ignore[misc]  # the library has no types
    """Celery's keeps the connection that a broker has closed, and fails on it for ever; this one connects anew."""

    def apply_async(self, *args: Any, **kwargs: Any) -> Any:
        """The task is with the broker; SchedulingError when it could not be, after which the next one has a new connection."""
        try:
            return super().apply_async(*args, **kwargs)
        except SchedulingError:
            for kept in ("producer", "connection"):
                self.__dict__.pop(kept, None)
            raise
