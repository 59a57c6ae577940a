"""Real processes of the project on the test database, a mail server that does as told, and waiting with an end."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import quote

import psutil
from django.conf import settings
from django.db import connection

MANAGE = [sys.executable, "manage.py"]
PATIENCE = 60.0
"""Seconds after which what does not happen has failed."""


def eventually(holds: Callable[[], object], seconds: float = PATIENCE) -> bool:
    """Whether it comes true in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def database_url() -> str:
    """The test database, for another process."""
    connection.ensure_connection()
    info = connection.connection.info
    login = quote(info.user) + (f":{quote(info.password)}" if info.password else "")
    if info.host.startswith("/"):
        return f"postgres://{login}@/{info.dbname}?host={quote(info.host, safe='')}&port={info.port}"
    return f"postgres://{login}@{info.host}:{info.port}/{info.dbname}"


class Machine:
    """A place where the project runs, with a data folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {
            **{name: value for name, value in os.environ.items() if name not in {"EMAIL_URL", "CELERY_BROKER_URL", "DEBUG"}},
            "DJANGO_SETTINGS_MODULE": "agency.settings",
            "DATABASE_URL": database_url(),
            "DATA_DIR": str(folder),
            "SECRET_KEY": "test",
            "PYTHONUNBUFFERED": "1",
        }
        self.processes: list[subprocess.Popen[str]] = []

    def start(self, command: Sequence[str], **env: str) -> subprocess.Popen[str]:
        """The command runs, in a process group of its own, its words in a file beside the others'."""
        log = (self.folder / f"{len(self.processes)}.log").open("w")
        process = subprocess.Popen(
            command, cwd=settings.BASE_DIR, env={**self.env, **env}, stdout=log, stderr=log, text=True, start_new_session=True
        )
        self.processes.append(process)
        return process

    def run(self, command: Sequence[str], **env: str) -> str:
        """What the command said; it must succeed."""
        done = subprocess.run(
            command, check=False, cwd=settings.BASE_DIR, env={**self.env, **env}, capture_output=True, text=True, timeout=PATIENCE
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def python(self, code: str, **env: str) -> subprocess.Popen[str]:
        """The code runs in a process with the project set up."""
        return self.start([sys.executable, "-c", f"import os, signal, django; django.setup()\n{code}"], **env)

    def said(self, process: subprocess.Popen[str]) -> str:
        """What the process wrote so far."""
        return (self.folder / f"{self.processes.index(process)}.log").read_text()

    def letters(self) -> list[Path]:
        """The e-mails in the folder."""
        return sorted((self.folder / "mail").glob("*.eml"))

    def close(self) -> None:
        """Nothing that was started is left."""
        for process in self.processes:
            kill(process)


def kill(process: subprocess.Popen[str]) -> None:
    """`kill -9` for the process and all its children, at once."""
    try:
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        family = []
    for one in family:
        try:
            one.send_signal(signal.SIGKILL)
        except psutil.NoSuchProcess:
            continue
    process.wait(PATIENCE)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


class MailServer:
    """Speaks enough SMTP to take a letter. `silent`: it takes the letter and then says nothing more; `thinks`: for so long."""

    def __init__(self, silent: bool = False, thinks: float = 0.0) -> None:
        self.silent, self.thinks = silent, thinks
        self.letters: list[str] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"smtp://127.0.0.1:{self._server.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._server.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, client.makefile("rw", newline="\r\n", encoding="utf-8") as line:

            def say(words: str) -> None:
                line.write(f"{words}\n")
                line.flush()

            say("220 ready")
            for words in line:
                command = words.strip().upper()
                if command == "DATA":
                    say("354 go on")
                    self.letters.append("".join(iter(line.readline, ".\r\n")))
                    if self.silent:
                        threading.Event().wait(PATIENCE)
                    time.sleep(self.thinks)
                    say("250 taken")
                elif command == "QUIT":
                    say("221 bye")
                    return
                else:
                    say("250 ok")
