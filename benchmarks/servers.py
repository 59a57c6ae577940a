"""A database of our own, and the processes under test, started for the run and stopped after it."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psutil
import psycopg

ROOT = Path(__file__).resolve().parent.parent
DATABASE = f"leadline_bench_{os.getpid()}"
EMBEDDED = "leadline"


@contextlib.contextmanager
def environment() -> Iterator[dict[str, str]]:
    """The environment of every process of the run: an empty database, and a data folder that is gone afterwards.

    With DATABASE_URL the database is a new one on that server; without it, an embedded PostgreSQL in the data folder.
    """
    folder = Path(tempfile.mkdtemp(prefix="leadline-bench-"))
    env = os.environ | {
        "DATA_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "agency.settings",
        "DEBUG": "0",
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "CELERY_BROKER_URL": "",
    }
    server = os.environ.get("DATABASE_URL", "")
    if server:
        env["DATABASE_URL"] = urlunsplit(urlsplit(server)._replace(path=f"/{DATABASE}"))
        _administer(server, f'CREATE DATABASE "{DATABASE}"')
    try:
        yield env
    finally:
        if server:
            _administer(server, f'DROP DATABASE IF EXISTS "{DATABASE}" WITH (FORCE)')
        shutil.rmtree(folder, ignore_errors=True)


def database_name(env: Mapping[str, str]) -> str:
    """The name under which PostgreSQL's processes show the run's database."""
    return urlsplit(env["DATABASE_URL"]).path.lstrip("/") if env.get("DATABASE_URL") else EMBEDDED


def _administer(server: str, statement: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)


def manage(env: Mapping[str, str], *words: str) -> str:
    """The output of a management command."""
    return run(env, "manage.py", *words)


def run(env: Mapping[str, str], *words: str) -> str:
    """The output of a Python program of ours, its last words shown when it fails."""
    done = subprocess.run([sys.executable, *words], cwd=ROOT, env=dict(env), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)} failed:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    return done.stdout


@contextlib.contextmanager
def process(env: Mapping[str, str], *words: str) -> Iterator[psutil.Process]:
    """A Python module running in the background, with all its children; gone afterwards."""
    child = subprocess.Popen(
        [sys.executable, "-m", *words],
        cwd=ROOT,
        env=dict(env),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield psutil.Process(child.pid)
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


@contextlib.contextmanager
def gunicorn(env: Mapping[str, str], application: str, port: int, workers: int = 2, threads: int = 4) -> Iterator[psutil.Process]:
    """The application as the Procfile starts it, answering."""
    words = (
        "gunicorn",
        application,
        "--preload",
        "--bind",
        f"127.0.0.1:{port}",
        "--threads",
        str(threads),
        "--workers",
        str(workers),
        "--log-level",
        "error",
        "--no-control-socket",
    )
    with process(env, *words) as server:
        wait_for(port, server)
        yield server


@contextlib.contextmanager
def background(env: Mapping[str, str]) -> Iterator[list[psutil.Process]]:
    """Celery's worker and beat, as `manage.py run` starts them."""
    flags = ("--pool", "threads", "--concurrency", "4", "--without-gossip", "--without-mingle", "--without-heartbeat")
    with (
        process(env, "celery", "-A", "agency", "worker", *flags) as worker,
        process(env, "celery", "-A", "agency", "beat", "--pidfile=") as beat,
    ):
        time.sleep(5)  # both take a few seconds of CPU to import, which would be counted against the first round
        yield [worker, beat]


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, server: psutil.Process, seconds: float = 30) -> None:
    """Return once somebody answers on the port; SystemExit when the server died or took too long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not server.is_running() or server.status() == psutil.STATUS_ZOMBIE:
            break
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise SystemExit(f"Nothing answers on port {port}.")


def with_children(processes: list[psutil.Process]) -> list[psutil.Process]:
    """These processes and all that they started."""
    found = list(processes)
    for one in processes:
        with contextlib.suppress(psutil.Error):
            found += one.children(recursive=True)
    return found


def database_processes(database: str) -> list[psutil.Process]:
    """The PostgreSQL processes that serve this database's connections; none when the server is on another machine."""
    found = []
    for one in psutil.process_iter(["cmdline"]):
        words = " ".join(one.info["cmdline"] or [])
        if words.startswith("postgres:") and f" {database} " in words:
            found.append(one)
    return found


class CpuMeter:
    """CPU seconds that some processes use between `start` and `stop`."""

    def __init__(self, processes: list[psutil.Process]) -> None:
        self._processes = processes
        self._before: dict[int, float] = {}

    def start(self) -> None:
        """From now on."""
        self._before = _used(self._processes)

    def stop(self) -> float:
        """What they used since, in seconds."""
        return sum(seconds - self._before.get(pid, 0.0) for pid, seconds in _used(self._processes).items())


def _used(processes: list[psutil.Process]) -> dict[int, float]:
    used = {}
    for one in processes:
        with contextlib.suppress(psutil.Error):
            times = one.cpu_times()
            used[one.pid] = times.user + times.system
    return used
