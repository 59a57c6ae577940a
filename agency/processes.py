"""The supervisor of `manage.py run`: starts the Procfile's processes, restarts one that dies, stops all of them.

Each process leads a session of its own: a Ctrl-C in the terminal reaches the supervisor alone, and what a process
leaves behind when it is killed can be cleared away as its group.
"""

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType
from typing import IO, Final

import psutil
from honcho.environ import parse_procfile

GRACE: Final = 10.0  # seconds a process has to stop; a Celery worker needs up to 7
FIRST_DELAY: Final = 0.5  # seconds before a restart, doubled each time
LONGEST_DELAY: Final = 30.0
STEADY: Final = 30.0  # a process that lived this long starts again with the first delay
TICK: Final = 0.1
STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StartError(Exception):
    """The processes cannot be started; the text says why and what to do."""


class Console:
    """Prints lines until the terminal is gone; a closed terminal is no reason to fail."""

    def __init__(self, output: IO[str]) -> None:
        self._output: IO[str] | None = output
        self._was_terminal = output.isatty()
        self._lock = threading.Lock()

    def is_gone(self) -> bool:
        """Whether this was a terminal, and it has been closed."""
        return self._was_terminal and (self._output is None or not self._output.isatty())

    def line(self, name: str, text: str) -> None:
        """One line of one process."""
        with self._lock:
            if self._output is None:
                return
            try:
                self._output.write(f"{time.strftime('%H:%M:%S')} {name:<7}| {text}\n")
                self._output.flush()
            except (OSError, ValueError):
                self._output = None


class Child:
    """One line of the Procfile and the process that runs it now."""

    def __init__(self, name: str, command: str, env: Mapping[str, str], console: Console) -> None:
        self.name = name
        self.console = console
        self._command = command
        self._env = env
        self._process: subprocess.Popen[str] | None = None
        self._started_at = 0.0
        self._delay = FIRST_DELAY
        self._start_at = 0.0

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process else None

    def tend(self, now: float) -> bool:
        """The process runs, or will once its delay is over; says whether it was started just now."""
        if self._process is not None and self._process.poll() is not None:
            self._note_death(now)
        if self._process is None and now >= self._start_at:
            self._start(now)
            return True
        return False

    def tell_to_stop(self) -> None:
        """The process has been asked to end in good order."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGTERM)

    def has_ended(self) -> bool:
        """Whether nothing of it runs."""
        return self._process is None or self._process.poll() is not None

    def clear(self) -> None:
        """Whatever of the process and its children is left has been killed."""
        if self._process is not None:
            kill_group(self._process.pid)
            self._process.wait()
            self._process = None

    def _start(self, now: float) -> None:
        lifeline = str(Path(__file__).with_name("lifeline.py"))
        self._process = subprocess.Popen(
            [sys.executable, lifeline, str(os.getpid()), "/bin/sh", "-c", self._command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=dict(self._env),
            start_new_session=True,
        )
        self._started_at = now
        threading.Thread(target=self._copy, args=(self._process.stdout,), daemon=True).start()

    def _note_death(self, now: float) -> None:
        """Schedules the restart, and ends what the process left behind: it may hold the port."""
        if self._process is None:
            return
        code = self._process.returncode
        self.clear()
        if now - self._started_at > STEADY:
            self._delay = FIRST_DELAY
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with status {code}"
        self.console.line("run", f"{self.name} {how}; starting it again in {self._delay:g} s")
        self._start_at = now + self._delay
        self._delay = min(self._delay * 2, LONGEST_DELAY)

    def _copy(self, output: IO[str]) -> None:
        with output:
            for text in output:
                self.console.line(self.name, text.rstrip("\n"))


class Supervisor:
    """Runs the processes until a signal says stop."""

    def __init__(
        self,
        procfile: Path,
        data_dir: Path,
        env: Mapping[str, str],
        console: Console,
        every_second: Callable[[], None] = lambda: None,
    ) -> None:
        processes = parse_procfile(procfile.read_text()).processes
        self.children = [Child(name, command, env, console) for name, command in processes.items()]
        self.console = console
        self._every_second = every_second
        self._list = data_dir / "run.json"
        self._signals = 0

    def run(self) -> None:
        """Returns when a signal has asked for it and all processes have ended."""
        for number in STOP_SIGNALS:
            signal.signal(number, self._on_signal)
        next_second = 0.0
        while not self._signals:
            now = time.monotonic()
            started = [child.tend(now) for child in self.children]
            if any(started):
                self._write_list()
            if now >= next_second:
                self._every_second()
                self._signals += self.console.is_gone()  # a shell passes the hang-up on, but make does not
                next_second = time.monotonic() + 1
            time.sleep(TICK)
        self._stop()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._signals += 1

    def _stop(self) -> None:
        self.console.line("run", "stopping (Ctrl-C again: at once)")
        for child in self.children:
            child.tell_to_stop()
        deadline = time.monotonic() + GRACE
        asked = self._signals
        while not all(child.has_ended() for child in self.children):
            if time.monotonic() > deadline or self._signals > asked:
                break
            time.sleep(TICK)
        for child in self.children:
            child.clear()
        self._list.unlink(missing_ok=True)

    def _write_list(self) -> None:
        """What a next start has to clear away, should this process be killed."""
        pids = [child.pid for child in self.children if child.pid is not None]
        entries = []
        for pid in pids:
            with contextlib.suppress(psutil.Error):
                entries.append([pid, psutil.Process(pid).create_time()])
        self._list.write_text(json.dumps(entries))


def kill_group(pid: int) -> None:
    """No process of the group that this one leads, or led, is alive."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def only_copy(data_dir: Path) -> IO[str]:
    """The lock that says this data folder is served; held until the file is closed or the process ends."""
    file = (data_dir / "run.lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        raise StartError(
            f"Another copy already runs on {data_dir} ({file.read().strip() or 'just starting'}). "
            "Stop it first, or start this one with a PORT and a DATA_DIR of its own: "
            "make run PORT=8001 DATA_DIR=.data2"
        ) from None
    file.truncate(0)
    file.write(f"process {os.getpid()}\n")
    file.flush()
    return file


def end_orphans(data_dir: Path) -> int:
    """Processes that a killed supervisor left behind have ended; returns how many there were."""
    try:
        entries = json.loads((data_dir / "run.json").read_text())
    except (FileNotFoundError, ValueError):
        return 0
    orphans = []
    for pid, created in entries:
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(pid)
            if abs(process.create_time() - created) < 1:
                orphans.append(process)
                process.terminate()
    psutil.wait_procs(orphans, timeout=GRACE)
    for process in orphans:
        kill_group(process.pid)
    (data_dir / "run.json").unlink()
    return len(orphans)


def require_free_port(host: str, port: int) -> None:
    """Nobody listens on the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise StartError(
                f"Port {port} of {host} cannot be used ({error.strerror}). Choose another: make run PORT={port + 1}"
            ) from error


def is_listening(host: str, port: int) -> bool:
    """Whether somebody answers there."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 (a comparison)
    try:
        socket.create_connection((reachable, port), timeout=1).close()
    except OSError:
        return False
    return True
