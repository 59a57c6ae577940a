"""`python -m tests.faults.chaos`: one run, its table, and status 1 when anything is not as it must be."""

import argparse
import random
import signal
import sys

from tests.faults.chaos.run import BROKERS, Plan, Result, run


def table(result: Result) -> str:
    """What was killed and what came of it."""
    lines = [f"{'killed: ' + kind:40}{number:>8}" for kind, number in sorted(result.kills.items())]
    lines += [f"{name:40}{number:>8}" for name, number in result.figures.items()]
    lines += ["", *(f"WRONG: {problem}" for problem in result.problems[:50])]
    return "\n".join([*lines, f"{len(result.problems)} problems" if result.problems else "Everything is as it must be."])


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="chaos", description=__doc__)
    parser.add_argument("--leads", type=int, default=Plan.leads)
    parser.add_argument("--seconds", type=float, default=Plan.seconds, help="in which the leads come")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10_000), help="decides what is killed when")
    parser.add_argument("--broker", choices=sorted(BROKERS), default="", help="instead of the folders; started for the run")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that nothing it started outlives it
    sys.stdout.write(f"seed {options.seed}: {options.leads} leads in {options.seconds:.0f} s\n")
    sys.stdout.flush()
    result = run(Plan(leads=options.leads, seconds=options.seconds, seed=options.seed, broker=options.broker))
    sys.stdout.write(table(result) + "\n")
    if result.problems:
        sys.stdout.write(f"\nThe end of its log:\n{result.log}\n")
    return bool(result.problems)


if __name__ == "__main__":
    sys.exit(main())
