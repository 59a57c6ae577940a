"""The supervisor: restarts what dies, stops everything, leaves nothing behind."""

import json
import os
import pty
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from agency.embedded.cluster import BASE_DIR
from agency.processes import StartError, end_orphans, only_copy, require_free_port

SUPERVISE = """
import os, sys
from pathlib import Path
from agency.processes import Console, Supervisor, only_copy
folder = Path(sys.argv[1])
with only_copy(folder):
    Supervisor(folder / "Procfile", folder, os.environ, Console(sys.stdout)).run()
"""


def eventually(holds: Callable[[], object], seconds: float = 15) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


class Run:
    """A supervisor in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process: subprocess.Popen[str] | None = None
        self.describe("one: exec sleep 1000\ntwo: exec sleep 1000\n")

    def describe(self, procfile: str) -> "Run":
        (self.folder / "Procfile").write_text(procfile)
        return self

    def start(self, **options: object) -> "Run":
        options.setdefault("stdout", subprocess.PIPE)
        self.process = subprocess.Popen(  # type: ignore[call-overload]
            [sys.executable, "-c", SUPERVISE, str(self.folder)], cwd=BASE_DIR, text=True, **options
        )
        count = len((self.folder / "Procfile").read_text().splitlines())
        assert eventually(lambda: len(self.pids()) == count)
        return self

    def pids(self) -> list[int]:
        try:
            return [pid for pid, _ in json.loads((self.folder / "run.json").read_text()) if psutil.pid_exists(pid)]
        except (FileNotFoundError, ValueError):
            return []

    def signal(self, number: int) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def wait(self, seconds: float = 15) -> int:
        assert self.process is not None
        return self.process.wait(seconds)

    def family(self) -> list[psutil.Process]:
        assert self.process is not None
        return psutil.Process(self.process.pid).children(recursive=True)


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    it = Run(tmp_path)
    yield it
    if it.process is not None and it.process.poll() is None:
        it.process.kill()
        it.process.wait()
    end_orphans(tmp_path)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_stops_everything(run: Run, number: int) -> None:
    family = run.start().family()
    run.signal(number)
    assert run.wait() == 0
    assert eventually(lambda: not any(process.is_running() for process in family))
    assert run.pids() == []


def test_process_that_dies_is_started_again(run: Run) -> None:
    first = run.start().pids()
    os.kill(first[0], signal.SIGKILL)
    assert eventually(lambda: len(run.pids()) == 2 and run.pids()[0] != first[0])
    assert run.pids()[1] == first[1]


def test_what_a_killed_process_leaves_behind_is_ended_before_the_restart(run: Run) -> None:
    run.describe("parent: sleep 1000 & sleep 1000\n").start()
    assert eventually(lambda: len(run.family()) == 3)
    orphans = psutil.Process(run.pids()[0]).children()
    os.kill(run.pids()[0], signal.SIGKILL)
    assert eventually(lambda: not any(orphan.is_running() for orphan in orphans))


def test_process_that_does_not_listen_is_killed_at_a_second_signal(run: Run) -> None:
    run.describe("deaf: trap '' TERM; while true; do sleep 0.2; done\n").start()
    time.sleep(0.3)  # until the trap is set
    run.signal(signal.SIGINT)
    time.sleep(0.5)
    assert run.process is not None
    assert run.process.poll() is None
    run.signal(signal.SIGINT)
    assert run.wait(5) == 0


def test_processes_end_when_the_supervisor_is_killed(run: Run) -> None:
    family = run.start().family()
    run.signal(signal.SIGKILL)
    run.wait()
    assert eventually(lambda: not any(process.is_running() for process in family))
    run.start()


def test_closed_terminal_stops_everything(run: Run) -> None:
    terminal, end = pty.openpty()
    family = run.start(stdout=end, stderr=end, stdin=end).family()
    os.close(end)
    os.close(terminal)
    assert run.wait() == 0
    assert eventually(lambda: not any(process.is_running() for process in family))


def test_closed_pipe_stops_nothing(run: Run) -> None:
    run.start()
    assert run.process is not None
    assert run.process.stdout is not None
    run.process.stdout.close()
    os.kill(run.pids()[0], signal.SIGKILL)  # something to print
    time.sleep(1.5)
    assert run.process.poll() is None
    assert len(run.pids()) == 2


def test_orphans_of_a_killed_supervisor_are_ended(tmp_path: Path) -> None:
    orphan = subprocess.Popen(["sleep", "1000"], start_new_session=True)
    stranger = subprocess.Popen(["sleep", "1000"], start_new_session=True)
    started = psutil.Process(orphan.pid).create_time()
    (tmp_path / "run.json").write_text(json.dumps([[orphan.pid, started], [stranger.pid, started - 1000]]))
    assert end_orphans(tmp_path) == 1
    assert not psutil.pid_exists(orphan.pid)
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_second_copy_on_the_same_folder_is_told_so(tmp_path: Path) -> None:
    with only_copy(tmp_path), pytest.raises(StartError, match=r"Another copy already runs .*DATA_DIR="):
        only_copy(tmp_path)
    only_copy(tmp_path).close()


def test_port_in_use_is_told_with_a_way_out() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(StartError, match=f"Port {port} .* PORT={port + 1}"):
            require_free_port("127.0.0.1", port)
    require_free_port("127.0.0.1", port)
