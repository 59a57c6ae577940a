"""`manage.py run`, whole: up from nothing, through the death of any process, down to nothing."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import psutil
import pytest
from django.conf import settings

from agency.embedded.cluster import Cluster
from agency.processes import end_orphans
from tests.services.servers import spare_port

pytestmark = pytest.mark.timeout(400)


def eventually(holds: Callable[[], object], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


class Copy:
    """One running copy on a data folder and a port of its own."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.port = spare_port()
        self.log = data_dir.with_suffix(".log")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        unset = {"DATABASE_URL", "CELERY_BROKER_URL", "DJANGO_SETTINGS_MODULE", "PUBLIC_BASE_URL"}
        env = {name: value for name, value in os.environ.items() if name not in unset}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "run"],
                cwd=settings.BASE_DIR,
                env={**env, "DATA_DIR": str(self.data_dir), "PORT": str(self.port)},
                stdout=log,
                stderr=log,
            )

    def health(self) -> dict[str, str]:
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return dict(json.load(answer))
        except HTTPError as error:
            return dict(json.load(error))
        except (URLError, OSError, ValueError):
            return {}

    def is_healthy(self) -> bool:
        return bool(self.health().get("healthy"))

    def wait_until_healthy(self, seconds: float = 120) -> None:
        assert eventually(self.is_healthy, seconds), f"{self.health()}\n{self.output()}"

    def output(self) -> str:
        return self.log.read_text()

    def named(self, words: str) -> list[psutil.Process]:
        """The processes of this copy whose command line contains the words, oldest first."""
        assert self.process is not None
        family = psutil.Process(self.process.pid).children(recursive=True)
        return [process for process in family if words in " ".join(process.cmdline())]

    def database(self) -> int:
        pid: int = json.loads(Cluster(self.data_dir).announcement.read_text())["pid"]
        return pid

    def stop(self, number: int = signal.SIGINT) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(30)

    def leaves_nothing(self) -> bool:
        return not Cluster(self.data_dir).is_kept() and not (self.data_dir / "postgres/data/postmaster.pid").exists()


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Copy]:
    it = Copy(tmp_path / "a copy")
    yield it
    if it.process is not None and it.process.poll() is None:
        it.process.kill()
        it.process.wait()
    with suppress(OSError):
        end_orphans(it.data_dir)
    assert eventually(it.leaves_nothing, 20)


def test_one_life_from_an_empty_folder_through_every_death(copy: Copy) -> None:
    copy.start()
    copy.wait_until_healthy()
    assert eventually(lambda: f"http://localhost:{copy.port}/" in copy.output(), 20)  # said within a second of the first answer
    with ExitStack() as silent:  # callers that connect and say nothing keep nobody waiting
        for _ in range(12):
            silent.enter_context(socket.create_connection(("127.0.0.1", copy.port)))
        assert eventually(copy.is_healthy, 30)

    for words in ("gunicorn agency.wsgi", "agency worker", "agency beat"):
        victim = copy.named(words)[0]
        victim.kill()
        assert eventually(lambda victim=victim: not victim.is_running(), 5)
    os.kill(copy.database(), signal.SIGKILL)
    assert eventually(lambda: len(copy.named("agency")) >= 5, 30)  # web and its two, worker, beat
    copy.wait_until_healthy()

    assert copy.process is not None
    copy.process.kill()  # the supervisor itself
    copy.process.wait()
    copy.start()
    copy.wait_until_healthy()

    second = subprocess.run(
        [sys.executable, "manage.py", "run"],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "agency.settings", "DATA_DIR": str(copy.data_dir)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert second.returncode == 1
    assert "Another copy already runs" in second.stderr
    assert "Traceback" not in second.stderr

    family = copy.named("agency")
    assert copy.stop() == 0
    assert not any(process.is_running() for process in family)
    assert copy.leaves_nothing()
