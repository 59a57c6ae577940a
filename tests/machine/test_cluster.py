"""The embedded PostgreSQL: starts from any state it may be found in, and stops with its last user."""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psutil
import psycopg
import pytest

from agency.embedded.account import CAP_DAC_READ_SEARCH, Account
from agency.embedded.cluster import BASE_DIR, Cluster, Server, binaries

USE = """
import sys, time
from pathlib import Path
from agency.embedded.account import CAP_DAC_READ_SEARCH, Account
from agency.embedded.cluster import Cluster
server = Cluster(Path(sys.argv[1])).ensure()
print(server.pid, flush=True)
time.sleep(float(sys.argv[2]))
"""


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """A data folder with a space in its path; nothing of it runs afterwards."""
    folder = tmp_path / "a folder"
    folder.mkdir(mode=0o700)
    yield folder
    assert eventually(lambda: not Cluster(folder).is_kept()), "the keeper still runs"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cluster that has been used once: to make one for each test would be most of this file's time."""
    cluster = Cluster(tmp_path_factory.mktemp("template"))
    cluster.ensure()
    cluster.leave()
    return cluster.base


@pytest.fixture
def cluster(data_dir: Path, template: Path) -> Iterator[Cluster]:
    """A cluster that was used before and is stopped."""
    subprocess.run(["cp", "-a", str(template), str(data_dir)], check=True)
    cluster = Cluster(data_dir)
    yield cluster
    cluster.leave()


@pytest.fixture
def server(cluster: Cluster) -> Server:
    """Its server, which this process uses."""
    return cluster.ensure()


def eventually(holds: Callable[[], bool], seconds: float = 15) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def answers(server: Server) -> bool:
    with psycopg.connect(host=server.socket_folder, user="leadline", dbname="leadline") as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)


def user(data_dir: Path, preparation: Callable[[], None] | None = None, path: Sequence[Path] = ()) -> subprocess.Popen[str]:
    """Another process that uses the cluster."""
    return subprocess.Popen(
        [sys.executable, "-c", USE, str(data_dir), "60"],
        cwd=BASE_DIR,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(str(folder) for folder in path)},
        preexec_fn=preparation,
    )


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def keeper_of(cluster: Cluster) -> psutil.Process:
    for process in psutil.process_iter(["cmdline"]):
        if process.info["cmdline"] and process.info["cmdline"][-2:] == [
            "agency.embedded.keeper",
            str(cluster.base.parent),
        ]:
            return process
    raise AssertionError("no keeper")


def test_six_first_starts_at_once_make_one_server(data_dir: Path) -> None:
    users = [user(data_dir) for _ in range(6)]
    pids = {first_line(process) for process in users}
    assert len(pids) == 1
    for process in users[:5]:
        process.kill()
        process.wait()
    time.sleep(0.5)
    assert psutil.pid_exists(int(pids.copy().pop()))
    users[5].kill()  # the last one out, and not in good order
    users[5].wait()
    assert eventually(lambda: not psutil.pid_exists(int(pids.copy().pop())))


def test_application_role_is_no_superuser(server: Server) -> None:
    with psycopg.connect(host=server.socket_folder, user="leadline", dbname="leadline") as connection:
        assert connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() == (False,)


def test_no_folder_is_opened_to_others(cluster: Cluster, server: Server, data_dir: Path) -> None:
    for folder in (data_dir, cluster.base, cluster.data, Path(server.socket_folder)):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder


def test_server_never_runs_as_root(server: Server) -> None:
    assert psutil.Process(server.pid).uids().effective != 0


def test_killed_server_comes_back(cluster: Cluster, server: Server) -> None:
    os.kill(server.pid, signal.SIGKILL)
    assert eventually(lambda: cluster.ensure().pid != server.pid)
    assert answers(cluster.ensure())


def test_killed_keeper_is_replaced_and_adopts_the_server(cluster: Cluster, server: Server) -> None:
    keeper_of(cluster).kill()
    assert eventually(lambda: not cluster.is_kept())
    assert cluster.ensure() == server
    assert answers(server)


def test_stale_pid_file_that_names_a_living_stranger_is_removed_and_the_stranger_lives(cluster: Cluster) -> None:
    stranger = subprocess.Popen(["sleep", "60"])
    lines = [str(stranger.pid), str(cluster.data), "1", "5432", str(cluster.base / "run"), "", "1 1", "ready"]
    (cluster.data / "postmaster.pid").write_text("\n".join(lines) + "\n")
    cluster.announcement.write_text(json.dumps({"pid": stranger.pid, "socket_folder": str(cluster.base / "run")}))
    assert answers(cluster.ensure())
    cluster.leave()
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


@pytest.mark.parametrize("text", ["", "\n", "12", "not a number\n"])
def test_truncated_pid_file_is_removed(cluster: Cluster, text: str) -> None:
    (cluster.data / "postmaster.pid").write_text(text)
    assert answers(cluster.ensure())


def test_half_finished_first_start_is_begun_anew(data_dir: Path) -> None:
    cluster = Cluster(data_dir)
    unfinished = cluster.base / "new-abcdefgh"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")
    assert answers(cluster.ensure())
    assert not unfinished.exists()
    cluster.leave()


def test_path_too_long_for_a_socket_gets_a_short_one_elsewhere(cluster: Cluster, data_dir: Path) -> None:
    (data_dir / ("long" * 25)).mkdir()
    cluster = Cluster(shutil.move(cluster.base, data_dir / ("long" * 25) / "postgres").parent)
    server = cluster.ensure()
    assert not server.socket_folder.startswith(str(data_dir))
    assert stat.S_IMODE(Path(server.socket_folder).stat().st_mode) == 0o700
    assert answers(server)
    cluster.leave()
    assert not Path(server.socket_folder).exists()


def test_moved_folder_still_starts(cluster: Cluster, data_dir: Path) -> None:
    (data_dir / 'after, "quoted"').mkdir()
    shutil.move(cluster.base, data_dir / 'after, "quoted"' / "postgres")
    after = Cluster(data_dir / 'after, "quoted"')
    assert answers(after.ensure())
    after.leave()


def test_ordinary_user_starts_it_too(data_dir: Path) -> None:
    ordinary = Account(65534, 65534, CAP_DAC_READ_SEARCH) if os.geteuid() == 0 else Account(os.geteuid(), os.getegid())
    os.chown(data_dir, ordinary.uid, ordinary.gid)
    process = user(data_dir, preparation=ordinary.preparation())
    assert psutil.Process(int(first_line(process))).uids().effective == ordinary.uid
    process.kill()
    process.wait()


def test_root_serves_the_cluster_of_an_ordinary_user_as_that_user(data_dir: Path) -> None:
    test_ordinary_user_starts_it_too(data_dir)
    cluster = Cluster(data_dir)
    server = cluster.ensure()
    assert psutil.Process(server.pid).uids().effective == cluster.data.stat().st_uid != 0
    cluster.leave()


@pytest.mark.parametrize("mode", [0o755, 0o700])
def test_binaries_below_a_closed_folder_are_reached(data_dir: Path, tmp_path: Path, mode: int) -> None:
    """As root of a clone in a private folder, or installed under a private umask; for an ordinary user it is nothing new."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    wheel = binaries().parent.parent
    for part in ("bin", "lib", "share"):
        shutil.copytree(binaries().parent / part, closed / wheel.name / "pginstall18" / part, symlinks=True)
    shutil.copytree(wheel.with_name(f"{wheel.name}.libs"), closed / f"{wheel.name}.libs")
    (closed / wheel.name / "__init__.py").touch()
    for path in closed.rglob("*"):
        path.chmod(path.stat().st_mode & (mode | 0o7000))
    process = user(data_dir, path=[closed])
    pid = int(first_line(process))
    assert psutil.Process(pid).exe().startswith(str(closed))
    process.kill()
    process.wait()
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
