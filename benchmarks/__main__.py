"""`python -m benchmarks [--seconds S] [--rounds N] [--replay N] [--profile]`: measure, print, keep in results.json and README."""

import argparse
import datetime
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from benchmarks import readme, servers
from benchmarks.load import People, Round, drive
from tests import afternoon

CLIENTS = 8
WARM_UP = 2.0  # seconds, not counted
IDLE = 20.0  # seconds in which nothing is due
MANY = 100_000  # leads to replay; the figure is reckoned from fewer unless told otherwise


@dataclass
class Contender:
    """One application under load: where it answers, and what was measured so far."""

    name: str
    port: int
    path: str
    key: str
    meter: servers.CpuMeter = field(default_factory=lambda: servers.CpuMeter([]))
    database_meter: servers.CpuMeter = field(default_factory=lambda: servers.CpuMeter([]))
    rounds: list[Round] = field(default_factory=list)
    cpu: float = 0.0
    database_cpu: float = 0.0

    def watch(self, processes: list[servers.psutil.Process], env: Mapping[str, str]) -> None:
        """Meter these processes with their children, and the database's that serve the run."""
        self.meter = servers.CpuMeter(servers.with_children(processes))
        self.database_meter = servers.CpuMeter(servers.database_processes(servers.database_name(env)))

    def run(self, people: People, seconds: float) -> None:
        """One counted round."""
        self.meter.start()
        self.database_meter.start()
        self.rounds.append(drive(self.port, self.path, self.key, people, clients=CLIENTS, seconds=seconds))
        self.cpu += self.meter.stop()
        self.database_cpu += self.database_meter.stop()

    def summary(self) -> dict[str, float]:
        """Rates, latencies in milliseconds and CPU milliseconds a lead, over all rounds."""
        latencies = sorted(latency for one in self.rounds for latency in one.latencies)
        failures = [failure for one in self.rounds for failure in one.failures]
        if failures or len(latencies) < 100:
            raise SystemExit(f"{self.name}: {len(latencies)} leads taken in, {len(failures)} refused; first: {failures[:1]}")
        percentiles = statistics.quantiles(latencies, n=100)
        return {
            "per_second": round(len(latencies) / sum(one.seconds for one in self.rounds), 1),
            "rounds": [round(len(one.latencies) / one.seconds, 1) for one in self.rounds],
            "p50_ms": round(percentiles[49] * 1000, 1),
            "p95_ms": round(percentiles[94] * 1000, 1),
            "p99_ms": round(percentiles[98] * 1000, 1),
            "app_cpu_ms": round(self.cpu / len(latencies) * 1000, 2),
            "database_cpu_ms": round(self.database_cpu / len(latencies) * 1000, 2),
            "leads": len(latencies),
        }


def measure_intake(
    env: Mapping[str, str], keys: Mapping[str, str], *, rounds: int, seconds: float
) -> dict[str, dict[str, float]]:
    """Floor and ours in turn, so that whatever else the machine does falls on both; then ours with worker and beat.

    What the first rounds promised is put aside before the worker starts, so that it works off what comes in, not a backlog.
    """
    floor_env = {**env, "DJANGO_SETTINGS_MODULE": "benchmarks.floor.settings"}
    ports = servers.free_port(), servers.free_port()
    with (
        servers.gunicorn(floor_env, "benchmarks.floor.wsgi", ports[0]) as floor_server,
        servers.gunicorn(env, "agency.wsgi", ports[1]) as our_server,
    ):
        people = People()
        floor = Contender("floor", ports[0], "/leads/", keys["floor"])
        ours = Contender("alone", ports[1], "/api/v1/leads/", keys["ours"])
        busy = Contender("with worker and beat", ports[1], "/api/v1/leads/", keys["ours"])
        for contender, server in ((floor, floor_server), (ours, our_server)):
            drive(contender.port, contender.path, contender.key, people, clients=CLIENTS, seconds=WARM_UP)
            contender.watch([server], env)
        for _ in range(rounds):
            floor.run(people, seconds)
            ours.run(people, seconds)
        servers.run(env, "-m", "benchmarks.inside", "clear")
        with servers.background(env) as background:
            busy.watch([our_server, *background], env)
            for _ in range(rounds):
                busy.run(people, seconds)
    return {contender.name: contender.summary() for contender in (floor, ours, busy)}


def measure_draining() -> dict[str, object]:
    """A hundred thousand promises on a database of their own, kept by one worker and a beat, at an hour at which texts may go."""
    with servers.environment() as empty:
        env = {**empty, **afternoon.environment(datetime.datetime.now(datetime.UTC))}
        servers.manage(env, "migrate", "--verbosity", "0")
        servers.run(env, "-m", "benchmarks.draining", "prepare")
        with servers.background(env) as background:
            figures = {name: json.loads(servers.run(env, "-m", "benchmarks.draining", name)) for name in ("drain", "lag")}
            idle = servers.CpuMeter(background)
            idle.start()
            time.sleep(IDLE)
            used = idle.stop()
    return {**figures, "idle_cpu_ms_a_second": round(used / IDLE * 1000, 1)}


def measure(rounds: int, seconds: float, decisions: int) -> dict[str, object]:
    """Everything, on a database of its own."""
    with servers.environment() as env:
        servers.manage(env, "migrate", "--verbosity", "0")
        keys = {
            "ours": servers.run(env, "-m", "benchmarks.prepare").split()[-1],
            "floor": servers.run(
                {**env, "DJANGO_SETTINGS_MODULE": "benchmarks.floor.settings"}, "-m", "benchmarks.floor.prepare"
            ).split()[-1],
        }
        queries = json.loads(servers.run(env, "-m", "benchmarks.inside", "queries", keys["ours"]).splitlines()[-1])
        intake = measure_intake(env, keys, rounds=rounds, seconds=seconds)
        replay = json.loads(servers.run(env, "-m", "benchmarks.replay", str(decisions)).splitlines()[-1])
    draining = measure_draining()
    deciding = json.loads(servers.run(dict(os.environ), "-m", "benchmarks.deciding"))
    return {
        "at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "machine": {"cpus": os.cpu_count(), "python": platform.python_version(), "system": platform.platform(terse=True)},
        "clients": CLIENTS,
        "intake": intake,
        "ratio": {name: round(one["per_second"] / intake["floor"]["per_second"], 3) for name, one in intake.items()},
        "queries_per_lead": len(queries),
        "decide": deciding,
        "replay": replay,
        "draining": draining,
    }


def show(results: Mapping[str, object]) -> str:
    """The results as tables."""
    lines = [f"{'':36}{'leads/s':>8}{'ratio':>7}{'p50 ms':>8}{'p95 ms':>8}{'p99 ms':>8}{'app CPU ms':>12}{'db CPU ms':>11}"]
    for name, one in results["intake"].items():
        lines.append(
            f"{readme.LABELS[name]:36}{one['per_second']:>8}{results['ratio'][name]:>7.2f}{one['p50_ms']:>8}{one['p95_ms']:>8}{one['p99_ms']:>8}"
            f"{one['app_cpu_ms']:>12}{one['database_cpu_ms']:>11}"
        )
    lines.append("")
    lines += [f"queries per lead: {results['queries_per_lead']}", "", "one decision, 50 people, 30 rules (microseconds)"]
    lines += [f"  {model:24} median {one['median_us']:>8}   p99 {one['p99_us']:>8}" for model, one in results["decide"].items()]
    one = results["replay"]
    measured = "" if one["decisions"] == MANY else f", reckoned from {one['decisions']:,} that took {one['seconds']} s"
    figures = f"{one['seconds_for_100000']} s, {one['cpu_seconds_for_100000']} s of it this process's CPU"
    lines += ["", f"replay of {MANY:,} leads, 50 people, 30 rules: {figures}{measured}"]
    drained = results["draining"]
    drain, lag = drained["drain"], drained["lag"]
    lines += [
        "",
        f"{drain['due']:,} of {drain['pending']:,} promises due at once: {drain['per_second']} sent a second by one worker",
        f"{lag['a_second']} due a second: sent {lag['p50_s']} s after their instant (median), {lag['p99_s']} s (99 %)",
        f"with nothing due, worker and beat use {drained['idle_cpu_ms_a_second']} ms of CPU a second",
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure, print and keep; or print a profile."""
    parser = argparse.ArgumentParser(prog="benchmarks")
    parser.add_argument("--seconds", type=float, default=4.0, help="of each round")
    parser.add_argument("--rounds", type=int, default=3, help="of each contender")
    parser.add_argument("--replay", type=int, default=10_000, help="decisions to replay; 100000 takes some minutes to prepare")
    parser.add_argument("--profile", action="store_true", help="show where the time of an intake goes, and nothing else")
    parser.add_argument("--draining", action="store_true", help="measure how due work is drained, and nothing else; is kept too")
    parser.add_argument("--no-save", action="store_true", help="leave results.json and the README as they are")
    options = parser.parse_args()
    if options.profile:
        with servers.environment() as env:
            servers.manage(env, "migrate", "--verbosity", "0")
            key = servers.run(env, "-m", "benchmarks.prepare").split()[-1]
            sys.stdout.write(servers.run(env, "-m", "benchmarks.inside", "profile", key))
        return
    if options.draining:
        results = {**json.loads(readme.RESULTS.read_text()), "draining": measure_draining()}
    else:
        results = measure(options.rounds, options.seconds, options.replay)
    if not options.no_save:
        readme.RESULTS.write_text(json.dumps(results, indent=2) + "\n")
        readme.write()
    sys.stdout.write(show(results) + "\n")


if __name__ == "__main__":
    main()
