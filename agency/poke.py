"""A hint, after commit, that work is due now; the one-second sweep finds it anyway."""

import logging
import os
import threading
import time

from django.db import transaction

from agency.celery import app

TASK = "agency.tasks.deliver_due"
INTERVAL = 0.25  # seconds between two hints of one process: a hint says "look now" and carries no work

logger = logging.getLogger(__name__)


def poke(using: str | None = None) -> None:
    """Once the current transaction is committed, some worker has been asked to look for due work; never raises."""
    transaction.on_commit(_sender.wake, using=using, robust=True)


class Sender:
    """Sends hints from a thread of its own, so that a slow broker never delays whoever gave the hint."""

    def __init__(self) -> None:
        self._wanted = threading.Event()
        self._lock = threading.Lock()
        self._pid: int | None = None

    def wake(self) -> None:
        """A hint will be sent within `INTERVAL`; hints that come faster than that become one."""
        if self._pid != os.getpid():  # threads do not survive a fork
            self._start()
        self._wanted.set()

    def _start(self) -> None:
        with self._lock:
            if self._pid == os.getpid():
                return
            self._wanted = threading.Event()
            threading.Thread(target=self._run, args=(self._wanted,), name="poke", daemon=True).start()
            self._pid = os.getpid()

    def _run(self, wanted: threading.Event) -> None:
        while True:
            wanted.wait()
            wanted.clear()
            send()
            time.sleep(INTERVAL)


def send() -> None:
    """The hint is with the broker, or a line in the log says why not."""
    try:
        app.send_task(TASK, retry=False, ignore_result=True, expires=60)
    except Exception as error:  # every broker library has errors of its own, and a lost hint costs a second at most
        logger.warning("No hint sent, the sweep will find the work: %s", error)


_sender = Sender()
