"""Celery: the broker `CELERY_BROKER_URL` names, or folders under the data folder."""

import sys
from typing import Any

from .environment import DATA_DIR, env

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="") or "filesystem://localhost"
BROKER_FOLDER = DATA_DIR / "broker"


def transport_options(url: str) -> dict[str, Any]:
    """What makes a broker that is down cost whoever pokes it milliseconds instead of seconds."""
    scheme = url.split(":", 1)[0].split("+", 1)[0]
    if scheme == "filesystem":
        return {
            "data_folder_in": str(BROKER_FOLDER / "queue"),
            "data_folder_out": str(BROKER_FOLDER / "queue"),
            "control_folder": str(BROKER_FOLDER / "control"),
            "polling_interval": 0.1,
        }
    if scheme in {"redis", "rediss", "sentinel"}:
        return {"max_retries": 0, "socket_connect_timeout": 2, "socket_timeout": 5, "retry_on_timeout": False}
    return {"max_retries": 0}


CELERY_BROKER_TRANSPORT_OPTIONS = transport_options(CELERY_BROKER_URL)
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for its broker for as long as it takes
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "leadline"
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False  # its queues would fill the folder, and nobody asks
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
# Tasks of a thread share a connection, as requests do (agency/celery.py looks after it); Celery would connect for each.
CELERY_DB_REUSE_MAX = sys.maxsize
CELERY_BEAT_SCHEDULER = "agency.beat:Scheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 1
