"""The Celery application: it delivers soon what the database already promises."""

import os
import warnings

from celery import Celery
from django.conf import settings

from agency.broker import use_folders

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agency.settings")

if settings.CELERY_BROKER_URL.startswith("filesystem:"):
    use_folders(settings.BROKER_FOLDER)

# The embedded worker belongs to whoever started it; its messages are JSON, which cannot carry code.
warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")

app = Celery("agency")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
