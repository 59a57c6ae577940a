"""The keeper: creates, starts, watches and stops one embedded PostgreSQL.

A process of its own, started by whoever first needs the server. It is the only one that changes anything in the
cluster's folder, so nothing here races with anything. Run as `python -m agency.embedded.keeper DATA_DIR`.
"""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO, Final

import psutil

from agency.embedded.account import Account, creating_account, server_account
from agency.embedded.cluster import DATABASE, ROLE, SUPERUSER, Cluster, EmbeddedError, binaries

POLL: Final = 0.1  # seconds between looks at the users' lock and at the server
SOCKET_NAME: Final = ".s.PGSQL.5432"
LONGEST_SOCKET: Final = 103  # bytes, the least of the systems we run on (Linux allows 107)
STOP_TIMEOUT: Final = 60.0
LONGEST_LOG: Final = 10_000_000  # bytes
RESTARTS: Final = 5  # starts in a row that may fail; a killed server's orphans hold its memory for a moment

OPTIONS: Final = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A statement and the detail of its error carry personal data: neither reaches the log.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}


class Keeper:
    """Holds the keeper's lock; `run` returns when nobody needs the server any more."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.bin = binaries()
        self.account: Account = server_account(cluster.data, self.bin / "postgres")
        self.child: subprocess.Popen[bytes] | None = None
        self.announced: IO[str] | None = None  # open, and locked, as long as what it says is true
        self.told_to_stop = False

    def run(self) -> None:
        """Serve until the last user has left or a signal says stop; the server has stopped then."""
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        self.cluster.announcement.unlink(missing_ok=True)
        self._create()
        pid = self._start()
        users = os.open(self.cluster.users_lock, os.O_RDWR | os.O_CREAT, 0o600)
        while not self.told_to_stop and not _lock(users):
            time.sleep(POLL)
            if not self._is_alive(pid):
                self.cluster.announcement.unlink(missing_ok=True)
                pid = self._start()
        self._stop(pid)

    def _on_signal(self, number: int, frame: object) -> None:
        self.told_to_stop = True

    # Creating

    def _create(self) -> None:
        """The cluster is complete under its final name, or not there at all."""
        for unfinished in self.cluster.base.glob("new-*"):
            shutil.rmtree(unfinished, ignore_errors=True)
        if self.cluster.data.exists():
            return
        creator = creating_account(self.account)
        new = Path(tempfile.mkdtemp(prefix="new-", dir=self.cluster.base))
        creator.own(new)
        self._command(
            creator,
            "initdb",
            f"--pgdata={new}",
            f"--username={SUPERUSER}",
            "--auth=trust",  # only the socket is open, in a folder only its owner may enter
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
        )
        self._command(
            creator,
            "postgres",
            "--single",
            "-D",
            str(new),
            "postgres",
            text=f"CREATE ROLE {ROLE} LOGIN CREATEDB\nCREATE DATABASE {DATABASE} OWNER {ROLE}\n",
        )
        self.account.own(new)
        new.rename(self.cluster.data)

    def _command(self, account: Account, name: str, *arguments: str, text: str = "") -> None:
        done = subprocess.run(
            [str(self.bin / name), *arguments],
            input=text,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd="/",
            env=_environment(),
            preexec_fn=account.preparation(),
            check=False,
        )
        if done.returncode != 0:
            raise EmbeddedError(f"{name} failed: {done.stdout.strip()}")

    # Starting

    def _start(self) -> int:
        """The server answers, and its users know where; returns its process id."""
        for attempt in range(RESTARTS):
            if (pid := self._running()) is None:
                pid = self._launch()
            if self._wait_until_ready(pid):
                self._announce(pid)
                return pid
            time.sleep(attempt)
        raise EmbeddedError(f"PostgreSQL does not start; the end of its log ({self.cluster.log}):\n{self._log_tail()}")

    def _running(self) -> int | None:
        """The process id of a server that already serves this very folder; a stale pid file is removed."""
        pid_file = self.cluster.data / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().splitlines()[0])
        except FileNotFoundError:
            return None
        except (ValueError, IndexError):  # cut short by a crash
            pid = -1
        if pid > 0 and self._is_our_server(pid):
            return pid
        pid_file.unlink()
        return None

    def _is_our_server(self, pid: int) -> bool:
        try:
            process = psutil.Process(pid)
            return process.name().startswith("postgres") and Path(process.cwd()).samefile(self.cluster.data)
        except (psutil.Error, OSError):
            return False

    def _launch(self) -> int:
        socket_folder = self._socket_folder()
        for name in (SOCKET_NAME, f"{SOCKET_NAME}.lock"):
            (socket_folder / name).unlink(missing_ok=True)
        quoted = str(socket_folder).replace('"', '""')
        options = {**OPTIONS, "unix_socket_directories": f'"{quoted}"'}
        settings = [f"--{name}={value}" for name, value in options.items()]
        self._shorten_log()
        with self.cluster.log.open("ab") as log:
            self.child = subprocess.Popen(
                [str(self.bin / "postgres"), "-D", str(self.cluster.data), *settings],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=_environment(),
                preexec_fn=self.account.preparation(),  # noqa: PLW1509 (the keeper has no threads)
                start_new_session=True,
            )
        return self.child.pid

    def _socket_folder(self) -> Path:
        """A folder of the server's own whose path is short enough for a socket."""
        near = self.cluster.base / "run"
        if len(os.fsencode(near / SOCKET_NAME)) <= LONGEST_SOCKET:
            near.mkdir(mode=0o700, exist_ok=True)
            self.account.own(near)
            return near
        for parent in (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp"):  # noqa: S108 (mkdtemp below)
            if parent and len(os.fsencode(f"{parent}/leadline-12345678/{SOCKET_NAME}")) <= LONGEST_SOCKET:
                with contextlib.suppress(OSError):
                    folder = Path(tempfile.mkdtemp(prefix="leadline-", dir=parent))
                    self.account.own(folder)
                    return folder
        raise EmbeddedError(f"No folder for PostgreSQL's socket: {near} is too long a path, choose a shorter DATA_DIR.")

    def _wait_until_ready(self, pid: int) -> bool:
        """Whether the server came up; it may replay its journal first, which takes as long as it takes."""
        while self._is_alive(pid):
            if self._pid_file_lines()[7:8] == ["ready"]:
                return True
            time.sleep(0.01)
        return False

    def _pid_file_lines(self) -> list[str]:
        try:
            return [line.strip() for line in (self.cluster.data / "postmaster.pid").read_text().splitlines()]
        except FileNotFoundError:
            return []

    def _announce(self, pid: int) -> None:
        self.cluster.error.unlink(missing_ok=True)
        fresh = self.cluster.announcement.with_suffix(".new")
        self.announced = fresh.open("w")
        fcntl.flock(self.announced, fcntl.LOCK_EX)
        json.dump({"pid": pid, "socket_folder": self._pid_file_lines()[4]}, self.announced)
        self.announced.flush()
        fresh.rename(self.cluster.announcement)

    def _is_alive(self, pid: int) -> bool:
        if self.child is not None and self.child.pid == pid:
            return self.child.poll() is None
        return psutil.pid_exists(pid)

    # Stopping

    def _stop(self, pid: int) -> None:
        """The server has stopped in good order: connections closed, data on disk."""
        socket_folder = Path(self._pid_file_lines()[4]) if self._pid_file_lines()[4:] else None
        self.cluster.announcement.unlink(missing_ok=True)
        deadline = time.monotonic() + STOP_TIMEOUT
        self._signal(pid, signal.SIGINT)
        while self._is_alive(pid):
            if time.monotonic() > deadline:
                self._signal(pid, signal.SIGQUIT)
                deadline += STOP_TIMEOUT
            time.sleep(0.02)
        if socket_folder is not None and socket_folder != self.cluster.base / "run":
            with contextlib.suppress(OSError):
                socket_folder.rmdir()

    def _signal(self, pid: int, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)

    # The log

    def _shorten_log(self) -> None:
        if self.cluster.log.exists() and self.cluster.log.stat().st_size > LONGEST_LOG:
            self.cluster.log.rename(self.cluster.log.with_suffix(".old"))

    def _log_tail(self) -> str:
        return "\n".join(self.cluster.log.read_text(errors="replace").splitlines()[-10:])


def _environment() -> dict[str, str]:
    """A plain environment: no PG* variable and no locale of the caller's reaches the server."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _lock(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def main(data_dir: Path) -> int:
    """Keep the cluster of this folder, unless somebody does already."""
    cluster = Cluster(data_dir)
    fd = os.open(cluster.keeper_lock, os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + 0.5  # whoever looks whether a keeper lives holds the lock for an instant
    while not _lock(fd):
        if time.monotonic() > deadline:
            return 0
        time.sleep(0.01)
    try:
        Keeper(cluster).run()
    except (EmbeddedError, OSError) as error:
        cluster.error.write_text(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
