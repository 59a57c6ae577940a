"""The Celery application: it delivers soon what the database already promises."""

import os
import warnings
from typing import Any

from celery import Celery
from celery.signals import task_prerun, worker_ready
from django.conf import settings
from django.db import close_old_connections

from agency.broker import use_folders

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agency.settings")

if settings.CELERY_BROKER_URL.startswith("filesystem:"):
    use_folders(settings.BROKER_FOLDER)

# The embedded worker belongs to whoever started it; its messages are JSON, which cannot carry code.
warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")

app = Celery("agency")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
def load_slow_libraries(**_: Any) -> None:
    """The first message or call of a worker does not wait for what takes long to load."""
    from agency.messaging import voice  # noqa: PLC0415  # these need the apps
    from agency.warming import warm_up  # noqa: PLC0415

    warm_up()
    voice.warm_up()


@task_prerun.connect
def check_connections(**_: Any) -> None:
    """A task that uses the connection of an earlier one notices when it broke or grew old, and makes another."""
    close_old_connections()
