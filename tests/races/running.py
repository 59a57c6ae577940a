"""Doing things at the same time, each on a database connection of its own."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection


def together(*jobs: Callable[[], Any], timeout: float = 30) -> list[Any]:
    """Run all jobs in threads that start at the same moment; each one's result, or the exception it raised, in order."""
    results: list[Any] = [None] * len(jobs)
    ready = threading.Barrier(len(jobs))

    def run(place: int, job: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            ready.wait(timeout)
            results[place] = job()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, job), daemon=True) for place, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout)
        assert not thread.is_alive(), "somebody waits for ever"
    return results


def raised(results: Sequence[Any]) -> list[Exception]:
    """The exceptions among the results."""
    return [one for one in results if isinstance(one, Exception)]


class Meeting:
    """A point in the code where two threads see whether they can be at the same time.

    Without a lock both arrive, having read the same facts, and go on together. With the lock only one can arrive: it waits a moment
    for the other, who stands before the lock, and goes on alone.
    """

    def __init__(self, people: int = 2, patience: float = 0.5) -> None:
        self._barrier = threading.Barrier(people)
        self._patience = patience
        self.met = False

    def attend(self) -> None:
        """Wait here for the others, as long as patience lasts."""
        try:
            self._barrier.wait(self._patience)
            self.met = True
        except threading.BrokenBarrierError:
            pass
