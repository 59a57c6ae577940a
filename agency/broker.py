"""The broker of a machine that has none: kombu's folder transport, safe against readers of half-written messages.

kombu creates a message under its final name and fills it afterwards, and does the same with the table of queues: whoever
looks in between reads nothing, and the worker dies of it. Here a message appears complete, by a rename, and the table
is behind a lock.
"""

import fcntl
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps, loads


class Channel(filesystem.Channel):
    """One folder holds all messages, named so that the oldest sorts first."""

    def get_table(self, exchange: str) -> Any:
        """The queues bound to the exchange."""
        with self._table_lock(fcntl.LOCK_SH):
            return super().get_table(exchange)

    def _queue_bind(self, *args: Any, **kwargs: Any) -> None:
        with self._table_lock(fcntl.LOCK_EX):
            super()._queue_bind(*args, **kwargs)

    @contextmanager
    def _table_lock(self, kind: int) -> Iterator[None]:
        with Path(self.control_folder, "lock").open("a") as file:
            fcntl.flock(file, kind)
            yield

    def _put(self, queue: str, payload: dict[str, Any], **kwargs: Any) -> None:  # type: ignore[override]
        folder = Path(self.data_folder_out)
        message = folder / f"{time.time_ns():020d}_{uuid.uuid4()}.{queue}.msg"
        unfinished = message.with_suffix(".new")
        unfinished.write_text(dumps(payload))
        unfinished.rename(message)

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        for message in sorted(Path(self.data_folder_in).iterdir()):
            if message.name.partition(".")[2] == f"{queue}.msg":
                taken = message.with_suffix(".taken")
                try:
                    message.rename(taken)
                    text = taken.read_text()
                    taken.unlink()
                except FileNotFoundError:  # another worker was faster
                    continue
                return loads(text)
        raise Empty


class Transport(filesystem.Transport):
    """`filesystem://` with the channel above."""

    Channel = Channel


def use_folders(folder: Path) -> None:
    """Whatever connects to `filesystem://` from now on uses this transport; its folders exist."""
    TRANSPORT_ALIASES["filesystem"] = "agency.broker:Transport"
    for name in ("queue", "control"):
        (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)


def purge(folder: Path) -> None:
    """No message of an earlier run is left: they only say "look now", and a long queue of them delays the next."""
    shutil.rmtree(folder, ignore_errors=True)
    use_folders(folder)
