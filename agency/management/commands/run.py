"""`manage.py run`: everything an agency needs, in one terminal."""

import hashlib
import os
import signal
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import BaseCommand, CommandError, call_command
from django.db import connections

from agency import broker
from agency.embedded import base as embedded
from agency.embedded.cluster import Cluster, EmbeddedError
from agency.processes import (
    Console,
    StartError,
    Supervisor,
    end_orphans,
    is_listening,
    only_copy,
    require_free_port,
)


class Command(BaseCommand):
    """Starts the database if none is set, migrates, loads the demo into an empty database, and serves until stopped."""

    help = "Start web, worker and beat, with a database and a broker if none are set; Ctrl-C stops everything."
    requires_system_checks: list[str] = []  # `migrate` runs them

    def handle(self, *args: Any, **options: Any) -> None:
        """Returns when all processes have stopped, PostgreSQL last."""
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _interrupt)
        cluster = None
        try:
            with only_copy(settings.DATA_DIR):
                cluster = self._prepare()
                self._serve(cluster, log_ins=self._load())
        except (StartError, EmbeddedError) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            raise SystemExit(130) from None
        finally:
            connections.close_all()
            if cluster is not None:
                cluster.leave()

    def _prepare(self) -> Cluster | None:
        """Nothing of an earlier run is in the way, and the database serves."""
        if orphans := end_orphans(settings.DATA_DIR):
            self.stdout.write(f"Ended {orphans} processes of a run that was killed.")
        require_free_port(settings.HOST, settings.PORT)
        if settings.CELERY_BROKER_URL.startswith("filesystem:"):
            broker.purge(settings.BROKER_FOLDER)
        if settings.DATABASES["default"]["ENGINE"] != "agency.embedded":
            return None
        self.stdout.write(f"Starting PostgreSQL in {settings.DATA_DIR} ...")
        cluster = embedded.cluster()
        cluster.ensure()
        return cluster

    def _load(self) -> str:
        """The schema, the static files and, in an empty database, the demo; returns the demo's log-ins, if any."""
        self.stdout.write("Bringing the database up to date ...")
        call_command("migrate", interactive=False, verbosity=0, stdout=self.stdout)
        connections.close_all()  # what was prepared before the schema changed may not fit it any more
        self._collect_static_files()
        log_ins = StringIO()
        call_command("load_demo", stdout=log_ins)
        connections.close_all()
        return log_ins.getvalue()

    def _collect_static_files(self) -> None:
        """The collected files are those of this version; collecting takes seconds, so only when one has changed."""
        stamp = settings.DATA_DIR / "static.stamp"
        state = _static_state()
        if settings.STATIC_COLLECTED and stamp.exists() and stamp.read_text() == state:
            return
        stamp.unlink(missing_ok=True)
        subprocess.run(
            [sys.executable, "manage.py", "collectstatic", "--noinput", "--clear", "--verbosity", "0"],
            check=True,
            cwd=settings.BASE_DIR,
            env={**os.environ, "DATA_DIR": str(settings.DATA_DIR), "STATIC_COLLECTED": "true"},
        )
        stamp.write_text(state)

    def _serve(self, cluster: Cluster | None, log_ins: str) -> None:
        console = Console(sys.stdout)
        greeted = False

        def every_second() -> None:
            nonlocal greeted
            if cluster is not None:
                try:
                    cluster.ensure()
                except EmbeddedError as error:
                    console.line("run", str(error))
            if not greeted and is_listening(settings.HOST, settings.PORT):
                greeted = True
                for line in _greeting(log_ins):
                    console.line("run", line)

        procfile = settings.BASE_DIR / "Procfile"
        Supervisor(procfile, settings.DATA_DIR, _environment(), console, every_second).run()


def _greeting(log_ins: str) -> list[str]:
    base = settings.PUBLIC_BASE_URL
    pages = {
        "Sign in": "/",
        "Public form": "/quote/",
        "Admin": "/admin/",
        "API": "/api/v1/docs/",
        "Health": "/healthz",
    }
    lines = ["Leadline is running. Ctrl-C stops everything.", ""]
    lines += [f"  {name:<12} {base}{path}" for name, path in pages.items()]
    return [*lines, "", *log_ins.rstrip("\n").splitlines()]


def _environment() -> dict[str, str]:
    """What the processes inherit: this very interpreter, and the addresses as the settings understood them."""
    return {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "PYTHONUNBUFFERED": "1",
        "HOST": settings.HOST,
        "PORT": str(settings.PORT),
        "DATA_DIR": str(settings.DATA_DIR),
    }


def _static_state() -> str:
    """A digest that changes with any static file."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            stat = Path(storage.path(path)).stat()
            digest.update(f"{path} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt
