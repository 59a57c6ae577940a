"""The beat's schedule: what runs by itself and how often, written into the database after every migration."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.apps import AppConfig
from django.db import connections
from django_celery_beat.models import IntervalSchedule, PeriodicTask


@dataclass(frozen=True, slots=True)
class Duty:
    """A task that is sent every so often. One not begun within `expires` is dropped: the next one does its work."""

    name: str
    task: str
    every: timedelta
    expires: timedelta


_duties: dict[str, Duty] = {}


def register(duty: Duty) -> None:
    """The duty is part of the schedule from the next migration on."""
    _duties[duty.name] = duty


def write(sender: AppConfig, using: str, **_: Any) -> None:
    """After migration: the schedule says what the registered duties say. Whether each is enabled stays a manager's choice."""
    if PeriodicTask._meta.db_table not in connections[using].introspection.table_names():
        return  # another app alone was migrated
    for duty in _duties.values():
        seconds = int(duty.every.total_seconds())
        every, _ = IntervalSchedule.objects.get_or_create(every=seconds, period=IntervalSchedule.SECONDS)
        wanted = {"task": duty.task, "interval": every, "expire_seconds": int(duty.expires.total_seconds())}
        task, created = PeriodicTask.objects.get_or_create(name=duty.name, defaults=wanted)
        if not created and any(getattr(task, field) != value for field, value in wanted.items()):
            for field, value in wanted.items():
                setattr(task, field, value)
            task.save()


REACH = Duty(
    "People no alert can reach",
    task="agency.tasks.watch_reach",
    every=timedelta(minutes=10),
    expires=timedelta(minutes=5),
)


def duties() -> list[Duty]:
    """All registered duties."""
    return list(_duties.values())
