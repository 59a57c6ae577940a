"""The README's table, from the results that were measured last."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

README = Path(__file__).resolve().parent.parent / "README.md"
RESULTS = Path(__file__).with_name("results.json")
BLOCK = re.compile(r"(<!-- benchmark -->\n).*?(<!-- /benchmark -->)", re.DOTALL)
LABELS = {
    "floor": "bare Django + DRF insert",
    "alone": "Leadline",
    "with worker and beat": "Leadline, worker and beat running",
}


def table(results: Mapping[str, object]) -> str:
    """The figures as Markdown."""
    lines = [
        "| | leads/s | of the bare insert | p50 ms | p95 ms | p99 ms | CPU ms a lead, app + database |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, one in results["intake"].items():
        share = "" if name == "floor" else f"{results['ratio'][name]:.0%}"
        figures = (f"{one['per_second']:.0f}", share, one["p50_ms"], one["p95_ms"], one["p99_ms"])
        cpu = f"{one['app_cpu_ms']} + {one['database_cpu_ms']}"
        lines.append(f"| {LABELS[name]} | {' | '.join(map(str, figures))} | {cpu} |")
    machine = results["machine"]
    decide = results["decide"]["weighted_round_robin"]["median_us"] / 1000
    lines += [
        "",
        f"Measured {results['at'][:10]} on {machine['cpus']} cores with Python {machine['python']}; "
        f"{results['queries_per_lead']} statements a lead. One decision among 50 people under 30 rules takes {decide:.2f} ms.",
    ]
    drain, lag = results["draining"]["drain"], results["draining"]["lag"]
    lines += [
        "",
        f"Due work, with {drain['pending']:,} rows pending: of {drain['due']:,} texts due at once one worker sends "
        f"{drain['per_second']:.0f} a second; at {lag['a_second']} due a second a text is sent {lag['p50_s']} s after its time "
        f"(median), {lag['p99_s']} s (99 %).",
    ]
    return "\n".join(lines) + "\n"


def write() -> None:
    """The README shows what `results.json` says."""
    block = table(json.loads(RESULTS.read_text()))
    README.write_text(BLOCK.sub(lambda match: match[1] + block + match[2], README.read_text()))
