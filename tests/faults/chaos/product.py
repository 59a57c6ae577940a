"""One full copy of the product, as `make run` starts it, and every way to kill a part of it."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psutil

from tests.faults.machine import eventually, free_port
from tests.services.servers import Server

ROOT = Path(__file__).resolve().parent.parent.parent.parent
UNSET = {"DATABASE_URL", "CELERY_BROKER_URL", "PUBLIC_BASE_URL", "EMAIL_URL", "SMS_URL", "VOICE_URL", "DEBUG", "PORT"}
KINDS = ("worker", "beat", "web", "broker", "database", "everything")


class Product:
    """Web, worker, beat, broker and database on a data folder and a port of their own."""

    def __init__(self, folder: Path, broker: Server | None = None, **env: str) -> None:
        self.folder, self.port, self.broker = folder, free_port(), broker
        inherited = {name: value for name, value in os.environ.items() if name not in UNSET}
        self.env = inherited | {
            "DATA_DIR": str(folder),
            "PORT": str(self.port),
            **({"CELERY_BROKER_URL": broker.url} if broker else {}),
            **env,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """It is starting; its words go to `run.log`."""
        with (self.folder / "run.log").open("ab") as log:
            self._process = subprocess.Popen([sys.executable, "manage.py", "run"], cwd=ROOT, env=self.env, stdout=log, stderr=log)

    def is_healthy(self) -> bool:
        """Whether everything answers, the sweep included."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False

    def command(self, *words: str, seconds: float = 120) -> str:
        """What a command of ours says on this copy's database; it must succeed."""
        done = subprocess.run(
            [sys.executable, *words], cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=seconds, check=False
        )
        if done.returncode:
            raise SystemExit(f"{' '.join(words)} failed:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
        return done.stdout

    def kill(self, kind: str, chance: random.Random) -> bool:
        """`kill -9` for one part, children included; False when none of it was there to be killed."""
        if kind == "broker":
            return self._lose_broker(chance)
        if kind == "everything":
            return self._kill_everything()
        victims = self._database() if kind == "database" else self._part(kind)
        # All of it at once, or one process alone: the others have to notice.
        return _kill(victims if chance.random() < 0.5 else chance.sample(victims, min(len(victims), 1)))

    def close(self) -> None:
        """Nothing of it is left."""
        self._kill_everything(restart=False)

    def tail(self, lines: int = 40) -> str:
        """The end of what it said."""
        path = self.folder / "run.log"
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else ""

    def _part(self, kind: str) -> list[psutil.Process]:
        """The processes of one line of the Procfile, the first one first."""
        word = {"worker": "worker", "beat": "beat", "web": "agency.wsgi"}[kind]
        if self._process is None:
            return []
        found = [one for one in _below(self._process.pid) if word in _words(one)]
        return sorted(found, key=lambda one: one.pid)

    def _database(self) -> list[psutil.Process]:
        """The server, then its children; without the keeper, who has to notice."""
        try:
            pid = int(json.loads((self.folder / "postgres" / "server.json").read_text())["pid"])
        except (FileNotFoundError, ValueError):
            return []
        return [*_existing([pid]), *_below(pid)]

    def _keeper(self) -> list[psutil.Process]:
        words = ["agency.embedded.keeper", str(self.folder)]
        return [one for one in psutil.process_iter() if _words(one)[-2:] == words]

    def _lose_broker(self, chance: random.Random) -> bool:
        """Redis or RabbitMQ is killed and started empty; the folders are wiped, at times with the folders themselves."""
        if self.broker is not None:
            self.broker.stop()
            self.broker.start()
            return True
        folder = self.folder / "broker"
        if chance.random() < 0.5:
            shutil.rmtree(folder, ignore_errors=True)
        for path in folder.rglob("*"):
            if path.is_file():
                path.unlink(missing_ok=True)
        return True

    def _kill_everything(self, restart: bool = True) -> bool:
        """As when the power fails: supervisor, its processes, keeper and database; then it is started again."""
        mine = _existing([self._process.pid]) + _below(self._process.pid) if self._process else []
        killed = _kill([*mine, *self._keeper(), *self._database()])
        if self._process is not None:
            self._process.wait()
        if restart:
            self.start()
        return killed


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def _existing(pids: Iterable[int]) -> list[psutil.Process]:
    return [psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)]


def _below(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _kill(processes: Iterable[psutil.Process]) -> bool:
    killed = False
    for one in processes:
        try:
            one.send_signal(signal.SIGKILL)
            killed = True
        except psutil.NoSuchProcess:
            continue
    return killed


def until_healthy(product: Product, seconds: float) -> None:
    """It answers, or the end of its log is shown."""
    if not eventually(product.is_healthy, seconds):
        raise SystemExit(f"The copy is not healthy after {seconds:.0f} s:\n{product.tail()}")
