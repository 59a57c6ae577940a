"""A Redis and a RabbitMQ of the tests' own: on spare ports, in folders of their own, stopped at the end."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kombu import Connection

MISSING = "{name} is not installed here (Debian: apt-get install {name})."


class Server:
    """A broker that can be stopped and started again on its port."""

    name = ""
    url = ""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """It answers, or the test fails with the end of its log."""
        command, env = self.command()
        log = self.folder / "log"
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                command, env={**os.environ, **env}, cwd=self.folder, stdout=output, stderr=output, start_new_session=True
            )
        deadline = time.monotonic() + 60
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"{self.name} did not start:\n{log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.1)

    def stop(self) -> None:
        """It and all its processes have ended."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def answers(self) -> bool:
        try:
            with Connection(self.url, connect_timeout=1) as connection:
                connection.connect()
        except Exception:
            return False
        return True

    def command(self) -> tuple[list[str], dict[str, str]]:
        raise NotImplementedError


class Redis(Server):
    name = "redis-server"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.port = spare_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> tuple[list[str], dict[str, str]]:
        options = f"--bind 127.0.0.1 --port {self.port} --save --appendonly no"
        return [required(self.name), *(option or '""' for option in options.split()), "--dir", str(self.folder)], {}


class RabbitMQ(Server):
    name = "rabbitmq-server"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.port, self.distribution, self.mapper = spare_port(), spare_port(), spare_port()
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}//"

    def command(self) -> tuple[list[str], dict[str, str]]:
        (self.folder / "plugins").write_text("[].\n")
        env = {
            "HOME": str(self.folder),  # where the cookie of its own goes
            "ERL_EPMD_PORT": str(self.mapper),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_CONF_ENV_FILE": os.devnull,
            "RABBITMQ_CONFIG_FILE": str(self.folder / "none"),
            "RABBITMQ_NODENAME": f"leadline{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self.distribution),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder / "logs"),
            "RABBITMQ_SCHEMA_DIR": str(self.folder / "schema"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(self.folder / "config"),
            "RABBITMQ_PID_FILE": str(self.folder / "pid"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
        }
        return [self.script()], env

    def stop(self) -> None:
        super().stop()
        mapper = shutil.which("epmd")
        deadline = time.monotonic() + 5  # Erlang's port mapper refuses until it has noticed that the node is gone
        while mapper and time.monotonic() < deadline:
            kill = [mapper, "-port", str(self.mapper), "-kill"]
            if subprocess.run(kill, capture_output=True, check=False, timeout=10).returncode == 0:
                return
            time.sleep(0.1)

    def script(self) -> str:
        """The server's own script: Debian's wrapper on the PATH is for root alone, and gives up root first."""
        own = sorted(Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*/sbin/rabbitmq-server"))
        return str(own[-1]) if own else required(self.name)


def required(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise AssertionError(MISSING.format(name=name))
    return path


def spare_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(kind: type[Server], folder: Path) -> Iterator[Server]:
    server = kind(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
