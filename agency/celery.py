"""The Celery application: it delivers soon what the database already promises."""

import os

from celery import Celery
from django.conf import settings

from agency.broker import use_folders

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agency.settings")

if settings.CELERY_BROKER_URL.startswith("filesystem:"):
    use_folders(settings.BROKER_FOLDER)

app = Celery("agency")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
