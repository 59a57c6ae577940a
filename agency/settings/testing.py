"""The settings under test: as in production, less what makes tests slow or lets one leave traces for the next."""

import atexit
import shutil
import tempfile
from pathlib import Path

from . import *
from .database import DATABASES

# What tests write (mail, cache) goes to a folder of this run. The database's own folder stays: a cluster is costly.
SCRATCH = Path(tempfile.mkdtemp(prefix="leadline-test-"))
atexit.register(shutil.rmtree, SCRATCH, ignore_errors=True)
EMAIL_FILE_PATH = SCRATCH / "mail"
MEDIA_ROOT = SCRATCH / "media"

DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c synchronous_commit=off"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
CELERY_BROKER_URL = "memory://localhost"
CELERY_BROKER_TRANSPORT_OPTIONS = {}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
