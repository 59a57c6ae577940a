"""One run: start the copy, send leads, kill, let it settle, count."""

import contextlib
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests import afternoon
from tests.faults.chaos import office
from tests.faults.chaos.leads import Feed
from tests.faults.chaos.outside import Outside
from tests.faults.chaos.product import KINDS, Product, until_healthy
from tests.services.servers import RabbitMQ, Redis, Server, running

PATIENCE = 300.0
"""Seconds in which the copy must be up; a busy machine takes long."""
BROKERS = {"redis": Redis, "rabbitmq": RabbitMQ}


@dataclass(frozen=True)
class Plan:
    """How large and how long."""

    leads: int = 2000
    seconds: float = 150.0
    """In which the leads come."""
    minute: float = 2.0
    """Seconds that a minute of the sequence's first hour takes."""
    pause: tuple[float, float] = (1.5, 6.0)
    """Least and most seconds between two kills."""
    settle: float = 900.0
    """Most seconds from the last kill to the count."""
    at_once: bool = False
    """Whether what is left in flight is not waited for."""
    kinds: tuple[str, ...] = KINDS
    seed: int = 1
    broker: str = ""


@dataclass
class Result:
    """What came of it."""

    figures: dict[str, int] = field(default_factory=dict)
    kills: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    log: str = ""


def run(plan: Plan) -> Result:
    """The product was killed and counted; everything it started is gone."""
    result = Result()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="leadline-chaos-", ignore_cleanup_errors=True)))
        broker = stack.enter_context(_broker(plan.broker, folder))
        outside = Outside(folder / "run.log")
        stack.callback(outside.close)
        env = afternoon.environment(datetime.now(UTC))
        product = Product(folder, broker, EMAIL_URL=outside.mail.url, **env)
        stack.callback(product.close)
        feed = _begin(product, plan)
        _kill(product, plan, result)
        until_healthy(product, PATIENCE)
        feed.wait()
        _count(product, feed, outside, plan, result)
        result.log = product.tail()
    return result


@contextlib.contextmanager
def _broker(name: str, folder: Path) -> Iterator[Server | None]:
    if not name:
        yield None
        return
    (folder / name).mkdir()
    with running(BROKERS[name], folder / name) as server:
        yield server


def _begin(product: Product, plan: Plan) -> Feed:
    """The copy is up with its agency, and leads begin to come."""
    product.start()
    until_healthy(product, PATIENCE)
    file = office.write(product.folder / "agency.yaml", plan.minute)
    product.command("manage.py", "agencyfile", "import", str(file))
    keys = [
        product.command("manage.py", "apikey", *words).split()[-1] for words in (("--source", "website"), ("--person", "rosa"))
    ]
    feed = Feed(product.port, *keys, leads=plan.leads, seconds=plan.seconds, seed=plan.seed)
    feed.start()
    return feed


def _kill(product: Product, plan: Plan, result: Result) -> None:
    """Every part was killed at least once, when the seed decides, until the last lead's hour has begun."""
    chance, order = random.Random(plan.seed), list(plan.kinds)
    chance.shuffle(order)
    often = [kind for kind in plan.kinds for _ in range(1 if kind == "everything" else 3)]
    until = time.monotonic() + plan.seconds + 15 * plan.minute
    while order or time.monotonic() < until:
        time.sleep(chance.uniform(*plan.pause))
        kind = order[-1] if order else chance.choice(often)
        if product.kill(kind, chance):
            result.kills[kind] += 1
            order = order[:-1]
        if kind == "everything":
            until_healthy(product, PATIENCE)


def _count(product: Product, feed: Feed, outside: Outside, plan: Plan, result: Result) -> None:
    words = ["-m", "tests.faults.chaos.audit"]
    at_once = ["--at-once"] if plan.at_once else []
    left = json.loads(product.command(*words, "settle", str(plan.settle), *at_once, seconds=plan.settle + 60))
    record = product.folder / "record.json"
    record.write_text(json.dumps({"accepted": list(feed.accepted.values()), **outside.record()}))
    found = json.loads(product.command(*words, "count", str(record)))
    result.figures = {**found["figures"], "senders had to send again": feed.again, "people's acts": feed.acts}
    # While something is still to be done, what was sent cannot be compared with what was to be sent.
    result.problems = feed.refused + (left or found["problems"])
